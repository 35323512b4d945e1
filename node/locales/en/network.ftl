# People, invitations, the network, pairing a phone, joining.
people-count = { $n ->
    [one] 1 person in this community
   *[other] { $n } people in this community
}
role-member = Resident
role-steward = Building head
role-staff = Office staff
role-admin = Administrator
invite = Invite somebody
invite-ready = The invitation is ready
invite-picture = The invitation as a QR code
invite-how = The other box reads it with: linli join LINK
invite-careful = Whoever has this link can join. Hand it only to the person you mean.
invite-role = As what?
invite-group = Into which group?
invite-everyone = The community, with the group for everyone
invite-make = Make an invitation
invite-another = Make another one
copy = Copy the link
copied = Copied

network = Network
peers-none = No other home is known yet. Homes on the same network find each other by themselves.
peers-hidden = { $n ->
    [one] and 1 more home
   *[other] and { $n } more homes
}
peer-home = Home
peer-office = Office
peer-link = Link
peer-state = Who lacks what
peer-connected = Connected
peer-away = Not connected
peer-heard = last heard { $ago }
peer-never-heard = never heard
peer-never-compared = Not compared yet
peer-equal = Both have the same (compared { $ago })
peer-differs = We lack { $here }, they lack { $there } (compared { $ago })
dial-label = Connect to an address
dial-hint = For example /ip4/192.168.1.20/udp/4001/quic-v1, as the other home's network page shows it
dial = Connect
own-addresses = This box can be reached at

pair = Pair this phone
pair-more = A code of eight digits was printed where Linli was started. It works once.
pair-code = Code
pair-send = Pair
pair-wrong = { $left ->
    [one] That is not the code. One more try, then a new code is printed.
   *[other] That is not the code. { $left } more tries, then a new code is printed.
}
pair-dead = That was the fifth wrong try. The old code is void; a new one has been printed. Please wait ten seconds.
pair-resting = Please wait a few seconds, then type the newest code.

lobby = This box is not in a community yet
lobby-more = To join one, ask a neighbour or the office for an invitation: a link, or a QR code that is the same link.
lobby-link = The invitation's link
lobby-home = What is this home called?
lobby-home-hint = As neighbours know it: building and door, or a family name
lobby-person = And what are you called?
lobby-person-hint = The name that neighbours see; may be empty
lobby-join = Join
lobby-terminal = Or in a terminal on this computer:
lobby-found = Or start a community of your own:
joined = You are in
joined-named = You are in: { $name }
joined-paper = Write these words on paper now
joined-paper-why = They are your key. If this box is lost, they prove who you are. Do not photograph them, and show them to nobody.
joined-paper-once = They are shown this once.
joined-on = I have written them down; go on
