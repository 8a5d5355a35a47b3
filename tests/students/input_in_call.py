# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: keyboard input
"""Asks for keyboard input."""


def center(images):
    return images - float(input())
