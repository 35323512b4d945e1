# Help requests: asking, who comes, what happened, what must be told.
home-ask = I need help
home-ask-more = Neighbours and the office will see it
home-groups = Talk in the groups
home-unread = { $n ->
    [one] 1 new message
   *[other] { $n } new messages
}
home-no-unread = All read
home-requests = Who needs help?
home-open = { $n ->
    [one] 1 request is waiting for somebody
   *[other] { $n } requests are waiting for somebody
}
home-no-open = Nobody is waiting right now
home-mine = My requests
home-held = What I said yes to
home-solved-yes = Yes, solved
home-solved-no = Not yet

mine-submitted = “{ $title }” has been sent; the office has yet to take it up.
mine-registered = The office has registered “{ $title }”.
mine-open = “{ $title }”: nobody has said yes yet.
mine-assigned = { $holder } will help you with “{ $title }”.
mine-given = “{ $title }”: the rota has given it to { $holder }, whose yes is still to come.
mine-in-progress = { $holder } is on the way: “{ $title }”.
mine-resolved = { $holder } says it is done: “{ $title }”. Is it solved?
mine-cancel-requested = You called off “{ $title }”, but { $holder } had set off already and has yet to read it.
mine-other = “{ $title }”: { $status }.
held-assigned = You said yes to “{ $title }”. Tell us when you set off.
held-given = The rota gave you “{ $title }”. Please say whether you will go.
held-in-progress = You are on the way: “{ $title }”.
held-resolved = You are done with “{ $title }”; it is being confirmed.
held-cancel-requested = “{ $title }” was called off after you had set off. Please confirm that you have read this.
held-other = “{ $title }”: { $status }.

ask-urgent = It is urgent
ask-urgent-more = Somebody is needed within the hour
emergency = If a life is in danger, call first:
emergency-police = Police
emergency-fire = Fire
emergency-ambulance = Ambulance
ask-title = What do you need?
ask-title-hint = In a few words: a ride to the hospital, somebody to carry rice upstairs
ask-details = More about it (may be empty)
ask-details-hint = Everyone in the group can read this. No phone numbers, door numbers or illnesses, please.
ask-group = Who should see it?
ask-send = Ask for help

requests-open = Still open
requests-all = All
requests-none = No requests here.
request-held-by-me = You hold it
request-holder = { $name } holds it
request-asked-by = Asked by { $name }
request-asked-by-me = You asked
request-code = Code to say on the phone:
request-facts = What is known
request-checklist = To do, to find, to bring
request-timeline = What happened
provisional = provisional
conflict = Conflict
conflict-more = Two homes changed this while they were cut off from one another. Please ask by phone which one is right.
conflict-choose = This one is right
conflict-write = Or write what is right
fact-empty = nothing yet
fact-change = Change
fact-settle = Settle it
fact-write = { $name }: what should it say?
field-title = What
field-time = When
field-place = Where
field-needs = Needs
field-details = Details
item-done = done
item-open = open
item-label = Add to the list
item-add = Add
timeline-hidden = { $n ->
    [one] 1 earlier step
   *[other] { $n } earlier steps
}
step-void = did not count

who-nobody = Nobody has said yes yet.
who-holds = Who helps: { $names }
who-awaiting = Has yet to say yes: { $names }
who-waits = Ready to step in, in this order: { $names }
who-provisional = This is provisional: neither the office nor the home that asked has confirmed it. If we are cut off from others, somebody there may have said yes too. When we are connected again one of them stays, and the others are told.
standing-holder = You hold this one. Thank you!
standing-waitlist = You are on the waiting list. If somebody drops out, you are told.

status-submitted = Waiting for the office
status-registered = Registered
status-open = Waiting for somebody
status-assigned = Somebody said yes
status-given = Given by the rota; the yes is still to come
status-in-progress = On the way
status-resolved = Waiting for confirmation
status-closed = Closed
status-cancelled = Called off
status-cancel-requested = Being called off
status-declined = Declined
status-referred = Passed on
status-duplicate = Merged into another request
status-none = Not known yet

button-claim = I will help
button-withdraw = Give it back
button-depart = I am setting off
button-done = It is done
button-confirm = Yes, it is solved
button-reopen = It is not solved yet
button-cancel = Call it off
button-ack = I have read it

did-ask = asked for help
did-submit = asked for help
did-register = registered it
did-publish = opened it to the group
did-claim = said yes
did-withdraw = gave it back
did-grant = confirmed who helps
did-assign = confirmed who helps
did-revoke = took it back from somebody
did-depart = set off
did-arrive = arrived
did-pickup = picked up
did-done = said it is done
did-resolve = marked it as solved
did-confirm = confirmed that it is solved
did-close = closed it
did-reopen = opened it again
did-cancel = called it off
did-ack = read it
did-hold = put it on hold
did-resume = took it up again
did-refer = passed it on
did-decline = declined it
did-duplicate = merged it into another request
did-offer = offered a swap
did-accept = accepted the swap
did-remove = removed somebody
did-seen = caught up with what happened
did-plan = planned it to recur
did-rota = changed the rota
did-call-off = called this one off
did-move = moved it to another time
did-as-planned = put it back as planned
did-edit = changed the facts
did-erase = erased the facts

