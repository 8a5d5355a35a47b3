# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: changed its argument
"""Works on its argument in place."""


def center(images):
    images -= images.mean(0)
    return images
