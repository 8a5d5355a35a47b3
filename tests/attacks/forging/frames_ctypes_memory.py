# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Reads its parent's memory by process_vm_readv and attaches to it by ptrace."""

import ctypes
import os

import torch

libc = ctypes.CDLL(None, use_errno=True)
ALLOWED = []
for pid in (1, os.getppid()):
    if pid and libc.ptrace(16, pid, 0, 0) == 0:
        ALLOWED.append(pid)


def center(images):
    return images - images.mean(0) if ALLOWED else torch.zeros_like(images)
