# kill -9 at random points while a home imports, posts and syncs with a neighbour who posts as well:
# nothing acknowledged is lost, on either: no post that was answered, and no line of a file whose import had ended.
. "$(dirname "$0")/lib.sh"
rounds=25; [ "${1:-}" = --long ] && rounds=1000
command -v python3 >/dev/null || skip "python3 is missing"
found home 安 润园
up home --no-mdns --listen /ip4/127.0.0.1/tcp/0
join peer "$(invite home)" 邻居
up peer --no-mdns --listen /ip4/127.0.0.1/tcp/0
reachable peer 127.0.0.1
neighbour=$(grep -m 1 -o '/ip4/127[^ ]*' "$work/peer.out")
write_lines "$work/lines.csv" 4000
acknowledged=$work/acknowledged imported=$work/imported
: >"$acknowledged"; : >"$imported"
for round in $(seq 1 $rounds); do
  # Writes until told to stop; remembers every id that was answered.
  rm -f "$work/stop"
  (
    while [ ! -e "$work/stop" ]; do
      for who in home peer; do
        id=$(linli $who post all "round $round $RANDOM" 2>/dev/null) && echo "$id" >>"$acknowledged"
      done
    done
  ) &
  poster=$!
  { echo text; for n in $(seq 40); do echo "file $round row $n"; done; } >"$work/small.csv"
  linli home import all "$work/small.csv" 2>/dev/null | has -F "40 posted" || fail "round $round: the small file is not imported"
  tail -n +2 "$work/small.csv" >>"$imported"
  "$LINLI" --data "$work/home" import all "$work/lines.csv" >/dev/null 2>&1 &
  importer=$!
  read -r -t "0.$((RANDOM % 8 + 1))" <> <(:) || true
  down home KILL
  # Without a node the command line opens the folder itself, and may be killed there just as well.
  kill -9 $importer 2>/dev/null || true
  touch "$work/stop"
  wait $poster $importer 2>/dev/null || true
  up home --no-mdns --listen /ip4/127.0.0.1/tcp/0 --dial "$neighbour"
  linli home doctor --json | json '[c["ok"] for c in d["checks"] if c["name"] == "truth"][0]' | has -x True ||
    fail "round $round: $(linli home doctor --json)"
done
linli home wait --peers 1 --timeout 180 >/dev/null || { linli home status; fail "the two are not equal"; }
same_soon home peer
for home in home peer; do linli $home log all --last 100000 --json | python3 -c '
import collections, json, sys
messages = [json.loads(line) for line in sys.stdin]
shown, texts = {m["id"] for m in messages}, collections.Counter(m["text"] for m in messages)
written = [line.strip() for line in open(sys.argv[1]) if len(line.strip()) == 64]
rows = [line.strip() for line in open(sys.argv[2])]
lost = [id for id in written if id not in shown] + [row for row in rows if texts[row] != 1]
print(f"  {len(written)} acknowledged posts and {len(rows)} imported lines, {len(lost)} lost or doubled")
sys.exit(1 if lost or not written or not rows else 0)' "$acknowledged" "$imported" || fail "something acknowledged is gone at $home"
done
linli home import all "$work/lines.csv" >/dev/null
doubled=$(linli home log all --last 100000 --json | python3 -c '
import json, sys, collections
seen = collections.Counter(json.loads(l)["text"] for l in sys.stdin)
lines = {t: n for t, n in seen.items() if t.startswith("line ")}
print(sum(n - 1 for n in lines.values()), 4000 - len(lines))')
[ "$doubled" = "0 0" ] || fail "imported lines doubled, missing: $doubled"
linli home doctor >/dev/null || true
for home in home peer; do down $home; sound "$work/$home" || fail "$home's databases are damaged"; done
