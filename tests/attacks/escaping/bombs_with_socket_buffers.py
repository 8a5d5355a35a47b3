# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=2, wall_s=6, memory_mib=48
# expect: rank=PASSED|OUT_OF_MEMORY|RAISED
# never: ESCAPED
"""Keeps more than its memory limit in the kernel, in sockets that nobody reads."""

import socket


def attempt():
    pairs, held = [], 0
    try:
        while held < 100_000_000:
            pair = socket.socketpair()
            pairs.append(pair)
            for end in pair:
                end.setblocking(False)
                try:
                    while True:
                        held += end.send(bytes(60_000))
                except BlockingIOError:
                    pass
    except OSError:
        pass
    if held > 70_000_000:
        raise RuntimeError(f"ESCAPED: {held} bytes")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
