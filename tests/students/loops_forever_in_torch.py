# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=0.5, wall_s=4
# expect: center=TIMED_OUT
"""Never comes back from one call of torch."""

import torch


def center(images):
    big = torch.ones(3000, 3000)
    for _ in range(10**9):
        big = big @ big
