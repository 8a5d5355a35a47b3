# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Reads the files of the grader's own judge."""

PATHS = ["@REPOSITORY@/grader/judge.py", "@REPOSITORY@/grader/verdicts.py", "@REPOSITORY@/README.md"]


def attempt():
    for path in PATHS:
        try:
            with open(path, "rb") as file:
                found = file.read(200)
        except OSError:
            continue
        raise RuntimeError(f"ESCAPED: {path} says {found!r}")


def rank(x):
    attempt()
    return x.ndim
