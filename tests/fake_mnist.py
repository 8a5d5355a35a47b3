"""Four tiny files in MNIST's place, sources and servers that deliver them, or whatever a test wants instead."""

from __future__ import annotations

import gzip
import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np

from grader.data import fetch
from grader.idx import write_idx
from grader.mnist import FILES, DataFile, Mnist
from grader.sources import Progress

RNG = np.random.default_rng(0)
ARRAYS = [
    RNG.integers(0, 256, (6, 28, 28), np.uint8),
    RNG.integers(0, 10, 6, np.uint8),
    RNG.integers(0, 256, (3, 28, 28), np.uint8),
    RNG.integers(0, 10, 3, np.uint8),
]
CONTENT = {file.name: write_idx(array) for file, array in zip(FILES, ARRAYS, strict=True)}
TINY = tuple(
    DataFile(file.name, array.shape, hashlib.sha256(CONTENT[file.name]).hexdigest())
    for file, array in zip(FILES, ARRAYS, strict=True)
)
IMAGES = TINY[0].name

# What can become of one file on its way here.
FAULTS: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda content: b"",
    "half the file": lambda content: content[: len(content) // 2],
    "half the gzip": lambda content: gzip.compress(content)[: len(content) // 2],
    "one bit off": lambda content: content[:-1] + bytes([content[-1] ^ 1]),
    "a page in HTML": lambda content: b"<html>503 Service Unavailable</html>",
    "one byte more": lambda content: content + b"\0",
    "a gzip that never ends": lambda content: gzip.compress(bytes(1 << 24)),
    "gzip with rubbish inside": lambda content: b"\x1f\x8b\x08\x00" + bytes(6) + content,
}


@dataclass
class Fake:
    """A source that delivers what it is told to, and remembers what it was asked for."""

    name: str
    delivers: dict[str, bytes] | Exception
    asked: list[list[str]] = field(default_factory=list)

    def get(self, files: Sequence[DataFile], progress: Progress) -> dict[str, bytes]:
        self.asked.append([file.name for file in files])
        if isinstance(self.delivers, Exception):
            raise self.delivers
        return self.delivers


def good(name: str = "good") -> Fake:
    return Fake(name, dict(CONTENT))


def assert_right(mnist: Mnist) -> None:
    views = [mnist.train_images, mnist.train_labels, mnist.test_images, mnist.test_labels]
    for view, array in zip(views, ARRAYS, strict=True):
        assert np.array_equal(view, array)


def fill(folder: Path, content: dict[str, bytes] = CONTENT) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in content.items():
        (folder / name).write_bytes(raw)
    return folder


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        do_HEAD = do_GET  # noqa: N815  # http.server's own naming

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/mnist/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(handler: BaseHTTPRequestHandler, body: bytes, claim: int | None = None) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body) if claim is None else claim))
    handler.end_headers()
    if handler.command == "GET":
        handler.wfile.write(body)


def send_file(handler: BaseHTTPRequestHandler) -> None:
    send(handler, gzip.compress(CONTENT[handler.path.removeprefix("/mnist/").removesuffix(".gz")]))


def real_mnist(cache: Path) -> Mnist:
    """All of MNIST: from the folder in MNIST_DIR (unpacked into `cache`), else as a student gets it."""
    given_folder = os.environ.get("MNIST_DIR")
    return fetch(Path(given_folder), cache=cache) if given_folder else fetch(None)
