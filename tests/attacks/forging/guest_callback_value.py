# exercise: exercise1
# base: solution
# select: rank or center
# expect: rank=FAILED
"""Returns a stand-in for a function of the judge, and a path, in the hope that the judge uses them."""

from grader.guest import wire


def rank(x):
    return [wire.Callback(1), wire.GuestPath("../../etc/passwd", (("a", b"b"),))][x.ndim % 2]
