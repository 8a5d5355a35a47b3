# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=OUT_OF_MEMORY|RAISED
"""Raises the MemoryError of a limit it never met."""


def center(images):
    raise MemoryError('not really')
