# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=RAISED
# message: keyboard input
"""Asks for keyboard input at the top level."""

name = input('Your name: ')
