# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=OUTPUT_LIMIT
# message: printed more than 256 KiB
"""Writes 100 MB to standard error."""

import sys


def center(images):
    for _ in range(100):
        sys.stderr.write('x' * 1_000_000)
    return images - images.mean(0)
