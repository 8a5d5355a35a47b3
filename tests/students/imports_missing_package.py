# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=RAISED
# message: not installed
"""Imports a package that is not there."""

import a_package_that_nobody_has  # noqa: F401
