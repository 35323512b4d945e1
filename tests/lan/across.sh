# A team across two neighbourhoods, which shares no group of either.
#
# Two communities, each with two real homes; Li is the same person in both, by his paper key, with a box in
# each. A need of the lilies is carried over without a name, door or phone; the fleet is cut in the middle and
# both sides take it; what came of it is carried back while Li is cut off at home, and whoever asked confirms.
# A search over every file of either side finds no word of the other's group, and does find its own.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin

two_streets
lives east office wang zhang; lives west li lidriver zhou
lilies="office wang li"; fleet="zhang zhou lidriver"
whispers="百合花园自己人的悄悄话"; garage="车队内部排班只有队员知道"; title="送王桂芳阿姨去透析"; phone=13800001234
need="扶上车，视力不好"

found office 李红 百合花园; up office
link=$(invite office)
join wang "$link" Wang; up wang
linli li join "$link" --home li --person Li >"$work/paper" 2>/dev/null || fail "li cannot join"
up li
found zhang Zhang 爱心车队; up zhang
link=$(invite zhang)
join zhou "$link" Zhou; up zhou
# The words of his paper key, as they are printed: "7 thought".
grep -oE '[0-9]+ [a-z]+' "$work/paper" | cut -d' ' -f2 | tail -n 24 >"$work/words"
linli lidriver recover "$link" --home lidriver --person Li --words "$work/words" >/dev/null 2>&1 || fail "li cannot come in with his paper key"
up lidriver
equal $lilies; equal $fleet
person() { linli "$1" people --json | python3 -c 'import json,sys
print([p["id"] for p in map(json.loads, sys.stdin) if p["name"] == "Li"])'; }
[ "$(person office)" = "$(person zhang)" ] || fail "Li is not one person: $(person office), $(person zhang)"
private() { # private HOME GROUP TEXT PERSON…: a group of these alone, and a word in it
  local home=$1 group=$2 text=$3; shift 3
  linli "$home" group new "$group" --kind invite --json >/dev/null
  for it in "$@"; do linli "$home" group approve "$group" "$it" >/dev/null; done
  linli "$home" post "$group" "$text" >/dev/null
}
private office 自己人 "$whispers" Wang Li
private zhang 司机 "$garage" Zhou Li
equal $lilies; equal $fleet
shows wang 自己人 "$whispers"; shows li 自己人 "$whispers"; shows lidriver 司机 "$garage"; shows zhou 司机 "$garage"

note "a need is carried over"
of() { linli "$1" request "$2" --json | json "(d['status'], d['holder'])"; }
stands() { [ "$(of "$1" "$2")" = "$3" ] || fail "$1: $2 stands as $(of "$1" "$2"), not $3"; }
here=$(linli wang ask "$title" --name 王桂芳 --phone $phone --area 东门附近 --need "$need" --json | json 'd["code"]')
equal $lilies
carried=$(linli li across carry "$here" --json | json 'd["text"]')
equal $lilies
for home in $lilies; do stands "$home" "$here" "('assigned', 'Li')"; done
refused not_carried li across post "$carried" --group 自己人
refused not_carried lidriver across post "${carried%??}" --group 司机
there=$(linli lidriver across post "$carried" --group 司机 --json | json 'd["code"]')
[ "$(linli lidriver across post "$carried" --group 司机 --json | json 'd["code"]')" = "$there" ] || fail "carried twice it is two"
equal $fleet
until_it "zhang does not read the need" linli zhang request "$there" --json
until_it "zhou does not read the need" linli zhou request "$there" --json
[ "$(linli zhang request "$there" --json | json 'd["title"], d["more"]["area"]')" = "$need 东门附近" ] || fail "$(linli zhang request "$there" --json)"

cut_trunk "both sides of the fleet take it"
linli zhang claim "$there" >/dev/null; linli zhou claim "$there" >/dev/null
stands zhang "$there" "('assigned', 'Zhang')"; stands zhou "$there" "('assigned', 'Zhou')"
heal_trunk
equal $fleet
alike_there() { of "$1" "$there"; }
alike alike_there $fleet
driver=$(linli zhang request "$there" --json | json 'd["holder"]'); car=$(tr '[:upper:]' '[:lower:]' <<<"$driver")
taken=$(linli lidriver across outcome "$there" --json | json 'd["text"]')
refused not_carried wang across take "$taken"
linli li across take "$taken" --json >/dev/null
equal $lilies
says "$driver" wang request "$here"
linli "$car" depart "$there" >/dev/null; linli "$car" "done" "$there" >/dev/null
equal $fleet

cut_trunk "what came of it is carried back, twice"
over=$(linli lidriver across outcome "$there" --json | json 'd["text"]')
for twice in 1 2; do linli li across take "$over" --json >/dev/null || fail "the outcome is not taken ($twice)"; done
stands wang "$here" "('assigned', 'Li')"
heal_trunk
equal $lilies; equal $fleet
for home in $lilies; do stands "$home" "$here" "('resolved', 'Li')"; done
linli wang confirm "$here" >/dev/null
equal $lilies
for home in $lilies; do stands "$home" "$here" "('closed', 'Li')"; done

note "a look into every file"
on_disk() { grep -rqaF -- "$2" "$work/$1"; }
for home in $lilies; do
  on_disk "$home" "$whispers" && on_disk "$home" "$title" || fail "the search does not find $home's own words"
  ! on_disk "$home" "$garage" || fail "the fleet's words are on $home's disk"
done
for home in $fleet; do
  on_disk "$home" "$garage" && on_disk "$home" "$need" || fail "the search does not find $home's own words"
  for text in "$whispers" "$title" $phone 王桂芳; do
    ! on_disk "$home" "$text" || fail "“$text” is on $home's disk"
  done
done
no_errors
note "over: $(of office "$here") there: $(of zhou "$there")"
