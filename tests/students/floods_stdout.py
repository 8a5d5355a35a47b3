# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=OUTPUT_LIMIT
# message: printed more than 256 KiB
# message: print
"""Prints 100 MB."""


def center(images):
    for _ in range(100):
        print('x' * 1_000_000)
    return images - images.mean(0)
