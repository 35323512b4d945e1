# Shared by the scripts beside it: homes as real binaries, each in a network namespace of its own.
#
# A script that needs a network calls `in_namespace "$@"` first: it starts itself again inside
# `unshare --user --net --mount`, where it may make bridges and cables without being root. All
# traffic stays inside namespaces that the script made.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${LINLI:=$here/../../target/debug/linli}"
[ -x "$LINLI" ] || { echo "skipped: no binary at $LINLI (cargo build first)"; exit 77; }

fail() { echo "FAILED: $*" >&2; exit 1; }
skip() { echo "skipped: $*"; exit 77; }
note() { printf '  %s\n' "$*"; }

in_namespace() {
  [ -n "${LINLI_INSIDE:-}" ] && return 0
  command -v ip >/dev/null || skip "the command ip is missing (Debian package iproute2)"
  unshare --user --map-root-user --net --mount true 2>/dev/null ||
    skip "this machine allows no user namespaces"
  LINLI_INSIDE=1 exec unshare --user --map-root-user --net --mount bash "$0" "$@"
}

# One folder for everything, gone at the end; only processes started here are ended, by number.
work=$(mktemp -d)
started=()
cleanup() {
  for pid in "${started[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
  [ -n "${KEEP:-}" ] && { mkdir -p "$KEEP"; cp "$work"/*.err "$work"/*.out "$KEEP"/ 2>/dev/null; }
  rm -rf "$work"
}
trap cleanup EXIT

# --- networks -------------------------------------------------------------------------------------
lan_begin() {
  mount -t tmpfs tmpfs /run
  mkdir -p /run/netns
  ip link set lo up
}
bridge() { ip link add "$1" type bridge; ip link set "$1" up; }
home_net() { # home_net NAME
  ip netns add "$1"
  ip -n "$1" link set lo up
}
cable() { # cable HOME BRIDGE ADDRESS: an interface in HOME, plugged into BRIDGE
  local end="$1-$2"
  ip link add "$end" type veth peer name "$2" netns "$1"
  ip link set "$end" master "$2" up
  ip -n "$1" addr add "$3/24" dev "$2"
  ip -n "$1" link set "$2" up
  ip -n "$1" route add 224.0.0.0/4 dev "$2" 2>/dev/null || true
}
two_streets() { # two streets, and the cable between them that a cut takes away
  bridge east; bridge west
  ip link add trunk type veth peer name trunk2
  ip link set trunk master east up; ip link set trunk2 master west up
}
lives() { # lives BRIDGE HOME…: each in a namespace of its own, at the next free address
  local street=$1 home; shift
  for home in "$@"; do
    address=$((${address:-0} + 1))
    home_net "$home"; cable "$home" "$street" "10.9.7.$address"
  done
}
moved_in() { # moved_in "ONE STREET" "THE OTHER": 李红's office founds 润园, the others join; alerts ring into HOME.rung
  local home
  two_streets
  lives east $1; lives west $2
  all="$1 $2"
  found office 李红 润园; up office
  link=$(invite office)
  for home in ${all#office }; do
    join "$home" "$link" "$home-p"
    up "$home" --on-alert "echo \"\$LINLI_CLASS \$LINLI_ID\" >>'$work/$home.rung'"
  done
  equal $all
}
cut_trunk() { note "cut${1:+: $1}"; ip link set trunk down; }
heal_trunk() { note "heal${1:+: $1}"; ip link set trunk up; }
unplug() { ip link set "$1-$2" down; }
plug() { ip link set "$1-$2" up; }

# --- homes ----------------------------------------------------------------------------------------
linli() { # linli HOME ARGS…: the command line of that home
  local home=$1; shift
  LC_ALL=C.UTF-8 "$LINLI" --data "$work/$home" "$@"
}
up() { # up HOME [ARGS…]: starts its node, in its namespace if there is one
  local home=$1; shift
  local inside=()
  # A node that was killed leaves its socket behind; the new one's is the sign that it runs.
  rm -f "$work/$home/control.sock"
  [ -n "${LINLI_INSIDE:-}" ] && inside=(ip netns exec "$home")
  "${inside[@]}" "$LINLI" --data "$work/$home" up --web 127.0.0.1:0 "$@" \
    >"$work/$home.out" 2>"$work/$home.err" &
  started+=($!)
  echo $! >"$work/$home.pid"
  until_it "$home does not start" started_or_ended "$home"
  [ -S "$work/$home/control.sock" ] || { cat "$work/$home.err"; fail "$home ended"; }
}
started_or_ended() { [ -S "$work/$1/control.sock" ] || ! kill -0 "$(cat "$work/$1.pid")"; }
reachable() { # reachable HOME ADDRESS: until it has said that it listens there
  until_it "$1 does not listen at $2" grep -qF "/$2/" "$work/$1.out"
}
page_of() { # page_of HOME: where its page is, once it has said so
  until_it "$1 does not say where its page is" grep -qo 'http://127[^/ ]*' "$work/$1.out"
  grep -o 'http://127[^/ ]*' "$work/$1.out" | tail -n 1
}
down() { # down HOME [SIGNAL]
  local pid; pid=$(cat "$work/$1.pid")
  kill "-${2:-TERM}" "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}
found() { # found HOME PERSON COMMUNITY
  linli "$1" init --home "$1" --person "$2" --community "$3" >/dev/null 2>&1
}
write_lines() { # write_lines FILE COUNT: lines of different lengths to import
  python3 - "$1" "$2" <<'PY'
import sys
with open(sys.argv[1], "w") as out:
    out.write("text\n"); [out.write(f"line {n} 第{n}行 {'x' * (n % 50)}\n") for n in range(int(sys.argv[2]))]
PY
}
need_strace() {
  command -v strace >/dev/null || skip "strace is missing (Debian package strace)"
  strace -qq -o /dev/null true 2>/dev/null || skip "this machine lets nobody trace a process"
}
sound() { # sound FOLDER: both databases pass SQLite's own check
  python3 - "$1" <<'PY'
import sqlite3, sys
for name in ("truth.db", "views.db"):
    with sqlite3.connect(f"{sys.argv[1]}/{name}") as db:
        said = db.execute("PRAGMA integrity_check").fetchall()
    if said != [("ok",)]:
        sys.exit(f"{name}: {said[:3]}")
PY
}
json() { python3 -c "import json,sys; d=json.load(sys.stdin); print($1)"; }
invite() { linli "$1" invite --json | json 'd["link"]'; }
join() { linli "$1" join "$2" --home "$1" --person "$3" >/dev/null 2>&1; } # HOME LINK PERSON
# A bound on the program is none on the machine: where others want the processor too, everything takes longer,
# by as much as something takes longer that only counts.
within() { # within SECONDS: as many whole seconds as that takes here, now
  python3 - "$1" <<'PY'
import math, sys, time
began, worked = time.monotonic(), time.process_time()
while time.process_time() - worked < 0.3: pass
print(math.ceil(float(sys.argv[1]) * min(10, max(1, (time.monotonic() - began) / 0.3 - 0.1))))
PY
}
until_it() { # until_it WHAT COMMAND…: until it succeeds; WHAT says what is wrong if it does not in three minutes
  local what=$1 last=$((SECONDS + 180)); shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $last ] || fail "$what"
    read -r -t 0.05 <> <(:) || true
  done
}
refused() { # refused WORD HOME ARGS…: the node says no, with that word in its answer
  local word=$1; shift
  if linli "$@" --json >/dev/null 2>"$work/refused"; then fail "allowed: $*"; fi
  grep -q -- "$word" "$work/refused" || fail "refused with $(cat "$work/refused"): $*"
}
has() { # … | has PATTERN: like `grep -q`, but it reads to the end, so that the writer never fails on a shut pipe
  [ "$(grep -c "$@")" != 0 ]
}
says() { # says TEXT HOME ARGS…: what it prints has TEXT in it
  local text=$1; shift
  linli "$@" | has -F -- "$text" || fail "“$text” is not in what $* says: $(linli "$@")"
}
equal() { # equal HOME…: the first with all others, each of them with somebody
  local first=$1 home
  linli "$first" wait --peers $(($# - 1)) --timeout 180 >/dev/null || fail "$first is not equal with all of $*"
  for home in "${@:2}"; do linli "$home" wait --peers 1 --timeout 180 >/dev/null || fail "$home is not equal"; done
}
alike() { # alike WHAT HOME…: what the function WHAT prints of each home is the same
  local what=$1 first=$2 home one other; shift 2
  one=$("$what" "$first")
  for home in "$@"; do
    other=$("$what" "$home")
    [ "$other" = "$one" ] || fail "$what: $home has $other, $first has $one"
  done
}

# Until HOME shows TEXT in a group: keys come a moment after what they open.
shows() { # shows HOME GROUP TEXT
  until_it "$1 does not show “$3” in $2" shown "$@"
}
shown() { linli "$1" log "$2" --last 100000 --json | has -F -- "$3"; }

# The same on every home: fingerprint, state and count of every group, or of those named in `groups`, where
# not everybody is in all of them.
groups_of() {
  linli "$1" status --json | json 'sorted([(g["name"], g["fingerprint"], g["state"], g["messages"]) for g in d["groups"] if not "'"${groups:-}"'" or g["name"] in "'"${groups:-}"'".split()])'
}
same_everywhere() {
  local first= now
  for home in "$@"; do
    now=$(groups_of "$home")
    [ -n "$first" ] || first=$now
    [ "$now" = "$first" ] || fail "$home shows $now, $1 shows $first"
  done
  note "the same on $*: $first"
}
# The same, where whoever's turn it is may still hand on the keys that follow from what just happened.
same_soon() {
  until_it "$* do not show the same" are_the_same "$@"
  note "the same on $*: $(groups_of "$1")"
}
are_the_same() { [ "$(for home in "$@"; do groups_of "$home"; done | sort -u | wc -l)" = 1 ]; }
no_errors() { # nothing at level ERROR in any log
  ! grep -l ' ERROR ' "$work"/*.err 2>/dev/null || { grep -h ' ERROR ' "$work"/*.err | head -5; fail "errors in a log"; }
}
