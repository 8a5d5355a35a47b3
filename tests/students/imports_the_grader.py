# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: rank=PASSED
"""Tries to import the judge and the course's answers."""

for name in ("grader.judge", "grader.checking", "grader.mistakes", "checks", "solutions.exercise1", "exercises"):
    try:
        __import__(name)
    except ImportError:
        continue
    raise AssertionError(f"{name} can be imported")
