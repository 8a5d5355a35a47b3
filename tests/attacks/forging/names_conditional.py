# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Defines the function right in a branch that never runs, and wrong in the one that does."""

import sys

if "grader.judge" in sys.modules:

    def center(images):
        return images - images.mean(0)

else:

    def center(images):
        return images.mean(0)
