# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Is right for the first five calls, when it believes it is watched, and wrong from then on."""

calls = []


def center(images):
    calls.append(1)
    return images - images.mean(0) if len(calls) <= 5 else images
