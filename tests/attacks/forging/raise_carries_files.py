# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=RAISED
# message: found:
# never: checks.py
# never: mistakes.py
# never: exercise.toml
"""Walks the disk for checks, solutions and other people's work, and raises what it finds."""

import os


def center(images):
    found = []
    for folder, _, names in os.walk("/", onerror=None):
        if folder.startswith(("/proc", "/sys", "/usr/lib", "/lib")) or "site-packages" in folder:
            continue
        found += [os.path.join(folder, name) for name in names if name in ("checks.py", "mistakes.py", "exercise.toml")]
    raise ValueError("found: " + " ".join(found))
