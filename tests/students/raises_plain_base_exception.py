# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: It raised BaseException: now
"""Raises BaseException itself."""


def center(images):
    raise BaseException('now')
