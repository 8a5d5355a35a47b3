# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=PASSED
"""Looks at its own frame and signature for a log, and at the modules that are loaded."""

import inspect
import sys

log = []


def center(images):
    frame = inspect.currentframe()
    log.append((frame.f_code.co_name, len(frame.f_locals), "numpy" in sys.modules, inspect.signature(center)))
    return images - images.mean(0)
