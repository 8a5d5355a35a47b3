# coding: klingon
# exercise: exercise1
# select: rank or center or pairwise_differences_is
# expect: all=RAISED
# message: Save it as UTF-8
"""Names an encoding that does not exist."""

