# A relay that is in no group stands between two members who never see each other. It holds and
# passes on everything; a search over every file in its folder for every text, name, phone number and
# door of the test finds none. The same search on a member's finds them.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin
bridge east; bridge west
for home in office relay chen; do home_net "$home"; done
cable office east 10.8.1.1; cable relay east 10.8.1.2; cable relay west 10.8.2.2; cable chen west 10.8.2.3

typed=("water is in the cellar" "来自三楼的消息" "insulin at eight, third shelf" "Ride to dialysis"
  "Li Hongmei" "陈大文" "Runyuan Court" "door 3-1-502" "door 9-2-104" "13857140001" "knitting-circle")
# What is private about a request lies in no list, at nobody's.
private=("Grandmother Sun" "13912345678" "door 7-3-301")
# Which of them stand in HOME's folder, in any file, in any of the two ways that text is stored.
seen_at() { look_for "$1" "${typed[@]}"; } # seen_at HOME
look_for() { # look_for HOME WORD…
  python3 - "$work/$1" "${@:2}" <<'PYTHON'
import os, sys
files = [os.path.join(top, name) for top, _, names in os.walk(sys.argv[1]) for name in names]
files = [file for file in files if os.path.isfile(file)]
everything = b"\0".join(open(file, "rb").read() for file in files)
assert any(file.endswith("truth.db") for file in files), files
print(sum(w.encode() in everything or w.encode("utf-16-le") in everything for w in sys.argv[2:]))
for word in sys.argv[2:]:
    if word.encode() in everything or word.encode("utf-16-le") in everything:
        print("   ", word, file=sys.stderr)
PYTHON
}

linli office init --home "door 3-1-502" --person "Li Hongmei" --community "Runyuan Court" >/dev/null 2>&1
up office
relay=$(linli office invite --relay --json | json 'd["link"]')
member=$(invite office)
linli relay join "$relay" --home box --person carrier >/dev/null 2>&1 || fail "the relay cannot join"
up relay
linli relay wait --peers 1 --timeout 180 >/dev/null || fail "the relay never met the office"
linli chen join "$member" --home "door 9-2-104" --person "陈大文" >/dev/null 2>&1
up chen
linli chen wait --peers 1 --timeout 180 >/dev/null || fail "chen never met the relay"

note "they write, and read each other through it"
linli office post all "water is in the cellar" >/dev/null
linli office post all "call 13857140001" >/dev/null
linli office group new knitting-circle --kind invite >/dev/null 2>&1 || fail "no group"
linli office post knitting-circle "insulin at eight, third shelf" >/dev/null
ride=$(linli office ask "Ride to dialysis" --name "Grandmother Sun" --phone 13912345678 --door "door 7-3-301" --json | json 'd["id"]')
shows chen all "call 13857140001"
linli chen post all "来自三楼的消息" >/dev/null
linli chen wait --peers 1 --timeout 180 >/dev/null
until_it "chen does not hear of the ride" linli chen request "$ride" --json
linli chen claim "$ride" >/dev/null || fail "chen cannot claim the ride"
shows office all "来自三楼的消息"
linli office wait --peers 1 --timeout 180 >/dev/null || fail "office and relay are not equal"
linli relay wait --peers 2 --timeout 180 >/dev/null || fail "the relay does not hold what both hold"
linked=$(linli office status --json | json 'any(p["connected"] and p["home"] == "door 9-2-104" for p in d["peers"])')
[ "$linked" = False ] || fail "office and chen are linked directly: the relay shows nothing"
linli office request "$ride" --json | json 'd["holder"]' | has -x "陈大文" || fail "the claim did not arrive"

note "the relay's folder is searched, while it runs and after it stopped"
[ "$(seen_at relay)" = 0 ] || fail "the relay's folder gives away words"
down relay
[ "$(seen_at relay)" = 0 ] || fail "the stopped relay's folder gives away words"
! linli relay log all >/dev/null 2>&1 || fail "the relay reads the group of everybody"
for home in office relay chen; do
  [ "$(look_for $home "${private[@]}")" = 0 ] || fail "what is private lies open at $home"
done
linli office request "$ride" --private --reason "the test reads it" 2>/dev/null | has 13912345678 || fail "the office cannot open it"
# Packed words would not be found either: so whatever is not a statement, a key or the word that
# something is forgotten must be sealed under a key that the relay has not.
plain=$(python3 - "$work/relay/truth.db" <<'PY'
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as db:
    of = "SELECT count(*) FROM envelopes WHERE kind NOT IN (1, 9, 10) AND epoch_ref IS "
    print(db.execute(of + "NULL").fetchone()[0], db.execute(of + "NOT NULL").fetchone()[0] > 5)
PY
)
[ "$plain" = "0 True" ] || fail "the relay holds bodies that are not sealed: $plain"
[ "$(seen_at office)" = ${#typed[@]} ] || { seen_at office; fail "the same search misses words at the office"; }
# Chen is not in the knitting circle: its words and its name are sealed to him as well.
[ "$(seen_at chen)" = $((${#typed[@]} - 2)) ] || { seen_at chen; fail "chen's folder shows other words"; }

note "and it goes on passing things on"
up relay
linli office post all "after the search" >/dev/null
shows chen all "after the search"
[ "$(seen_at relay)" = 0 ] || fail "the relay's folder gives away words after its return"
no_errors
note "all words at a member's, none at the relay's"
