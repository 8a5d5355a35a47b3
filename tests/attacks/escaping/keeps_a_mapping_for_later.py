# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: all=PASSED
# never: ESCAPED
"""Maps a file that all checks share so that it can only be read, and makes it writable later."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
file = os.open("/tmp/shared", os.O_RDWR | os.O_CREAT)
os.truncate("/tmp/shared", 4096)
address = libc.mmap(None, 4096, 1, 1, file, 0)
os.close(file)
os.unlink("/tmp/shared")
mine = [0]


def carry():
    libc.mprotect(address, 4096, 3)
    cell = ctypes.c_int.from_address(address)
    if cell.value != mine[0]:
        raise RuntimeError(f"ESCAPED: another check counted to {cell.value}")
    mine[0] += 1
    cell.value = mine[0]


def rank(x):
    carry()
    return x.ndim


def center(images):
    carry()
    return images - images.mean(0)


def pairwise_differences(a, b):
    carry()
    return a[:, None] - b
