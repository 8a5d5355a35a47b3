# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=OUT_OF_MEMORY
# message: 512 MiB
"""Lets each of eight children take 200 MB."""

import os
import time


def center(images):
    for _ in range(8):
        if os.fork() == 0:
            data = b'x' * 200_000_000
            time.sleep(1000)
    time.sleep(1000)
