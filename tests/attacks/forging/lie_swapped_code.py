# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Swaps the function's code at run time, so that the source shown is not what runs."""

def wrong(images):
    return images + 1


center.__code__ = wrong.__code__
center.__defaults__ = None
