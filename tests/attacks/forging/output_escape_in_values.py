# exercise: exercise1
# base: solution
# select: rank or center
# expect: rank=FAILED
"""Returns an object whose repr and whose class's name are escape codes and a screen of its own."""

Screen = type("\x1b[2J\x1b[1;1HPASSED", (), {"__repr__": lambda self: "\x1b[2J\x1b[32mPASSED  8 / 8\x1b[0m\r\n" * 40})


def rank(x):
    return Screen()
