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
pair-more = A code of six digits was printed where Linli was started. It works once.
pair-code = Code
pair-send = Pair
pair-wrong = { $left ->
    [one] That is not the code. One more try, then a new code is printed.
   *[other] That is not the code. { $left } more tries, then a new code is printed.
}
pair-dead = That was the fifth wrong try. The old code is void; a new one has been printed. Please wait { $rest }.
pair-resting = Please wait { $rest }, then type the newest code. In a hurry, use the picture on a phone that is paired already.
rest-seconds = { $n ->
    [one] one second
   *[other] { $n } seconds
}
rest-minutes = { $n ->
    [one] one minute
   *[other] { $n } minutes
}
mesh-picture = The homes as a picture: { $n } in reach, { $away } not in reach. The list below says the same in words.

lobby = This box is not in a community yet
lobby-more = To join one, ask a neighbour or the office for an invitation: a link, or a QR code that is the same link.
lobby-link = The invitation's link
lobby-home = What is this home called?
lobby-home-hint = As neighbours know it: building and door, or a family name
lobby-person = And what are you called?
lobby-person-hint = The name that neighbours see; may be empty
lobby-join = Join
joined = You are in
joined-named = You are in: { $name }
joined-paper = Write these words on paper now
joined-paper-why = They are your key. If this box is lost, they prove who you are. Do not photograph them, and show them to nobody.
joined-paper-once = They are shown this once.
joined-paper-print = You may also print this page, on a printer of your own; beside the words it then bears them as a picture that a phone reads back.
joined-on = I have written them down; go on
lobby-with = You have an invitation
lobby-without = You have none
lobby-without-more = Is a home of the neighbourhood on the same network, by cable or Wi-Fi? Then ask there to be let in.
lobby-ask = Ask a home near you
knock-more = This box looks for homes on the same network and asks there to be let in. They see the names that you give here.
knock-ask = Ask to be let in
knock-looking = Looking for homes near you …
knock-looking-more = This box must be on the same network as a home that is in already. Check the cable or the Wi-Fi.
knock-heard = { $n ->
        [one] One home has answered so far.
       *[other] { $n } homes have answered so far.
    }
knock-choose = Several neighbourhoods answer here. Which one is yours?
knock-waiting = These homes have been asked. Each sees six digits of its own:
knock-waiting-how = Call one of them or go there, and read them the digits beside their name. If they see the same ones, they press “Let in”.
knock-refused = Nobody here lets you in.
knock-refused-more = Perhaps they did not know who you are. Talk to them, and ask again; or have them give you an invitation.
knock-refreshes = This page looks again by itself. You need not press anything.
knock-stop = Stop asking
knock-opened = They have let you in.
knock-opened-more = Take pen and paper before you go in: the next page shows the words of your paper key, and shows them this once.
knock-enter = Go in
approvals = Who asks to be let in
approvals-nobody = Nobody is asking just now. A box that is on the same network and in no community can ask here.
approvals-how = Have them read you the six digits that they see, on the phone or at the door. Let them in only if they are the same as here.
approvals-minutes = { $n ->
        [0] just now
        [one] for a minute
       *[other] for { $n } minutes
    }
approvals-yes = Let in
approvals-no = Not this one
approvals-hint = Anybody can type any name. The digits are what tells you that it is the box you think.
approvals-let-in = The door is open for them. Their box has the invitation now.
approvals-sent-away = They were sent away.
approvals-gone = They are not waiting any more.
approvals-gone-hint = They stopped, a quarter of an hour was over, or somebody else has answered them.
home-knocks = { $n ->
        [one] Somebody asks to be let in
       *[other] { $n } ask to be let in
    }
lobby-file = The invitation's file, if it came as one
lobby-link-hint = It begins with “linli:”. Of an invitation that came as a file, paste the whole text.
invite-file = As a file, for a USB stick
invite-file-hint = For a box that has no network yet. With the file it sees at once who is in the community. Whoever has the file can join.
invite-file-make = Make a file
invite-relay = A box that only passes on
invite-relay-hint = For a box in a stairwell or a shop: it carries everything between the homes, and reads nothing.
invite-relay-make = Make an invitation for such a box
found = Start a neighbourhood of your own
found-more = You become its administrator, and this box its first. Others then come in by your invitation.
found-community = What is the neighbourhood called?
found-community-hint = As its people say it: the compound, the street, the house
found-roots = Keys on paper that can replace administrators when all are lost
found-roots-several = Three papers in three places, two of which work together: one may be lost, and a thief of one can do nothing
found-roots-one = One paper, for a handful of neighbours: whoever has it can replace every administrator, and if it is lost, they can never be replaced
found-pen = Have pen and paper, or a printer of your own, at hand: the keys are shown once.
found-do = Start it
found-one = One key of the neighbourhood, and your own. Whoever has the first can replace every administrator; if it is lost, they can never be replaced.
found-several = The keys of the neighbourhood, each for a place of its own, and your own key. Two together can replace administrators; with fewer than two left, they can never be replaced.
found-paper = Key { $number } of { $of } of the neighbourhood
found-paper-why = Write these words on a paper of their own, and keep it in a place where the others are not.
recover = Come back with your paper key
recover-more = For whoever has lost every box and phone. This box becomes yours, with fresh keys; you are again who you were as soon as it has heard of it from the others.
recover-words = The 24 words of your paper key
recover-words-hint = In their order, with spaces between them
recover-do = Come back
lobby-own = No neighbourhood here uses Linli yet
lobby-lost = You were in one, and have lost your box
lobby-picture = Take a photo of the invitation's code
lobby-picture-hint = Hold the camera straight over the code; or choose a picture that you were sent. It is looked at on this box alone and goes nowhere.
lobby-picture-read = Read the link
lobby-no-code = No code could be read in this picture. Go closer, hold it straight and sharp, and try again.
