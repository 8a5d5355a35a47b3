# exercise: exercise3
# base: solution
# select: takes_any_function or is_the_formula
# expect: numerical_gradient=FAILED
# message: called f with
"""Calls f with something that is no tensor."""


def numerical_gradient(f, x, h=1e-3):
    return f('x')
