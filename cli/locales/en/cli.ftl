# What the command line says of itself. Words that the page shares stand in node/locales.

label-error = error:
label-hint = hint:
done = Done.

usage-missing-verb = It is not said what to do
usage-unknown-verb = There is no command “{ $what }”
usage-unknown-argument = There is no option “{ $what }” here
usage-missing-argument = Missing: { $what }
usage-bad-value = “{ $what }” is no good value for { $arg }
usage-conflict = “{ $what }” cannot stand beside the rest
usage-other = The command line is wrong: { $what }
usage-suggestion = Possible: { $guess }.
usage-hint = See what is possible with `linli help`, or `--help` after a command.

error-lost = The node went away before it answered
    .hint = It may or may not have been done: start the node, look with `linli log` or `linli requests`, and only then try again.
error-stopped = The node has stopped by itself
    .hint = The last lines of the log above say why; often the disk is full.
error-no-node = No node runs for this home
    .hint = Start it with `linli up` in another window.
error-no-data-folder = This user has no home folder to keep data in
    .hint = Name a folder with `--data DIR`.
error-not-equal = { $wanted } peers were to be equal, { $equal } are
    .hint = Look with `linli status` who is away; bring a missing one in with `linli up --dial ADDRESS`.
error-unhealthy = { $failed ->
        [one] One check failed
       *[other] { $failed } checks failed
    }
    .hint = Each failed check above says what was found; lists that are damaged are made anew by `linli rebuild`.
error-cannot-read = The file { $path } cannot be read: { $reason }
    .hint = Check the name and whether you may read it.
error-no-text-column = The table { $path } has no column “text”
    .hint = The first row must name the columns, one of them “text”.
error-bad-line = Line { $line } cannot be taken: { $reason }
    .hint = Everything before it is posted. Repair the line and import again: nothing is posted twice.
error-unknown-bench = There is no benchmark “{ $name }”
    .hint = There are: { $names }.
error-unexpected = The node answered something that this release does not expect
    .hint = Stop the node and start it again, so that both are of the same release.
error-machinery = The program cannot start: { $reason }
    .hint = The machine may be out of memory or of open files.
error-output = The result cannot be printed: { $reason }
    .hint = Check where the output goes; is the disk full?

line-too-long = it has more than { $limit } bytes; is a quotation mark left open?
line-text-too-long = the text has { $bytes } bytes, a message may have { $limit }
line-empty = the text is empty
line-not-utf8 = it is not UTF-8 text
line-not-json = it is not an object with a “text” ({ $reason })
line-open-quote = a quotation mark is left open, and the rest of the file is inside it
line-ragged = it has { $found } columns where the header has { $wanted }

init-made = Made this home's keys in { $data }.
init-next-founded = Next: `linli up`, and `linli invite` for each neighbour.
init-next-join = Next: `linli join LINK`, with a link that a neighbour made with `linli invite`.
paper-intro = { $count ->
        [one] This paper key is shown this once and stored nowhere. Write its words down, check them, and keep the paper where neither fire nor thieves get at it: whoever has the words can act in your name.
       *[other] These { $count } paper keys are shown this once and stored nowhere. Write the words of each on its own paper, check them, and keep the papers apart, where neither fire nor thieves get at them: whoever has the words can act in your name.
    }
paper-root = Community key { $number } of { $of }: any { $threshold } of them together can save the community when its administrators are lost.
paper-person = Your own key: it proves that you are you when every device is lost.

up-address = Address: { $address }
invite-stopped = This link holds no address, as no node runs here. Start `linli up` and ask for the link again; or have both boxes on one network, where they find each other.
invite-nowhere = This link holds no address yet: the node here does not listen anywhere. Ask for it again once `linli up` has printed an address.
up-page = Page: { $page }
up-name = Name of this box on the network, for phones that trust it: { $name }
up-code = Code to pair a phone with the page (works once): { $code }
up-running = Running. Ctrl-C stops it.
up-arriving = Fetching what was written before: { $n } of { $all }. The newest comes first; all else goes on meanwhile.
up-arrived = All of it is here.
up-stopping = Stopping.

