# The morning of an exam: looked at before departure, and a backup while there is still time.
#
# Three real homes. A ride begins in twenty minutes, so half an hour before is over; another begins in two
# hours. Both sides of a cut look at what is to be looked at; it is not green until all of it is ticked. On the
# side that hears nothing of the driver whoever drives next is offered, and after the heal, when he had set off,
# nobody is. For the way back he does not come, and the desk gives it to whoever stands by.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin

moved_in "office li" zhang

plan() { # plan TITLE WHEN
  linli office series new "$1" --start "$(date -u -d "$2" "+%Y-%m-%d %H:%M")" --rule "FREQ=DAILY;COUNT=1" --zone UTC \
    --back-after 5 --rota zhang-p,li-p --check fuel --check "admission ticket" --json >/dev/null; }
plan Exam "+20 minutes"; plan Later "+2 hours"
equal $all
leg() { linli office series show "$1" --json | json "d['rides'][$2]['code']"; }
out=$(leg Exam 0); back=$(leg Exam 1); later=$(leg Later 0)
ride() { linli "$1" request "$2" --json | json '(d["ride"]["ready"], d["ride"]["late"], d["ride"]["backup"])'; }
is() { [ "$(ride "$1" "$2")" = "$3" ] || fail "$1: ready, late, backup of $2 are $(ride "$1" "$2"), not $3"; }
standby() { linli "$1" rota --json | json 'sorted(r["code"] for r in d["standby"])'; }
for code in "$out" "$later"; do linli zhang claim "$code" >/dev/null; done
equal $all
for home in $all; do is "$home" "$out" "(False, True, 'li-p')"; is "$home" "$later" "(False, False, None)"; done
[[ " $(standby li) " == *"$out"* ]] || fail "li is not asked to stand by: $(standby li)"
[[ " $(standby li) " != *"$later"* ]] || fail "li stands by for a ride that has time: $(standby li)"
says "Not everything has been looked at" zhang rota
says "Stands by: li-p" office request "$out"

cut_trunk "zhang looks at the fuel and sets off, the office looks at both and hears nothing of him"
linli zhang check "$out" tick check-0 --json >/dev/null
is zhang "$out" "(False, True, 'li-p')"
linli zhang depart "$out" >/dev/null
is zhang "$out" "(False, False, None)"
for item in check-0 check-1; do linli office check "$out" tick "$item" --json >/dev/null; done
linli office wait --peers 1 --timeout 180 >/dev/null
for home in office li; do is "$home" "$out" "(True, True, 'li-p')"; done
heal_trunk
equal $all
for home in $all; do
  is "$home" "$out" "(True, False, None)"
  [ "$(linli "$home" request "$out" --json | json '[(c["text"], c["done"]) for c in d["checklist"]], d["holder"]')" = \
    "[('fuel', True), ('admission ticket', True)] zhang-p" ] || fail "$home: the list is not one: $(linli "$home" request "$out")"
done
[[ " $(standby li) " != *"$out"* ]] || fail "li stands by for whoever is on his way"

note "the way back: zhang does not come, the desk gives it to whoever stands by"
is office "$back" "(False, True, 'li-p')"
linli office assign "$back" "$(linli office request "$back" --json | json 'd["ride"]["backup"]')" --json >/dev/null
equal $all
for home in $all; do [ "$(linli "$home" request "$back" --json | json 'd["holder"]')" = li-p ] || fail "$home: li has not got the way back"; done
linli li depart "$back" >/dev/null
equal $all
for home in $all; do is "$home" "$back" "(False, False, None)"; done
same_everywhere $all
no_errors
