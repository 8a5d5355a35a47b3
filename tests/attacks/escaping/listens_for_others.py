# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Listens for connections from outside, and pairs sockets of the internet family."""

import socket


def attempt():
    for make in (
        lambda: socket.create_server(("127.0.0.1", 0)),
        lambda: socket.create_server(("::1", 0), family=socket.AF_INET6),
        lambda: socket.socketpair(socket.AF_INET),
        lambda: socket.socketpair(16, socket.SOCK_RAW),
    ):
        try:
            make()
        except OSError:
            continue
        raise RuntimeError("ESCAPED: it listens")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