knock-looking = Looking for a neighbourhood on this network …
knock-waiting = { $code }  Compare these digits with { $home } in { $neighbourhood }, by eye or on the phone. Somebody there approves with `linli approve`.
approvals-row = { $code }  { $home }, { $person }, { $minutes ->
        [0] just now
        [one] for a minute
       *[other] for { $minutes } minutes
    }
approved = The door is open for them; the link went to their box.
denied = Sent away.
join-done = You are in { $community }.
join-again = You are in again. What this box writes from now on counts once it has met the others.
join-next-up = Next: `linli up`.
join-syncing = Fetching what the others have. Ctrl-C does no harm: the node goes on.
join-equal = Everything is here.
join-alone = Nobody could be reached so far. The node goes on trying; see `linli status`.

directory-joined = you are in it
groups-row = { $name }  { $kind }  { $members ->
        [one] 1 person
       *[other] { $members } people
    }, { $messages ->
        [one] 1 message
       *[other] { $messages } messages
    }{ $unread ->
        [0] {""}
       *[other] , { $unread } unread
    }
group-made = Founded “{ $name }”.
group-joined = You are in “{ $name }”.

mark-official = official
mark-edited = changed
mark-removed = by somebody who was removed
mark-withdrawn = (taken back)

import-done = { $new } posted, { $known } were here already.

ask-done = Asked. The code to say on the phone:
requests-none = Nobody waits for anything.
holder = held by { $holder }
holder-provisional = held by { $holder }, not confirmed yet
conflicts = { $count ->
        [one] (1 fact was changed on both sides of a cut)
       *[other] ({ $count } facts were changed on both sides of a cut)
    }
request-by = Asked by { $requester }
request-waitlist = Waiting behind: { $names }
request-awaiting = Yet to say yes: { $names }
act-status = Now: { $status }
act-rivals = { $count ->
        [one] Somebody else claims it too; the order decides, the same on every node.
       *[other] { $count } others claim it too; the order decides, the same on every node.
    }
notice-next = Still open: { $request }

status-home = { $home }, in { $community }
status-alone = { $home }, in no community yet
status-group = { $name }: { $messages } messages, { $unread } unread, state { $state }
status-unsent = { $count ->
        [0] Everything written here is held by another node too.
        [one] 1 thing written here is held by no other node yet.
       *[other] { $count } things written here are held by no other node yet.
    }
peer-connected = connected
peer-away = away
peer-never-compared = never compared
peer-equal = equal { $seconds } s ago
peer-apart = { $here } missing here, { $there } missing there, { $seconds } s ago

doctor-ok = well: { $name } ({ $found })
doctor-bad = NOT WELL: { $name } ({ $found })

demo-page = Four homes are running: open { $page } and cut a cable.
demo-runyuan = Runyuan has moved in, 3,134 households: open { $page } and look around its office.
demo-running = Ctrl-C ends the demo and removes what it wrote.
demo-stopping = Stopping the demo.

asked-passphrase = Passphrase (is not shown):
asked-old-passphrase = The present passphrase (is not shown):
asked-new-passphrase = New passphrase (is not shown):
asked-again = The same once more:
asked-paper = The 24 words of your paper key, on one line (are not shown):
passphrase-set = Set. Your sealed key is shut; open it for a shift with `linli unlock`.
lock-done = Every sealed key on this box is shut.
key-bare = { $person }: sealed key without a passphrase; whoever has this box has it. Set one with `linli passphrase`.
key-open = { $person }: sealed key open until { $until }
key-shut = { $person }: sealed key shut
key-copied = { $person }: another box has the same keys; open the sealed key once (`linli unlock`) to write again
resident-added = { $name } lives here too: write in this name with `--as { $name }`.
bundle-written = { $count } entries written to { $file }. Whoever finds it can read no message in it.
bundle-read = { $new } new, { $known } were here already, { $refused } refused, { $pending } wait for something or do not count.
backup-done = Backup written to { $file }. Keep it on another disk; without its passphrase it is worth nothing, to you neither.
restore-done = Restored: { $home }, with a fresh box.
restore-shut = { $person } reads, and writes again after `linli unlock`.
recover-next = Next: `linli up`, wait until it has what the others have (`linli wait`), then `linli recover --revoke-old`.
recover-revoked = { $count ->
        [0] No other device of yours had any rights.
        [one] One key of an old device lost its rights.
       *[other] { $count } keys of old devices lost their rights.
    }
