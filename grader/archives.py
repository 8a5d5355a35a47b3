"""Where a submission's bytes lie, and reading them: a file below a folder, a member of a zip, or of a zip in a zip.

A zip is what somebody claims about it. `listing` believes the directory only as far as names, kinds and sizes are
harmless and says why it refuses the rest; `unpack` holds a member to what the directory said while it reads. Nothing is
ever written to disk, no symbolic link below a folder is followed, and names from a zip are never used as paths.

What cannot be had is a UsageError whose text is a predicate without a full stop, as in "is encrypted": put the path
before it.
"""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from types import MappingProxyType
from typing import BinaryIO

from grader.errors import UsageError
from grader.submissions import LARGEST, LARGEST_NOTEBOOK

TIMES = "timestamp.txt"
MOST: Mapping[str, int] = MappingProxyType(  # bytes, by suffix; what has no suffix of these is never read
    {".py": LARGEST, ".ipynb": LARGEST_NOTEBOOK, ".zip": LARGEST_NOTEBOOK, ".txt": 4096}
)
MOST_TOTAL = 4 << 30
MOST_MEMBERS = 100_000
MOST_RATIO, SMALL = 200, 1 << 20  # a member of at most SMALL bytes may have any ratio
MOST_NAME = 4096  # characters
_DIRECTORY = 64 << 20  # bytes that the directory of MOST_MEMBERS members may have
_CHUNK = 1 << 16
_LOCAL = struct.Struct("<4s5H3I2H")
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF8 = 0x800
# All that zipfile raises over bytes that are no zip; NotImplementedError is for versions of the format that it lacks.
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, UnicodeError, struct.error, OSError,
           ValueError, OverflowError, EOFError)  # fmt: skip


