# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: a Grumpy; a tensor is asked for
"""Returns an object that cannot be printed."""

class Grumpy:
    def __repr__(self):
        raise ValueError('not me')


def center(images):
    return Grumpy()
