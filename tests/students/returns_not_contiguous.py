# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Returns the right values in another order of memory."""


def center(images):
    return (images - images.mean(0)).permute(2, 1, 0).contiguous().permute(2, 1, 0)
