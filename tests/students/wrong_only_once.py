# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: different answers to the same call
"""Is wrong the fifth time it is called, and then never again."""

calls = []


def center(images):
    calls.append(1)
    return images - images.mean(0) + (len(calls) == 5)
