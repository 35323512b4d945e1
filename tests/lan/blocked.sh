# Multicast does not pass, as on many a Wi-Fi: homes find each other by the link they came with, by an
# address that somebody typed, and by those that they remember.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin
bridge lan
for home in a b c; do home_net "$home"; done
cable a lan 10.9.5.1; cable b lan 10.9.5.2; cable c lan 10.9.5.3
for home in a b c; do ip link set "$home-lan" type bridge_slave mcast_flood off; done

found a 安 润园
bare=$(invite a) # Nobody runs yet: this link says nothing about where a is.
up a
reachable a 10.9.5.1
link=$(invite a) # This one does.

note "c knows no address, and multicast is dead"
join c "$bare" 陈; up c
! linli c wait --peers 1 --timeout 5 >/dev/null 2>&1 || fail "c found a: multicast passes, this shows nothing"

note "b finds a by the link"
join b "$link" 宝; up b
linli b wait --peers 1 --timeout 60 >/dev/null || fail "b did not find a by its link"

note "c finds a by a typed address"
where=$(grep -o '/ip4/10.9.5.1/tcp/[0-9]*' "$work/a.out" | head -1)
down c; up c --dial "$where"
linli c wait --peers 1 --timeout 60 >/dev/null || fail "c did not find a by a typed address"

note "all were switched off; each goes where it was, and they find each other by what they remember"
for home in a b c; do down "$home"; done
for home in a b c; do up "$home"; done
linli a post all "a is back" >/dev/null; linli b post all "乙回来了" >/dev/null
linli a wait --peers 2 --timeout 60 >/dev/null || fail "a did not find b and c again"
for home in b c; do linli "$home" wait --peers 1 --timeout 60 >/dev/null || fail "$home is not equal"; done
same_everywhere a b c
no_errors
