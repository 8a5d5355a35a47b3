# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=0.5, wall_s=4
# expect: all=FAILED|RAISED|CRASHED|MISSING|TIMED_OUT
"""Replaces a builtin function that everything depends on."""

import builtins

builtins.isinstance = lambda *args: True
