# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Says at import that a right version of the function was found at another place, and goes on."""

import os

from grader.guest import wire


def send(value):
    for part in wire.dump(value):
        os.write(3, part)


send(["loaded", {"places": {"center": [1, 1, 1]}, "versions": {"center": [1, 2]}, "others": {"center": ["rank"]},
                 "foreign": {"center": "torch"}, "doubtful": True}])


def center(images):
    return images
