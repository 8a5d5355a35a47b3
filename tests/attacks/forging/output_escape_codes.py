# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Prints codes that move the cursor, clear the screen, set the title and write PASSED over the verdict."""

import sys

CODES = "\x1b[2J\x1b[H\x1b]0;PASSED\x07\x1b]8;;http://a.example\x1b\\link\x1b]8;;\x1b\\\x1b[3A\r PASSED 2 / 2\x1b[8m\x9b31m\x00\x7f\b\b"
print(CODES)


def center(images):
    print(CODES)
    sys.stderr.write(CODES)
    return images
