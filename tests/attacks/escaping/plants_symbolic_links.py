# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Leaves symbolic links to a file and a folder outside, for whoever cleans up or reads after it."""

import os


def attempt():
    for number, target in enumerate(("@KEPT_FILE@", "@WATCHED@", "/", "@HOME_FILE@", "..")):
        for place in ("/tmp", "/dev/shm"):
            os.makedirs(f"{place}/planted", exist_ok=True)
            os.symlink(target, f"{place}/planted/link-{number}")
            os.symlink(target, f"{place}/link-{number}")
            try:
                found = open(f"{place}/link-{number}", "rb").read(100)
            except OSError:
                continue
            raise RuntimeError(f"ESCAPED: {target} says {found!r}")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
