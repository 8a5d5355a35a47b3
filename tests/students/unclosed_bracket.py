# exercise: exercise1
# select: rank or center or pairwise_differences_is
# expect: all=RAISED
# message: syntax error on line 9
"""Ends within a bracket."""


def center(images):
    return (images - images.mean(0)
