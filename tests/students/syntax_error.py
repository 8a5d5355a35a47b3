# exercise: exercise1
# select: rank or center or pairwise_differences_is
# expect: all=RAISED
# message: syntax error on line 8
"""Has a syntax error."""


def center(images)
    return images
