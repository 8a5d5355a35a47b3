# exercise: exercise1
# base: solution
# select: rank or center
# limits: cpu_s=1, wall_s=1.5
# expect: center=CRASHED
# message: disturbed the channel
"""Answers by a tensor with a gradient that has a gradient, sixty deep."""

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
    grad = None; [grad := tensor("float32", [0], 0, grad) for _ in range(60)]; raw(msgpack.packb(["answer", 1, "returned", grad, []]), b"")
    time.sleep(1000)
