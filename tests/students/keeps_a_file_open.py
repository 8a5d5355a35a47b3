# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Opens a file at the top level, and complains if another check moved its position."""

import os
import tempfile

file = tempfile.TemporaryFile()
mine = [0]


def center(images):
    assert file.tell() == os.lseek(file.fileno(), 0, os.SEEK_CUR) == mine[0]
    mine[0] += os.write(file.fileno(), b"x")
    file.seek(0, os.SEEK_END)
    return images - images.mean(0)


def rank(x):
    center(x[None].float())
    return x.ndim


def pairwise_differences(a, b):
    center(a[None])
    return a[:, None] - b
