# exercise: exercise1
# base: solution
# select: broadcast_shape_raises or rank
# expect: broadcast_shape_raises=FAILED
"""Raises something else, and lets the grader's own describe call it a ValueError."""

from grader.guest import answer, snapshot

old = answer.describe
answer.describe = snapshot.describe = lambda error: [["ValueError"], *old(error)[1:]]


def broadcast_shape(a, b):
    raise KeyError("no")
