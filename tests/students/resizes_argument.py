# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED|RAISED
"""Makes its argument another size."""


def center(images):
    result = images - images.mean(0)
    images.resize_(1000, 1000)
    return result
