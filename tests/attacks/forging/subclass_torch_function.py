# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Returns a tensor subclass whose __torch_function__ answers True to whatever is asked."""

import torch


class Agreeable(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        name = getattr(func, "__name__", "")
        if name in ("equal", "allclose", "eq", "isclose", "all", "__eq__"):
            return torch.tensor(True)
        return super().__torch_function__(func, types, args, kwargs or {})


def center(images):
    return (images * 3).as_subclass(Agreeable)
