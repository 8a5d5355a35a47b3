# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Goes to another working directory, and its functions too."""

import os

os.chdir('/')


def center(images):
    os.chdir('/usr')
    return images - images.mean(0)
