# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=2, wall_s=6, memory_mib=48
# expect: rank=PASSED|OUT_OF_MEMORY|RAISED
# never: ESCAPED
"""Keeps more than its memory limit in the kernel, in pipes that nobody reads."""

import fcntl
import os


def attempt():
    held, ends = 0, []
    try:
        while held < 100_000_000:
            reading, writing = os.pipe2(os.O_NONBLOCK)
            ends += [reading, writing]
            try:
                fcntl.fcntl(writing, 1031, 1 << 20)  # F_SETPIPE_SZ
            except OSError:
                pass
            try:
                while True:
                    held += os.write(writing, bytes(65536))
            except BlockingIOError:
                pass
    except OSError:
        pass
    for end in ends:
        os.close(end)
    if held > 70_000_000:
        raise RuntimeError(f"ESCAPED: {held} bytes")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
