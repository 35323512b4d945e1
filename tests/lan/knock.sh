# Nobody has given them a link: two boxes find the neighbourhood on their LAN by themselves and ask.
# One is sent away and is in no list; the other shows the same six digits on both sides, is let in and
# reads what was written before.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin
bridge lan
n=0
for home in office new other; do n=$((n + 1)); home_net $home; cable $home lan 10.9.8.$n; done

found office 安 润园
up office
linli office post all "written before" >/dev/null
asks() { # asks HOME NAME: asks to be let in, in the background; what it hears goes to HOME.said
  linli "$1" join --ask --home "$2" --person "$2" >"$work/$1.paper" 2>"$work/$1.said" &
  started+=($!)
  echo $! >"$work/$1.asks"
}
digits_of() { # digits_of HOME: the six digits that it shows, once it shows them
  until_it "$1 finds no neighbourhood" grep -qE '^[0-9]{3} [0-9]{3} ' "$work/$1.said"
  grep -oE '^[0-9]{3} [0-9]{3}' "$work/$1.said" | tr -d ' ' | tail -1
}

note "the first is sent away"
up other
asks other 另一家
code=$(digits_of other)
until_it "the office hears of nobody" sh -c "'$LINLI' --data '$work/office' approvals --json | grep -q $code"
linli office deny "$code" >/dev/null || fail "the office cannot send it away"
until_it "whoever was sent away still waits: $(cat "$work/other.said"; linli office approvals)" sh -c "! kill -0 $(cat "$work/other.asks")"
wait "$(cat "$work/other.asks")" && fail "whoever was sent away thinks that it is in"
down other
linli other log all >/dev/null 2>&1 && fail "whoever was sent away reads the group"
linli office people --json | has 另一家 && fail "whoever was sent away is in the list"

note "the second is let in by its digits, and only by those"
up new
asks new 新来的
code=$(digits_of new)
until_it "the office hears of nobody" sh -c "'$LINLI' --data '$work/office' approvals --json | grep -q $code"
wrong=$(printf '%06d' $(((10#$code + 1) % 1000000)))
linli office approve "$wrong" >/dev/null 2>&1 && fail "let in by other digits"
linli office approve "$code" >/dev/null || fail "the office cannot let it in"
wait "$(cat "$work/new.asks")" || { cat "$work/new.said"; fail "it is not let in"; }
shows new all "written before"
linli new wait --peers 1 --timeout 180 >/dev/null || fail "it is not equal"
until_it "it never writes" linli new post all "hello from a new home"
shows office all "hello from a new home"

linli office people --json | has 新来的 || fail "whoever was let in is in no list"
same_soon office new
