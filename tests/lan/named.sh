# A phone finds the box by its name and believes it, by the authority of the box alone; under a new address too.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
command -v python3 >/dev/null || skip "python3 is missing (Debian package python3)"
lan_begin
bridge lan
for home in box phone; do home_net "$home"; done
cable box lan 10.9.4.1; cable phone lan 10.9.4.50

found box 林姐 榆树里
ip netns exec box "$LINLI" --data "$work/box" up --web 0.0.0.0:4780 >"$work/box.out" 2>"$work/box.err" &
started+=($!)
until_it "the box does not say its name" grep -qo 'linli-[a-z0-9]*\.local' "$work/box.out"
name=$(grep -o 'linli-[a-z0-9]*\.local' "$work/box.out" | head -n 1)
asks() { # asks ADDRESS: the phone, which expects the box there
  ip netns exec phone python3 "$here/named.py" "$name" "$1" 10.9.4.50 4780 "$work/box/trust.json" || fail "the phone"
}
said=$(asks 10.9.4.1); note "$said"
ip -n box addr flush dev lan
ip -n box addr add 10.9.4.77/24 dev lan
ip -n box route add 224.0.0.0/4 dev lan 2>/dev/null || true
said=$(asks 10.9.4.77); note "$said"
no_errors
