# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Prints all kinds of characters, and bytes that are no text."""

import os
import sys


def center(images):
    print('é → 😀 \u202e \x00')
    sys.stdout.flush()
    os.write(1, bytes(range(256)))
    return images - images.mean(0)
