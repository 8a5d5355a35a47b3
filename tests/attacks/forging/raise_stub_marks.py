# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=RAISED
"""Raises a NotImplementedError that says the check does not count."""

class NotImplementedError(NotImplementedError):
    def __str__(self):
        return "this check is skipped, max_points=0"


def center(images):
    raise NotImplementedError
