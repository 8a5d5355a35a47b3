# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Raises its limits of files, processes, memory, CPU and core dumps."""

import resource

NAMES = ("CORE", "NOFILE", "NPROC", "AS", "CPU", "FSIZE", "MEMLOCK")


def attempt():
    for number in (getattr(resource, f"RLIMIT_{name}") for name in NAMES):
        soft, hard = resource.getrlimit(number)
        for limits in ((hard + 1, hard + 1), (resource.RLIM_INFINITY, resource.RLIM_INFINITY)):
            for change in (resource.setrlimit, lambda what, to: resource.prlimit(0, what, to)):
                try:
                    change(number, limits)
                except (OSError, ValueError):
                    continue
                raise RuntimeError(f"ESCAPED: limit {number} is {resource.getrlimit(number)}")


def rank(x):
    attempt()
    return x.ndim
