# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Makes one huge file, by writing to its far end and by reserving it."""

import os
import signal

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def attempt():
    with open("/tmp/huge", "wb") as file:
        for grow in (
            lambda: os.truncate("/tmp/huge", 1 << 40),
            lambda: os.posix_fallocate(file.fileno(), 0, 1 << 30),
            lambda: os.pwrite(file.fileno(), b"x", 1 << 35),
        ):
            try:
                grow()
            except OSError:
                continue
            raise RuntimeError(f"ESCAPED: a file of {os.path.getsize('/tmp/huge')} bytes")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
