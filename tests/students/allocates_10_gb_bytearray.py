# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=OUT_OF_MEMORY
# message: 512 MiB
"""Asks Python for 10 GB."""


def center(images):
    bytearray(10_000_000_000)
    return images - images.mean(0)
