# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=RAISED
"""Puts hooks for exceptions in place that swallow them and end with 0, and raises."""

import os
import sys
import threading

sys.excepthook = threading.excepthook = sys.unraisablehook = lambda *args: os._exit(0)
sys.exit = lambda *args: None


def center(images):
    raise ArithmeticError("swallow me")
