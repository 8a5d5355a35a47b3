# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: all=PASSED
# never: ESCAPED
"""Counts in the memory of the process that all checks are forked from."""

import ctypes
import os

count = ctypes.c_int(0)
mine = [0]


def carry():
    if count.value != mine[0]:
        raise RuntimeError(f"ESCAPED: another check counted to {count.value}")
    mine[0] += 1
    count.value = mine[0]
    try:
        with open(f"/proc/{os.getppid()}/mem", "r+b", buffering=0) as memory:
            memory.seek(ctypes.addressof(count))
            memory.write(bytes(count))
    except OSError:
        pass


def rank(x):
    carry()
    return x.ndim


def center(images):
    carry()
    return images - images.mean(0)


def pairwise_differences(a, b):
    carry()
    return a[:, None] - b
