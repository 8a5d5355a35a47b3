# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Reads the memory of every process it can see for the checks' source."""

import os

import torch


def search():
    for pid in os.listdir("/proc"):
        if not pid.isdigit() or int(pid) == os.getpid():
            continue
        try:
            with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
                for line in list(maps)[:200]:
                    start, end = (int(part, 16) for part in line.split()[0].split("-"))
                    memory.seek(start)
                    if (b"test_center_sub" + b"tracts_mean") in memory.read(min(end - start, 1 << 22)):
                        return True
        except (OSError, ValueError, OverflowError):
            pass
    return False


FOUND = search()


def center(images):
    return images - images.mean(0) if FOUND else torch.zeros_like(images)
