# Rides that recur.
ride-out = { $begins } there
ride-back = { $begins } back
ride-moved = Moved: it was planned for { $date }.
ride-not-ready = Not everything has been looked at before departure.
ride-offered = Nobody has said yes yet: whoever can, takes it.
ride-late = Nobody has set off yet.
ride-backup = Stands by: { $person }
rota-title = My rota
rota-mine = My rides
rota-nothing = No ride of yours in the next days.
rota-standby = You stand by for these
rota-offers = Somebody would like to swap
rota-offer = { $person } would take your { $mine } and give you { $theirs }.
rota-accept = Yes, swap
rota-yes = I will drive
rota-no = I cannot
rota-series = Rides that recur
rota-in-turn = In turn: { $names }
rota-rule = Recurs: { $rule }, from { $start } ({ $zone })
rota-not-understood = This box does not understand the rule; a newer release does.
rota-driven = Who drove how often
rota-legs = { $n ->
    [one] 1 leg
   *[other] { $n } legs
}
