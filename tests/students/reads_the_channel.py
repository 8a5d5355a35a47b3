# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED|CRASHED
"""Takes the judge's next question off the channel."""

import os
import socket


def center(images):
    channel = socket.socket(fileno=os.dup(3))
    channel.settimeout(0.05)
    try:
        channel.recv(1000)
    except TimeoutError:
        pass
    return images - images.mean(0)
