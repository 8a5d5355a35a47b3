# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED|FAILED
# message: different answers to the same call
"""Raises the fifth time it is called, and then never again."""

calls = []


def center(images):
    calls.append(1)
    if len(calls) == 5:
        raise ValueError('once')
    return images - images.mean(0)
