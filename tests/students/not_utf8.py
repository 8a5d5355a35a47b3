# exercise: exercise1
# select: rank or center or pairwise_differences_is
# expect: all=RAISED
# message: not readable text
# message: UTF-8
"""Was saved in an encoding it does not name."""

name = 'Renée'
