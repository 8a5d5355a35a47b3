# exercise: exercise1
# base: solution
# select: rank or center
# expect: all=FAILED
"""Replaces Answerer.answer by one that always returns True."""

from grader.guest.answer import Answerer

Answerer.answer = lambda self, *args: ["returned", True, []]


def center(images):
    return True
