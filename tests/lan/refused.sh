# What a node does not begin with: a folder that another node has, that is somebody else's or cannot be
# written, a database of a later release, a port that is taken. One sentence, a hint, and nothing touched. And a
# file with a bad line in it: what stands before the line is there, and nothing is there twice.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
command -v python3 >/dev/null || skip "python3 is missing"
ip link set lo up
here() { # here HOME LANGUAGE ARGS…: a command of that home that must end by itself
  local home=$1 language=$2; shift 2
  env LC_ALL="$language" timeout 60 "$LINLI" --data "$work/$home" "$@"
}
state() { (cd "$work/$1" && find . -type f ! -empty ! -name '*-shm' -exec md5sum {} + | sort -k 2); }
says_no() { # says_no WORDS WORTE HOME ARGS…: ends with an error of these words, in both languages, and a hint
  local english=$1 chinese=$2 home=$3 language words code; shift 3
  for language in C.UTF-8 zh_CN.UTF-8; do
    words=$english; [ "$language" = C.UTF-8 ] || words=$chinese
    code=0; here "$home" "$language" "$@" >"$work/out" 2>"$work/said" || code=$?
    [ "$code" != 0 ] && [ "$code" != 124 ] || fail "“$*” ends with $code"
    has -F -- "$words" <"$work/said" || fail "“$words” is not in what “$*” says: $(cat "$work/said")"
    [ "$(wc -l <"$work/said")" = 2 ] || fail "“$*” says more than a sentence and a hint: $(cat "$work/said")"
    [ ! -s "$work/out" ] || fail "“$*” prints $(cat "$work/out")"
  done
}
refused() { # the same, and nothing in its folder is touched
  local home=$3 before; before=$(state "$home")
  says_no "$@"; shift 3
  [ "$(state "$home")" = "$before" ] || fail "“$*” touched something: $(diff <(echo "$before") <(state "$home"))"
}

note "a second node on one folder"
found one 安 润园
home=(--no-mdns --listen /ip4/127.0.0.1/tcp/0)
"$LINLI" --data "$work/one" up --web 127.0.0.1:0 "${home[@]}" >"$work/one.out" 2>"$work/one.err" &
started+=($!); first=$!
until_it "the node does not start" test -S "$work/one/control.sock"
until_it "it does not say where it listens" grep -q 'tcp/[1-9]' "$work/one.out"
page=$(grep -o '127.0.0.1:[0-9]*' "$work/one.out" | head -n 1)
mesh=$(grep -o '/ip4/127.0.0.1/tcp/[1-9][0-9]*' "$work/one.out" | head -n 1)
# The first one goes on, so its files may move.
says_no "Another node runs on" "另一个节点正在使用" one up --web 127.0.0.1:0
linli one post all "第一个还在" >/dev/null || fail "the first one suffers from the second"

note "a port that is taken"
found two 李 和平里
refused "cannot be used" "用不了" two up --web "$page" "${home[@]}"
refused "cannot be used" "用不了" two up --web 127.0.0.1:0 --no-mdns --listen "$mesh"
kill "$first"; wait "$first" 2>/dev/null || true

note "a folder of something else"
mkdir "$work/papers"; echo "not yours" >"$work/papers/notes.txt"
for command in "up --web 127.0.0.1:0" "init --home 安 --community 润园"; do
  # shellcheck disable=SC2086
  refused "holds something else" "里放的是别的东西" papers $command
done

note "a database of a later release"
cp -a "$work/one" "$work/later"
python3 - "$work/later/truth.db" <<'PY'
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as db:
    db.execute("INSERT INTO refinery_schema_history SELECT version + 900, name, applied_on, checksum FROM refinery_schema_history ORDER BY version DESC LIMIT 1")
db.close()
PY
for command in "up --web 127.0.0.1:0" "log all" "post all 不会写" "rebuild"; do
  # shellcheck disable=SC2086
  refused "was written by a newer release" "是更新的版本写的" later $command
done

note "a folder that cannot be written"
mkdir "$work/fixed"; mount --bind "$work/two" "$work/fixed"; mount -o remount,bind,ro "$work/fixed"
for command in "up --web 127.0.0.1:0" "post all 不会写"; do
  # shellcheck disable=SC2086
  refused "cannot be read or written" "无法读写" fixed $command
done
umount "$work/fixed"  # so that it goes with the folder
mkdir "$work/bare"; mount -t tmpfs -o ro tmpfs "$work/bare"
refused "cannot be read or written" "无法读写" bare init --home 安 --community 润园
umount "$work/bare"
linli two post all "照常" >/dev/null
says 照常 two log all

note "a file with a bad line, a node that runs and one that does not"
texts() { linli two log all --last 1000 --json | python3 -c '
import json, sys
print(sum(json.loads(line)["text"].startswith("row ") for line in sys.stdin))'; }
rows() { echo text; for n in $(seq 620); do echo "row $n"; done; }
fails_at() { # fails_at NUMBER FILE: the import ends with an error that names the line
  local code=0
  here two C.UTF-8 import all "$2" >"$work/out" 2>"$work/said" || code=$?
  [ $code = 1 ] || fail "a bad line ends the import with $code: $(cat "$work/out" "$work/said")"
  has -F "Line $1 cannot be taken" <"$work/said" || fail "the line is not named: $(cat "$work/said")"
}
LINLI_INSIDE= up two "${home[@]}"  # beside the others, in no namespace of its own
{ rows; echo "one,two"; echo "row 621"; } >"$work/bad.csv"
fails_at 622 "$work/bad.csv"
[ "$(texts)" = 620 ] || fail "$(texts) of 620 lines before the bad one are there"
down two
fails_at 622 "$work/bad.csv"
[ "$(texts)" = 620 ] || fail "a second run posted something twice: $(texts)"
sed 's/^one,two$/"row one, two"/' "$work/bad.csv" >"$work/good.csv"
here two C.UTF-8 import all "$work/good.csv" >"$work/out" 2>"$work/said" || fail "the mended file is refused: $(cat "$work/said")"
has -x "2 posted, 620 were here already." <"$work/out" || fail "the mended file: $(cat "$work/out")"
[ "$(texts)" = 622 ] || fail "a line is missing or doubled: $(texts)"
printf '{"text":"row a"}\n{"texts":"row b"}\n{"text":"row c"}\n' >"$work/bad.jsonl"
fails_at 2 "$work/bad.jsonl"
[ "$(texts)" = 623 ] || fail "the line before the bad one: $(texts)"
