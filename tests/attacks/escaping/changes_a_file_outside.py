# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Overwrites, appends to, cuts, renames, deletes and re-dates a file outside."""

import os


def attempt():
    path = "@KEPT_FILE@"
    for name, change in (
        ("append", lambda: open(path, "a").close()),
        ("cut", lambda: os.truncate(path, 3)),
        ("date", lambda: os.utime(path, (1, 1))),
        ("mode", lambda: os.chmod(path, 0o777)),
        ("rename", lambda: os.rename(path, path + ".moved")),
        ("delete", lambda: os.unlink(path)),
    ):
        try:
            change()
        except OSError:
            continue
        raise RuntimeError(f"ESCAPED: {name}")


def rank(x):
    attempt()
    return x.ndim
