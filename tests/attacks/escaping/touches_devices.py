# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Re-dates the devices that all cells share, and asks the kernel to take entropy from it."""

import fcntl
import os
import struct


def attempt():
    for path in ("/dev/null", "/dev/full", "/dev/random", "/dev/urandom"):
        before = os.stat(path).st_mtime_ns
        for change in (lambda: os.utime(path), lambda: os.chmod(path, 0o600), lambda: os.chown(path, os.getuid(), -1)):
            try:
                change()
            except OSError:
                continue
            raise RuntimeError(f"ESCAPED: {path} was changed {before} {os.stat(path).st_mtime_ns}")
    with open("/dev/urandom", "rb") as device:
        try:
            fcntl.ioctl(device, 0x40085203, struct.pack("ii4s", 32, 4, b"abcd"))
        except OSError:
            return
    raise RuntimeError("ESCAPED: it changed the entropy")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
