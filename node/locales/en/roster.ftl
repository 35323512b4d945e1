# A person's page, removing, what came in late, what does not count.
role-over = { $role } ({ $place })
why = What this person may do, and why
why-lost = no longer
why-removed = Taken away by { $by }.
why-root = The community's paper keys say so ({ $day }).
why-given = { $by } gave it, as { $role } ({ $day }).
why-invited = { $by } invited this person, as { $role } ({ $day }).
why-vouched = { $by } vouched for this person ({ $day }).
why-open = The group is open to everyone; { $by } started it, as { $role } ({ $day }).
devices = Devices and keys
devices-more = Each box and each installation has a key of its own. If one is lost or stolen, revoke it here.
devices-count = { $n ->
    [one] 1 device
   *[other] { $n } devices
}
devices-hidden = { $n ->
    [one] and 1 more
   *[other] and { $n } more
}
device-writer = Writes for this person
device-box = A box of this home
device-sealed = Sealed key, for what needs two signatures
device-here = this one
device-live = in use
device-revoked = revoked by { $by }
device-void = not valid
device-since = since { $name }
revoke = Revoke this device
revoke-then = Nothing that this device writes from now on counts. The person keeps his roles and his other devices.
revoke-sealed-then = Until the person makes a new sealed key with his paper key, he cannot do what needs two signatures.
revoke-yes = Yes, revoke it
grant = Give a role
grant-over = Where?
grant-everywhere = The whole community
grant-again = This person was removed before. I do want to let him in again.
grant-give = Give it
grant-link = A link that brings { $name } back
grant-link-how = His box wrote under what was taken away and needs a fresh key: he stops his node, gives the command linli join LINK, and starts it again.
removal = Remove
removal-of = Remove { $name }
removal-what-happens = What will happen
removal-first = First this box compares with every home in reach, at most ten seconds, so that nothing honest is lost.
removal-then = From then on the person may no longer do what you take away. What was written before still counts as you choose below.
removal-late = What comes in afterwards from before the cut is kept aside, and somebody of your rank can let it count.
removal-for-good = A removal itself cannot be taken back. Somebody can be let in again, but needs a new key for that, and what others have read they have read.
removal-from = What is taken away?
removal-everything = Everything: out of the community
removal-anyway = Do it anyway: the groups named above vanish for everybody.
removal-yes = Yes, remove
removal-no = No, leave it as it is
rebind-of = { $name } lost everything
rebind-when = For whoever lost every device and the paper key, and came in again with a new box as a new person. Whoever still has the paper key does not need this page: with it he comes back himself.
rebind-give = Then the new person gets what stands above, as far as it is yours to give. Groups that others look after let him in themselves.
rebind-take = Then the old person has nothing any more: whoever found the old phone can do nothing with it.
rebind-both = Both happen together, or neither does.
rebind-to = Who is he now? The new name
rebind-number = He stands before you: type the number on his new box
rebind-yes = Yes, he is it
rebound-given = Given: { $name }
rebound-left = Not yours to give; whoever looks after it lets him in: { $name }
keep = What was written so far: what still counts?
keep-all = Everything that is here
keep-until = Only what was written before a moment, for example the theft
keep-none = Nothing at all
keep-until-when = Before which moment?
keep-until-hint = Only where you chose so above; by the writer's own clock
keep-until-wrong = Please give a day and a time.
compared-nobody = No other home was in reach: the cut is as this box knows it.
compared-homes = Compared first: { $equal } of { $linked } homes in reach are equal with this one.
removed-head = Done: { $name }
removed-kept = { $n ->
    [one] 1 thing that was written still counts.
   *[other] { $n } things that were written still count.
}
removed-cut = { $n ->
    [one] 1 thing no longer counts.
   *[other] { $n } things no longer count.
}

uncounted = What does not count
uncounted-more = This box holds it and passes it on, but shows nothing of it. Most of it settles by itself.
uncounted-pending = builds on something that has not arrived yet
uncounted-quarantined = its author may not do this, or no longer
uncounted-poison = is not what it says; only its header was kept
uncounted-each = One by one
uncounted-none = Nothing. All that is here counts.
uncounted-waits = Waits for
late = Came in late
late-items = { $n ->
    [0] Nothing is late
    [one] 1 late item
   *[other] { $n } late items
}
late-yours = You may decide
late-removal = { $by } removed { $person }: { $role }.
late-revoked = { $by } revoked a device of { $person }.
late-admit-more = If these are honest things that only arrived late, let them count. What comes in later still does not.
late-admit-all = { $n ->
    [one] Let it count
   *[other] Let all { $n } count
}
late-admit-one = { $n ->
    [one] Only 1 from
   *[other] Only { $n } from
}
late-not-yours = Only somebody whose role is as high as the remover's can let these count.
scope-roster = who may do what
scope-directory = the directory
envelope-statement = A statement about roles
envelope-message = A message
envelope-news = An announcement
envelope-act = A step of a request
envelope-change = A change to a page
envelope-card = A name card
envelope-ballot = A vote
envelope-receipt = A receipt
envelope-media = A picture or file
envelope-other = Something else

forks = Written twice
forks-more = Where one device wrote two different things in one place, as after a box was restored from a copy. Until the person whose device it is chooses, claims and decisions of neither count; messages are shown with a mark.
forks-nothing = Nothing was written twice.
forks-at = { $person }, in { $group }
forks-chosen = counts
forks-keep = This one counts
forks-not-yours = Only the person whose device it is can choose, with the sealed key open.

places = Places
places-live = Where this home lies
places-lives-in = This home lies in: { $name }
places-lives-nowhere = Nobody has said yet where this home lies.
places-live-hint = Whoever looks after the building is told when something was not read here, and the home stands in its list of doors.
places-which = Area or building
places-live-send = We live here
places-all = All areas and groups
places-none = No place has been named yet.
places-group = Group
places-staff = Looked after by { $name }
places-new = Name an area
places-new-hint = A compound, a building, a staircase: roles can be given over it. For whoever has a role around it.
places-name = What it is called
places-within = In which area?
places-new-send = Name it

roots = With the papers of the neighbourhood
roots-more = What nobody's role is high enough for: an administrator is made and removed by the papers alone, and they take a stolen phone its rights, whatever it did. Bring enough of them together, two of three if nothing else was chosen. With fewer left than that, administrators can never be replaced.
roots-what = What shall be done?
roots-revoke = Revoke a key: a stolen phone, a stolen sealed key
roots-remove = Take a role away
roots-grant = Give a role
roots-admit = Let late things count
roots-which = Which key, or which removal
roots-which-hint = For revoking and for late things alone. The first digits are enough; a key stands on the person's page, a removal in the address of its page.
roots-person = Whose role
roots-papers = The papers
roots-papers-hint = The 24 words of each, in their order; as many papers as it takes.
roots-paper = Words of paper { $n }
roots-send = Do it
roots-done = Done. It counts as soon as the others hear of it.
