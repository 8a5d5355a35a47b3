# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Takes precedence over other processes of the machine."""

import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)


def attempt():
    for change in (
        lambda: os.nice(-1),
        lambda: os.setpriority(os.PRIO_PROCESS, 0, -5),
        lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10)),
        lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(10)),
        lambda: os.setpriority(os.PRIO_PROCESS, 1, 5),
        lambda: os.sched_setaffinity(1, {0}),
        lambda: open("/proc/self/oom_score_adj", "w").write("-1000"),
        lambda: open("/proc/1/oom_score_adj", "w").write("1000"),
    ):
        try:
            change()
        except OSError:
            continue
        raise RuntimeError("ESCAPED: it goes before others, or the warden after them")
    if LIBC.mlockall(3) == 0:
        raise RuntimeError("ESCAPED: its memory is never swapped")


def rank(x):
    attempt()
    return x.ndim
