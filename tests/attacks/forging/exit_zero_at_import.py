# exercise: exercise1
# base: solution
# select: rank or center
# expect: all=RAISED
"""Ends loading with the exit code of success, by an exception that is falsy."""

class Fine(SystemExit):
    code = 0
    __bool__ = lambda self: False
    __str__ = lambda self: "PASSED"


raise Fine(0)
