# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=CRASHED
# never: ESCAPED
"""Makes 32-bit system calls from machine code, which have other numbers."""

import ctypes
import mmap
import os
import platform
import signal

CODE = bytes.fromhex(
    "53b81400000 0cd80 5bc3".replace(" ", "")
)  # push rbx; mov eax, 20 (getpid); int 0x80; pop rbx; ret


def attempt():
    if platform.machine() != "x86_64":
        os.kill(os.getpid(), signal.SIGSYS)
    memory = mmap.mmap(
        -1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    )
    memory.write(CODE)
    call = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))
    raise RuntimeError(f"ESCAPED: the 32-bit call gave {call()}")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
