# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=OUT_OF_MEMORY
# message: 512 MiB
"""Asks for one MB after the other."""


def center(images):
    kept = []
    while True:
        kept.append(bytearray(b'x' * 1_000_000))
