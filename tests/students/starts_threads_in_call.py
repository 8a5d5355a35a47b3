# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Works with threads."""

from concurrent.futures import ThreadPoolExecutor

import torch


def center(images):
    with ThreadPoolExecutor(4) as pool:
        return torch.stack(list(pool.map(lambda image: image - images.mean(0), images)))
