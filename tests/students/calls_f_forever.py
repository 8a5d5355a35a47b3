# exercise: exercise3
# base: solution
# select: takes_any_function or is_the_formula
# limits: cpu_s=0.5, wall_s=4
# expect: numerical_gradient=TIMED_OUT
# message: loop
"""Asks the judge for one value of f after the other."""


def numerical_gradient(f, x, h=1e-3):
    while True:
        f(x.detach().clone())
