# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Has a main part, which is not run."""

if __name__ == '__main__':
    raise AssertionError('this is not for graders')