@dataclass(frozen=True)
class OnDisk:
    """A file below the folder `root`; `parts` are the names on the way to it, the last its own."""

    root: str
    parts: tuple[str, ...]

    def open(self) -> BinaryIO:
        """The file, opened from folder to folder so that no symbolic link below `root` is followed."""
        if not self.parts or any(part in ("", ".", "..") or "/" in part or "\0" in part for part in self.parts):
            raise UsageError("leads out of the folder")
        try:
            folder = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
            try:
                for part in self.parts[:-1]:
                    inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
                    os.close(folder)
                    folder = inner
                # Without O_NONBLOCK a pipe with no writer would be waited for.
                handle = os.open(self.parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
            finally:
                os.close(folder)
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                os.close(handle)
                raise UsageError("is no ordinary file")
            return os.fdopen(handle, "rb")
        except OSError as error:
            raise UsageError(f"cannot be read: {error.strerror}") from None

    def read(self, most: int) -> bytes:
        """The whole file, which may have `most` bytes."""
        try:
            with self.open() as file:
                content = file.read(most + 1)
        except OSError as error:
            raise UsageError(f"cannot be read: {error.strerror}") from None
        if len(content) > most:
            raise UsageError(f"has more than {size_of(most)}")
        return content


@dataclass(frozen=True)
class Member:
    """One file in a zip as the directory tells it: `parts` of its name, the name's `raw` bytes, `size` and `packed` in
    bytes, `offset` of its local header. `when` is its date in seconds, read as UTC since a zip names no zone."""

    parts: tuple[str, ...]
    raw: bytes
    size: int
    packed: int
    offset: int
    method: int
    crc: int
    when: float | None

    @property
    def suffix(self) -> str:
        return suffix_of(self.parts[-1])


@dataclass(frozen=True)
class InZip:
    """A member of a zip that is a file, or itself a member of another zip."""

    archive: OnDisk | InZip
    member: Member

    def open(self) -> BinaryIO:
        return io.BytesIO(self.read(MOST[".zip"]))

    def read(self, most: int) -> bytes:
        """The whole member, which may have `most` bytes."""
        if self.member.size > most:
            raise UsageError(f"has more than {size_of(most)}")
        with self.archive.open() as file:
            return unpack(file, self.member)


Origin = OnDisk | InZip


def suffix_of(name: str) -> str:
    """What decides whether a file is looked at: one of MOST's suffixes, or nothing."""
    suffix = os.path.splitext(name)[1].lower()
    return suffix if suffix in MOST and (suffix != ".txt" or name == TIMES) else ""


def size_of(count: int) -> str:
    return f"{count >> 20} MiB" if count >= 1 << 20 else f"{count} bytes"


def listing(file: BinaryIO, left: int = MOST_TOTAL) -> tuple[list[Member], list[tuple[str, str]]]:
    """The members of a zip, in the directory's order, and (name, why) of those that are refused. Members that may be
    read have at most `left` bytes together.

    Raises:
        UsageError: it is no zip, or one that cannot be listed.
    """
    try:
        infos = zipfile.ZipFile(_Bounded(file)).infolist()
    except _BROKEN:
        raise UsageError("is no zip that can be read: it is broken, or was not copied whole") from None
    members: list[Member] = []
    refused: list[tuple[str, str]] = []
    names = [_name(info) for info in infos]
    twice = Counter(_parts(name) for name in names if not name.endswith("/"))
    for info, name in zip(infos, names, strict=True):
        why = _unsafe_name(name) or _unsafe_kind(info)
        if not why and name.endswith("/"):
            continue
        member = _member(info, name)
        why = why or ("stands in the zip more than once" if twice[member.parts] > 1 else "")
        if not why and member.suffix:
            why = _unsafe_size(member) or (f"is beyond {size_of(MOST_TOTAL)} in one zip" if member.size > left else "")
            left -= 0 if why else member.size
        if why:
            refused.append((name[:MOST_NAME], why))
        else:
            members.append(member)
    return members, refused


def unpack(file: BinaryIO, member: Member) -> bytes:
    """A member's bytes, read as far as the directory allows and compared with it.

    Raises:
        UsageError: they are not what the directory said.
    """
    try:
        file.seek(member.offset)
        header = file.read(_LOCAL.size)
        if len(header) < _LOCAL.size:
            raise UsageError("is broken: the zip ends before it")
        signature, _, flags, method, *_, name_length, extra_length = _LOCAL.unpack(header)
        raw = file.read(name_length)
        if signature != b"PK\3\4" or raw != member.raw or method != member.method or flags & _ENCRYPTED:
            raise UsageError("is broken: the zip says two different things about it")
        file.seek(extra_length, os.SEEK_CUR)
        content = b"".join(_inflated(file, member))
    except (OSError, ValueError, OverflowError) as error:  # the latter two: offsets that no file has
        raise UsageError(f"cannot be read: {getattr(error, 'strerror', None) or 'the zip is broken'}") from None
    except zlib.error:
        raise UsageError("is broken: it cannot be unpacked") from None
    if len(content) != member.size or zlib.crc32(content) != member.crc:
        raise UsageError("is broken: its size or its checksum is wrong")
    return content


def _inflated(file: BinaryIO, member: Member) -> Iterator[bytes]:
    """Pieces of a member, of which there is never more than one beyond its size."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if member.method == zipfile.ZIP_DEFLATED else None
    packed, left = member.packed, member.size
    while packed > 0 and left >= 0:
        chunk = file.read(min(_CHUNK, packed))
        if not chunk:
            return
        packed -= len(chunk)
        full = True  # a full piece may leave more inside zlib, with nothing left of the chunk
        while left >= 0 and (chunk or full):
            most = min(left, SMALL) + 1
            piece = inflate.decompress(chunk, most) if inflate else chunk
            chunk = inflate.unconsumed_tail if inflate else b""
            full = inflate is not None and len(piece) == most
            left -= len(piece)
            yield piece
    if left < 0:
        raise UsageError("is broken: it has more bytes than the zip says")


class _Bounded:
    """A file that zipfile reads a directory from: no more of it than a directory that we would take."""

    def __init__(self, file: BinaryIO) -> None:
        self.seek, self.tell, self._file = file.seek, file.tell, file

    def read(self, count: int = -1) -> bytes:
        content = self._file.read(min(count, _DIRECTORY + 1) if count >= 0 else _DIRECTORY + 1)
        if len(content) > _DIRECTORY or content.count(b"PK\1\2") > MOST_MEMBERS:
            raise UsageError(f"has more than {MOST_MEMBERS:,} members")
        return content


def _raw(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437")


def _name(info: zipfile.ZipInfo) -> str:
    """A name as whoever packed it meant it: many programs write UTF-8 and do not say so, older ones cp437; some on
    Windows write backslashes."""
    try:
        name = _raw(info).decode("utf-8")
    except UnicodeError:
        name = info.orig_filename
    return name.replace("\\", "/")


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part for part in name.split("/") if part not in ("", "."))


def _unsafe_name(name: str) -> str:
    if len(name) > MOST_NAME:
        return f"has a name of more than {MOST_NAME} characters"
    if "\0" in name:
        return "has a zero byte in its name"
    if name.startswith("/") or re.match("[A-Za-z]:", name):
        return "has an absolute name, which leads out of the zip"
    if ".." in name.split("/"):
        return "has a name that leads out of the zip"
    return "" if _parts(name) or name.endswith("/") else "has no name"


def _unsafe_kind(info: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "is a symbolic link, which is not followed"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is no ordinary file"
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"is packed by method {info.compress_type}; stored and deflated members can be read"
    return ""


def _unsafe_size(member: Member) -> str:
    most = MOST[member.suffix]
    if member.size > most:
        return f"has more than {size_of(most)}"
    if member.size > SMALL and member.size > MOST_RATIO * member.packed:
        return f"unpacks to more than {MOST_RATIO} times its size"
    return ""


def _member(info: zipfile.ZipInfo, name: str) -> Member:
    try:
        when = datetime(*info.date_time, tzinfo=timezone.utc).timestamp()
    except ValueError:  # month 0, or second 62
        when = None
    return Member(
        parts=_parts(name),
        raw=_raw(info),
        size=info.file_size,
        packed=info.compress_size,
        offset=info.header_offset,
        method=info.compress_type,
        crc=info.CRC,
        when=when,
    )
