# exercise: exercise1
# base: solution
# select: to_float_divides or rank
# expect: to_float=CRASHED
"""Returns a tensor of another dtype whose dtype attribute says float32."""

import torch


class Float32(torch.Tensor):
    dtype = property(lambda self: torch.float32)


def to_float(images):
    return (images.double() / 255).as_subclass(Float32)
