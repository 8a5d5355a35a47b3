"""What a cluster's workers need of this machine, as one archive in memory: the course, and MNIST where it is used."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

from grader.errors import DataError, UsageError
from grader.mnist import Mnist

COURSE, DATA = "course", "mnist"  # the folders inside
MOST_BYTES = 64 * 2**20  # of a course: more is a folder given by mistake


def pack(course: Path, mnist: Mnist | None) -> bytes:
    """The archive.

    Raises:
        UsageError: the course cannot be read, or is too large to be one.
        DataError: MNIST's files have gone.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        total = 0
        for path in _files(course):
            try:
                content = path.read_bytes()
            except OSError as error:
                raise UsageError(f"{path} cannot be sent to the cluster: {error.strerror}.") from None
            total += len(content)
            if total > MOST_BYTES:
                raise UsageError(f"The course {course} is too large to be sent: over {MOST_BYTES // 2**20} MiB.")
            archive.writestr(f"{COURSE}/{path.relative_to(course).as_posix()}", content)
        for file in mnist.files if mnist is not None else ():
            assert mnist is not None
            try:
                archive.writestr(f"{DATA}/{file.name}", (mnist.folder / file.name).read_bytes())
            except OSError as error:
                raise DataError(f"{mnist.folder / file.name} can no longer be read: {error.strerror}.") from None
    return buffer.getvalue()


def unpack(cargo: bytes, folder: Path) -> tuple[Path, Path | None]:
    """Write it into `folder`; returns where the course and MNIST (None: it is not in it) then lie."""
    with zipfile.ZipFile(io.BytesIO(cargo)) as archive:
        archive.extractall(folder)
    data = folder / DATA
    return folder / COURSE, data if data.is_dir() else None


def _files(course: Path) -> Iterator[Path]:
    for folder, below, names in os.walk(course):
        below[:] = sorted(name for name in below if not name.startswith((".", "__pycache__")))
        yield from (Path(folder, name) for name in sorted(names) if not name.startswith("."))
