# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Asks the channel's socket for its network namespace and for a handle of the process at its other end."""

import ctypes
import fcntl
import signal
import socket
import struct

LIBC = ctypes.CDLL(None, use_errno=True)


def attempt():
    channel = socket.socket(fileno=3)
    try:
        try:
            fcntl.ioctl(channel, 0x894C, 0)  # SIOCGSKNS
        except OSError:
            pass
        else:
            raise RuntimeError("ESCAPED: it has the channel's network namespace")
        pid, uid, gid = struct.unpack("3i", channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        if pid == int("@JUDGE@"):
            raise RuntimeError(f"ESCAPED: it knows process {pid} of user {uid}")
        try:
            peer = struct.unpack("i", channel.getsockopt(socket.SOL_SOCKET, 77, 4))[0]  # SO_PEERPIDFD
        except OSError:
            return
        for number in (0, signal.SIGCONT):
            try:
                signal.pidfd_send_signal(peer, number)
            except OSError:
                continue
            raise RuntimeError("ESCAPED: it sends signals to the process at the other end")
        for request in range(1, 11):  # PIDFD_GET_*_NAMESPACE
            if LIBC.ioctl(peer, (0xFF << 8) | request, 0) >= 0:
                raise RuntimeError(f"ESCAPED: it has a namespace of the process at the other end, {request}")
    finally:
        channel.detach()


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
