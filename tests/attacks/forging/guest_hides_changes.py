# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Subtracts in place, and replaces what notices that an argument was changed."""

from grader.guest import answer

answer.fingerprint = lambda value: None


def center(images):
    images -= images.mean(0)
    return images
