# Looking together, and places together, on both sides of a cut.
#
# Four real homes. Insulin is looked for: both sides of a cut tick and add pharmacies, the lists merge as a
# union, and "found" stops everybody who looks, once. An activity has two places: two join on each side, every
# home names the same two and the same waiting list; whoever moves up says yes. Called off on one side of
# another cut, it is acknowledged by everybody who had a place or waits; the calendar file says so.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin

moved_in "office zhang" "li wang"
told() { # told HOME REASON: how often it is told so
  linli "$1" notices --json | python3 -c 'import json,sys
print(sum(json.loads(line)["reason"] == sys.argv[1] for line in sys.stdin))' "$2"; }
is_told() { [ "$(told "$1" "$2")" = "$3" ] || fail "$1 is told “$2” $(told "$1" "$2") times, not $3"; }
read_all() { linli "$1" notices --seen >/dev/null; }

note "need 21: insulin in the pharmacies of the town"
looked() { linli "$1" look show "$code" --json | json '([(p["text"], p["looked_by"], p["found_by"]) for p in d["places"]], d["found"], d["left"])'; }
places() { linli "$1" look show "$code" --json | json '" ".join(sorted(p["text"] for p in d["places"]))'; }
code=$(linli office ask "Insulin" --urgent --json | json 'd["code"]')
linli office look add "$code" North South East --json >/dev/null
equal $all
cut_trunk "both sides look, both add the pharmacy in the west"
linli zhang look nothing "$code" North --json >/dev/null
linli zhang look add "$code" West --json >/dev/null
linli li look add "$code" West Station --json >/dev/null
linli li look nothing "$code" South --json >/dev/null
linli wang look nothing "$code" West --json >/dev/null
linli wang look found "$code" Station --json >/dev/null
linli wang wait --peers 1 --timeout 180 >/dev/null
[ "$(places zhang)" = "East North South West" ] || fail "zhang, cut off, lists $(places zhang)"
[ "$(places li)" = "East North South Station West" ] || fail "li, cut off, lists $(places li)"
is_told li found 1; is_told zhang found 0; is_told office found 0
heal_trunk
equal $all
alike looked $all
[ "$(places office)" = "East North South Station West" ] || fail "no union: $(looked office)"
linli office look show "$code" --json | json '(sorted((p["text"], p["looked_by"], p["found_by"]) for p in d["places"]), d["found"], d["left"])' |
  grep -qxF "([('East', None, None), ('North', 'zhang-p', None), ('South', 'li-p', None), ('Station', None, 'wang-p'), ('West', 'wang-p', None)], ['Station'], 1)" ||
  fail "not everybody's tick is there: $(looked office)"
for home in office zhang li; do is_told "$home" found 1; read_all "$home"; done
is_told wang found 0
linli zhang look found "$code" Station --json >/dev/null
equal $all
for home in office li; do is_told "$home" found 0; done

note "need 22: two places, two join on each side of a cut"
begins=$(date -u -d "+1 day" +%Y-%m-%dT%H:%M)
plan() { linli "$1" activity new "Flood wall" --from "$begins:00Z" --until "$(date -u -d "+26 hours" +%Y-%m-%dT%H:%M:00Z)" \
  --role sandbags=2 --role tea=3 --place "North gate" --json; }
plan zhang >/dev/null 2>"$work/refused" && fail "a neighbour planned for all"
grep -q not_an_owner "$work/refused" || fail "he is not told why: $(cat "$work/refused")"
plan office >/dev/null
equal $all
role() { linli "$1" activity show "Flood wall" --json | json "' '.join(d['roles'][0]['$2'])"; }
roles() { linli "$1" activity show "Flood wall" --json | json '[[r["holders"], r["waitlist"], r["awaiting"]] for r in d["roles"]] + [d["unaware"], d["reason"]]'; }
cut_trunk "two join on each side, and all four have a place"
for home in $all; do linli "$home" activity join "Flood wall" --role sandbags --json >/dev/null; done
equal office zhang; equal li wang
for home in zhang wang; do [ "$(role "$home" holders | wc -w)" = 2 ] || fail "$home: $(roles "$home")"; done
[ "$(roles office)" != "$(roles li)" ] || fail "no cut: $(roles li)"
heal_trunk
equal $all
alike roles $all
[ "$(role li holders | wc -w) $(role li waitlist | wc -w)" = "2 2" ] || fail "not two places, two who wait: $(roles li)"
home_of() { [ "$1" = 李红 ] && echo office || echo "${1%-p}"; }
for name in $(role office waitlist); do linli "$(home_of "$name")" activity yes "Flood wall" --role sandbags --json >/dev/null; done
equal $all
up=$(role office waitlist | cut -d' ' -f1); first=$(home_of "$up")
leaver=$(role office holders | tr ' ' '\n' | grep -vx -m 1 李红); leaves=$(home_of "$leaver")
linli "$leaves" activity leave "Flood wall" --role sandbags --json >/dev/null
equal $all
alike roles $all
[ "$(role office awaiting)" = "$up" ] || fail "$first did not move up: $(roles office)"
is_told "$first" awaiting 1
refused not_now "$leaves" activity yes "Flood wall" --role sandbags
linli "$first" activity yes "Flood wall" --role sandbags --json >/dev/null
equal $all
alike roles $all
[ -z "$(role office awaiting)" ] || fail "$first said yes: $(roles office)"
[[ " $(role office holders) " = *" $up "* ]] || fail "$first has no place: $(roles office)"
for home in $all; do read_all "$home"; done

note "called off in a cut, while somebody joins on the other side"
linli "$first" activity calendar "Flood wall" >"$work/wall.ics"
grep -q "^BEGIN:VEVENT" "$work/wall.ics" || fail "no calendar file: $(cat "$work/wall.ics")"
grep -q "^DTSTART:$(tr -d ':-' <<<"$begins")00Z" "$work/wall.ics" || fail "another time: $(cat "$work/wall.ics")"
grep -q "^SUMMARY:.*Flood wall" "$work/wall.ics" || fail "no title: $(cat "$work/wall.ics")"
! grep -q "CANCELLED" "$work/wall.ics" || fail "it takes place"
street=west; [ "$leaves" = zhang ] && street=east
note "cut: the office calls it off, $leaves, who left, joins the tea at home"
unplug "$leaves" $street
refused not_an_owner li activity call-off "Flood wall" --reason rain
linli office activity call-off "Flood wall" --reason rain --json >/dev/null
linli "$leaves" activity join "Flood wall" --role tea --json >/dev/null
plug "$leaves" $street
equal $all
alike roles $all
unaware() { linli "$1" activity show "Flood wall" --json | json '" ".join(sorted(d["unaware"]))'; }
waited=$(unaware office)
concerned=$(linli office activity show "Flood wall" --json | json '" ".join(sorted({n for r in d["roles"] for n in r["holders"] + r["waitlist"]} - {"李红"}))')
[ "$waited" = "$concerned" ] || fail "$concerned were to come, and $waited have not read that it is called off"
[[ " $waited " = *" $leaver "* ]] || fail "$leaver, who joined unaware, is not told"
note "have not read it: $waited"
for name in $waited; do
  home=$(home_of "$name")
  is_told "$home" called_off 1
  linli "$home" activity heard "Flood wall" --json >/dev/null
  is_told "$home" called_off 0
done
equal $all
for home in $all; do [ -z "$(unaware "$home")" ] || fail "$home: $(unaware "$home") have not read it"; done
refused called_off zhang activity join "Flood wall" --role tea
says "STATUS:CANCELLED" "$first" activity calendar "Flood wall"
no_errors
note "the end: $(roles wang)"
