# exercise: exercise1
# base: solution
# select: rank or center
# limits: cpu_s=1, wall_s=1.5
# expect: center=TIMED_OUT
"""Answers so slowly, a byte now and then, that the judge would wait for ever."""

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
    for part in wire.dump(["answer", 1, "returned", images, []]):
        for byte in bytes(part):
            os.write(3, bytes([byte]))
            time.sleep(0.2)
