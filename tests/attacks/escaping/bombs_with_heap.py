# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=OUT_OF_MEMORY
# never: ESCAPED
"""Takes memory in small pieces, until far more than its limit."""


def attempt():
    kept = []
    for _ in range(640):
        kept.append(bytearray(b"x" * 1_000_000))
    raise RuntimeError("ESCAPED: 640 MB")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
