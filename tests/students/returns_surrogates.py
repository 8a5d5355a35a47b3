# exercise: exercise1
# base: solution
# select: double_evens or rank
# expect: double_evens=FAILED
"""Returns text that no encoding knows."""


def double_evens(numbers):
    return ['\ud800', b'\xff', {'\udcff': ()}]
