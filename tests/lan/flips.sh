# One bit of the database flips, anywhere: the node finds it, or it did no harm; what was lost of an
# envelope comes back from the neighbour. Nothing is ever shown that nobody wrote.
. "$(dirname "$0")/lib.sh"
flips=50; [ "${1:-}" = --long ] && flips=1000
command -v python3 >/dev/null || skip "python3 is missing"
found whole 安 润园
up whole --no-mdns --listen /ip4/127.0.0.1/tcp/0
write_lines "$work/lines.csv" 300
linli whole import all "$work/lines.csv" >/dev/null
join wu "$(invite whole)" 吴
up wu --no-mdns --listen /ip4/127.0.0.1/tcp/0
shows wu all "line 299"
down whole; down wu
up wu --no-mdns --listen /ip4/127.0.0.1/tcp/0
reachable wu ip4/127.0.0.1/tcp
neighbour=$(grep -oE '/ip4/127[^ ]*' "$work/wu.out" | head -n 1)
lines() { linli home log all --last 1000 --json 2>/dev/null | json_lines=1 python3 -c '
import json, sys
print(len({t for t in (json.loads(line)["text"] for line in sys.stdin) if t.startswith("line ")}))'; }
damaged() { linli home doctor --json | json 'next(c["found"] for c in d["checks"] if c["name"] == "damaged")'; }
nothing_damaged() { [ "$(damaged)" = 0 ]; }

found_by_check=0 mended=0 harmless=0
for seed in $(seq "$flips"); do
  rm -rf "$work/home"; cp -a "$work/whole" "$work/home"
  python3 - "$work/home/truth.db" "$seed" <<'PY'
import os, random, sys
dice = random.Random(int(sys.argv[2])); at = dice.randrange(os.path.getsize(sys.argv[1]))
with open(sys.argv[1], "r+b") as file:
    file.seek(at); byte = file.read(1)[0]; file.seek(at); file.write(bytes([byte ^ 1 << dice.randrange(8)]))
PY
  # Either it says what is wrong, or it counts what no longer fits.
  if ! linli home doctor --json >"$work/doctor" 2>"$work/said"; then
    if ! grep -q '"damaged"' "$work/doctor" || python3 -c '
import json, sys
sys.exit(next(c["ok"] for c in json.load(open(sys.argv[1]))["checks"] if c["name"] == "truth"))' "$work/doctor"; then
      grep -q . "$work/doctor" "$work/said" || fail "flip $seed: ended and says nothing"
      found_by_check=$((found_by_check + 1))
      continue
    fi
    up home --no-mdns --listen /ip4/127.0.0.1/tcp/0 --dial "$neighbour"
    until_it "flip $seed: something stays damaged" nothing_damaged
    down home
    mended=$((mended + 1))
  else
    harmless=$((harmless + 1))
  fi
  linli home rebuild >/dev/null 2>&1 || fail "flip $seed: the lists cannot be made anew"
  [ "$(lines)" = 300 ] || fail "flip $seed: $(lines) of 300 lines are shown"
done
note "$flips flips: $mended mended by the neighbour, $found_by_check named by the database's check, $harmless did no harm"
[ "$mended" -gt 0 ] || fail "none was ever mended"
