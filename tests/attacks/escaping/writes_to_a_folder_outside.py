# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Makes a file, a folder, a link and a pipe in a folder outside."""

import os


def attempt():
    for make in (
        lambda path: open(path, "w").close(),
        os.mkdir,
        lambda path: os.symlink("/etc/passwd", path),
        os.mkfifo,
    ):
        try:
            make("@WATCHED@/escaped_new")
        except OSError:
            continue
        raise RuntimeError("ESCAPED: @WATCHED@/escaped_new is there")


def rank(x):
    attempt()
    return x.ndim
