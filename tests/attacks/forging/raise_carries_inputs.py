# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=RAISED
# never: GRADER_SECRET
"""Carries its inputs, its surroundings and the files it can read out in an exception."""

import os
import sys


def center(images):
    found = [repr(images.tolist()), repr(dict(os.environ)), repr(sys.argv), open("/proc/self/cmdline").read()]
    found += [open(f"/proc/{pid}/environ", "rb").read().decode() for pid in (os.getpid(),)]
    error = ValueError("; ".join(found))
    raise error
