# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: is 7.0
"""Returns a tensor that says it equals everything."""

import torch


class Liar(torch.Tensor):
    def __eq__(self, other):
        return torch.ones(self.shape, dtype=torch.bool)

    __ne__ = __lt__ = __gt__ = lambda self, other: torch.zeros(self.shape, dtype=torch.bool)

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return True

    __hash__ = torch.Tensor.__hash__


def center(images):
    return torch.zeros_like(images).add(7).as_subclass(Liar)
