# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=OUTPUT_LIMIT
# message: printed more than 256 KiB
"""Prints one short line after the other and never returns."""


def center(images):
    while True:
        print('still here')
