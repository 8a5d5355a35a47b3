# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Makes a file at the top level, counts in it, and complains of counts it did not make."""

import os

with open("count", "w") as file:
    file.write("0")
mine = [0]


def count():
    with open("count") as file:
        assert int(file.read()) == mine[0]
    mine[0] += 1
    with open("count", "w") as file:
        file.write(str(mine[0]))


def center(images):
    count()
    return images - images.mean(0)


def rank(x):
    count()
    return x.ndim


def pairwise_differences(a, b):
    count()
    return a[:, None] - b
