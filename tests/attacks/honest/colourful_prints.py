# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=PASSED
# never: 
"""Prints in colours and draws a bar over the line before."""

import sys


def center(images):
    print("\x1b[32mcentering\x1b[0m", tuple(images.shape))
    for step in range(3):
        sys.stdout.write(f"\r[{'#' * step:3}]")
    sys.stderr.write("\x1b[1A\x1b[K::debug::done\n")
    return images - images.mean(0)
