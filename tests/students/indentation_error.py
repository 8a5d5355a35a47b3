# exercise: exercise1
# select: rank or center or pairwise_differences_is
# expect: all=RAISED
# message: syntax error on line 10
"""Is indented with a space too many."""


def center(images):
    mean = images.mean(0)
     return images - mean
