# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Keeps a note in a global, and complains if it is there in the next check."""

seen = set()


def note(name):
    seen.add(name)
    assert seen == {name}


def center(images):
    note("center")
    return images - images.mean(0)


def rank(x):
    note("rank")
    return x.ndim


def pairwise_differences(a, b):
    note("pairwise_differences")
    return a[:, None] - b
