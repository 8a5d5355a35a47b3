# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Imports the judge's modules, which know the checks and the verdicts."""

import importlib


def attempt():
    for name in ("judge", "verdicts", "grading", "session", "results", "course"):
        try:
            found = importlib.import_module(f"grader.{name}")
        except ImportError:
            continue
        raise RuntimeError(f"ESCAPED: {found.__file__}")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
