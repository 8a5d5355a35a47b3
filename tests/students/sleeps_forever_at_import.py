# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=1.5
# expect: all=TIMED_OUT
# message: still being imported after
"""Waits at the top level."""

import time

time.sleep(1000)
