# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: Skipped: skip me
"""Raises exceptions named like the grader's and pytest's own."""


def center(images):
    raise type('Skipped', (type('GraderError', (Exception,), {}),), {})('skip me')
