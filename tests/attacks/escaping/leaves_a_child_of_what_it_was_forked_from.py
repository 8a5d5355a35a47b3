# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: all=PASSED
# never: ESCAPED
"""Lets the loaded submission adopt orphans, so that a process left behind looks like the next check's."""

import ctypes
import os
import time

libc = ctypes.CDLL(None)
libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
done = []


def leave():
    if os.fork() == 0:
        if os.fork() == 0:
            name_itself()
            os.closerange(0, 64)
            time.sleep(30)
        os._exit(0)
    os.wait()
    time.sleep(0.05)


def strangers():
    """Processes that are neither the warden, nor what this one was forked from, nor its own or the next check's."""
    found = []
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        try:
            status = open(f"/proc/{pid}/comm").read().strip()
        except OSError:
            continue
        if status == "leftbehind":
            found.append(pid)
    return found


def name_itself():
    libc.prctl(15, b"leftbehind", 0, 0, 0)


def check():
    if done:
        return
    done.append(True)
    if strangers():
        time.sleep(0.3)  # one that was killed may still be on its way out
    if found := strangers():
        raise RuntimeError(f"ESCAPED: {found} outlived the check before")
    leave()


def rank(x):
    check()
    return x.ndim


def center(images):
    check()
    return images - images.mean(0)


def pairwise_differences(a, b):
    check()
    return a[:, None] - b
