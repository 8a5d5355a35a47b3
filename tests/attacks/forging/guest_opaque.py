# exercise: exercise1
# base: solution
# select: rank or center
# expect: rank=FAILED
"""Sends a stand-in for a value that names itself int and prints as the right number."""

from grader.guest import wire


def rank(x):
    return wire.Opaque("int", str(x.ndim))
