# Volunteer hours on three nodes that do not see one another.
#
# Zhang and Li, who live on one box, sign in and out by the code of the activity; the captain has both on his
# list, the office enters paper. Everybody who may approves what he sees. After the heal all three homes come
# to the same totals, minute by minute: the same person and shift counts once, a second sign-in, an overlap and
# a day of 26 hours are kept, say why and count nothing. A correction is a new entry. The certificate is a PDF;
# its file is verified on a home that is cut off, and its number everywhere.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin

bridge lan
lives lan office captain zhang
all="office captain zhang"
found office 李红 润园; up office
link=$(invite office)
join captain "$link" Captain; up captain
join zhang "$link" Zhang; up zhang
equal $all
linli zhang resident add Li --link "$link" >/dev/null
linli office grant Captain steward >/dev/null
day=$(date -u -d "-2 days" +%Y-%m-%d); next=$(date -u -d "-1 day" +%Y-%m-%d)
at() { echo "${2:-$day}T$1:00Z"; }
for it in Clean-up=09:00 Tea=10:00; do
  linli office activity new "${it%=*}" --from "$(at "${it#*=}")" --until "$(at 12:00)" --role help=9 --json >/dev/null
done
equal $all
sheet() { linli "$1" hours sheet "$2" --json | json '[(r["name"], r["signed_minutes"], r["minutes"], r["approved"], sorted(r["flags"])) for r in sorted(d["rows"], key=lambda r: r["name"])]'; }
shows_row() { # shows_row HOME ACTIVITY NAME ROW: signed minutes, minutes that count, approved, flags
  local row; row=$(linli "$1" hours sheet "$2" --json | json "[(r['signed_minutes'], r['minutes'], r['approved'], ' '.join(sorted(r['flags']))) for r in d['rows'] if r['name'] == '$3']")
  [ "$row" = "[$4]" ] || fail "$1, $2: $3 has $row, not $4"
}
totals() { linli "$1" hours totals --json | json '(d["minutes"], [sorted((r["name"], r["minutes"]) for r in d[it]) for it in ("people", "teams", "activities")])'; }
sheets() { sheet "$1" Clean-up; sheet "$1" Tea; linli "$1" hours export; }

note "cut: three homes, each alone"
for home in $all; do unplug "$home" lan; done
code=$(linli zhang activity show Clean-up --json | json 'd["code"]')
linli zhang hours in "$code" --at "$(at 09:00)" --json >/dev/null
linli zhang hours out "$code" --at "$(at 11:00)" --json >/dev/null
linli zhang --as Li hours in "$code" --at "$(at 09:00)" --how qr --json >/dev/null
refused not_an_owner zhang hours in Clean-up Captain --how list
refused not_an_owner zhang hours approve Clean-up Li --from "$(at 09:00)" --until "$(at 10:00)"
linli captain hours in Clean-up Zhang Li --at "$(at 09:03)" --how list --json >/dev/null
linli captain hours out Clean-up Zhang Li --at "$(at 11:04)" --how list --json >/dev/null
linli captain hours approve Clean-up --json >/dev/null
refused not_allowed captain hours approve Clean-up Captain --from "$(at 09:00)" --until "$(at 10:00)"
linli office hours in Tea Zhang --at "$(at 10:00)" --how paper --json >/dev/null
linli office hours out Tea Zhang --at "$(at 12:00)" --how paper --json >/dev/null
linli office hours in Tea Li --at "$(at 10:00)" --how paper --json >/dev/null
linli office hours out Tea Li --at "$(at 12:00 "$next")" --how paper --json >/dev/null
linli office hours approve Tea --json >/dev/null
shows_row captain Clean-up Zhang "(121, 121, True, '')"
shows_row zhang Clean-up Zhang "(120, 0, False, '')"
[ "$(for home in $all; do totals "$home" | cut -d, -f1; done | tr '\n' ' ')" = "(120 (242 (0 " ] || fail "alone they count $(for home in $all; do totals "$home"; done)"

note "heal"
for home in $all; do plug "$home" lan; done
equal $all
alike sheets $all
alike totals $all
for home in $all; do
  shows_row "$home" Clean-up Zhang "(120, 121, True, 'differs double_sign_in double_sign_out')"
  shows_row "$home" Clean-up Li "(124, 121, True, 'differs double_sign_in')"
  shows_row "$home" Tea Zhang "(120, 56, True, 'from_paper overlaps')"
  shows_row "$home" Tea Li "(0, 0, True, 'from_paper over_a_day')"
done
says "Longer than 24 hours; counts nothing" zhang hours sheet Tea
says "Signed in twice; counted once" zhang hours sheet Clean-up
says "Had signed out already; the first time counts" zhang hours sheet Clean-up

note "corrections are new entries"
mark=$(linli captain hours sheet Clean-up --json | json '[m["name"] for r in d["rows"] if r["name"] == "Zhang" for m in r["marks"] if m["how"] == "list" and m["out"]][0]')
linli captain hours correct Clean-up "$mark" --json >/dev/null
linli captain hours approve Clean-up Zhang --from "$(at 09:00)" --until "$(at 11:00)" --reason "as he says" --json >/dev/null
linli office hours approve Tea Li --from "$(at 10:00)" --until "$(at 12:00)" --json >/dev/null
equal $all
alike sheets $all
alike totals $all
shows_row zhang Clean-up Zhang "(120, 120, True, 'corrected double_sign_in')"
[ "$(totals zhang)" = "(357, [[('Li', 177), ('Zhang', 180)], [('all', 357)], [('Clean-up', 241), ('Tea', 116)]])" ] || fail "totals: $(totals zhang)"
linli captain hours export --team all >"$work/hours.csv"
[ "$(wc -l <"$work/hours.csv")" = 5 ] || fail "not a line for each shift: $(cat "$work/hours.csv")"
grep -q "^Zhang,all,Clean-up,$code,$day .*,120,120,1,.*,as he says" "$work/hours.csv" || fail "the table: $(cat "$work/hours.csv")"

note "a certificate, while Zhang is cut off"
unplug zhang lan
certify() { linli "$1" hours certify Zhang --from "$(at 00:00)" --until "$(at 23:00 "$next")" --file "$work/certificate" --json; }
certify zhang >/dev/null 2>"$work/refused" && fail "he certified himself"
grep -q not_allowed "$work/refused" || fail "he is not told why: $(cat "$work/refused")"
number=$(certify office | json 'd["number"]')
refused unknown_certificate zhang hours verify "$number"
seen() { linli "$1" hours verify "$2" --json | json '(d["name"], d["minutes"], d["activities"], d["issuer"], d["valid"], d["minutes_here"])'; }
[ "$(seen zhang "$work/certificate")" = "('Zhang', 180, 2, '李红', True, 180)" ] || fail "verified from the file: $(seen zhang "$work/certificate")"
tr a b <"$work/certificate" >"$work/forged"
refused no_certificate zhang hours verify "$work/forged"
plug zhang lan
equal $all
[ "$(seen zhang "$number")" = "('Zhang', 180, 2, '李红', True, 180)" ] || fail "verified by number: $(seen zhang "$number")"
linli zhang print certificate "$number" "$work/certificate.pdf" --json | json 'd["pages"]' | has -x 1 || fail "nothing was printed"
[ "$(head -c 5 "$work/certificate.pdf")" = "%PDF-" ] || fail "that is no PDF"
same_everywhere $all
no_errors
note "hours: $(totals office)"
