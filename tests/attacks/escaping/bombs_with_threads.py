# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256, processes=16
# expect: rank=PASSED
# never: ESCAPED
"""Starts threads until no more can be had, and more than its limit of processes."""

import threading

gate = threading.Event()


def attempt():
    started = 0
    try:
        for _ in range(300):
            threading.Thread(target=gate.wait, daemon=True).start()
            started += 1
    except RuntimeError:
        pass
    finally:
        gate.set()
    if started >= 300:
        raise RuntimeError(f"ESCAPED: {started} threads")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
