# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: float64
# message: float32
"""Returns float64."""


def center(images):
    return (images - images.mean(0)).double()
