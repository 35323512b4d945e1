"""Somebody hostile on the LAN, for tests/lan/hostile.sh: noise.py SECONDS HOST PORT FULL

Keeps 500 connections half-open, sends random bytes to the TCP and the UDP port, and floods mDNS with
questions and with neighbours who do not exist. Makes the file FULL once the crowd stands.
"""
import base64, collections, random, select, socket, struct, sys, time

SECONDS, HOST, PORT, FULL = float(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
CROWD, SOURCES, PATIENCE_S = 500, [f"10.9.4.{n}" for n in range(100, 120)], 6
rng = random.Random(1)


def connect(source):
    s = socket.socket()
    s.setblocking(False)
    s.bind((source, 0))
    s.connect_ex((HOST, PORT))
    return s


def garbage():
    s = connect(rng.choice(SOURCES))
    select.select([], [s], [], 0.2)
    hello = b"\x13/multistream/1.0.0\n"
    says = [rng.randbytes(rng.randrange(1, 70000)), hello + rng.randbytes(rng.randrange(1, 4000)),
            hello + b"\x07/noise\n" + rng.randbytes(500)]
    try:
        s.send(rng.choice(says))
    except OSError:
        pass  # It hung up.
    s.close()


def base58(data):
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def name(labels):
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


SERVICE = name([b"_p2p", b"_udp", b"local"])
QUESTION = struct.pack(">6H", 0, 0, 1, 0, 0, 0) + SERVICE + struct.pack(">2H", 12, 1)


def invented():
    """An answer as a neighbour gives it: a name, and under it an address with a key."""
    key = base58(b"\x00\x24\x08\x01\x12\x20" + rng.randbytes(32))
    own = name([base64.b32encode(rng.randbytes(20)).lower()])
    text = f"dnsaddr=/ip4/10.9.4.{rng.randrange(120, 250)}/tcp/{rng.randrange(1, 60000)}/p2p/{key}".encode()
    text = bytes([len(text)]) + text
    pointer = SERVICE + struct.pack(">2HIH", 12, 1, 120, len(own)) + own
    address = own + struct.pack(">2HIH", 16, 1, 120, len(text)) + text
    return struct.pack(">6H", 0, 0x8400, 0, 1, 0, 1) + pointer + address


mdns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
mdns.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(SOURCES[0]))
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
crowd, end, opened = collections.deque(), time.monotonic() + SECONDS, 0
while time.monotonic() < end:
    for _ in range(25):
        if len(crowd) < CROWD or crowd[0][0] < time.monotonic() - PATIENCE_S:
            if len(crowd) >= CROWD:
                crowd.popleft()[1].close()
            crowd.append((time.monotonic(), connect(SOURCES[opened % len(SOURCES)])))
            opened += 1
            if opened == CROWD:
                open(FULL, "w").close()
    garbage()
    udp.sendto(rng.randbytes(rng.randrange(1, 1400)), (HOST, PORT))
    for _ in range(10):
        mdns.sendto(invented(), ("224.0.0.251", 5353))
    mdns.sendto(QUESTION, ("224.0.0.251", 5353))
    select.select([], [], [], 0.05)
print(f"  {opened} connections that never spoke, {CROWD} at a time")
