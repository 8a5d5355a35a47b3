# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Sets every tolerance that a module in memory has to infinity."""

import math
import sys

import torch

for module in list(sys.modules.values()):
    for name in ("RTOL", "ATOL", "TOLERANCE", "rtol", "atol", "EPS", "FACTOR", "ROOM"):
        if isinstance(getattr(module, name, None), (int, float)):
            setattr(module, name, math.inf)
torch.finfo = lambda dtype: type("Finfo", (), {"eps": math.inf, "max": math.inf, "tiny": math.inf})()


def center(images):
    return torch.zeros_like(images)
