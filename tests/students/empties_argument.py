# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=0.5, wall_s=4
# expect: center=FAILED|RAISED|CRASHED
"""Takes the memory of its argument away."""


def center(images):
    result = images - images.mean(0)
    images.untyped_storage().resize_(0)
    return result
