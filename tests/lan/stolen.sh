# A stolen admin phone, on real nodes (S5).
#
# A thief copies the admin's box and removes everybody of the office. Two of the community's three
# paper keys revoke the phone and its sealed key at any other box: the staff are back without any
# action of theirs, the admin is still admin, and what the thief writes counts nowhere.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin

bridge lan
for home in admin desk anna; do home_net "$home"; done
cable admin lan 10.9.2.1; cable desk lan 10.9.2.2; cable anna lan 10.9.2.3

linli admin init --home admin --person 王主任 --community 润园 >"$work/papers" 2>/dev/null
up admin
staff=$(linli admin invite --role staff --json | json 'd["link"]')
link=$(invite admin)
join desk "$staff" 李红; up desk
join anna "$link" 安娜; up anna
linli admin wait --peers 2 --timeout 180 || { tail -20 "$work"/*.err; fail "the homes never met"; }
# The promise of the staff role is kept by the admin's node once it has seen the join.
role() { linli "$1" people --json | python3 -c 'import json,sys; print({d["name"]: d["role"] for d in map(json.loads, sys.stdin)}.get(sys.argv[1]))' "$2"; }
linli admin wait --peers 2 --timeout 180
[ "$(role admin 李红)" = staff ] || fail "李红 is not staff: $(role admin 李红)"
linli desk wait --peers 2 --timeout 180
linli desk group new 值班台 >/dev/null || fail "the desk founds no group"
linli desk post 值班台 "on duty" >/dev/null
linli admin wait --peers 2 --timeout 180 || fail "not equal before the theft"

# The last statement of the admin that counts: everything up to here was honest.
safe=$(linli admin people --why 李红 --json | json 'd["roles"][0]["steps"][0]["id"]')

note "the thief, with the admin's phone, removes the staff"
linli admin remove 李红 --role staff >/dev/null 2>&1 || fail "the thief could not even remove"
linli admin wait --peers 2 --timeout 180 || fail "the removal does not get round"
[ "$(role anna 李红)" = member ] || fail "the staff were not removed: $(role anna 李红)"
! linli desk group new 二号 2>/dev/null || fail "a removed role still founds groups"

note "two of three papers, typed at a resident's box"
papers() { # papers N…: the words of these community papers
  python3 - "$work/papers" "$@" <<'PY'
import re, sys
keys, now = {}, None
for line in open(sys.argv[1], encoding="utf-8"):
    head = re.match(r"Community key (\d) of", line)
    if head: now = keys.setdefault(head.group(1), [])
    elif line.startswith("Your own key"): now = keys.setdefault("own", [])
    elif now is not None: now += re.findall(r"[a-z]+", line) if re.match(r"\s+\d+ [a-z]", line) else []
print("\n\n".join(" ".join(keys[n]) for n in sys.argv[2:]))
PY
}
key() { linli anna devices 王主任 --json | python3 -c 'import json,sys; print(next(d["key"] for d in map(json.loads, sys.stdin) if d["key_use"] == sys.argv[1]))' "$1"; }
phone=$(key writer) sealed=$(key sealed)
papers 1 | linli anna root revoke "$phone" --until "$safe" 2>"$work/root.err" && fail "one paper was enough"
grep -q "1 of the community's papers are not enough, it takes 2" "$work/root.err" || { cat "$work/root.err"; fail "no word on how many papers"; }
papers 1 2 | sed 's/^[a-z]*/lnili/' | linli anna root revoke "$phone" --until "$safe" 2>"$work/root.err" && fail "a wrong word passed"
grep -q 'lnili' "$work/root.err" || { cat "$work/root.err"; fail "the wrong word is not named"; }
papers 1 own | linli anna root revoke "$phone" --until "$safe" 2>"$work/root.err" && fail "a person's paper passed for the community's"
papers 1 3 | linli anna root revoke "$phone" --until "$safe" >/dev/null 2>&1 || fail "the phone is not revoked"
papers 2 3 | linli anna root revoke "$sealed" --until "$safe" >/dev/null 2>&1 || fail "the sealed key is not revoked"
linli anna wait --peers 2 --timeout 180 || fail "the revocation does not get round"
linli desk wait --peers 2 --timeout 180 || fail "the desk is not equal"

note "the staff are back without doing anything; the admin is still admin; the thief is nobody"
for home in anna desk; do
  [ "$(role "$home" 李红)" = staff ] || fail "$home: 李红 is $(role "$home" 李红)"
  [ "$(role "$home" 王主任)" = admin ] || fail "$home: 王主任 is $(role "$home" 王主任)"
done
linli admin remove 安娜 >/dev/null 2>&1 || true
linli admin post all "I am the admin" >/dev/null 2>&1 || true
linli desk group new 二号 >/dev/null || fail "the desk founds no group"
linli desk wait --peers 2 --timeout 180 || fail "the desk's group does not get round"
linli anna groups | has 二号 || fail "anna does not see the new group"
for home in anna desk; do
  linli "$home" people --json | has 安娜 || fail "$home: the thief removed 安娜"
  ! linli "$home" log all --json | has "I am the admin" || fail "$home shows the thief's words"
done
same_soon anna desk

note "his own paper makes him a new sealed key on a new box: he acts as administrator again"
unplug admin lan
home_net phone2; cable phone2 lan 10.9.2.4
papers own | linli phone2 recover "$(invite desk)" --home phone2 --person 王主任 --json >/dev/null || fail "the paper brings nobody back"
up phone2
linli phone2 wait --peers 2 --timeout 180 >/dev/null || fail "the new box never met the others"
linli phone2 grant 安娜 steward >/dev/null || fail "the new sealed key signs nothing"
linli phone2 wait --peers 2 --timeout 180 >/dev/null
for home in anna desk phone2; do
  [ "$(role "$home" 安娜)" = steward ] || fail "$home: 安娜 is $(role "$home" 安娜)"
done
same_soon anna desk phone2
no_errors
note "staff back, admin still admin and with new keys, the thief counts nowhere"
