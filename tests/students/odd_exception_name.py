# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
"""Raises an exception whose name is no name."""


def center(images):
    raise type('x' * 100_000 + '\x1b[2J', (Exception,), {})('text')
