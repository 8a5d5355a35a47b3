# exercise: exercise1
# base: solution
# select: expand_without_copying_aliases or rank
# expect: expand_without_copying_aliases=FAILED
"""Copies, and answers the probe that would see it with what an alias would have given."""

from grader.guest.answer import Answerer

old = Answerer.answer


def answer(self, kind, name, args, kwargs):
    if kind == "probe" and name == "expand_then_write":
        image, n, written = args
        return ["returned", [image.repeat(n, 1, 1), written.repeat(n, 1, 1)], []]
    return old(self, kind, name, args, kwargs)


Answerer.answer = answer


def expand_without_copying(image, n):
    return image.repeat(n, 1, 1)
