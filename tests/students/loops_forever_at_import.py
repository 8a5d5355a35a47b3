# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=0.5, wall_s=4
# expect: all=TIMED_OUT
# message: still being imported
# message: loop
"""Never gets to its last line."""

while True:
    pass
