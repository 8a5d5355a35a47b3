# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=3
# expect: center=TIMED_OUT
# message: still running after 1 s
# message: loop
"""Never returns."""


def center(images):
    while True:
        pass
