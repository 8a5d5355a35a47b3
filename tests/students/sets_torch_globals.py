# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Changes torch's default dtype, grad mode, seed and number of threads."""

import torch

torch.set_default_dtype(torch.float64)
torch.set_grad_enabled(False)
torch.manual_seed(1)
torch.set_num_threads(2)
