# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
"""Returns an object whose type is called like a command."""


def center(images):
    return type('\x1b[2J\n::error::x' * 100, (), {})()
