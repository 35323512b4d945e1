# Bad lines: three LANs that only one box joins; one of its cables loses half of the frames in one
# direction, another is slow in one direction. All homes become equal all the same.
#
# The bad cable is a program that copies frames between two interfaces (tests/lan/bad_cable.py): not
# every kernel has netem, and this way the loss has a seed.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin
posts=20; [ "${1:-}" = --long ] && posts=400

home_net hub
for home in a b c; do
  bridge "lan$home"; home_net "$home"
done
# rough HOME ADDRESS LOSS-TO-HOME LOSS-FROM-HOME MS-TO-HOME MS-FROM-HOME: from its LAN to the box
rough() {
  cable "$1" "lan$1" "$2.1"
  ip link add "hub-lan$1" type veth peer name "lan$1" netns hub
  ip link add "rough$1" type veth peer name "port$1"
  ip link set "port$1" master "lan$1" up
  ip link set "hub-lan$1" up; ip link set "rough$1" up
  ip -n hub addr add "$2.2/24" dev "lan$1"; ip -n hub link set "lan$1" up
  ip -n hub route add 224.0.0.0/4 dev "lan$1" 2>/dev/null || true
  for inside in "$1" hub; do
    ip netns exec "$inside" python3 "$here/bad_cable.py" plain "lan$1"
  done
  python3 "$here/bad_cable.py" copy "hub-lan$1" "rough$1" "$3" "$4" "$5" "$6" &
  started+=($!)
}
rough a 10.9.6 50 0 0 0
rough b 10.9.7 0 0 5 300
rough c 10.9.8 0 0 0 0

found hub 枢 润园
up hub
link=$(invite hub)
for home in a b c; do join "$home" "$link" "$home-person"; up "$home"; done
linli hub wait --peers 3 --timeout 180 >/dev/null || { linli hub status; fail "the box never met all three"; }

for n in $(seq 1 $posts); do
  for home in a b c; do linli "$home" post all "$home says $n 第 $n 句" >/dev/null; done
done
began=$(date +%s%N)
linli hub wait --peers 3 --timeout 180 >/dev/null || { linli hub status; fail "not equal over bad lines"; }
note "equal $((($(date +%s%N) - began) / 1000000)) ms after the last word"
for home in a b c; do
  [ "$(linli "$home" log all --last 10000 --json | wc -l)" = $((3 * posts)) ] || fail "$home lacks a message"
done
same_everywhere hub a b c
no_errors
