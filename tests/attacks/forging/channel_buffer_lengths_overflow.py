# exercise: exercise1
# base: solution
# select: rank or center
# limits: cpu_s=1, wall_s=1.5
# expect: center=CRASHED
# message: disturbed the channel
"""Announces buffers whose lengths add up to zero in 64 bits."""

import os
import struct
import time

import msgpack

from grader.guest import wire


def raw(header, *buffers):
    lengths = struct.pack(f"<{len(buffers)}Q", *(len(buffer) for buffer in buffers))
    os.write(3, wire.MAGIC + struct.pack("<II", len(header), len(buffers)) + lengths + header + b"".join(buffers))


def tensor(dtype, shape, place=0, grad=None):
    return msgpack.ExtType(3, msgpack.packb([dtype, shape, False, True, "cpu", place, grad]))


def center(images):
    os.write(3, wire.MAGIC + struct.pack("<II", 1, 2) + struct.pack("<QQ", 2**63, 2**63) + b"\x90")
    time.sleep(1000)
