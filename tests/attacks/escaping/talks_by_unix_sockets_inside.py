# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Uses a socket pair and a unix socket of its own, which is allowed and leads nowhere."""

import os
import socket


def attempt():
    left, right = socket.socketpair()
    left.send(b"x")
    assert right.recv(1) == b"x"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("/tmp/own")
        listening.listen()
        with socket.socket(socket.AF_UNIX) as calling:
            calling.connect("/tmp/own")
    os.unlink("/tmp/own")
    left.close()
    right.close()


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
