# Announcements by real nodes, through a cut behind which thousands talk.
#
# An alert with a photo overtakes the chat of a day as soon as the line is back, and rings; receipts
# count by building who has it; a correction reaches the copies that were shown elsewhere, an answer of
# the office is shown before its question is asked again, a question in the chat waits on the duty list,
# and whoever takes duty over is rung for. No real name stands in a neighbour's export.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin

two_streets
lives east office zhang; lives west wang

together() { linli office wait --peers 2 --timeout 180 >/dev/null || fail "not equal"; }

found office 李红 润园
up office
link=$(invite office)
join zhang "$link" zhang-person; up zhang --on-alert "echo \"\$LINLI_CLASS \$LINLI_ID\" >>'$work/zhang.rung'"
join wang "$link" 阳台的花; up wang --on-alert "echo \"\$LINLI_CLASS \$LINLI_ID\" >>'$work/wang.rung'"
together
linli office place new "Building 5" --json >/dev/null
together
for home in zhang wang; do linli "$home" place live "Building 5" >/dev/null 2>&1; done
linli office group new Team --kind invite --json >/dev/null
together
linli office grant zhang-person member --over Team >/dev/null 2>&1
linli office duty set 李红=80000001 zhang-person=80000002 --hours 8 --json | json 'd["id"]' >/dev/null
question=$(linli wang post all "How is the gas card charged again?" --json | json 'd["id"]')
together
linli office answer "$question" "At the east gate, Monday to Friday." --faq --json >/dev/null
linli wang name --real 王秀英 --json >/dev/null
together

cut_trunk "the office side talks for a day"
python3 - "$work/chat.csv" <<'PY'
import csv, sys
with open(sys.argv[1], "w", newline="") as out:
    rows = csv.writer(out); rows.writerow(["text"])
    for n in range(6000): rows.writerow([f"chat {n} " + "停水 power 谢谢 " * 12])
PY
linli office import all "$work/chat.csv" >/dev/null 2>&1
python3 - "$work/photo.png" <<'PY'
import struct, sys, zlib
side = 64
rows = b"".join(b"\0" + bytes((x * y) % 256 for x in range(side) for _ in range(3)) for y in range(side))
chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
open(sys.argv[1], "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
PY
alert=$(linli office alert "The pipe in front of 5 has burst" --area "Building 5" --photo "$work/photo.png" --forwardable --json | json 'd["id"]')
copy=$(linli office forward "$alert" Team --note look --json | json 'd["id"]')
[ -n "$copy" ] || fail "not shown in the team"
linli wang ask "How is the gas card charged?" --kind question --json | json 'd["answers"][0]["text"]' | has "east gate" ||
  fail "the saved answer does not come first"
linli office reached "$alert" --json | json '[m["name"] for m in d["missing"]]' | has "阳台的花" || fail "the office does not see whom to knock for"
waits=$(linli wang post all "@desk is there water tonight?" --json | json 'd["id"]')

heal_trunk
until_it "the alert never rang" grep -q "alert $alert" "$work/wang.rung"
behind=$(linli wang log all --last 100000 --json | grep -c '"text":"chat ' || true)
[ "$behind" -lt 6000 ] || fail "the alert came after all of the chat ($behind lines)"
note "the alert rang with $behind of 6000 lines of chat there"
linli wang photo "$alert" "$work/saved.jpg" --json | json 'd["bytes"] > 0' | has -x True || fail "no photo"
[ "$(head -c 2 "$work/saved.jpg" | od -An -tx1 | tr -d ' ')" = ffd8 ] || fail "the photo is no JPEG"
together
linli wang news show "$alert" --json >/dev/null
reached() { linli office reached "$alert" --json | json "[(p['place'], p['reached'], p['seen']) for p in d['places']]" | has "('Building 5', $1)"; }
until_it "receipts do not count: $(linli office reached "$alert" --json)" reached "2, 1"

note "a correction reaches the copy"
linli office news correct "$alert" "The pipe is mended" --json | json 'd["id"]' >/dev/null
together
linli zhang log Team --json | json 'd["news"]["text"]' | has -x "The pipe is mended" || fail "the copy reads: $(linli zhang log Team --json)"

note "the desk: a question in the chat, duty handed over"
linli zhang duty --json | json '[it["title"] for it in d["unanswered"]]' | has "water tonight" || fail "nobody waits: $(linli zhang duty --json)"
linli office duty hand-over zhang-person=80000002 --json >/dev/null
until_it "the hand-over never rang" grep -q "^duty " "$work/zhang.rung"
grep -q "^duty " "$work/wang.rung" && fail "wang was rung for somebody else's duty"
linli wang duty --json | json 'd["name"]' | has -x zhang-person || fail "wang does not know who is on duty"
linli office answer "$waits" "Yes, from 8." --json >/dev/null
together
linli zhang duty --json | json '[it["title"] for it in d["unanswered"]]' | has "water tonight" && fail "it still waits"

note "net names"
linli zhang group export all "$work/export" >/dev/null 2>&1 || fail "no export"
grep -q 阳台的花 "$work/export/messages.jsonl" || fail "the net name is not in the export"
! grep -rq 王秀英 "$work/export" || fail "a real name is in a neighbour's export"
linli zhang name --of 阳台的花 --reason curious >/dev/null 2>"$work/refused" && fail "a neighbour read a real name"
linli office name --of 阳台的花 --reason "a form" --json | json 'd["real"]' | has -x 王秀英 || fail "the desk reads no real name"
together
linli wang name --json | json 'd["openings"][0]["reason"]' | has -x "a form" || fail "she does not see who looked"
together
for home in zhang wang; do linli "$home" wait --peers 1 --timeout 180 >/dev/null || fail "$home is not equal"; done
no_errors
echo passed
