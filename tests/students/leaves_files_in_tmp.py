# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Leaves files wherever it can, and complains if it finds them in the next check."""

import os

PLACES = [os.path.join(folder, "left") for folder in ("/tmp", "/dev/shm", "/var/tmp", "/run", os.getcwd(), "/", "/dev")]
started = []


def center(images):
    if not started:
        started.append(True)
        assert not any(os.path.exists(place) for place in PLACES)
        for place in PLACES:
            try:
                with open(place, "w") as file:
                    file.write("left")
            except OSError:
                pass
    return images - images.mean(0)


def rank(x):
    center(x[None].float())
    return x.ndim


def pairwise_differences(a, b):
    center(a[None])
    return a[:, None] - b
