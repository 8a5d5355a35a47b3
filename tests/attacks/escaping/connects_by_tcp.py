# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Opens a TCP connection to this machine."""

import socket


def attempt():
    try:
        socket.create_connection(("127.0.0.1", int("@PORT@")), timeout=1).close()
    except OSError:
        return
    raise RuntimeError("ESCAPED: connected")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
