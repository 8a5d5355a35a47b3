# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=0.5, wall_s=4
# expect: all=RAISED|CRASHED|TIMED_OUT|OUT_OF_MEMORY
"""Forks until nothing goes any more, at the top level."""

import os

while True:
    os.fork()
