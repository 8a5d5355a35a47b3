# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Connects to a unix socket outside that has a name and no path."""

import socket


def attempt():
    try:
        with socket.socket(socket.AF_UNIX) as calling:
            calling.connect("\0@UNIX_NAME@")
    except OSError:
        return
    raise RuntimeError("ESCAPED: connected")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
