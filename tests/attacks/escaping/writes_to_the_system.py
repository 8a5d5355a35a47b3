# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Makes files in every folder of the system, and where the next submission would find them."""

import os
import site
import sys


def attempt():
    places = [
        "/",
        "/usr",
        "/usr/bin",
        "/usr/lib",
        "/etc",
        "/dev",
        "/proc",
        "/var/tmp",
        "/run",
        "/mnt",
        "/home",
        "/root",
    ]
    places += ["/submission", "@REPOSITORY@", "@REPOSITORY@/exercises/exercise1", sys.prefix, *site.getsitepackages()]
    for place in places:
        try:
            open(os.path.join(place, "escaped_file"), "w").close()
        except OSError:
            continue
        raise RuntimeError(f"ESCAPED: {place} can be written")


def rank(x):
    attempt()
    return x.ndim
