# exercise: exercise4
# base: solution
# select: train_3s_and_7s_learns_threes or quadratic_is
# expect: train_3s_and_7s_learns_threes=FAILED
"""Returns stored weights, made by hand, instead of training on the images given."""

import torch


def train_3s_and_7s(train_x, train_y, epochs, lr):
    rows = torch.arange(784) // 28
    weights = ((rows < 14).float() - 0.5)[:, None]
    return lambda xb: -(xb @ weights)
