# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Connects to a unix socket that lies outside."""

import socket


def attempt():
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        try:
            with socket.socket(socket.AF_UNIX, kind) as calling:
                calling.connect("@UNIX_PATH@")
        except OSError:
            continue
        raise RuntimeError("ESCAPED: connected")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
