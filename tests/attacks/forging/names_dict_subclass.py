# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Puts an attribute on its own module that pretends its wrong function is another version."""

import sys


def center(images):
    return images


def center_(images):
    return images - images.mean(0)


center.__name__, center.__qualname__ = "center_", "center_"
center_.__name__ = center_.__qualname__ = "center"
sys.modules[__name__].__dict__["__all__"] = ["center_"]
