"""Reading a submission: what is read, and the sentence each path that cannot be one gets."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import submissions
from grader.errors import UsageError


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(source=st.binary(min_size=1, max_size=200).filter(lambda data: data.strip() != b""))
def test_the_bytes_are_kept_as_they_are(tmp_path: Path, source: bytes) -> None:
    """A submission holds the file's bytes, undecoded, with their digest and the path as it was given."""
    path = tmp_path / "exercise1.py"
    path.write_bytes(source)
    submission = submissions.read(path)
    assert submission.source == source
    assert submission.sha256 == hashlib.sha256(source).hexdigest()
    assert (submission.path, submission.label) == (str(path), "exercise1.py")
    assert submission == submissions.from_bytes(source, str(path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A missing file is a UsageError that names the file and the command that would put it there."""
    with pytest.raises(UsageError, match=r"There is no file .*exercise1\.py.*`grade start`") as caught:
        submissions.read(tmp_path / "exercise1.py")
    assert caught.value.exit_code == 2


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    """A folder is a UsageError that asks for the file itself."""
    with pytest.raises(UsageError, match=r"is a folder\. Give the file itself") as caught:
        submissions.read(tmp_path)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n", b" \t\r\n\n"])
def test_an_empty_file_is_told_so(tmp_path: Path, content: bytes) -> None:
    """A file with nothing or only white space in it is a UsageError that says how to get the text back."""
    path = tmp_path / "exercise3.py"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"exercise3\.py is empty\. `grade start exercise3 --reset`"):
        submissions.read(path)


def test_a_far_too_large_file_is_not_read(tmp_path: Path) -> None:
    """A file above the limit is refused with the limit, a sparse one of many GB included."""
    path = tmp_path / "exercise1.py"
    with path.open("wb") as file:
        file.truncate(50 << 30)
    with pytest.raises(UsageError, match=r"more than 16 MiB"):
        submissions.read(path)
    path.write_bytes(b"#" * submissions.LARGEST)
    assert len(submissions.read(path).source) == submissions.LARGEST


def test_what_is_no_ordinary_file_is_refused(tmp_path: Path) -> None:
    """A link that leads nowhere or to itself, a device and a pipe are a UsageError; none of them is waited for."""
    dangling, loop, device, pipe = (tmp_path / name for name in ("dangling.py", "loop.py", "device.py", "pipe.py"))
    dangling.symlink_to(tmp_path / "nowhere.py")
    loop.symlink_to(loop)
    device.symlink_to("/dev/null")
    os.mkfifo(pipe)
    for path in (dangling, loop, device, pipe):
        with pytest.raises(UsageError) as caught:
            submissions.read(path)
        assert path.name in str(caught.value)


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    """A path that goes through a file, or is far too long, is a UsageError and no traceback."""
    (tmp_path / "exercise1.py").write_bytes(b"x = 1")
    for path in (tmp_path / "exercise1.py" / "exercise2.py", tmp_path / ("x" * 5000)):
        with pytest.raises(UsageError):
            submissions.read(path)


def test_a_link_to_a_file_is_read(tmp_path: Path) -> None:
    """A link stands for its file and keeps its own name."""
    (tmp_path / "real.py").write_bytes(b"x = 1")
    (tmp_path / "link.py").symlink_to(tmp_path / "real.py")
    submission = submissions.read(tmp_path / "link.py")
    assert (submission.label, submission.source) == ("link.py", b"x = 1")
