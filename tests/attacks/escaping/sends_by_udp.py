# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Sends a datagram to this machine."""

import socket


def attempt():
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            sending.sendto(b"out", ("127.0.0.1", int("@PORT_UDP@")))
    except OSError:
        return
    raise RuntimeError("ESCAPED: sent")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
