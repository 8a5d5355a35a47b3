# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=CRASHED
# never: ESCAPED
"""Asks for a core dump and aborts, to leave its memory on the disk."""

import os
import resource


def attempt():
    for limit in (resource.RLIM_INFINITY, 1 << 20, resource.getrlimit(resource.RLIMIT_CORE)[1]):
        try:
            resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
        except (OSError, ValueError):
            continue
    if resource.getrlimit(resource.RLIMIT_CORE) != (0, 0):
        raise RuntimeError("ESCAPED: it may dump core")
    os.abort()


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
