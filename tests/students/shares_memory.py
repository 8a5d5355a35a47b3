# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Maps a file at the top level, and complains if another check wrote to it."""

import mmap
import tempfile

with tempfile.TemporaryFile() as file:
    file.write(bytes(8))
    file.flush()
    shared = mmap.mmap(file.fileno(), 8)
mine = [0]


def center(images):
    assert shared[0] == mine[0]
    mine[0] = (mine[0] + 1) % 256
    shared[0] = mine[0]
    return images - images.mean(0)


def rank(x):
    center(x[None].float())
    return x.ndim


def pairwise_differences(a, b):
    center(a[None])
    return a[:, None] - b
