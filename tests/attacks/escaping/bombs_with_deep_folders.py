# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=3, wall_s=8, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Makes folders inside folders until no path reaches them, and leaves them to whoever cleans up."""

import os


def attempt():
    home = os.getcwd()
    try:
        for _ in range(3000):
            os.mkdir("d")
            os.chdir("d")
    except OSError:
        pass
    os.chdir(home)


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
