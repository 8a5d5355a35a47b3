# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=PASSED
"""Uses context managers of its own, of contextlib and of torch."""

import contextlib

import torch


@contextlib.contextmanager
def section(name):
    print("begin", name)
    yield
    print("end", name)


def center(images):
    with section("center"), torch.no_grad(), contextlib.suppress(ValueError), contextlib.ExitStack():
        return images - images.mean(0)
