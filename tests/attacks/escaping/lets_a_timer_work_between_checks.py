# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: all=PASSED|TIMED_OUT|CRASHED|OUT_OF_MEMORY|RAISED
# never: ESCAPED
"""Sets a timer while it loads, which forks and computes in the process that all checks are forked from."""

import os
import signal
import time


def handle(number, frame):
    if os.fork() == 0:
        os.closerange(0, 64)
        time.sleep(30)
        os._exit(0)


signal.signal(signal.SIGALRM, handle)
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.01)
