# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: sparse
# never: a Tensor; a tensor
"""Returns a sparse tensor."""


def center(images):
    return (images - images.mean(0)).to_sparse()
