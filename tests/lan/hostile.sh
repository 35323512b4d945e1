# Somebody hostile: random bytes on every port, a half-open crowd, a node of another community and a
# stranger without an invitation. The homes answer one another as before.
. "$(dirname "$0")/lib.sh"
seconds=60; [ "${1:-}" = --long ] && seconds=3600
tcp=$((20000 + RANDOM % 20000))
found a 安 润园
up a --no-mdns --listen "/ip4/127.0.0.1/tcp/$tcp" --listen "/ip4/127.0.0.1/udp/$tcp/quic-v1"
join b "$(invite a)" 宝
up b --no-mdns --listen /ip4/127.0.0.1/tcp/0
linli b wait --peers 1 --timeout 30 || fail "never met"
before=$(ls "/proc/$(cat "$work/a.pid")/fd" | wc -l)

# A stranger: another community's node, and one who edits his own founding record into this one.
found x 外 别处
up x --no-mdns --listen /ip4/127.0.0.1/tcp/0 --dial "/ip4/127.0.0.1/tcp/$tcp"
python3 - "$tcp" "$seconds" <<'PY' &
import os, random, socket, sys, time
port, end = int(sys.argv[1]), time.monotonic() + float(sys.argv[2])
rng, held = random.Random(1), []
while time.monotonic() < end:
    try:
        s = socket.create_connection(("127.0.0.1", port), 1); s.settimeout(0.2)
        kind = rng.randrange(4)
        if kind == 0: s.sendall(rng.randbytes(rng.randrange(1, 70000)))
        elif kind == 1: s.sendall(b"\x13/multistream/1.0.0\n" + rng.randbytes(rng.randrange(1, 4000)))
        elif kind == 2: held.append(s); held = held[-200:]; continue
        else: s.sendall(b"\x13/multistream/1.0.0\n\x07/noise\n" + rng.randbytes(500))
        try: s.recv(4096)
        except OSError: pass
        s.close()
    except OSError: pass
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.sendto(rng.randbytes(rng.randrange(1, 1400)), ("127.0.0.1", port)); u.close()
PY
noise=$!
started+=($noise)
n=0
while kill -0 $noise 2>/dev/null; do
  n=$((n + 1))
  linli a post all "still here $n" >/dev/null || fail "a does not answer"
  linli b wait --peers 1 --timeout 10 || { linli b status; fail "b lost a under the noise"; }
done
wait $noise || fail "the noise itself failed"
linli b log all --last 10000 --json | grep -c "still here" | grep -qx "$n" || fail "b has not got everything"
same_everywhere a b
kill -0 "$(cat "$work/a.pid")" || fail "a is dead"
grep -q panicked "$work"/*.err && fail "something panicked"
strangers=$(linli a status --json | json 'sum(p["connected"] and p["home"] == "" for p in d["peers"])')
[ "$strangers" = 0 ] || fail "a stranger is linked"
rss=$(awk '/VmRSS/ {print int($2/1024)}' "/proc/$(cat "$work/a.pid")/status")
[ "$rss" -lt 256 ] || fail "a takes $rss MiB"
note "$n messages crossed under $seconds s of noise; a takes $rss MiB"
no_errors