roots-one = One root key: whoever has its paper can replace every administrator, and if it is lost, they can never be replaced. For a handful of neighbours that is enough.
roots-several = { $of } root keys, of which { $threshold } must sign together: one paper may be lost, and a thief of one can do nothing. With fewer papers left than { $threshold }, administrators can never be replaced.
paper-title = Paper keys
paper-page = A page to be printed is in { $file }. Print it, check it, delete it.
papers-next = Once it is written down, check it: `linli paper check` (of somebody else on this box with `--as NAME`).
papers-checked = Your own paper was checked.
papers-unchecked = Your own paper was not checked yet: `linli paper check`.
papers-roots-left = Papers of the community that were not checked yet: { $count }. `linli paper check` takes one at a time.

error-nothing-typed = Nothing was typed
    .hint = Type it when you are asked, or give it on stdin, on a line of its own.
error-typed-differently = The two were not the same
    .hint = Nothing was changed; try again.
error-cannot-write = { $path } cannot be written: { $reason }
    .hint = Choose another place; what is there already is never written over.
mark-taken-down = (taken down by an owner of the group)

people-devices = { $count ->
        [0] no device
        [one] 1 device
       *[other] { $count } devices
    }
why-root = given by the community's paper keys
why-given = given by { $by } as { $role }
why-invited = invited by { $by } as { $role }
why-vouched = vouched for by { $by }
why-open = entered a group that { $by } founded as { $role }
why-removed = { $role }: taken away by { $by }
why-void = { $role }: does not count. { $reason }
granted-again = Done. The person's box needs a new writing key: have this link joined on it.
removed = Done. { $kept } things that were written stay{ $cut ->
        [0] {""}
       *[other] , { $cut } lie behind the cut
    }. What comes in later is shown by `linli late`.
rebound-given = Given: { $role }
rebound-left = Not yours to give; whoever looks after it lets the new person in: { $role }
compare-nobody = No neighbour could be reached: the cut is where this box stands.
compare-done = Compared with { $equal } of { $linked } neighbours in reach.
late-none = Nothing has come in from behind a cut.
late-key = a revoked device
late-row = { $person }, { $role }, by { $by }: { $items ->
        [one] 1 late item
       *[other] { $items } late items
    }
late-admit = Let them count with `linli admit`.
admitted = { $items ->
        [one] 1 item counts now.
       *[other] { $items } items count now.
    }
