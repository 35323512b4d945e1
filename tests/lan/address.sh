# Homes find each other again: after a new address, and when both were started with the cable out.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin
bridge lan
for home in a b; do home_net "$home"; done
cable a lan 10.9.3.1; cable b lan 10.9.3.2
rounds=5; [ "${1:-}" = --long ] && rounds=100

found a 安 润园
up a
join b "$(invite a)" 宝; up b
linli b wait --peers 1 --timeout 30 || fail "never met"

for round in $(seq 1 $rounds); do
  unplug b lan
  ip -n b addr flush dev lan
  linli a post all "round $round from a" >/dev/null; linli b post all "第 $round 轮" >/dev/null
  plug b lan
  ip -n b addr add "10.9.3.$((100 + round))/24" dev lan
  began=$(date +%s%N)
  linli a wait --peers 1 --timeout 30 || fail "round $round: not equal 30 s after the new address"
  note "round $round: equal $((($(date +%s%N) - began) / 1000000)) ms after the new address"
done
same_everywhere a b

note "both are started while the cable is out"
down a; down b
unplug b lan
up a; up b
linli a post all "a alone" >/dev/null; linli b post all "b alone" >/dev/null
plug b lan
began=$(date +%s%N)
linli a wait --peers 1 --timeout 30 || fail "not equal 30 s after the cable"
note "equal $((($(date +%s%N) - began) / 1000000)) ms after the cable"
same_everywhere a b
no_errors
