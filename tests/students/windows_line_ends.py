# exercise: exercise1
# select: rank
# expect: rank=PASSED
"""Has Windows line ends, and the last line has none."""


def rank(x):
    text = '''a
b'''
    assert text == 'a' + chr(10) + 'b'
    return x.ndim