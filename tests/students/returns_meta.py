# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# never: a Tensor; a tensor
"""Returns a tensor without values."""


def center(images):
    return images.to('meta')
