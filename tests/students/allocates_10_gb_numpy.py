# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=OUT_OF_MEMORY
# message: 512 MiB
"""Asks numpy for 10 GB."""

import numpy as np


def center(images):
    np.ones(10_000_000_000 // 8)
    return images - images.mean(0)
