# A photo goes from home to home through a cut.
#
# Anna's alert with a photo comes to Bao with its thumbnail before the night's chat; the whole photo is
# asked for, the line is cut in the middle of it and Bao's box is killed; healed, it goes on where it was. Then
# Anna's box is off, and Chen gets the photo from Bao. Last, an elder who cannot hear asks with a photo of
# what was written by hand, in a room that Chen is not in (need 26).
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin

bridge street
for home in anna bao chen; do home_net "$home"; done
cable anna street 10.9.0.1; cable bao street 10.9.0.2; cable chen street 10.9.0.3
found anna Anna 润园
up anna
link=$(invite anna)
for home in bao chen; do join "$home" "$link" "$home-person"; up "$home"; done
linli anna wait --peers 2 --timeout 180 || fail "the homes never met"
linli bao files policy --fetch asked --json >/dev/null

python3 - "$work/pipe.png" <<'PY'
import random, struct, sys, zlib
rng, side = random.Random(7), 2400
rows = b"".join(b"\0" + rng.randbytes(side * 3) for _ in range(side))
chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
open(sys.argv[1], "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))
PY
coming() { # coming HOME: bytes here and bytes in all of what is on its way
  linli "$1" files --json | json '(lambda c: "%d %d" % (c[0]["here_bytes"], c[0]["bytes"]) if c else "0 0")(d["coming"])'
}

note "a night's chat while Bao is away, and then an alert with a photo"
unplug bao street
python3 -c "
import random
rng = random.Random(9)
for n in range(4000): print('{\"text\": \"%d %s\"}' % (n, rng.randbytes(150).hex()))" >"$work/chat.jsonl"
linli anna import all "$work/chat.jsonl" >/dev/null
alert=$(linli anna alert "The pipe at the gate has burst" --photo "$work/pipe.png" --json | json 'd["id"]')
plug bao street
alert_here() { linli bao news --json 2>/dev/null | has "$alert"; }
until_it "the alert does not come to bao" alert_here
chat_here=$(linli bao log all --last 10000 --json | wc -l)
linli bao photo "$alert" "$work/thumbnail.jpg" >/dev/null
[ "$(stat -c %s "$work/thumbnail.jpg")" -le 12288 ] || fail "the thumbnail is no thumbnail"
note "the thumbnail is there, with $chat_here of 4000 lines of chat"
linli bao wait --peers 1 --timeout 180 || fail "bao is not equal"

note "the whole photo is asked for, and the line is cut in the middle of it"
linli bao files get "$alert" >/dev/null
begun() { read -r had all < <(coming bao); [ "$had" -gt 0 ]; }
until_it "nothing of the photo comes" begun
unplug bao street
down bao KILL
up bao
read -r here all < <(coming bao)
[ "$here" -ge "$had" ] && [ "$here" -lt "$all" ] || fail "$here of $all after the cut, $had before it"
note "$here of $all bytes are here after the cut and a kill"
plug bao street
is_whole() { [ "$(linli "$1" files --json | json 'd["held"]')" = 1 ]; }
until_it "the photo does not come to bao" is_whole bao
linli bao photo "$alert" "$work/bao.jpg" >/dev/null
linli anna photo "$alert" "$work/anna.jpg" >/dev/null
cmp "$work/bao.jpg" "$work/anna.jpg" || fail "the photos differ"

note "Anna's box is off; Chen gets it from Bao"
linli chen wait --peers 2 --timeout 180 || fail "chen is not equal"
down anna
linli chen files get "$alert" >/dev/null
until_it "the photo does not come to chen" is_whole chen
linli chen photo "$alert" "$work/chen.jpg" >/dev/null
cmp "$work/bao.jpg" "$work/chen.jpg" || fail "the photos differ"

note "a photo of handwriting, in a room of two"
up anna
linli anna wait --peers 2 --timeout 180 || fail "anna does not come back"
linli anna group new room --kind invite --json >/dev/null
linli anna grant bao-person member --over room >/dev/null 2>&1
is_in_room() { linli bao groups --json | has '"name":"room"'; }
until_it "bao does not come into the room" is_in_room
python3 - "$work/hand.png" <<'PY'
import struct, sys, zlib
rows = b"".join(b"\0" + bytes((40 if (x // 9 + y // 7) % 5 == 0 else 240) for x in range(300) for _ in range(3)) for y in range(200))
chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
head = struct.pack(">IIBBBBB", 300, 200, 8, 2, 0, 0, 0)
open(sys.argv[1], "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
PY
unplug chen street
asked=$(linli bao ask --photo "$work/hand.png" --group room --json | json 'd["code"]')
asked_here() { linli anna request "$asked" --json >/dev/null 2>&1; }
until_it "anna does not see what bao asks" asked_here
linli anna photo "$asked" "$work/hand.jpg" >/dev/null || fail "anna does not see the handwriting"
[ "$(head -c 2 "$work/hand.jpg" | od -An -tx1 | tr -d ' ')" = ffd8 ] || fail "it is no photo"
linli anna claim "$asked" --json >/dev/null || fail "anna cannot say that she comes"
plug chen street
linli chen wait --peers 1 --timeout 180 || fail "chen is not equal"
if linli chen photo "$asked" "$work/peek.jpg" >/dev/null 2>&1; then fail "chen sees the handwriting"; fi
if linli chen request "$asked" --json >/dev/null 2>&1; then fail "chen reads the room"; fi
no_errors
note "$(stat -c %s "$work/chen.jpg") bytes, the same in three homes, through a cut and a kill"
