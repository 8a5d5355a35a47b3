# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: all=PASSED
# never: ESCAPED
"""Leaves marks on the folders that are emptied after each check: their mode, their date and attributes."""

import os

done = []


def marks():
    return [(os.stat(place).st_mode, os.listxattr(place)) for place in ("/tmp", "/dev/shm")]


AT_FIRST = marks()


def carry():
    if done:
        return
    done.append(True)
    if (now := marks()) != AT_FIRST:
        raise RuntimeError(f"ESCAPED: another check left {now}, not {AT_FIRST}")
    for change in (
        lambda: os.setxattr("/tmp", "user.mark", b"x"),
        lambda: os.setxattr("/dev/shm", "user.mark", b"x"),
        lambda: os.chmod("/tmp", 0o1777),
        lambda: os.chmod("/dev/shm", 0o711),
    ):
        try:
            change()
        except OSError:
            continue


def rank(x):
    carry()
    return x.ndim


def center(images):
    carry()
    return images - images.mean(0)


def pairwise_differences(a, b):
    carry()
    return a[:, None] - b
