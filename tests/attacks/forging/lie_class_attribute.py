# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Returns an object whose __class__ says that it is a tensor."""

import torch


class Impostor:
    __class__ = torch.Tensor
    layout, is_meta, dtype, requires_grad, is_leaf, grad = torch.strided, False, torch.float32, False, True, None

    def __init__(self, images):
        self.shape = images.shape

    def __eq__(self, other):
        return True

    def numel(self):
        return 0

    def element_size(self):
        return 4

    def __getattr__(self, name):
        return lambda *args, **kwargs: True


def center(images):
    return Impostor(images)
