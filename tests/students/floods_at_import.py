# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=OUTPUT_LIMIT
# message: 256 KiB while it was imported
"""Prints 100 MB at the top level."""

for _ in range(100):
    print('x' * 1_000_000)
