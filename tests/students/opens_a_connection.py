# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=RAISED
# message: PermissionError
"""Connects to this machine."""

import socket


def center(images):
    socket.create_connection(('127.0.0.1', 9), timeout=1)
    return images - images.mean(0)
