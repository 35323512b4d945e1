# Somebody hostile on the LAN: 500 half-open connections, random bytes on every port, a flood of mDNS,
# a node of another community, and a thief with a used invitation. He is turned away at the door, and what he
# writes, which is as well signed as anybody's, is carried into a home in bundles: it is held, and shown nowhere.
# The homes answer one another as before, and who comes home in the middle of it is connected within 5 s.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
command -v python3 >/dev/null || skip "python3 is missing"
lan_begin
seconds=60; [ "${1:-}" = --long ] && seconds=3600
bridge lan
for home in a b late x thief; do home_net "$home"; done
cable a lan 10.9.4.1; cable b lan 10.9.4.2; cable late lan 10.9.4.3; cable x lan 10.9.4.4; cable thief lan 10.9.4.5
for n in $(seq 100 119); do ip -n x addr add "10.9.4.$n/24" dev lan; done
port=4001

found a 安 润园
up a --listen "/ip4/0.0.0.0/tcp/$port" --listen "/ip4/0.0.0.0/udp/$port/quic-v1"
linli a invite --once --out "$work/once" >/dev/null 2>&1 || fail "no invitation as a file"
join b "$work/once" 宝; up b
linli b wait --peers 1 --timeout 180 >/dev/null || fail "never met"
reachable a 10.9.4.1
join late "$(invite a)" 迟
rss() { awk '/VmRSS/ {print int($2/1024)}' "/proc/$(cat "$work/a.pid")/status"; }

found x 外 别处
up x --dial "/ip4/10.9.4.1/tcp/$port"
join thief "$work/once" 贼
# He writes while nobody has told him yet that it is used. He knows the group of everybody by its number alone.
his=$(linli thief groups --json | json 'd["name"]')
for round in 1 2 3 4; do
  for word in 1 2 3 4 5; do linli thief post "$his" "a thief's word $round $word" >/dev/null || fail "the thief wrote nothing"; done
  linli thief bundle export "$work/loot.$round" >/dev/null 2>&1 || fail "the thief has nothing to carry"
done
up thief --dial "/ip4/10.9.4.1/tcp/$port"
ip netns exec x python3 "$here/noise.py" "$seconds" 10.9.4.1 "$port" "$work/full" &
noise=$!
started+=($noise)
n=0 crowd=0 slowest=0 carried=0
while kill -0 $noise 2>/dev/null; do
  n=$((n + 1))
  # It is well signed, for this community; his right to it was used up by another.
  if [ -e "$work/loot.$n" ]; then
    new=$(linli a bundle import "$work/loot.$n" --json | json 'd["new"]') || fail "a takes in no bundle"
    [ "$new" -gt 0 ] || fail "nothing of the thief's came to a"
    carried=$((carried + new))
  fi
  asked=$(date +%s%N)
  linli a post all "still here $n" >/dev/null || fail "a does not answer"
  linli b wait --peers 1 --timeout 180 >/dev/null || { linli b status; fail "b lost a under the noise"; }
  took=$((($(date +%s%N) - asked) / 1000000))
  [ "$took" -gt "$slowest" ] && slowest=$took
  open=$(ls "/proc/$(cat "$work/a.pid")/fd" | wc -l)
  [ "$open" -gt "$crowd" ] && crowd=$open
  if [ -e "$work/full" ] && [ ! -e "$work/late.pid" ]; then
    up late
    bound=$(within 5)
    began=$(date +%s%N)
    linli late wait --peers 1 --timeout "$bound" >/dev/null || { linli late status; fail "who comes home late is not connected within $bound s"; }
    note "who comes home late is connected and equal after $((($(date +%s%N) - began) / 1000000)) ms"
  fi
done
wait $noise || fail "the noise itself failed"
[ -e "$work/late.pid" ] || fail "the crowd never stood"
[ "$crowd" -gt 400 ] || fail "a had only $crowd files open: that was no crowd"
linli b log all --last 10000 --json | grep -c "still here" | has -x "$n" || fail "b has not got everything"
linli late wait --peers 1 --timeout 180 >/dev/null || fail "late is not equal"
same_everywhere a b late
for home in a b late; do
  linli $home log all --last 10000 --json | has "a thief's word" && fail "$home shows a thief's word"
  linli $home people --json | has 贼 && fail "$home takes the thief for a neighbour"
done
linli thief status 2>&1 | has -i "used" || { linli thief status; fail "the thief is not told that his invitation is used"; }
held=$(linli a status --json | json 'd["quarantined"]')
[ "$held" -ge 20 ] || fail "a holds $held envelopes that do not count, of $carried that were carried to it"
kill -0 "$(cat "$work/a.pid")" || fail "a is dead"
grep -q panicked "$work"/*.err && fail "something panicked"
strangers=$(linli a status --json | json 'sum(p["connected"] and p["home"] == "" for p in d["peers"])')
[ "$strangers" = 0 ] || fail "a stranger is linked"
[ "$(rss)" -lt 256 ] || fail "a takes $(rss) MiB"
note "$n messages crossed under $seconds s of noise, each within $slowest ms; a holds $held of the thief's envelopes, had up to $crowd files open and takes $(rss) MiB"
no_errors
