"""Zips are read without trusting them: what they claim is checked, and nothing is read beyond them."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.archives import MOST_RATIO, SMALL, InZip, OnDisk, listing, unpack
from grader.errors import UsageError

PARTS = st.sampled_from(["..", ".", "", "a", "/", "C:", "\\", "b.py", "\u202e", "🙂", "\n"])
NAMES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20),
    st.lists(PARTS, min_size=1).map("/".join).filter(bool),
)
BODY = b"def sigmoid(x):\n    return x\n"


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content, compress_type=method)
    return file.getvalue()


def entry(name: str, kind: int = stat.S_IFREG) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6))
    info.create_system, info.external_attr = 3, (kind | 0o644) << 16
    return info


def reasons(content: bytes) -> dict[str, str]:
    return dict(listing(io.BytesIO(content))[1])


def patched(content: bytes, signature: bytes, at: int, value: bytes) -> bytes:
    """A zip with bytes of its first header of this signature replaced."""
    place = content.index(signature) + at
    return content[:place] + value + content[place + len(value) :]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@given(contents=st.lists(st.binary(max_size=200), max_size=4), repeat=st.sampled_from([1, 1, 7, 40_000]))
def test_members_are_read_as_they_were_packed(method: int, contents: list[bytes], repeat: int) -> None:
    """What zipfile packs comes back byte for byte, whatever its size."""
    contents = [content * repeat + os.urandom(repeat // 40) for content in contents]
    packed = zipped(*((f"{number}.csv", content) for number, content in enumerate(contents)), method=method)
    members, refused = listing(io.BytesIO(packed))
    assert refused == []
    assert [unpack(io.BytesIO(packed), member) for member in members] == contents


def test_the_end_of_a_well_packed_member_is_not_lost() -> None:
    """What zlib still holds when all packed bytes are read belongs to the member."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    head, tail = os.urandom(10_000) + bytes(SMALL - 10_001), bytes(21)
    raw = deflate.compress(head) + deflate.flush(zlib.Z_FULL_FLUSH) + deflate.compress(tail) + deflate.flush()
    packed = patched(zipped(("a.py", raw), method=zipfile.ZIP_STORED), b"PK\3\4", 8, b"\x08\0")
    (member,), _ = listing(io.BytesIO(packed))
    member = replace(member, method=zipfile.ZIP_DEFLATED, size=len(head + tail), crc=zlib.crc32(head + tail))
    assert unpack(io.BytesIO(packed), member) == head + tail


@pytest.mark.filterwarnings("ignore:Duplicate name")  # which are part of what is tried
@given(st.lists(st.tuples(NAMES, st.binary(max_size=9)), max_size=5))
@example([("../a.py", b""), ("/etc/passwd", b""), ("C:/a.py", b""), ("a/../../b.py", b"")])
def test_no_name_leads_out_of_a_zip(members: list[tuple[str, bytes]]) -> None:
    """Every member's name is made of ordinary names, and each entry that is no folder is listed or refused."""
    packed = zipped(*members)
    found, refused = listing(io.BytesIO(packed))
    for member in found:
        assert member.parts
        assert not {"", ".", ".."} & set(member.parts)
        assert not any("/" in part or "\\" in part or "\0" in part for part in member.parts)
    folders = [name for name, _ in members if name.replace("\\", "/").endswith("/")]
    assert len(found) + len(refused) >= len(members) - len(folders)
    assert len({member.parts for member in found}) == len(found)


@given(st.binary(max_size=300))
@example(b"PK\5\6" + bytes(18))
@example(b"PK\5\6" + b"\xff" * 18)
def test_any_bytes_are_a_listing_or_a_sentence(content: bytes) -> None:
    """Bytes that are no zip are refused with a reason."""
    try:
        members, _ = listing(io.BytesIO(content))
    except UsageError as error:
        assert str(error).startswith(("is no zip", "has more than"))
    else:
        assert members == []


