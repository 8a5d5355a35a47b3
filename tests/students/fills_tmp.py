# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: OSError
"""Writes 1 GB to a file."""


def center(images):
    with open('/tmp/big', 'wb') as file:
        for _ in range(1000):
            file.write(b'x' * 1_000_000)
