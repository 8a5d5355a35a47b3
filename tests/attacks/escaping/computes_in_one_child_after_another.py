# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=0.5, wall_s=7, memory_mib=256
# expect: rank=TIMED_OUT
# never: ESCAPED
"""Computes for far longer than its limit, in children that follow each other and are never waited for."""

import os
import signal
import time


def attempt():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel forgets what they used
    began, computed = time.monotonic(), 0.0
    while computed < 2.0 and time.monotonic() - began < 6:
        reading, writing = os.pipe()
        if os.fork() == 0:
            while time.process_time() < 0.2:
                pass
            os.write(writing, b"x")
            os._exit(0)
        os.close(writing)
        computed += 0.2 if os.read(reading, 1) else 0.0
        os.close(reading)
    if computed >= 2.0:
        raise RuntimeError(f"ESCAPED: computed for {computed:.1f} s")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
