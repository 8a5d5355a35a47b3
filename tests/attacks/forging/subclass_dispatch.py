# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED|RAISED|CRASHED
"""Returns a wrapper tensor without memory whose __torch_dispatch__ makes values up."""

import torch


class Hollow(torch.Tensor):
    @staticmethod
    def __new__(cls, shape):
        return torch.Tensor._make_wrapper_subclass(cls, shape, dtype=torch.float32)

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return torch.zeros(args[0].shape) if args else torch.zeros(())


def center(images):
    return Hollow(images.shape)
