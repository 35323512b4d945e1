# Groups, messages, the board.
group-all = Everyone (all)
groups-none = There are no groups yet. Start one.
groups-unread = { $n } new
groups-members = { $n ->
    [one] 1 person
   *[other] { $n } people
}
groups-others = Other groups
groups-new = Start a group
group-join = Enter this group
group-not-in = You are not in this group yet. It is open to everyone.
group-door-shut = You are not in this group. Somebody in it can invite you.
group-name = Name of the group
group-kind = Who may enter?
group-terms = More: for a building, for the office
group-terms-hint = This is fixed for good once the group is founded.
group-over = Where does it lie? A building or an area; empty for the whole neighbourhood
group-oversight = Who may read and write in it without being a member?
group-oversight-none = Nobody
group-oversight-staff = The office
group-oversight-steward = The office and the heads of the building
group-vouches = For a vetted group: how many members must vouch for somebody new?
group-found = Start the group
kind-open = Open
kind-open-hint = Everyone in the community may enter.
kind-invite = By invitation
kind-invite-hint = Only who is invited by the group's owner.
kind-vetted = Vetted
kind-vetted-hint = For teams such as drivers: members must vouch for somebody new.

messages-none = Nobody has written here yet.
messages-older = Show earlier messages
messages-newest = Go to the newest messages
messages-unread = New since you were last here
message = Message
message-edited = changed
message-imported = from a file
message-withdrawn = This message was withdrawn.
message-flagged = Author removed since; kept because others built on it
message-whole = Read all of it
message-change = Change
message-edit = Change the message
message-withdraw = Withdraw the message
message-withdraw-more = Neighbours will see that a message was withdrawn, but no longer what it said. Who has read it already has read it.
message-withdraw-yes = Withdraw it
back-to-group = Back to the group
reply = Reply
reply-drop = Do not reply to it
reply-quote = { $name }: { $text }
reply-to-older = In reply to an earlier message
post-label = Write to the group
post-send = Send

board = Board
board-empty = Nothing is pinned yet.
board-pin-label = Pin something that everyone in the group should find
board-pin = Pin it
board-unpin = Take it down
board-describe = Change what the group is for
board-describe-label = What is this group for?
