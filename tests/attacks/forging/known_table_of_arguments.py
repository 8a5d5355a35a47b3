# exercise: exercise1
# base: solution
# select: broadcast_shape_takes_length_0 or broadcast_shape_raises or rank
# expect: broadcast_shape_takes_length_0=FAILED, broadcast_shape_raises=FAILED
"""Knows the fixed arguments of two checks by heart, and broadcasts nothing."""

KNOWN = {
    ((0,), (1,)): (0,), ((1,), (0,)): (0,), ((0,), (0,)): (0,), ((), (0,)): (0,), ((0,), ()): (0,),
    ((1, 3), (0, 1)): (0, 3), ((2, 0, 1), (1, 5)): (2, 0, 5), ((0, 4), (1,)): (0, 4), ((1,), (0, 2)): (0, 2),
}


def broadcast_shape(a, b):
    if (tuple(a), tuple(b)) not in KNOWN:
        raise ValueError("not known")
    return KNOWN[tuple(a), tuple(b)]
