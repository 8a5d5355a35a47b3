# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: It raised Error499: deep
"""Raises an exception of a class with five hundred bases."""

cls = Exception
for number in range(500):
    cls = type(f'Error{number}', (cls,), {})


def center(images):
    raise cls('deep')
