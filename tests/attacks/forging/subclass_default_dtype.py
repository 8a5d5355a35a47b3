# exercise: exercise1
# base: solution
# select: to_float_divides or rank
# expect: to_float=FAILED
"""Changes torch's default dtype and device so that a wrong dtype would look usual."""

import torch

torch.set_default_dtype(torch.float64)


def to_float(images):
    return images.to(torch.get_default_dtype()) / 255
