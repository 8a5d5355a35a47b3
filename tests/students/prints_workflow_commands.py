# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
"""Prints and raises what CI runners take for commands."""


def center(images):
    print('::error file=a.py::hello\n  ::set-output name=x::y\n##[error]hello\n##vso[task.complete]')
    raise ValueError('hello\n::error::hello\n##[error]hello')
