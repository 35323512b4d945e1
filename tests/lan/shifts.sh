# Real nodes: three places and 2 + 2 who want one in a cut; signed in and out on both sides; equal totals.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin
bridge lan
for home in a b c; do home_net "$home"; done
cable a lan 10.9.6.1; cable b lan 10.9.6.2; cable c lan 10.9.6.3

found a 安 润园
up a
for home in b c; do join "$home" "$(invite a)" "$home"; up "$home"; done
linli a resident add 安二 >/dev/null 2>&1
for home in a b c; do linli "$home" wait --peers 2 --timeout 60 || fail "$home never met the others"; done

linli a activity new 清理河道 --from "2026-11-28 09:00" --until "2026-11-28 11:00" --role 搬运=3 --check 手套 >/dev/null
for home in b c; do linli "$home" wait --peers 2 --timeout 30 || fail "$home did not hear of it"; done
linli c resident add 岑二 --link "$(invite a)" >/dev/null 2>&1
linli a wait --peers 2 --timeout 30 || fail "nobody hears who moved in"

note "c is cut off; two join on each side, and all four hold a place"
unplug c lan
linli a --as 安二 activity join 清理河道 >/dev/null; linli b activity join 清理河道 >/dev/null
linli c activity join 清理河道 >/dev/null; linli c --as 岑二 activity join 清理河道 >/dev/null
for home in a c; do
  taken=$(linli "$home" activity show 清理河道 --json | json '(d["taken"], d["waiting"])')
  [ "$taken" = "(2, 0)" ] || fail "$home shows $taken while cut off"
done
linli b hours in 清理河道 --at "2026-11-28 09:00" >/dev/null
linli a hours in 清理河道 b --at "2026-11-28 09:03" --how list >/dev/null
linli a hours out 清理河道 b --at "2026-11-28 11:00" --how list >/dev/null
linli c hours in 清理河道 --at "2026-11-28 09:00" >/dev/null
linli c hours out 清理河道 --at "2026-11-28 10:30" >/dev/null

plug c lan
for home in a b c; do linli "$home" wait --peers 2 --timeout 60 || fail "$home is not equal after the cut"; done
linli a hours approve 清理河道 >/dev/null || fail "nobody approves"
linli a wait --peers 2 --timeout 30 || fail "the approval does not arrive"
first=; sums=
for home in a b c; do
  places=$(linli "$home" activity show 清理河道 --json | json '[(r["holders"], r["waitlist"]) for r in d["roles"]]')
  totals=$(linli "$home" hours totals --json | json '(d["minutes"], [(r["name"], r["minutes"]) for r in d["people"]])')
  [ -n "$first" ] || { first=$places; sums=$totals; }
  [ "$places" = "$first" ] || fail "$home gives the places to $places, a to $first"
  [ "$totals" = "$sums" ] || fail "$home counts $totals, a counts $sums"
done
[ "$(linli a activity show 清理河道 --json | json '(d["taken"], d["waiting"])')" = "(3, 1)" ] || fail "not three places and one who waits: $first"
[ "$(linli c hours totals --json | json 'd["minutes"]')" = 210 ] || fail "not 2 h and 1 h 30: $sums"
linli c activity tick 清理河道 手套 >/dev/null
linli c activity calendar 清理河道 | grep -q "SUMMARY:清理河道" || fail "no calendar file"
number=$(linli a hours certify b --from "2026-11-01 00:00" --until "2026-12-01 00:00" --json | json 'd["number"]')
linli a wait --peers 2 --timeout 30 || fail "the certificate does not arrive"
unplug c lan
linli c hours verify "$number" --json | json '(d["valid"], d["minutes"])' | grep -qx "(True, 120)" || fail "c cannot verify $number"
note "the same places, 3.5 hours everywhere, certificate $number verified without a network"
no_errors
