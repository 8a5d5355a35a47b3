# exercise: exercise1
# base: solution
# select: rank or center
# limits: cpu_s=1, wall_s=1.5
# expect: center=TIMED_OUT
"""Stops every clock of Python, and then never ends."""

import resource
import time

time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
try:
    resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
except (ValueError, OSError):
    pass


def center(images):
    while True:
        pass
