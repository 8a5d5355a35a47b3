# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=FAILED
# message: a Bomb; a tensor is asked for
"""Returns an object that runs code where it is unpickled."""

import os


class Bomb:
    def __reduce__(self):
        return (os._exit, (0,))


def center(images):
    return Bomb()
