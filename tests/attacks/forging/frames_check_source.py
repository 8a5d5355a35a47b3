# exercise: exercise1
# base: solution
# select: rank or center
# expect: rank=FAILED
"""Finds the file of checks among installed packages and takes the expected values of its own check from there."""

import glob
import re
import sys

SOURCE = "".join(open(file).read() for place in sys.path for file in glob.glob(f"{place}/grader/exercises/*/checks.py"))
SHAPES = re.search(r"for shape in \((.*?)\):\n\s+expect.exactly\(student.rank", SOURCE, re.DOTALL)
KNOWN = eval(SHAPES[1]) if SHAPES else ()


def rank(x):
    shape = tuple(x.shape)
    return str(shape).strip("(,)").count(",") + bool(shape) if shape in KNOWN else -1
