# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: cleared
"""Prints and raises escape sequences."""


def center(images):
    print('\x1b[2J\x1b]0;title\x07\x9b31m')
    raise ValueError('\x1b[2Jcleared\x1b]0;title\x07 \x9b31m \r over \x08\x7f')  # [31m
