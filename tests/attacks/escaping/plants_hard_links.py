# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Makes hard links to files outside and to what it can read, under names of its own."""

import os


def attempt():
    for path in ("@KEPT_FILE@", "@HOME_FILE@", "/etc/passwd", os.__file__, "/dev/null", "/proc/self/mem"):
        for place in ("/tmp/escaped_hard", "/dev/shm/escaped_hard", "@WATCHED@/escaped_hard"):
            try:
                os.link(path, place)
            except OSError:
                continue
            raise RuntimeError(f"ESCAPED: {place} is {path}")


def rank(x):
    attempt()
    return x.ndim
