# Li moves in by a file that was carried over, without any network; checks his paper; loses his box.
# With the words of the paper he is himself again on another box: his history comes back, and the old
# box counts no more.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin
bridge lan
n=0
for home in office li again; do n=$((n + 1)); home_net $home; [ $home = li ] || cable $home lan 10.7.3.$n; done

found office 安 润园
up office
linli office invite --out "$work/door" >/dev/null 2>&1 || fail "no invitation as a file"

note "Li walks in by the file; nobody is in reach"
head -c 400 "$work/door" >"$work/cut"
linli li join "$work/cut" --home li --person 李 >/dev/null 2>&1 && fail "half a file let him in"
linli li join "$work/door" --home li --person 李 >"$work/paper" 2>/dev/null || fail "the file lets nobody in"
words=$(python3 - "$work/paper" <<'PY'
import re, sys
lines = [line for line in open(sys.argv[1], encoding="utf-8") if re.match(r"\s+\d+ [a-z]", line)]
print(" ".join(word for line in lines for word in re.findall(r"[a-z]+", line)))
PY
)
[ "$(wc -w <<<"$words")" = 24 ] || fail "the paper has other than 24 words: $words"

note "the paper is typed back: a wrong word is named, the right ones are enough"
checked() { linli "$1" paper --json | json 'd["own"]'; }
[ "$(checked li)" = False ] || fail "it counts as checked already"
sed 's/^[a-z]*/lnili/' <<<"$words" >"$work/wrong"
linli li paper check --words "$work/wrong" >/dev/null 2>"$work/check.err" && fail "a wrong word passed"
grep -q lnili "$work/check.err" || { cat "$work/check.err"; fail "the wrong word is not named"; }
linli li paper check --json <<<"$words" | json 'd["own"]' | has True || fail "the right words do not pass"
[ "$(checked li)" = True ] || fail "it does not count as checked"

cable li lan 10.7.3.9
up li
linli li wait --peers 1 --timeout 180 >/dev/null || fail "li never met the office"
linli li post all "from before the loss" >/dev/null || fail "li may not post"
linli li wait --peers 1 --timeout 180 >/dev/null
shows office all "from before the loss"
who() { linli "$1" people --json | python3 -c 'import json,sys; print([d["id"] for d in map(json.loads, sys.stdin) if d["me"]])'; }
person=$(who li)

note "his box is gone; the paper brings him back on another one"
unplug li lan
link=$(invite office)
linli again recover "$link" --home again --words "$work/wrong" >/dev/null 2>"$work/check.err" && fail "a wrong word passed"
linli again recover "$link" --home again --person 李 --json <<<"$words" | json 'd["name"]' | has 润园 || fail "the paper brings nobody back"
up again
linli again wait --peers 1 --timeout 180 >/dev/null || fail "the new box never met the office"
[ "$(who again)" = "$person" ] || fail "another person came back: $(who again), not $person"
[ "$(checked again)" = True ] || fail "typed a moment ago, and not checked"
shows again all "from before the loss"
revoked=$(linli again recover --revoke-old --json <<<"$words" | json 'd["revoked"]')
[ "$revoked" -ge 1 ] || fail "no old key lost its rights"
linli again post all "it is me again" >/dev/null || fail "the new box may not post"
linli again wait --peers 1 --timeout 180 >/dev/null
shows office all "it is me again"

note "the old box writes on, and turns up again"
linli li post all "the finder says hello" >/dev/null 2>&1 || true
plug li lan
linli li wait --timeout 180 >/dev/null 2>&1 || true
linli again wait --peers 1 --timeout 180 >/dev/null
for home in office again; do
  shows $home all "from before the loss"
  shows $home all "it is me again"
  ! linli $home log all --json | has "the finder says hello" || fail "$home shows what the finder wrote"
done
no_errors
note "the same person, with his history; the old box counts no more"
