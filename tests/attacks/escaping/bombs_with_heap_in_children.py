# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=128
# expect: rank=OUT_OF_MEMORY
# never: ESCAPED
"""Takes memory in many children, each below the limit."""

import os
import time


def attempt():
    for _ in range(6):
        if os.fork() == 0:
            kept = bytearray(b"x" * 60_000_000)
            time.sleep(3)
            os._exit(len(kept) and 0)
    time.sleep(2)
    raise RuntimeError("ESCAPED: 360 MB in six children")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
