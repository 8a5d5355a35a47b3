# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Kills, stops and interrupts the first process of its cell, the warden."""

import os
import signal


def attempt():
    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGXCPU):
        try:
            os.kill(1, number)
        except OSError:
            continue
    if "T (stopped)" in open("/proc/1/status").read():
        raise RuntimeError("ESCAPED: the warden is stopped")


def rank(x):
    attempt()
    return x.ndim
