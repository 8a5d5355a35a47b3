# exercise: exercise4
# base: solution
# select: init_params_gives_leaves or quadratic_is
# expect: init_params_gives_leaves=FAILED
"""Returns a plain tensor of a subclass that says it requires gradients and is a leaf."""

import torch


class Leaf(torch.Tensor):
    requires_grad = property(lambda self: True, lambda self, value: None)
    is_leaf = property(lambda self: True)


def init_params(size, std=1.0):
    return (torch.randn(size) * std).as_subclass(Leaf)
