# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Reads the checks, the known mistakes and the reference solution."""

PATHS = [
    "@REPOSITORY@/exercises/exercise1/checks.py",
    "@REPOSITORY@/exercises/exercise1/mistakes.py",
    "@REPOSITORY@/solutions/exercise1.py",
]


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