device-writer = writes
device-box = box
device-sealed = sealed key
device-here = this one
device-live = in use
device-revoked = revoked by { $by }
device-void = not valid
forks-none = No chain forks here.
fork-chosen = (chosen)
knocked-vouches = Your wish to enter “{ $name }” is noted: { $have } of { $need } members vouch for you. Members do it with `linli group vouch`; you are in as soon as there are enough.
knocked-approval = Your wish to enter “{ $name }” is noted. An owner lets you in with `linli group approve`.
member-owner = sees to it
member-leaving = leaves
waits-vouches = { $name } waits: { $have } of { $need } vouch ({ $by })
waits-other = { $name } waits: { $reason }
exception-row = Exception for { $person }, by { $by }: { $reason }
report-row = { $by } about { $author }: { $reason }
exported = Wrote { $messages } messages and { $requests } requests into { $path }.
left = Said. You are off the list as soon as somebody who may do so reads it.
reported = The owners of the group will see it.
place-area = area
place-group = group
trouble-counts = Waiting: { $pending }, not counted: { $quarantined }, harmful: { $poison }.
trouble-waits = waits for { $ids }
root-papers = Type the words of each paper, an empty line after each, then Ctrl-D.
erase-done = Forgotten here, and on every home as it hears of it.
vault-name = Name: { $text }
vault-phone = Phone: { $text }
vault-door = Door: { $text }
vault-details = Details: { $text }
vault-erased-contact = Name, phone and door were erased.
vault-erased-sensitive = The details for the office were erased.
vault-earlier = { $who } opened it { $times } times before
vault-opened = { $time }  opened by { $who }  { $more }
vault-released = { $time }  { $who } gave name, phone and door to { $more }
vault-released-unconfirmed = { $time }  { $who } gave name, phone and door to { $more }, whom nobody had confirmed
vault-confided = { $time }  { $who } let { $more } read what is for the office
confide-done = { $person } can read it now. The family sees that you named him, and why.
search-none = Nothing was found. Try fewer or shorter words.
people-introduced = introduced
people-met = { $count ->
    [one] met by one
   *[other] met by { $count }
}
people-number = Your number: { $number }
faq-none = No answer is saved that has these words.
duty-none = Nobody has said who is on duty.
duty-row = { $name }, phone { $phone }, until { $until }; then { $next }

series-none = No series is known here.
series-planned = Planned. Its code: { $code }
series-not-understood =   ! This release does not understand the rule, and has no rides for it.
series-rota =   in turn: { $names }
series-driven =   { $person } has driven { $legs ->
        [one] 1 leg
       *[other] { $legs } legs
    }
swap-done = Exchanged.
swap-offered = Offered. The other accepts by saying the same.
rota-nothing = Nothing on your rota.
rota-standby = You stand by for:
rota-offer = { $person } offers { $theirs } for your { $mine }; accept with `linli series swap { $mine } { $theirs }`
holder-stale = [no word for long]
slip-title = What: { $title }
slip-name = For: { $name }
slip-code = Number: { $code }
request-area =   where about: { $text }
request-window =   when: { $text }
request-needs =   needed: { $text }
request-for =   for { $text }
request-proxy =   { $text } speaks for them
request-to-desk =   for the office alone; the words are among the private details
request-waits =   waits for a word of the office or the home that asked before anybody sets off
request-early =   it begins so late that pages do not offer to set off yet
request-unconfirmed =   nobody has confirmed whoever holds it; setting off is possible
request-by-default =   closed by default: whoever asked has said nothing for a week
request-visit =   visit { $time } · { $who } · { $outcome }
request-promise =     promised: { $promise }, to be looked after { $time }
request-added =   added by { $by } · { $time }: { $count } (from number { $from })
request-file =   file { $number }: { $name } ({ $kb } kB)
request-noted-solved =   said on the phone, written down by { $by }: solved. { $words }
request-noted-unsolved =   said on the phone, written down by { $by }: not solved. { $words }
request-posting =   posted to { $group }: { $row }
desk-cut = While we were cut off (since { $since }): { $new } new, { $conflicts } conflicts, { $told } people told
desk-unanswered = Not answered yet: { $count }
desk-unclaimed = Nobody has taken it: { $count }
desk-overdue = Overdue: { $count }
desk-conflicts = Conflicts to settle: { $count }
desk-call-backs = To call back: { $count }
desk-provisional = Not confirmed yet: { $count }
figures-asked = Asked: { $asked } (not answered yet: { $unanswered })
figures-response = First answer of the office: half within { $median }, nine of ten within { $p90 } (of { $count }; hours:minutes)
figures-cut-off = On top of it, under way because of a cut: half { $median }, nine of ten { $p90 } (of { $count })
figures-resolution = Until done: half within { $median }, nine of ten within { $p90 } (of { $count })
figures-satisfaction = Confirmed { $confirmed } · opened again { $reopened } · closed by default { $silent } · by phone solved { $solved }, not solved { $unsolved }
figures-skewed = { $count } with clocks that contradict one another, not in these times
reached-everywhere = The whole community
reached-row = { $place }: { $seen } of { $households } homes have read it, { $reached } have it
missing-unread = { $home }, { $name }: has it, not read yet
missing-unreached = { $home }, { $name }: NOT reached, knock there
token-made = Token for “{ $name }”. It is shown this once; whoever has it acts as you.
tokens-none = You have made no tokens.
token-revoked = The token “{ $name }” no longer works.
photo-file = The file
photo-whole = The whole photo.
photo-thumbnail = Only the thumbnail: the whole photo is not in this home.
name-net = Among neighbours: { $name }
name-real = At the desk: { $name }
name-none = At the desk: no real name was given.
name-forgotten = At the desk: the real name was forgotten for good.
name-opened = { $time }  read by { $who }  { $more }
answered-before = The office has answered this before, so nothing was written. With --anyway it is asked all the same.
request-wardens = Looks after the building: { $text }
files-held = { $count } whole photos are here; all of it takes { $here } KB of { $room } KB.
files-policy = Fetched: { $fetch }. By itself at most { $alerts } MB of an alert, { $news } MB of other announcements; for neighbours at most { $neighbours } MB.
files-coming = { $name }: { $here } of { $all } KB are here
files-no-room = { $name }: { $here } of { $all } KB are here; it waits for room
files-original = { $state } ({ $here } of { $all } KB).
paired-none = No phone is paired with this box's page.
paired-revoked = Turned out: { $n }. They can come back only with a new code.
vote-opened = The vote { $id } is open, { $n } on the roll.
vote-row = { $id }  [{ $state }] { $title }  until { $time }  { $n } of { $all } have voted
vote-aside-contradicting = { $n } voters contradict themselves and do not count yet.
vote-aside-unconfirmed = { $n } paper ballots wait for a second person, or were entered in two ways.
vote-aside-spoilt = { $n } ballots name no choice.
vote-aside-outside = { $n } ballots are from outside the roll.
vote-aside-late = { $n } ballots are late.
vote-aside-missing = { $n } ballots of the reports are not here yet.
vote-waits-for = has not reported: { $name }
vote-was-closed = { $name } ended the wait. { $why }
vote-void = void: { $why }
skill-nobody = Nobody was found.
skill-ask-desk = ask the desk
thanks-row = { $id }  { $time }  { $from } thanks { $to }: { $text }
thanks-row-waiting = { $id }  { $time }  [not public] { $from } thanks { $to }: { $text }
import-odd = Line { $line } is no message of a chat as it should be; it was posted as it is.
import-odd-more = So are { $n } more.

