# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: Too many open files
"""Opens ten thousand files."""

import os


def center(images):
    kept = [open(os.devnull) for _ in range(10_000)]
    return images - len(kept)
