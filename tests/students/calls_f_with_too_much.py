# exercise: exercise3
# base: solution
# select: takes_any_function or is_the_formula
# limits: memory_mib=2000
# expect: numerical_gradient=FAILED|RAISED
# never: channel
"""Calls f with a tensor of 300 MB."""


def numerical_gradient(f, x, h=1e-3):
    return f(torch.ones(75_000_000))
