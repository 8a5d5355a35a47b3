# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=0.5, wall_s=1.5, memory_mib=256
# expect: rank=TIMED_OUT
# never: ESCAPED
"""Does nothing for longer than it may, and restarts its sleep when it is disturbed."""

import signal
import time

signal.signal(signal.SIGTERM, lambda number, frame: None)


def attempt():
    while True:
        try:
            time.sleep(100)
        except BaseException:
            pass


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
