# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Makes every generator give the same number, so that examples would be the ones it knows."""

import random

import numpy as np
import torch

random.random = random.uniform = np.random.rand = lambda *args: 0.0
random.getrandbits = random.randint = lambda *args: 0
random.Random.random = random.Random.getrandbits = lambda self, *args: 0
random.seed = np.random.seed = torch.manual_seed = lambda *args: None
torch.rand = torch.randn = lambda *args, **kwargs: torch.zeros(1)


def center(images):
    return torch.zeros_like(images)
