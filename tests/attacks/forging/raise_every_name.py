# exercise: exercise1
# base: solution
# select: broadcast_shape_raises or rank
# expect: broadcast_shape_raises=FAILED
"""Raises a class whose bases carry the names of all exceptions that may be asked for."""

Every = Exception
for name in ("ValueError", "TypeError", "FileNotFoundError", "IndexError", "KeyError", "RuntimeError"):
    Every = type(name, (Every,), {})


def broadcast_shape(a, b):
    raise Every("no")
