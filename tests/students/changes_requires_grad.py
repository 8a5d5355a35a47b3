# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: changed its argument
"""Switches requires_grad of its argument on."""


def center(images):
    images.requires_grad_()
    return (images - images.mean(0)).detach()
