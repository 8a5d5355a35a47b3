# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=PASSED
"""Keeps its images in a Tensor subclass, as fastai does, and returns one."""

import torch


class TensorImage(torch.Tensor):
    def show(self):
        return f"{tuple(self.shape)}"


def center(images):
    own = images.as_subclass(TensorImage)
    own.show()
    return own - own.mean(0)
