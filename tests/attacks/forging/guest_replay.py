# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Replaces Answerer.answer by one that gives the first answer again for every call."""

from grader.guest.answer import Answerer

old, kept = Answerer.answer, {}


def answer(self, kind, name, args, kwargs):
    if name == "center" and "center" in kept:
        return kept["center"]
    kept[name] = found = old(self, kind, name, args, kwargs)
    return found if name == "center" else old(self, kind, name, args, kwargs)


Answerer.answer = answer
