# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
"""Returns NaN."""


def center(images):
    return images - images.mean(0) + float('nan')
