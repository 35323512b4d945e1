# A vote over a cut.
#
# An office and two homes, real nodes. Everybody votes; the halves lose each other; on one side a home
# votes on its page, on the other two people enter a paper with its number that says something else. After
# the heal that voter counts as neither, votes once more, and the report makes one result in every home. Of a
# secret vote beside it nobody but those who count reads a ballot, and it is provisional until both have reported.
# A third, one ballot for each person, waits for nobody: what somebody who is cut off votes then comes too late.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin

two_streets
lives east office wang; lives west li

found office 李红 润园
up office
link=$(invite office)
for home in wang li; do join "$home" "$link" "$home-person"; up "$home"; done
linli office wait --peers 2 --timeout 180 || fail "the homes never met"
linli office grant wang-person steward >/dev/null || fail "no steward"
all_equal() {
  linli office wait --peers 2 --timeout 180 || fail "not equal: $1"
  for home in wang li; do linli "$home" wait --peers 1 --timeout 180 || fail "$home is not equal: $1"; done
}
all_equal "after the grant"

until=$(date -u -d "+$(within 40) seconds" +%Y-%m-%dT%H:%M:%SZ)
linli li vote open Lift --choice yes --choice no --until "$until" >/dev/null 2>"$work/refused" && fail "a neighbour opened a vote"
vote=$(linli office vote open Lift --choice yes --choice no --until "$until" --grace 0 --json | json 'd["id"]')
head=$(linli office vote open Head --choice Wang --choice Li --until "$until" --secret --counter 李红 --counter wang-person --json | json 'd["id"]')
gate=$(linli office vote open Gate --choice yes --choice no --until "$until" --per-person --grace 0 --counter 李红 --counter wang-person --json | json 'd["id"]')
all_equal "after the opening"
show() { linli "$1" vote show "$vote" --json; }
sheet() { show "$1" | json '(d["row"]["state"], [c["votes"] for c in d["choices"]], d["row"]["turnout"], d["contradicting"], d["late"])'; }
# Whether the end has come is each home's own clock; what is in hand is not.
in_hand() { show "$1" | json '(d["row"]["turnout"], d["contradicting"], d["late"])'; }
opened() { linli "$1" vote show "$head" --json | json '(d["row"]["state"], [c["votes"] for c in d["choices"]], d["row"]["turnout"])'; }
person_by_person() { linli "$1" vote show "$gate" --json | json '(d["row"]["state"], d["row"]["voters"], [c["votes"] for c in d["choices"]], d["row"]["turnout"], d["late"])'; }
same() { # same WHAT: in every home
  local first; first=$("$1" office)
  for home in wang li; do [ "$("$1" "$home")" = "$first" ] || fail "$home has $("$1" "$home"), the office $first"; done
}

refused "not on the roll" office vote enter "$vote" 99 no

cut_trunk
linli li vote cast "$head" Li >/dev/null || fail "li could not vote in secret"
linli wang vote cast "$head" Wang >/dev/null || fail "wang could not vote in secret"
linli li vote cast "$gate" yes >/dev/null || fail "li could not vote for himself"
number=$(show li | json 'd["my_number"]')
linli li vote cast "$vote" yes >/dev/null || fail "li could not vote"
linli li vote cast "$vote" no >/dev/null 2>"$work/refused" && fail "li voted twice"
grep -q -- "--again" "$work/refused" || fail "he is not told how: $(cat "$work/refused")"
linli wang vote cast "$vote" yes >/dev/null || fail "wang could not vote"
for home in office wang; do linli "$home" vote enter "$vote" "$number" no >/dev/null || fail "$home could not enter"; done

heal_trunk
all_equal "after the heal"
same in_hand
show li | json 'd["contradicting"]' | has -x 1 || fail "two ballots of one home were not noticed: $(sheet li)"
linli li vote cast "$vote" yes --again >/dev/null || fail "li could not settle it"
all_equal "after li settled it"
show office | json 'd["contradicting"]' | has -x 0 || fail "not settled: $(sheet office)"

note "the end"
until [ "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \> "$until" ]; do read -r -t 0.2 <> <(:) || true; done
[ "$(opened li | cut -d, -f2-)" = " [None, None], 2)" ] || fail "li, who does not count, reads $(opened li)"
[ "$(opened office | cut -d, -f2-)" = " [1, 1], 2)" ] || fail "whoever counts cannot open them: $(opened office)"
linli office vote report "$vote" >/dev/null || fail "the office could not report"
all_equal "after the report"
same sheet
[ "$(sheet li)" = "('final', [2, 0], 2, 0, 0)" ] || fail "the result is $(sheet li)"

note "the secret vote: one of two reports while the other is cut off"
unplug wang east
linli office vote report "$head" >/dev/null || fail "the office could not report"
refused "still have time to report" office vote close "$head"
linli office wait --peers 1 --timeout 180 && linli li wait --peers 1 --timeout 180 || fail "not equal without wang"
for home in office li; do opened "$home" | has -F "'provisional'" || fail "$home calls it $(opened "$home")"; done
linli wang vote cast "$gate" no >/dev/null || fail "wang, who hears of nothing, could not vote"
linli office vote report "$gate" >/dev/null || fail "the office could not report"
linli office vote close "$gate" --reason "the cable is cut" >/dev/null || fail "the grace is over"
plug wang east
all_equal "with wang"
note "what came too late is told as late, in every home"
same person_by_person
[ "$(person_by_person li)" = "('final', 2, [1, 0], 1, 1)" ] || fail "the vote of persons came to $(person_by_person li)"
refused "over" wang vote cast "$gate" no --again
linli wang vote report "$head" >/dev/null || fail "wang could not report"
all_equal "after both reports"
linli office vote close "$head" >/dev/null || fail "the office could not announce it"
all_equal "after the announcement"
same opened
[ "$(opened li)" = "('final', [1, 1], 2)" ] || fail "the secret vote came to $(opened li)"
same_soon office wang li
no_errors
note "result: $(sheet office)"
