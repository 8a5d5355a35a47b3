# exercise: exercise1
# base: solution
# select: rank or center
# expect: rank=RAISED
"""Raises a class whose name and text are workflow commands and escape codes."""

Bad = type("\n::error::x\n##vso[task.complete]\x1b[2J", (Exception,), {})


def rank(x):
    raise Bad("\n::error::x\n##vso[task.complete]\x1b]0;title\x07\x9b2J")
