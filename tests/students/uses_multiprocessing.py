# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED|RAISED
"""Lets a pool of processes do the work."""

import multiprocessing


def center(images):
    with multiprocessing.get_context('fork').Pool(2) as pool:
        assert pool.map(abs, [-1, 2]) == [1, 2]
    return images - images.mean(0)
