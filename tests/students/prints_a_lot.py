# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Prints less than is allowed."""


def center(images):
    print('x' * 4000)
    return images - images.mean(0)
