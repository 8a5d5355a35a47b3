# exercise: exercise1
# base: solution
# select: rank or center
# limits: cpu_s=1, wall_s=1.5
# expect: center=CRASHED|RAISED|TIMED_OUT
"""Becomes another program, one that always succeeds."""

import os
import sys


def center(images):
    for path in ("/bin/true", "/usr/bin/true", sys.executable):
        try:
            os.execv(path, [path, "-c", "raise SystemExit(0)"])
        except OSError as error:
            last = error
    raise last
