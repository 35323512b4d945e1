# Who can help, who was thanked, and one notice however many groups it came through.
#
# Four real homes, cut in two. A lawyer who says so is found on the other side by place and words; a nurse who
# wishes to be asked through the desk is named to the desk alone, and it carries the question to her; who said
# nothing of himself is in no list, nor is who took it back. Thanks are read by nobody else until whoever was
# thanked publishes them. An alert that both sides forward into the same five groups rings once.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin

moved_in "office wang" "li zhao"
for it in "Building 5" "Building 6"; do linli office place new "$it" --json >/dev/null; done
equal $all

note "need 25: a lawyer, a nurse"
finds() { linli "$1" skill find "${@:2}" --json | python3 -c 'import json,sys
print(*sorted("%s/%s/%s/%s" % (s["kind"], s["name"], s["phone"], s["place"]) for s in map(json.loads, sys.stdin)))'; }
finds_it() { # finds_it HOME WHAT ARGS…
  local home=$1 what=$2; shift 2
  [ "$(finds "$home" "$@")" = "$what" ] || fail "$home looks for $*: $(finds "$home" "$@"), not $what"; }
linli wang skill add law "labour disputes" --near "Building 5" --phone 80000005 --json >/dev/null
nurse=$(linli li skill add nursing "bandages" --through-desk --json | json 'd["id"]')
veteran=$(linli li skill add veteran "engineers" --json | json 'd["id"]')
equal $all
lawyer="law/wang-p/80000005/Building 5"
cut_trunk "zhao looks on the other side, li takes one back"
finds_it zhao "$lawyer" labour
finds_it zhao "$lawyer" --kind law --near "Building 5"
finds_it zhao "" --kind law --near "Building 6"
finds_it zhao "nursing/None//" --kind nursing
finds_it office "nursing/li-p//" --kind nursing
finds_it zhao "" --kind electrics
finds_it office "veteran/li-p//" --kind veteran
linli li skill withdraw "$veteran" >/dev/null
linli zhao skill add electrics "fuses" --json >/dev/null
finds_it office "" --kind electrics
bandage=$(linli zhao ask "A bandage is to be changed" --to-desk --phone 80000007 --door 6-1-101 --json | json 'd["code"]')
heal_trunk
equal $all
for home in $all; do finds_it "$home" "" --kind veteran; finds_it "$home" "electrics/zhao-p//" --kind electrics; done
linli wang skill withdraw "$nurse" >/dev/null 2>&1 && fail "somebody else took it back"
finds_it zhao "nursing/None//" --kind nursing

note "the desk carries the question to her"
who=$(linli office skill find --kind nursing --json | json 'd["name"]')
linli office request "$bandage" --private --reason "to find a nurse" --json | has "A bandage is to be changed" || fail "the desk cannot read it"
linli office assign "$bandage" "$who" --json >/dev/null
linli office confide "$bandage" "$who" --reason "she comes" >/dev/null
equal $all
reads() { linli "$1" request "$bandage" --private --json 2>/dev/null | has "$2"; }
until_it "the nurse does not read what is asked of her" reads li "A bandage is to be changed"
until_it "the nurse has no number to call" reads li 80000007
! reads wang "bandage is" || fail "wang reads what was asked of the desk"
[ "$(linli zhao request "$bandage" --json | json 'd["holder"]')" = li-p ] || fail "zhao is not told who comes"

note "need 28: thanks"
words="谢谢您冒雨送我"
thanks() { linli "$1" thanks --json | python3 -c 'import json,sys
print([(t["from"], t["to"], t["text"], t["public"], sorted(k for k in t if isinstance(t[k], int) and not isinstance(t[k], bool))) for t in map(json.loads, sys.stdin)])'; }
ride=$(linli wang ask "A ride to the clinic" --json | json 'd["code"]')
equal $all
linli zhao claim "$ride" >/dev/null; linli zhao depart "$ride" >/dev/null; linli zhao "done" "$ride" >/dev/null
equal $all
refused not_allowed li thanks give "$ride" "$words"
linli wang confirm "$ride" >/dev/null
linli wang thanks give "$ride" "$words" --json >/dev/null
equal $all
for home in office li; do [ "$(thanks "$home")" = "[]" ] || fail "$home reads thanks of two: $(thanks "$home")"; done
id=$(linli zhao thanks --json | json 'd["id"]')
cut_trunk "zhao publishes them on one side"
linli wang thanks publish "$id" >/dev/null 2>&1 && fail "whoever thanks published it alone"
linli zhao thanks publish "$id" >/dev/null
linli li wait --peers 1 --timeout 180 >/dev/null
one="[('wang-p', 'zhao-p', '$words', True, ['claimed_ms'])]"
[ "$(thanks li)" = "$one" ] || fail "li reads $(thanks li)"
[ "$(thanks office)" = "[]" ] || fail "no cut: $(thanks office)"
heal_trunk
equal $all
alike thanks li office
[ "$(thanks office)" = "$one" ] || fail "the office reads $(thanks office)"
linli wang thanks withdraw "$id" >/dev/null
equal $all
for home in $all; do [ "$(thanks "$home")" = "[]" ] || fail "$home still shows it: $(thanks "$home")"; done

note "need 3: one alert through five groups"
groups_five="Garden Choir Chess Dance Stairs"
for group in $groups_five; do linli office group new "$group" --kind open --json >/dev/null; done
equal $all
for group in $groups_five; do for home in li zhao; do linli "$home" group join "$group" --json >/dev/null; done; done
linli zhao group mute Stairs >/dev/null
equal $all
reads_all() { linli "$1" status --json | json 'any(g["sealed"] for g in d["groups"])' | has -x False; }
for home in li zhao; do until_it "$home has no key of a group that it entered" reads_all "$home"; done
alert=$(linli office alert "The river is rising" --forwardable --json | json 'd["id"]')
equal $all
cut_trunk "both sides forward it"
for group in $groups_five; do
  for home in office li; do linli "$home" forward "$alert" "$group" --note "from $home" --json >/dev/null; done
done
heal_trunk
equal $all
news() { linli "$1" news --all --json | python3 -c 'import json,sys
print([(n["text"], sorted(n["also_in"])) for n in map(json.loads, sys.stdin)])'; }
[ "$(news zhao)" = "[('The river is rising', ['Chess', 'Choir', 'Dance', 'Garden', 'Stairs'])]" ] || fail "zhao is shown $(news zhao)"
[ "$(news wang)" = "[('The river is rising', [])]" ] || fail "wang, who is in none of them, is shown $(news wang)"
rung() { grep -c "$alert" "$work/$1.rung" || true; }
for home in wang li zhao; do
  until_it "$home: no ring" grep -q "$alert" "$work/$home.rung"
  [ "$(rung "$home")" = 1 ] || fail "$home was rung for $(rung "$home") times: $(cat "$work/$home.rung")"
done
says "from li" zhao log Choir
same_soon $all
no_errors
note "one alert, one ring: $(news zhao)"
