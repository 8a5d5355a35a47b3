# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=6, memory_mib=128
# expect: rank=OUT_OF_MEMORY
# never: ESCAPED
"""Keeps more than its memory limit in children whose first thread has ended."""

import ctypes
import os
import platform
import threading
import time

libc = ctypes.CDLL(None)
libc.mallopt(-8, 1)  # M_ARENA_MAX: an arena of the thread's own would take the room of what it is to hold
EXIT = 60 if platform.machine() == "x86_64" else 93


def hold(writing):
    time.sleep(0.1)  # until the first thread has ended
    kept = bytearray(70_000_000)
    kept[::4096] = b"x" * len(kept[::4096])
    time.sleep(0.2)
    os.write(writing, b"x")
    time.sleep(2)
    os._exit(len(kept) and 0)


def attempt():
    reading, writing = os.pipe()
    for _ in range(4):
        if os.fork() == 0:
            threading.Thread(target=hold, args=(writing,)).start()
            libc.syscall(EXIT, 0)
    for _ in range(4):
        os.read(reading, 1)
    time.sleep(0.2)
    raise RuntimeError("ESCAPED: 280 MB in four children")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
