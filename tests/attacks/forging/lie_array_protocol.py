# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Returns an object with all protocols by which arrays are converted."""

import numpy as np
import torch


class Chameleon:
    def __init__(self, images):
        self.images = images
        self.shape, self.dtype, self.ndim = images.shape, images.dtype, images.ndim

    def __array__(self, *args, **kwargs):
        return np.zeros(tuple(self.shape), np.float32)

    @property
    def __array_interface__(self):
        return self.__array__().__array_interface__

    def __dlpack__(self, **kwargs):
        return torch.zeros(self.shape).__dlpack__()

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return True


def center(images):
    return Chameleon(images)
