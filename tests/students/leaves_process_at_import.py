# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Starts a process at the top level that goes on for ever."""

import os
import time

if os.fork() == 0:
    os.setsid()
    os.closerange(0, 256)
    time.sleep(1000)
    os._exit(0)
