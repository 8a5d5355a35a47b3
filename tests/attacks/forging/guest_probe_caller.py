# exercise: exercise1
# base: solution
# select: tensor_sharing_shares or rank
# expect: tensor_sharing_shares=FAILED
"""Copies, and looks at who calls to show as its values what is written to the array."""

import sys

import torch

old = torch.Tensor.clone


def tensor_sharing(array):
    values = sys._getframe(1).f_locals
    written, kept = values.get("written"), []

    def clone(self, *args, **kwargs):
        kept.append(1)
        return old(self) if len(kept) == 1 else torch.tensor(written)

    torch.Tensor.clone = clone if written is not None else old
    return torch.tensor(array)
