# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Opens sockets of every family but unix, raw ones and netlink included."""

import socket


def attempt():
    for family in range(64):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
            if family != socket.AF_UNIX:
                try:
                    socket.socket(family, kind, 0).close()
                except OSError:
                    continue
                raise RuntimeError(f"ESCAPED: a socket of family {family} and kind {kind}")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
