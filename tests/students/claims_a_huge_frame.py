# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# limits: cpu_s=1, wall_s=1.5
# expect: center=TIMED_OUT|CRASHED
"""Announces an answer of 200 MB and sends a little of it."""

import os
import struct
import time


def center(images):
    os.write(3, b'TG1\n' + struct.pack('<IIQ', 0, 1, 200_000_000) + b'x')
    time.sleep(1000)
