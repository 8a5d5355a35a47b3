# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=PASSED
"""Counts its own lines by sys.settrace and takes the trace function away again."""

import sys

lines = []


def tracer(frame, event, arg):
    lines.append(frame.f_lineno)
    return tracer


def center(images):
    sys.settrace(tracer)
    try:
        result = images - images.mean(0)
    finally:
        sys.settrace(None)
    return result
