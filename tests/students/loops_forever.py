# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=0.5, wall_s=4
# expect: center=TIMED_OUT
# message: still running after
# message: loop
"""Never returns."""


def center(images):
    while True:
        pass
