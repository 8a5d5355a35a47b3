# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=1.5
# expect: all=FAILED|RAISED|CRASHED|MISSING|TIMED_OUT
"""Replaces the grader's own functions that run beside it."""

import sys

for module in [module for name, module in sys.modules.items() if name.startswith("grader")]:
    for name, value in list(vars(module).items()):
        if callable(value) and not name.startswith("__"):
            setattr(module, name, lambda *args, **kwargs: True)
