# What of this home is where, and why one other home does not become equal.
where-only-here = Only on this box so far: { $n ->
    [one] 1 thing
   *[other] { $n } things
}.
where-on-its-way = On its way to { $n ->
    [one] 1 home
   *[other] { $n } homes
}.
where-arrived = Everything has arrived at { $n ->
    [one] 1 home
   *[other] { $n } homes
}.
where-office = The office had everything when we compared, { $ago }.
peer-why = Why is this not syncing?
peer-compare = Compare now
peer-compared-equal = Compared just now: both have the same.
peer-compared-not = The comparison did not come about within five seconds, or both still differ.
peer-last-heard = Last heard
peer-last-compared = Last compared
peer-lacking-here = We lack
peer-lacking-there = They lack
peer-bytes = Bytes in / out over this link
try = What to try
try-nothing = Nothing: both have the same.
try-wait = Wait a moment: the link is new, and the two have not compared yet.
try-compare = Press “Compare now”; a large difference takes a few minutes.
try-uncounted = Look under “Network” at what does not count: something may wait for a key or a grant.
try-same-network = Are both boxes on the same network? A guest network or “client isolation” keeps them apart.
try-dial = Type the other box's address into the field under “Network”.
try-stick = Carry a bundle on a USB stick: “linli bundle export”.
try-power = Is the other box switched on? Somebody there can look for its light.
try-moment = It was here a moment ago: boxes call one another again within seconds.
way-only-here = Saved on this box, not sent yet; it goes by itself as soon as a home is in reach
way-on-its-way = On its way: another home has it, the desk not yet, as far as is known
way-at-desk = Delivered to the desk
only-here = Only on this box so far
only-here-message = Message: { $title }
only-here-request = Request: { $title }
only-here-news = Announcement: { $title }
