# A ride that recurs, on both sides of a cut.
#
# Three real homes. The desk plans four Tuesdays; the halves lose each other; on one side a driver says
# yes, on the other the desk changes the rota. After the heal every home names the same rides and the
# same drivers, two drivers swap, and a leg is confirmed only with the other.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin

two_streets
lives east office li; lives west zhang

found office 李红 润园
up office
link=$(invite office)
for home in zhang li; do join "$home" "$link" "$home-person"; up "$home"; done
linli office wait --peers 2 --timeout 180 || fail "the homes never met"

start=$(date -u -d "+2 days" "+%Y-%m-%d 07:30")
linli office series new Dialysis --start "$start" --rule "FREQ=DAILY;COUNT=4" --zone Asia/Shanghai \
  --back-after 240 --rota zhang-person,li-person --check fuel --json | has '"code"' || fail "not planned"
linli office wait --peers 2 --timeout 180 || fail "not equal after planning"

rides() { linli "$1" series show Dialysis --json | json '[(r["id"], r["holder"], r["status"]) for r in d["rides"]]'; }
code() { linli office series show Dialysis --json | json "d['rides'][$1]['code']"; }
same_rides() {
  local first; first=$(rides office)
  for home in zhang li; do [ "$(rides "$home")" = "$first" ] || fail "$home derives $(rides "$home"), the office $first"; done
}
same_rides
[ "$(rides office | grep -o "person" | wc -l)" = 8 ] || fail "not eight legs with a driver: $(rides office)"
linli li series rota Dialysis li-person >/dev/null 2>"$work/refused" && fail "a driver changed the rota"
grep -q "plan rides" "$work/refused" || fail "he is not told why: $(cat "$work/refused")"

cut_trunk
first=$(code 0) third=$(code 4)
linli zhang claim "$third" >/dev/null
linli zhang series absent "$first" >/dev/null
linli office series rota Dialysis li-person --from "$(date -u -d "+4 days" +%Y-%m-%d)" >/dev/null
linli office request "$third" --json | json 'd["holder"]' | has -x li-person || fail "the rota was not changed"

heal_trunk
linli office wait --peers 2 --timeout 180 || fail "not equal after the heal"
for home in zhang li; do linli "$home" wait --peers 1 --timeout 180 || fail "$home is not equal"; done
same_rides
linli li request "$third" --json | json 'd["holder"]' | has -x zhang-person || fail "the claimed ride did not stand"
linli li request "$first" --json | json 'd["holder"]' | has -x None || fail "he said that he cannot"
linli li notices --json | has '"reason":"waitlisted"' || fail "whom the rota named was not told"

note "swap"
second=$(code 2)
linli li series swap "$second" "$third" --json | json 'd["done"]' | has -x False || fail "one word was enough"
linli li wait --peers 1 --timeout 180
linli zhang wait --peers 1 --timeout 180
linli zhang rota --json | json 'd["offers"][0]["by"]' | has -x li-person || fail "no offer is shown"
linli zhang series swap "$third" "$second" --json | json 'd["done"]' | has -x True || fail "not accepted"
linli zhang wait --peers 1 --timeout 180
linli office request "$second" --json | json 'd["holder"]' | has -x zhang-person || fail "not swapped"

note "there and back"
back=$(code 1)
for leg in "$first" "$back"; do
  linli li claim "$leg" >/dev/null 2>&1 || true
done
linli li depart "$first" >/dev/null; linli li "done" "$first" >/dev/null
linli office wait --peers 2 --timeout 180
linli office confirm "$first" >/dev/null 2>"$work/refused" && fail "confirmed before the way back"
grep -q "other leg" "$work/refused" || fail "the office is not told why: $(cat "$work/refused")"
linli zhang claim "$back" >/dev/null 2>&1 || true
holder=$(linli office request "$back" --json | json 'd["holder"]'); holder=${holder%-person}
linli "$holder" depart "$back" >/dev/null; linli "$holder" "done" "$back" >/dev/null
linli office wait --peers 2 --timeout 180
linli office confirm "$first" >/dev/null
linli office request "$back" --json | json '(d["status"], d["ride"]["complete"])' | has -x "('closed', True)" || fail "not closed with both legs"
linli office wait --peers 2 --timeout 180
for home in zhang li; do linli "$home" wait --peers 1 --timeout 180 || fail "$home is not equal"; done
same_everywhere office zhang li
no_errors

note "who drove how often, the same everywhere"
driven() { linli "$1" series show Dialysis --json | json 'sorted((r["person"], r["legs"]) for r in d["driven"] if r["legs"])'; }
alike driven office zhang li
if [ "$holder" = li ]; then fair="[('li-person', 2)]"; else fair="[('li-person', 1), ('zhang-person', 1)]"; fi
driven office | has -xF "$fair" || fail "driven is $(driven office), not $fair"
