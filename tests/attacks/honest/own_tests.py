# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=PASSED
"""Brings its own tests and a main part, with assertions by torch.testing and numpy.testing."""

import numpy as np
import torch


def test_center():
    images = torch.tensor([[[1.0]], [[3.0]]])
    torch.testing.assert_close(center(images), torch.tensor([[[-1.0]], [[1.0]]]))
    np.testing.assert_allclose(center(images).numpy().sum(), 0.0)
    assert torch.equal(center(images), center(images)) and torch.allclose(center(images), center(images))


test_center()
if __name__ == "__main__":
    print("all tests passed")
