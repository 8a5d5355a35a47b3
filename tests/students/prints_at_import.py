# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Prints at the top level."""

for number in range(1000):
    print('line', number)
