# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=RAISED
# message: could not be loaded
# message: KeyError
"""Raises while it is imported."""


def settings():
    return {}['colour']


settings()
