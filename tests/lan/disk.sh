# A disk that is full, or fails, at one write or from one write on: the node says so and lives, reads
# on, says "saved" of nothing that is not, and goes on as soon as the disk does. strace makes the
# system calls on the data files fail.
. "$(dirname "$0")/lib.sh"
every=7; [ "${1:-}" = --long ] && every=1
command -v python3 >/dev/null || skip "python3 is missing"
need_strace
found before 安 润园
linli before post all "before everything" >/dev/null
real=$LINLI

faulty() { # faulty CALL ERROR WHEN: a node on a copy of the folder whose disk fails so
  rm -rf "$work/home"; cp -a "$work/before" "$work/home"
  local files=() name
  for name in truth.db truth.db-wal truth.db-daybook views.db views.db-wal; do files+=(-P "$work/home/$name"); done
  printf '#!/bin/sh\nexec strace -f -qq -o "%s" %s -e trace=%s -e inject=%s:error=%s:when=%s "%s" "$@"\n' \
    "$work/trace" "${files[*]}" "$1" "$1" "$2" "$3" "$real" >"$work/traced"
  chmod +x "$work/traced"
  LINLI=$work/traced
  "$LINLI" --data "$work/home" up --web 127.0.0.1:0 --no-mdns --listen /ip4/127.0.0.1/tcp/0 \
    >"$work/home.out" 2>"$work/home.err" &
  started+=($!); echo $! >"$work/home.pid"
  LINLI=$real
  # Running, or ended with a sentence: a disk may fail at the very beginning.
  until [ -S "$work/home/control.sock" ] || ! kill -0 "$(cat "$work/home.pid")" 2>/dev/null; do
    read -r -t 0.02 <> <(:) || true
  done
}

# What was answered "saved" stands in `acknowledged`; commands that failed must have said why.
try() { # try COMMAND…
  local said
  if said=$(timeout 60 "$real" --data "$work/home" "$@" 2>"$work/said"); then
    grep -oE '^[0-9a-f]{64}$' <<<"$said" >>"$work/acknowledged" || true
    return 0
  fi
  [ -s "$work/said" ] || fail "$fault: “$*” failed and says nothing"
  return 1
}

rounds=0 refused=0 unstarted=0
for fault in "pwrite64 ENOSPC" "pwrite64 EIO" "fdatasync EIO" "fsync EIO"; do
  read -r call error <<<"$fault"
  [ "$call" = pwrite64 ] && last=90 || last=15
  for ((at = 1; at <= last; at += every)); do
    for until in "" +; do
      fault="$call fails with $error at $at$until"
      rm -f "$work/acknowledged"; : >"$work/acknowledged"
      faulty "$call" "$error" "$at$until"
      if kill -0 "$(cat "$work/home.pid")" 2>/dev/null; then
        for n in 1 2 3; do try post all "line $n" || refused=$((refused + 1)); done
        try ask "水 water" || refused=$((refused + 1))
        # Reading goes on, whatever became of writing.
        timeout 60 "$real" --data "$work/home" log all >"$work/log" 2>"$work/said" || fail "$fault: cannot read: $(cat "$work/said")"
        grep -q "before everything" "$work/log" || fail "$fault: what was there is not shown"
        # A disk that failed once is used again.
        if [ -z "$until" ]; then try post all "again" || try post all "again" || fail "$fault: does not go on: $(cat "$work/said")"; fi
        kill -0 "$(cat "$work/home.pid")" 2>/dev/null || fail "$fault: the node ended"
        kill -TERM "$(pgrep -P "$(cat "$work/home.pid")" | head -n 1)"
      else
        grep -q . "$work/home.err" || fail "$fault: ended and says nothing"
        unstarted=$((unstarted + 1))
      fi
      wait "$(cat "$work/home.pid")" 2>/dev/null || true
      ! grep -q panicked "$work/home.err" || fail "$fault: $(grep -m1 -A1 panicked "$work/home.err")"
      # The disk is well again.
      linli home post all "afterwards" >/dev/null || fail "$fault: cannot be written afterwards"
      linli home log all --last 1000 --json | json_lines=1 python3 -c '
import json, sys
shown = {json.loads(line)["id"] for line in sys.stdin}
lost = [it for it in open(sys.argv[1]).read().split() if it not in shown]
sys.exit(f"{len(lost)} answered and gone" if lost else 0)' "$work/acknowledged" || fail "$fault"
      sound "$work/home" || fail "$fault: not sound"
      rounds=$((rounds + 1))
    done
  done
done
note "$rounds faults: $refused commands refused with a reason, $unstarted nodes that said why they do not start"
[ $refused -gt 0 ] || fail "no fault was ever met"
