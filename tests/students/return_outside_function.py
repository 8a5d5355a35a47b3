# exercise: exercise1
# select: rank or center or pairwise_differences_is
# expect: all=RAISED
# message: syntax error on line
"""Has a return at the top level, which only the compiler notices."""

return 5
