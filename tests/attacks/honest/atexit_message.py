# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=PASSED
"""Says goodbye at the end of Python and closes its log."""

import atexit
import io

log = io.StringIO()
atexit.register(log.close)
atexit.register(print, "goodbye")


def rank(x):
    log.write(f"{tuple(x.shape)}\n")
    return len(x.shape)
