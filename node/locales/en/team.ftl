# The directory of groups; teams, what they ask for, who applies.
directory = All groups
directory-none = No groups were found.
directory-mine = My groups
directory-more = Groups to join
directory-count = { $n ->
    [one] 1 group
   *[other] { $n } groups
}
directory-waiting = you have asked to be let in
directory-muted = muted
directory-asks = Asks for
directory-look = What it asks for, and applying
directory-mute = Mute
directory-unmute = No longer muted
directory-ask = Ask to be invited
sort-building = building
sort-compound = compound
sort-team = team
sort-role = by what people do
sort-other = other groups
team-desk = Who may join, and who applies
team-asks = What the team asks for
team-asks-nothing = Nothing has been written down.
team-vouches = { $n ->
    [0] The captain decides.
    [one] 1 member should vouch for somebody new; then the captain decides.
   *[other] { $n } members should vouch for somebody new; then the captain decides.
}
team-required = needed
team-preferred = a plus, not needed
team-apply = Apply
team-apply-hint = Tick what is true of you. The captain will want to see it: bring the paper along. No copy of it is kept.
team-apply-send = Ask to be let in
team-applied = You have applied. The captain will decide.
team-declined = { $name } has said no:
team-declined-sealed = (only for those whom it concerns)
team-applications = Applications
team-applications-none = Nobody is waiting.
team-vouched = vouched for by { $name }
team-vouched-nobody = nobody vouches yet
team-vouch = I vouch for this person
team-ready = Nothing is missing
team-lacking = Something is missing
team-says = says so
meets-met = seen
meets-expired = run out
meets-unmet = not seen yet
team-seen-by = seen by { $name }
team-until = holds until { $name }
team-until-was = ran out on { $name }
team-attest = I have seen it
team-attest-until = Holds until (empty: for good)
team-retract = Not so after all
team-admit = Let in
team-exception-reason = Reason for an exception, where something is missing
team-decline = Say no
team-decline-reason = The reason; only this person and those who see to the team can read it
team-members = In the team
team-owner = sees to the team
team-expired = something has run out
team-see-to = See to somebody
team-whom = Whom
team-suspend = Pause
team-suspend-reason = Why; the team can read it
team-suspended = Paused for now
team-suspended-line = { $name }, by { $by }: { $reason }
team-suspended-led = He also saw to this group. Once he is let in again he is a member; if he is to see to it again, give him that role anew.
team-lift = Let in again
team-exceptions = Exceptions
team-exception-line = { $name }, let in by { $by }. Missing: { $unmet }. Reason: { $reason }
team-exception-vouches = { $n ->
    [one] 1 vouch
   *[other] { $n } vouches
}
team-criterion-add = Write down what the team asks for
team-criterion-text = In plain words, one thing
team-criterion-liked = A plus; it keeps nobody out
team-criterion-send = Write it down
team-criterion-drop = No longer ask for it
team-listing = In the directory of groups
team-listing-hint = Whoever is listed is found by everybody, with its name and what it asks for. A group that is not listed is known to its members alone.
team-listing-about = What the group is for
team-listing-sort = What kind of group
team-listing-vouches = How many should vouch
team-listing-send = List it
team-listing-off = Take it out of the directory
told-credential-soon = “{ $title }” of { $holder } runs out within 30 days. Please look at it again together.
told-credential-expired = “{ $title }” of { $holder } has run out. { $holder } is still in the team until you decide.
told-credential-mine-soon = Your “{ $title }” runs out within 30 days. Please show the captain the new one.
told-credential-mine-expired = Your “{ $title }” has run out. Please show the captain the new one.
error-unknown-criterion = The team does not ask for “{ $text }”.
    .hint = Use its words as they stand on the team's desk, or the beginning of its id.
error-criteria-unmet = { $name } does not meet everything. Missing: { $criteria } ({ $vouches } vouches missing).
    .hint = Look at what is missing and write down what you have seen, or let the person in as an exception and say why.
error-not-applied = { $name } has not applied, or was answered.
    .hint = Look at the team's desk for who is waiting.
error-suspended = This person is out of “{ $group }” for now.
    .hint = Whoever sees to the group ends that first; then everything goes on.
error-not-suspended = { $name } is not paused in this group.
    .hint = Look at the team's desk.
envelope-team = About a team
team-rules = Who may enter
team-rules-hint = Whoever is in stays in.
team-rules-send = From now on so
