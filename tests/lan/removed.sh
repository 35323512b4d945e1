# A driver is removed while he is cut off, on real nodes.
#
# An office and three homes; the driver and a friend are cut off and go on posting and claiming while
# the office removes the driver. After the heal every honest home shows the same: what the friend
# answered, with a mark; nothing else of what came late; the claim held by nobody. Then the office
# looks at what is late, admits it, and lets the driver in again with a fresh key.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin

bridge east; bridge west
for home in office anna driver friend; do home_net "$home"; done
cable office east 10.9.1.1; cable anna east 10.9.1.2; cable driver west 10.9.1.3; cable friend west 10.9.1.4
ip link add trunk type veth peer name trunk2
ip link set trunk master east up; ip link set trunk2 master west up

found office 李红 润园
up office
link=$(invite office)
for home in anna driver friend; do join "$home" "$link" "$home-person"; up "$home"; done
linli office wait --peers 3 --timeout 180 || { tail -20 "$work"/*.err; fail "the homes never met"; }
linli driver post all "before" >/dev/null
ride=$(linli anna ask "Ride to dialysis" --json | json 'd["id"]')
shop=$(linli anna ask "Rice from the market" --json | json 'd["id"]')
linli office wait --peers 3 --timeout 180 || fail "not equal before the cut"
linli driver wait --timeout 180 || fail "the driver is not equal before the cut"

note "cut: the office removes the driver, who writes on"
ip link set trunk down
linli office remove driver-person >"$work/removal" 2>"$work/removal.err"
grep -q "Done\." "$work/removal.err" || { cat "$work/removal.err"; fail "not removed"; }
linli driver post all "on my way" >/dev/null
linli driver claim "$ride" >/dev/null
linli friend wait --peers 1 --timeout 180 || fail "the friend does not hear the driver"
linli friend post all "thank you" >/dev/null
linli friend claim "$shop" >/dev/null
linli friend claim "$ride" >/dev/null
linli driver wait --peers 1 --timeout 180 || fail "the driver does not hear the friend"
linli driver post all "nobody answers this" >/dev/null
linli friend wait --peers 1 --timeout 180 || fail "the friend does not hear the driver's last"
linli friend request "$ride" --json | json 'd["holder"]' | has -x driver-person || fail "the friend could not know"
linli driver request "$shop" --json | json 'd["holder"]' | has -x friend-person || fail "the driver does not hear the friend's claim"

note "heal"
ip link set trunk up
linli office wait --peers 2 --timeout 180 || { linli office status; fail "not equal after the heal"; }
for home in anna friend; do linli "$home" wait --peers 2 --timeout 180 || fail "$home is not equal"; done
same_soon office anna friend
for home in office anna friend; do
  shown=$(linli "$home" log all --json | python3 -c 'import json,sys; print([(d["text"], d["flagged"]) for d in map(json.loads, sys.stdin)])')
  [ "$shown" = "[('before', False), ('on my way', True), ('thank you', False)]" ] || fail "$home shows $shown"
  linli "$home" request "$ride" --json | json 'd["holder"]' | has -x friend-person || fail "$home: the ride is not the friend's, whose claim stands"
  linli "$home" request "$shop" --json | json 'd["holder"]' | has -x friend-person || fail "$home loses the friend's claim"
  ! linli "$home" people --json | has driver-person || fail "$home still lists the driver"
done
linli anna trouble --json | grep -c '"reason":"cut"' | has -x 3 || { linli anna trouble; fail "anna is not told why"; }

held() { linli driver status --json | json '[(g["envelopes"], g["fingerprint"]) for g in d["groups"]]'; }
had=$(held)

note "what is written now is closed to him, wherever it lies"
linli office post all "for those who stayed" >/dev/null
for home in anna friend; do shows $home all "for those who stayed"; done
linli friend post all "so do I say" >/dev/null
shows office all "so do I say"
for words in "for those who stayed" "so do I say"; do
  ! linli driver log all --json | has -F "$words" || fail "the driver reads on"
  ! grep -rqaF "$words" "$work/driver" || fail "the driver's disk gives away “$words”"
  grep -rqaF "$words" "$work/anna" || fail "the same search finds nothing at anna's"
done
[ "$(held)" = "$had" ] || fail "the driver's box was given something, be it sealed: $had, now $(held)"

note "late items are shown and admitted"
removal=$(linli office late --json | python3 -c 'import json,sys; print(next(d["removal"] for d in map(json.loads, sys.stdin) if d["items"] == 3))')
linli office late "$removal" | has "nobody answers this" || fail "the late words are not shown"
! linli anna admit "$removal" --all 2>/dev/null || fail "anna admitted"
linli office admit "$removal" --all 2>/dev/null
linli office wait --peers 2 --timeout 180 || fail "not equal after the admission"
linli anna wait --peers 2 --timeout 180 || fail "anna is not equal after the admission"
shows anna all "nobody answers this"

note "the driver is let in again, with a fresh key"
back=$(linli office grant driver-person member --again --json | json 'd["link"]')
! linli driver join "$back" 2>/dev/null || fail "a running node changed its keys"
down driver
linli driver join "$back" >/dev/null 2>&1 || fail "the driver cannot join again"
up driver
linli driver wait --peers 1 --timeout 180 || { tail -5 "$work/driver.err"; fail "the driver does not come back"; }
linli driver post all "back again" >/dev/null || fail "the driver cannot write"
linli driver wait --peers 1 --timeout 180 || fail "the driver's word does not leave"
linli office wait --peers 3 --timeout 180 || fail "not equal with the driver back"
same_soon office anna friend driver
linli anna log all --json | tail -1 | has '"text":"back again"' || fail "anna does not hear the driver"
no_errors
note "removed, seen alike everywhere, admitted, and back"
