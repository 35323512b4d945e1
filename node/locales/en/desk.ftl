# The desk, its cases, figures, how far an announcement got.
desk = The desk
desk-lists = Lists of the desk
desk-nothing = Nothing is waiting here.
desk-more = { $n ->
    [one] and 1 more
   *[other] and { $n } more
}
desk-late = { $n ->
    [one] 1 thing came in behind a removal: look whether it should count
   *[other] { $n } things came in behind a removal: look whether they should count
}
desk-cut = While we were cut off ({ $since } – { $until }): { $new } new, { $conflicts } in conflict, { $told } people are being told that somebody else holds what they took.
desk-silent-place = { $n ->
    [one] { $place }: the home there that was heard before does not answer; last heard { $ago }.
   *[other] { $place }: none of { $n } homes answers; last heard { $ago }.
}
desk-silent-more = { $n ->
    [one] And one more place.
   *[other] And { $n } more places.
}
desk-silent = { $n ->
    [one] Out of reach: { $home }, last heard { $ago }.
   *[other] Out of reach: { $n } homes; the longest is { $home }, last heard { $ago }.
}
desk-list-unanswered = Nobody has answered
desk-list-unclaimed = Nobody has taken it
desk-list-overdue = Overdue
desk-list-conflicts = To be cleared up
desk-list-call-backs = To call back
desk-list-provisional = To confirm

figures = Figures
figures-hint = Counts and times, no names. How fast people get a first answer, how fast it is done, and how they find it are three things.
figures-ever = All
figures-days = { $n } days
figures-all = All together
figures-compounds = By compound
figures-buildings = By building
figures-groups = By group
figures-name = Where
figures-whole = Everywhere
figures-asked = Asked
figures-unanswered = No answer yet
figures-half = First answer: half within
figures-nine = nine of ten within
figures-resolved = Done: half within
figures-confirmed = Confirmed
figures-by-default = Closed by default
figures-reopened = Opened again
figures-plot = Hours to the first answer, by the number in the table: filled, half got one within; outlined, nine of ten.
figures-minutes = { $n } min
figures-hours = { $n } h
figures-cut-off = { $n } of them were held up by a cut, half of these for { $half } or less; that time is not counted above.
figures-skewed = { $n ->
    [one] 1 case is in no time above: its clocks contradict one another.
   *[other] { $n } cases are in no time above: their clocks contradict one another.
}
figures-noted-solved = By phone: { $n } said that it is solved.
figures-noted-unsolved = { $n } said that it is not.

case-request = The request's page
case-origin = It was made of this message
case-do = What to do
case-kind = Kind
case-area = Where about
case-window = Between
case-needs = Needs
case-places = How many are needed
case-subject = For
case-proxy = Speaks for them
case-person = Whom? (a name)
case-other = Which other request? (its code)
case-reason = Why, or where to?
case-outcome = What came of it?
case-promised = What was promised? (may be empty)
case-follow-up = Look after it until (may be empty)
case-no-time = This is not a time.
case-note-hint = What was said on the phone is noted as your word; only whoever asked can confirm.
case-solved = It is solved, was said
case-words = In their words
case-post-hint = The team sees the need, never whose it is.
case-team = To which team?
case-post-title = In other words (may be empty)
case-notes = Visits and calls
case-visit = { $time } · { $who } was there. { $outcome } { $promise }
case-promise = Promised: { $what }, until { $due }.
case-said-solved = { $time } · { $who } noted by phone: solved. “{ $words }”
case-said-unsolved = { $time } · { $who } noted by phone: not solved. “{ $words }”
case-postings = Posted to teams

ask-kind-question = Question
ask-kind-help = Help
ask-kind-complaint = Complaint
ask-kind-report = Report
ask-kind-suggestion = Suggestion

reach = Who has got it
reach-everywhere = The whole community
reach-place = Where
reach-reached = Got it
reach-seen = Read it
reach-knock = Whom to knock for
reach-not-read = it is there, nobody has read it
reach-not-there = it has not arrived

thing-doors = seeing the doors of a house
doors-all = All doors
doors-alert = Warn with a photo
doors-count = { $n ->
    [one] 1 door
   *[other] { $n } doors
}
doors-urgent = Cannot wait: { $n } open
doors-asks = Asks for help: { $n } open
doors-here = Connected now
inbox = To carry on
inbox-more = What waits for somebody to go to a door: neighbours without a phone, or out of contact.
inbox-knock = To knock for
inbox-knock-none = Everybody has read what holds now.
inbox-doors = { $n ->
    [one] One door has not read it.
   *[other] { $n } doors have not read it.
}
inbox-unanswered = Nobody has answered
inbox-unanswered-none = Nobody waits for an answer.
inbox-bring = Bring word
inbox-bring-more = They have no box of their own: tell them how it stands, and ask whether it is solved.
inbox-bring-none = There is no word to bring.
