# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: all=PASSED
# never: ESCAPED
"""Puts a file without a name in the place of standard input, where all checks share it."""

import os

file = os.open("/tmp/shared", os.O_RDWR | os.O_CREAT)
os.unlink("/tmp/shared")
os.dup2(file, 0)
os.close(file)
mine = [0]


def carry():
    found = len(os.pread(0, 1000, 0))
    if found > mine[0]:
        raise RuntimeError(f"ESCAPED: another check counted to {found}")
    mine[0] += 1
    try:
        os.pwrite(0, b"x", found)
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
