# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=RAISED
# message: could not be loaded
# message: KeyboardInterrupt
"""Raises KeyboardInterrupt while it is imported."""

raise KeyboardInterrupt
