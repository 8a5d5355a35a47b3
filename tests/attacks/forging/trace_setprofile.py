# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED, rank=FAILED
"""Lets a profile function rewrite lists that a function of the grader returns."""

import sys
import threading


def profile(frame, event, arg):
    if event == "return" and type(arg) is list and arg and arg[0] == "returned":
        arg[1] = "PASSED"
        arg[2] = []


sys.setprofile(profile)
threading.setprofile(profile)


def center(images):
    return images
