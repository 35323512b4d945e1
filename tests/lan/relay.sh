# A and C sit on different bridges and never hear each other; B has a cable in both and passes on.
# B is stopped and started in between.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin
bridge east; bridge west
for home in a b c; do home_net "$home"; done
cable a east 10.9.1.1; cable b east 10.9.1.2; cable b west 10.9.2.2; cable c west 10.9.2.3

found a 安 润园
up a
link=$(invite a)
join c "$link" 陈; up c
note "nothing carries their calls from one bridge to the other: a and c never hear of each other"
linli a wait --peers 1 --timeout 5 >/dev/null 2>&1 && fail "a met somebody without b"
linli c wait --peers 1 --timeout 1 >/dev/null 2>&1 && fail "c met somebody without b"
join b "$link" 宝; up b
linli b wait --peers 1 --timeout 180 || fail "b never met a"
linli c wait --peers 1 --timeout 180 || { tail -20 "$work/c.err"; fail "c never met b"; }

linli a post all "from a" >/dev/null
until_it "c never got the key to write" linli c post all "来自丙"
linli b wait --peers 2 --timeout 180 || fail "b is not equal with both"
direct() { linli a status --json | json 'any(p["connected"] and p["home"] == "c" for p in d["peers"])'; }
[ "$(direct)" = False ] || fail "a and c are linked directly: the relay shows nothing"
shows c all "from a"
shows a all "来自丙"

note "b stops, both go on writing, b comes back"
down b
linli a post all "while b was away, a" >/dev/null; linli c post all "while b was away, c" >/dev/null
up b
linli b wait --peers 2 --timeout 180 || fail "b is not equal with both after its return"
linli a wait --peers 1 --timeout 180; linli c wait --peers 1 --timeout 180
same_everywhere a b c
[ "$(linli c log all --json | wc -l)" = 4 ] || fail "c does not show four messages"
no_errors