remark-two-on-the-way = Two are on the way to this one.
remark-left-after-removal = Somebody who had been removed went nevertheless.
remark-revoked-on-the-way = It was taken back from somebody who was on the way already.
remark-cancellation-noted = It was called off, but it had been done already.
remark-on-hold = On hold for now.

told-badge = For you
told-waiting = { $n ->
    [one] 1 thing to tell you
   *[other] { $n } things to tell you
}
told-next = Still open: { $name }
told-look = Look at it
told-read = I have read it
told-lost = Somebody else was drawn for “{ $title }” this time: { $holder }. Thank you for offering; you stay in reserve.
told-waitlisted = { $holder } holds “{ $title }”. You are on the waiting list.
told-backup = { $holder } was chosen for “{ $title }”. You are in reserve.
told-cancelled = “{ $title }” was called off. You need not go.
told-revoked = “{ $title }” was given to somebody else: { $holder }. You need not go.
told-turn-back = Please turn back: { $holder } is already looking after “{ $title }”. The way you made still counts.
told-another-goes-too = { $holder } is going to “{ $title }” too. Do not turn back: whoever is there first helps.
told-removed = You are no longer in this team, so your yes to “{ $title }” does not count.
told-reopened = “{ $title }” was opened again. Your earlier yes no longer stands; you may say yes again.
told-declined = The office does not take up “{ $title }”. You need not go.
told-referred = “{ $title }” was passed on to another office. You need not go.
told-duplicate = “{ $title }” was merged into another request. You need not go.
told-resolved = “{ $title }” has been done by { $holder }. You need not go.
told-closed = “{ $title }” is closed. You need not go.
told-rota-changed = The rota changed: { $holder } does “{ $title }” now.
told-awaiting = “{ $title }” is yours now, as somebody dropped out. Please say whether you will do it.
told-needed-now = You are needed now: “{ $title }” is about to begin, and somebody has not set off. Please say whether you can come.
told-holder = “{ $title }” is yours.
told-other = Something changed about “{ $title }”: { $reason }.
ask-private = Private details (name, phone, door, illness)
ask-private-contact = Name, phone and door are read by the office, the owners of the group, and whoever is given your request. Nobody else.
ask-private-sensitive = An illness, or whom a complaint is about: only the office reads it.
private-title = Private details
private-name = Name
private-phone = Phone
private-door = Building, unit, door
private-details = For the office alone
private-hint = Whoever opens them is written down, and the family sees it. What you have read cannot be unread.
private-reason = Why (whoever asked, and whoever holds the request, may leave it empty)
private-reason-say = Write a few words into the field below; the family sees them.
private-open = Open
private-back = Back to the request
private-openings = Who has opened them
private-earlier = { $who } opened them { $times } times before that.
private-opened = { $time } · { $who } opened them. { $more }
private-released = { $time } · { $who } gave name, phone and door to { $more }.
private-released-unconfirmed = { $time } · { $who } gave name, phone and door to { $more }, whom nobody had confirmed.
private-confided = { $time } · { $who } let { $more } read what is for the office.
private-confide = Let somebody else read it
private-confide-hint = Only what is for the office, and only to whoever has to know: an interpreter, a nurse. The family sees whom you named, and why.
private-confide-who = Who
private-confide-why = Why
private-confide-done = { $person } can read it now.
private-erased-contact = Name, phone and door were erased.
private-erased-sensitive = The details for the office were erased.
erase = Destroy these details
erase-everywhere = Every home that holds them forgets them, this one at once. A home that is cut off forgets them as soon as it hears of it.
erase-read = What somebody has read, he may remember.
erase-for-good = This cannot be taken back.
erase-which = What is to be destroyed?
erase-contact = Name, phone and door of whoever needs help
erase-sensitive = What only the office reads: illness, whom a complaint is about
erase-choose = Nothing was chosen, or it is gone already.
erase-choose-hint = Choose what is to be destroyed.
erase-yes = Yes, destroy it for good
erase-no = No, keep it
ask-photo = Ask with a photo
request-attach = Add photos or files
request-attach-more = Everybody who reads this request sees them: leave illness, door and phone numbers out.
ask-photo-more = A handwritten note will do. Everybody here sees the photo: leave illness and phone numbers out of it.
ask-photo-title = A line of words (may be left out)
