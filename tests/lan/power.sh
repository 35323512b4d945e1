# The power goes while people post, ask and import: what was answered "saved" is there, whatever the
# disk had not written yet. The model of the disk stands in power.py.
. "$(dirname "$0")/lib.sh"
states=200; [ "${1:-}" = --long ] && states=10000
command -v python3 >/dev/null || skip "python3 is missing"
need_strace
found home 安 润园
cp -a "$work/home" "$work/before"

LINLI_REAL=$LINLI
cat >"$work/traced" <<SH
#!/bin/sh
exec strace -f -y -xx -s 2000000 -o "$work/trace" -e trace=openat,pwrite64,write,writev,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,renameat2 "$LINLI_REAL" "\$@"
SH
chmod +x "$work/traced"
LINLI=$work/traced up home --no-mdns --listen /ip4/127.0.0.1/tcp/0

write_lines "$work/lines.csv" 150
for n in $(seq 20); do linli home post all "one by one $n" >/dev/null; done
posters=()
for writer in 1 2 3 4; do
  ( for n in 1 2 3 4 5; do linli home post all "writer $writer line $n" >/dev/null; done ) & posters+=($!)
  ( for n in 1 2 3; do linli home ask "水 water $writer $n" >/dev/null 2>&1; done ) & posters+=($!)
done
linli home import all "$work/lines.csv" >/dev/null 2>&1 & posters+=($!)
for poster in "${posters[@]}"; do wait "$poster"; done
# The tracer hands the signal on and ends with the node.
kill -TERM "$(pgrep -P "$(cat "$work/home.pid")" | head -n 1)"
wait "$(cat "$work/home.pid")" || true

python3 "$here/power.py" "$work/trace" "$work/home" "$work/before" "$LINLI" $states "${LINLI_SEED:-1}" ||
  fail "the power went, and something that was answered with it"