@given(st.data())
def test_a_damaged_zip_gives_what_was_packed_or_a_reason(data: st.DataObject) -> None:
    """With bytes changed or cut off, each member is as it was packed or is refused; nothing else happens."""
    contents = {b"a.py": BODY, b"b.ipynb": BODY * 20}
    packed = bytearray(zipped(*((name.decode(), content) for name, content in contents.items())))
    for place in data.draw(st.lists(st.integers(0, len(packed) - 1), max_size=6)):
        packed[place] = data.draw(st.integers(0, 255))
    damaged = bytes(packed[: data.draw(st.integers(0, len(packed)) | st.just(len(packed)))])
    try:
        members, _ = listing(io.BytesIO(damaged))
    except UsageError:
        return
    for member in members:
        try:
            content = unpack(io.BytesIO(damaged), member)
        except UsageError:
            continue
        assert zlib.crc32(content) == member.crc
        assert len(content) == member.size


def test_what_is_refused_has_its_reason() -> None:
    """Links, devices, duplicates and names that lead out are refused one by one; the rest is kept."""
    with pytest.warns(UserWarning, match="Duplicate"):
        packed = zipped(
            (entry("good.py"), BODY),
            (entry("link.py", stat.S_IFLNK), b"/etc/passwd"),
            (entry("pipe.py", stat.S_IFIFO), b""),
            (entry("device.py", stat.S_IFCHR), b""),
            (entry("twice.py"), b"1"),
            (entry("twice.py"), b"2"),
            (entry("../up.py"), b""),
            (entry("a\\..\\..\\up.py"), b""),
            (entry("/root.py"), b""),
            (entry("\\\\host\\share.py"), b""),
            (entry("c:drive.py"), b""),
            (entry("n" * 5000 + ".py"), b""),
        )
    members, refused = listing(io.BytesIO(packed))
    assert [(member.parts, member.when) for member in members] == [(("good.py",), 1767323046.0)]
    assert [why for _, why in refused] == [
        "is a symbolic link, which is not followed",
        "is no ordinary file",
        "is no ordinary file",
        "stands in the zip more than once",
        "stands in the zip more than once",
        "has a name that leads out of the zip",
        "has a name that leads out of the zip",
        "has an absolute name, which leads out of the zip",
        "has an absolute name, which leads out of the zip",
        "has an absolute name, which leads out of the zip",
        "has a name of more than 4096 characters",
    ]


def test_encrypted_members_and_unknown_methods_are_refused() -> None:
    """A member with a password, or packed in a way that is not read, costs itself only."""
    plain = zipped(("a.py", BODY))
    assert reasons(patched(plain, b"PK\1\2", 8, b"\1\0")) == {"a.py": "is encrypted"}
    method = patched(plain, b"PK\1\2", 10, b"\x09\0")
    assert reasons(method) == {"a.py": "is packed by method 9; stored and deflated members can be read"}
    assert reasons(zipped(("a.py", BODY), method=zipfile.ZIP_LZMA)) != {}


def test_a_local_header_that_disagrees_is_refused() -> None:
    """Two different names, methods or passwords for one member are no member."""
    plain = zipped(("a.py", BODY))
    for at, value in ((6, b"\1\0"), (8, b"\0\0"), (30, b"b")):
        damaged = patched(plain, b"PK\3\4", at, value)
        (member,), _ = listing(io.BytesIO(damaged))
        with pytest.raises(UsageError, match="two different things"):
            unpack(io.BytesIO(damaged), member)


def test_bombs_are_refused_before_they_are_unpacked() -> None:
    """What says that it is too large, or too well packed, is not read."""
    huge = patched(zipped(("a.py", BODY)), b"PK\1\2", 24, struct.pack("<I", 1 << 30))
    assert reasons(huge) == {"a.py": "has more than 16 MiB"}
    assert reasons(zipped(("a.py", bytes(SMALL + 1)))) == {"a.py": f"unpacks to more than {MOST_RATIO} times its size"}
    assert reasons(zipped(("a.py", bytes(SMALL)))) == {}
    packed = zipped(("a.py", bytes(600)), ("b.py", bytes(600)), ("c.py", bytes(400)), ("d.txt", bytes(600)))
    _, refused = listing(io.BytesIO(packed), 1000)
    assert refused == [("b.py", "is beyond 4096 MiB in one zip")]


