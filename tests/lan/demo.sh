# `linli demo` as a newcomer starts it: a page on the port that he names, four homes on it that agree; when it is told to
# stop, everything that it wrote is gone.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
command -v python3 >/dev/null || skip "python3 is missing"
ip link set lo up
mkdir "$work/tmp"
TMPDIR=$work/tmp LC_ALL=C.UTF-8 "$LINLI" demo --no-open --port 4899 >"$work/demo.out" 2>"$work/demo.err" &
demo=$!; started+=($demo)
picture() {
  python3 -c 'import sys, urllib.request
sys.stdout.write(urllib.request.urlopen(sys.argv[1], timeout=10).read().decode())' "http://127.0.0.1:4899/$1"
}
agree() { picture picture | json '(len(d["homes"]), d["equal"])' | has -xF "(4, True)"; }
until_it "the four homes do not agree: $(cat "$work/demo.err")" agree
has -F "http://127.0.0.1:4899" <"$work/demo.out" || fail "it does not say where its page is: $(cat "$work/demo.out")"
picture "" | has -F "/demo.js" || fail "its page has no script"
[ -n "$(ls -A "$work/tmp")" ] || fail "it keeps its homes somewhere else"
kill -TERM $demo
code=0; wait $demo || code=$?
[ $code = 0 ] || fail "it ends with $code: $(cat "$work/demo.err")"
[ -z "$(ls -A "$work/tmp")" ] || fail "it leaves $(ls -A "$work/tmp") behind"
note "four homes agreed, and nothing of them is left"
