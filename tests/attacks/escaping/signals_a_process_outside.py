# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Ends a process outside by its number, by its group and by a handle."""

import os
import signal


def attempt():
    pid = int("@SLEEPER@")
    for send in (
        lambda: os.kill(pid, signal.SIGKILL),
        lambda: os.killpg(pid, signal.SIGTERM),
        lambda: signal.pidfd_send_signal(os.pidfd_open(pid), signal.SIGKILL),
    ):
        try:
            send()
        except OSError:
            continue
        raise RuntimeError("ESCAPED: the signal was sent")


def rank(x):
    attempt()
    return x.ndim