def test_a_member_that_says_it_is_smaller_is_read_no_further() -> None:
    """Unpacking stops one piece beyond the size that the directory gives."""
    packed = zipped(("a.py", bytes(SMALL * 8)))
    small = patched(packed, b"PK\1\2", 24, struct.pack("<I", 1000))
    (member,), _ = listing(io.BytesIO(small))
    with pytest.raises(UsageError, match="more bytes than the zip says"):
        unpack(io.BytesIO(small), member)


def test_zip64_lies_are_refused() -> None:
    """Sizes that only ZIP64 can tell are believed as little as others."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, archive.open("a.py", "w", force_zip64=True) as member:
        member.write(BODY)
    extra = struct.pack("<HHQ", 1, 8, 1 << 62)
    honest = file.getvalue()
    at = honest.index(b"PK\1\2")
    end = honest.index(b"PK\5\6")
    directory = bytearray(honest[at:end])
    directory[24:28], directory[30:32] = b"\xff" * 4, struct.pack("<H", len(extra))
    tail = bytearray(honest[end:])
    tail[12:16] = struct.pack("<I", len(directory) + len(extra))
    assert reasons(honest[:at] + bytes(directory) + extra + bytes(tail)) == {"a.py": "has more than 16 MiB"}


def test_a_directory_of_too_many_members_is_not_taken_apart() -> None:
    """More entries than the limit cost the whole zip, before any of them is looked at."""
    directory = (b"PK\1\2" + bytes(42)) * 100_001
    packed = directory + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(directory), 0, 0)
    with pytest.raises(UsageError, match="more than 100,000 members"):
        listing(io.BytesIO(packed))


@pytest.mark.parametrize(
    ("flag", "raw", "name"),
    [(0, "né.py".encode(), "né.py"), (0, b"n\x82.py", "né.py"), (0x800, "né.py".encode(), "né.py")],
)
def test_names_are_read_as_utf8_else_as_cp437(flag: int, raw: bytes, name: str) -> None:
    """Names in UTF-8 count as such even where the zip does not say so; what is no UTF-8 is cp437."""
    packed = zipped(("x" * len(raw), BODY))
    packed = packed.replace(b"x" * len(raw), raw)
    packed = patched(patched(packed, b"PK\3\4", 6, struct.pack("<H", flag)), b"PK\1\2", 8, struct.pack("<H", flag))
    (member,), refused = listing(io.BytesIO(packed))
    assert (member.parts, refused) == ((name,), [])
    assert unpack(io.BytesIO(packed), member) == BODY


def test_files_below_a_folder_are_opened_without_following_links(tmp_path: Path) -> None:
    """Neither a link to a file, nor one to a folder on the way, nor a pipe is read; names lead nowhere else."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.py").write_bytes(BODY)
    (tmp_path / "link.py").symlink_to(tmp_path / "in" / "a.py")
    (tmp_path / "folder").symlink_to(tmp_path / "in")
    os.mkfifo(tmp_path / "pipe.py")
    assert OnDisk(str(tmp_path), ("in", "a.py")).read(1000) == BODY
    outside = ("..", tmp_path.name, "in", "a.py")
    for parts in [("link.py",), ("folder", "a.py"), ("pipe.py",), ("in",), outside, ("in/a.py",), (),
                  ("in", "missing.py"), ("in", "a\0.py")]:  # fmt: skip
        with pytest.raises(UsageError):
            OnDisk(str(tmp_path), parts).read(1000)
    with pytest.raises(UsageError, match="has more than 3 bytes"):
        OnDisk(str(tmp_path), ("in", "a.py")).read(3)


def test_a_zip_in_a_zip_is_read_in_memory(tmp_path: Path) -> None:
    """A member of a zip that is a member of a zip has its bytes, and the folder stays as it was."""
    (tmp_path / "all.zip").write_bytes(zipped(("alice.zip", zipped(("a.py", BODY)))))
    disk = OnDisk(str(tmp_path), ("all.zip",))
    with disk.open() as file:
        (outer,), _ = listing(file)
    inside = InZip(disk, outer)
    with inside.open() as file:
        (inner,), _ = listing(file)
    assert InZip(inside, inner).read(1000) == BODY
    assert os.listdir(tmp_path) == ["all.zip"]
