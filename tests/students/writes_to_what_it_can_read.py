# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Tries to write to the files it runs from."""

import os
import sys

import torch


def center(images):
    for name in (os.__file__, torch.__file__, sys.executable, "/etc/passwd", "/usr/bin/env", "/proc/1/oom_score_adj"):
        try:
            with open(name, "r+b") as file:
                file.write(file.read(0))
        except OSError:
            continue
        raise AssertionError(f"{name} can be written")
    return images - images.mean(0)
