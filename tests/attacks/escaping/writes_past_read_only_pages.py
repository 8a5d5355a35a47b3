# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Writes to a page that it may only read, by way of the file of its own memory."""

import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.mmap.restype = ctypes.c_void_p
LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]


def attempt():
    path = os.path.join(os.path.dirname(os.__file__), "LICENSE.txt")
    before = open(path, "rb").read()
    for kind in (1, 2):  # shared, private
        file = os.open(path, os.O_RDONLY)
        address = LIBC.mmap(None, 4096, 1, kind, file, 0)
        os.close(file)
        try:
            with open("/proc/self/mem", "r+b", buffering=0) as memory:
                memory.seek(address)
                memory.write(before[:1].lower())
        except OSError:
            continue
    if open(path, "rb").read() != before:
        raise RuntimeError("ESCAPED: a file that all cells share has changed")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
