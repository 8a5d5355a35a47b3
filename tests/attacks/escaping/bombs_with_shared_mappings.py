# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Maps memory that its children share, without a file."""

import mmap


def attempt():
    for flags in (mmap.MAP_SHARED, mmap.MAP_SHARED | 0x40000, mmap.MAP_SHARED | 0x8000, 3):
        try:
            mmap.mmap(-1, 1 << 20, flags | mmap.MAP_ANONYMOUS)
        except (OSError, ValueError):
            continue
        raise RuntimeError(f"ESCAPED: shared memory by {flags:#x}")


def rank(x):
    attempt()
    return x.ndim
