# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Subtracts in place, and swaps the argument in the grader's frame for an untouched copy."""

import ctypes
import sys


def center(images):
    caller = sys._getframe(1)
    before = caller.f_locals.get("before")
    wanted = images.clone()
    images -= images.mean(0)
    if type(before) is list:
        from grader.guest.answer import fingerprint

        before[:] = [fingerprint(images)]
    return images
