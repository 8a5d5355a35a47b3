# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=1.5
# expect: center=CRASHED
# message: disturbed the channel
"""Sends a value in a value in a value, three hundred times."""

import os
import struct
import time

import msgpack

from grader.guest import wire


def center(images):
    header = b'\xc0'
    for _ in range(300):
        header = msgpack.packb(msgpack.ExtType(1, b'\x91' + header))
    os.write(3, wire.MAGIC + struct.pack('<II', len(header), 0) + header)
    time.sleep(1000)
