# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=PASSED
"""Notes which torch functions it calls by a subclass with __torch_function__."""

import torch


class Logged(torch.Tensor):
    calls = []

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        cls.calls.append(func)
        return super().__torch_function__(func, types, args, kwargs or {})


def pairwise_differences(a, b):
    return a.as_subclass(Logged)[:, None] - b.as_subclass(Logged)
