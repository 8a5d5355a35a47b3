# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: at the bottom
"""Raises five hundred calls deep."""

def down(n):
    if n == 0:
        raise ValueError('at the bottom')
    return down(n - 1)


def center(images):
    return down(500)
