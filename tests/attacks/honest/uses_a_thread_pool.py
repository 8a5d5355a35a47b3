# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=PASSED
"""Uses an executor in a with statement."""

from concurrent.futures import ThreadPoolExecutor

import torch


def center(images):
    mean = images.mean(0)
    with ThreadPoolExecutor(2) as pool:
        return torch.stack(list(pool.map(lambda image: image - mean, images)))
