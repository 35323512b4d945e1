# The bridge of docs/http-api.md carries lines into a group: all of them, once, also when it is run
# again over the same file and the node was restarted in between.
. "$(dirname "$0")/../lan/lib.sh"
command -v python3 >/dev/null || skip "python3 is missing"

found office "Li" "Runyuan Court"
token=$(linli office token new bridge --scope post 2>/dev/null)
bridge() {
  LINLI_TOKEN=$token python3 "$here/../../docs/examples/bridge.py" "$(page_of office)" all wechat <"$work/lines"
}
printf '三号楼停水\n\nwho has a ladder?\n三号楼停水\n' >"$work/lines"
up office --no-mdns --listen /ip4/127.0.0.1/tcp/0
bridge || fail "the bridge does not carry"
down office
printf 'thank you\n' >>"$work/lines"
up office --no-mdns --listen /ip4/127.0.0.1/tcp/0
bridge || fail "the bridge does not carry on"
linli office log all --last 100 --json | python3 -c '
import json, sys
texts = [json.loads(line)["text"] for line in sys.stdin]
lines = ["三号楼停水", "who has a ladder?", "三号楼停水", "thank you"]
assert texts == ["[wechat] " + line for line in lines], texts'

note "they are found by their words, by the command line and by a program, and after a rebuild"
reader=$(linli office token new reader --scope read 2>/dev/null)
searched() { # searched WORDS: how many the interface finds
  python3 - "$(page_of office)" "$reader" "$1" <<'PYTHON'
import json, sys, urllib.parse, urllib.request
page, token, words = sys.argv[1:]
request = urllib.request.Request(f"{page}/api/v1/search?words={urllib.parse.quote(words)}")
request.add_header("Authorization", "Bearer " + token)
print(len(json.load(urllib.request.urlopen(request))["found"]))
PYTHON
}
for words in 停水 水 ladd; do
  wanted=2; [ "$words" = ladd ] && wanted=1
  [ "$(linli office search "$words" --json | wc -l)" = $wanted ] || fail "the command line finds other than $wanted for $words"
  [ "$(searched "$words")" = $wanted ] || fail "the interface finds other than $wanted for $words"
done

note "text messages come once, marked as imported; a line that is none is told by its number"
printf '{"id":1,"from":"王师傅","at":"2026-11-20 18:03","text":"到东门了"}\nno JSON\n{"id":2,"from":"Li","at":"2026-11-20 18:04","text":"coming down"}\n' >"$work/sms"
sms() { LINLI_TOKEN=$token python3 "$here/../../docs/examples/sms.py" "$(page_of office)" all <"$work/sms"; }
[ "$(sms 2>"$work/odd")" = "2 new, 1 not read" ] || fail "the text messages do not come"
grep -q "line 2 is no text message" "$work/odd" || fail "a bad line is not told"
[ "$(sms 2>/dev/null)" = "0 new, 1 not read" ] || fail "they come twice"
linli office log all --last 2 --json | python3 -c '
import json, sys
rows = [json.loads(line) for line in sys.stdin]
assert [row["text"].split("\n")[-1] for row in rows] == ["到东门了", "coming down"], rows
assert all(row["imported"] for row in rows), rows'

note "an export of another program comes as it is, whatever its encoding"
printf '2026-11-20 18:03 张三: 明天停电吗\n2026-11-20 18:05 李四: 上午停\n下午来\n' |
  python3 -c 'import sys; sys.stdout.buffer.write(sys.stdin.buffer.read().decode().encode("gb18030"))' >"$work/chat.txt"
linli office import all "$work/chat.txt" --chat >/dev/null || fail "the export was not taken"
linli office log all --last 1 --json | has '李四 · 2026-11-20 18:05' || fail "who said it is lost"
linli office log all --last 2 --json | has '明天停电吗' || fail "the words are lost"
down office
linli office rebuild >/dev/null 2>&1 || fail "no rebuild"
[ "$(linli office search 停水 --json | wc -l)" = 2 ] || fail "a rebuild loses words"
up office --no-mdns --listen /ip4/127.0.0.1/tcp/0
token=linli_0
! bridge 2>"$work/refused" || fail "a bridge without a token carries"
grep -q "the node says" "$work/refused" || { cat "$work/refused"; fail "it is not told why"; }
no_errors
note "four lines, once"
