"""Fewer, larger pages of memory: what makes a fork of a process with torch in it cheap. And memory that is kept.

A fork copies the page tables, and an exit takes them apart: with torch imported that is 37,000 entries, most of the
time that a check's process costs. In pages of 2 MiB it is 75. A page that is written to afterwards is divided again by
the kernel, and only the 4 KiB in question are copied.
Source: madvise(2), MADV_COLLAPSE, Linux 6.1; elsewhere nothing happens.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

HUGE = 2 << 20  # bytes, on every machine that this works on
_COLLAPSE = 25
KEPT = 32 << 20  # bytes; the most that malloc takes for its first threshold
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3


def gather() -> int:
    """Have what this process keeps in memory in large pages; returns how many bytes now are. Costs about a fortieth of
    importing torch, more where free memory is in pieces."""
    if sys.platform != "linux":
        return 0
    try:
        madvise = ctypes.CDLL(None).madvise
        regions = list(_own())
    except (OSError, AttributeError):
        return 0
    gathered = 0
    for start, end in regions:
        first, last = -(-start // HUGE) * HUGE, end // HUGE * HUGE
        if first < last:
            refused = madvise(ctypes.c_void_p(first), ctypes.c_size_t(last - first), _COLLAPSE)
            gathered += 0 if refused else last - first
    return gathered


def keep_freed() -> None:
    """Have the C library keep memory that is freed: what the kernel gives anew it has to clear first.

    For a process that works with images again and again. Source: mallopt(3); elsewhere nothing happens.
    """
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        for option in (_MMAP_THRESHOLD, _TRIM_THRESHOLD) if hasattr(library, "mallopt") else ():
            library.mallopt(option, KEPT)


def _own() -> Iterator[tuple[int, int]]:
    """The regions that are this process's own to read and write: the heap, and what Python's allocator has mapped."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        place, rights, _, _, inode, *name = line.split(maxsplit=5)
        if rights == "rw-p" and inode == "0" and (not name or name[0] == "[heap]"):
            start, end = place.split("-")
            yield int(start, 16), int(end, 16)
