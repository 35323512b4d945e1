"""A cable that loses and delays frames, for tests/lan/rough.sh.

plain INTERFACE              whole frames with checksums, as a real cable carries them
copy ONE OTHER P Q MS NS     copies frames; of those from ONE to OTHER loses P percent and delays
                             the rest by MS, of those the other way Q percent and NS
"""
import array, fcntl, heapq, random, select, socket, struct, sys, time

ETHTOOL, OFFLOADS = 0x8946, (0x17, 0x1F, 0x24, 0x2C)  # tx checksums, tso, gso, gro


def plain(interface):
    control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for offload in OFFLOADS:
        off = array.array("B", struct.pack("II", offload, 0))
        fcntl.ioctl(control, ETHTOOL, struct.pack("16sP", interface.encode(), off.buffer_info()[0]))


def tap(interface):
    plain(interface)
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    raw.bind((interface, 0))
    return raw


def copy(one, other, losses, delays):
    rng, ends, waiting, count = random.Random(13), [tap(one), tap(other)], [], 0
    while True:
        pause = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        ready, _, _ = select.select(ends, [], [], pause)
        for end in ready:
            frame, (_, _, kind, *_) = end.recvfrom(65536)
            if kind == socket.PACKET_OUTGOING:
                continue
            way = ends.index(end)
            if rng.random() * 100 >= losses[way]:
                count += 1
                heapq.heappush(waiting, (time.monotonic() + delays[way] / 1000, count, 1 - way, frame))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, to, frame = heapq.heappop(waiting)
            try:
                ends[to].send(frame)
            except OSError:
                pass  # The interface is down, as a cable may be.


if sys.argv[1] == "plain":
    plain(sys.argv[2])
else:
    numbers = [float(text) for text in sys.argv[4:8]]
    copy(sys.argv[2], sys.argv[3], numbers[:2], numbers[2:])
