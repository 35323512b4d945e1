# The bot of docs/http-api.md answers questions at a real node: each once, also if it is killed and
# started again while questions come, and after the node was restarted.
. "$(dirname "$0")/../lan/lib.sh"
command -v python3 >/dev/null || skip "python3 is missing"

found office "Li" "Runyuan Court"
linli office resident add Wang >/dev/null 2>&1 || fail "nobody moves in"
up office --no-mdns --listen /ip4/127.0.0.1/tcp/0
token=$(linli office token new faq --scope read --scope post 2>/dev/null)
printf '[{"words": ["停水", "water"], "answer": "周三 9:00–15:00 停水。"}]' >"$work/faq.json"
bot() { # starts one
  LINLI_TOKEN=$token python3 "$here/../../docs/examples/faq_bot.py" "$(page_of office)" all "$work/faq.json" \
    2>>"$work/bot.out" &
  started+=($!); bot=$!
}
answers() { linli office log all --last 1000 --json | grep -cF '"text":"周三 9:00–15:00 停水。"' || true; }
until_answers() { # until_answers COUNT
  until_it "not $1 answers" so_many "$1"
}
so_many() { [ "$(answers)" -ge "$1" ]; }

linli office --as Wang post all "几点停水？" >/dev/null
bot
until_answers 1
linli office --as Wang post all "When is the water off?" >/dev/null
linli office --as Wang post all "停水真麻烦。" >/dev/null
until_answers 2

note "the bot is killed and another one started; nothing is answered twice"
kill -9 "$bot"
linli office --as Wang post all "water?" >/dev/null
bot
until_answers 3
bot
linli office --as Wang post all "明天停水吗？" >/dev/null
until_answers 4
linli office post all "Thank you" >/dev/null
linli office log all --last 1000 --json | python3 -c '
import json, sys
rows = [json.loads(line) for line in sys.stdin]
replies = [row["reply_to"] for row in rows if row["reply_to"]]
assert len(replies) == len(set(replies)) == 4, replies
asked = {row["id"] for row in rows if "?" in row["text"] or "？" in row["text"]}
assert set(replies) == asked, (replies, asked)'

note "a token that was taken back ends it"
linli office token revoke faq >/dev/null
linli office post all "Good night" >/dev/null
no_errors
note "four questions, four answers"