activity-planned = Planned. Its code: { $code }
activities-none = Nothing is planned.
activity-called-off =   ✗ Does not take place: { $reason }
activity-unaware =     has not read it: { $names }
activity-holders =     comes: { $names }
activity-awaiting =     moved up, has not said yes: { $names }
activity-waitlist =     waits: { $names }
activity-standby =     ! has not set off; now wanted: { $names }

hours-person = { $name }: { $hours } hours count; { $pending } wait for approval
hours-all = { $hours } hours count
hours-by-person = per person
hours-by-team = per team
hours-by-activity = per activity
hours-certificate = № { $number }: { $name }, { $hours } hours, { $from } – { $until }, made out by { $issuer } (this box counts { $here })
hours-valid = ✓ Valid: signed by { $issuer }.
hours-not-valid = ✗ Not valid: { $issuer } was not entitled to make it out.

look-found =   ✓ Found: { $places }
printed = { $pages ->
    [one] One page is in { $file }.
   *[other] { $pages } pages are in { $file }.
}
inbox-knock = Knock for ({ $count }): { $text }
inbox-door-away =   ○ { $home }  { $names }  not reached
inbox-door-unread =   ◐ { $home }  { $names }  reached, not read
inbox-unanswered = Nobody has answered:
inbox-bring = Bring word:
inbox-row =   { $code }  { $title }  { $whose }  { $state }
inbox-empty = Nothing waits to be carried on.
vote-you-saw = The result is another one now; when you first looked it was { $result }.
vote-had-called = { $name } had announced { $result } on one side of a cut.
