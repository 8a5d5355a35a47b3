# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: It raised Stop: now
"""Raises a BaseException of its own."""

class Stop(BaseException):
    pass


def center(images):
    raise Stop('now')
