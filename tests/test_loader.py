"""How a submission's file becomes definitions."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.guest.loader import Definitions, decode, fits, load, similar


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def loaded(source: str | bytes, **wanted: int) -> Definitions:
    return load(source.encode() if isinstance(source, str) else source, "work.py", wanted)


def test_the_last_version_that_fits_is_found() -> None:
    """Of several definitions the last with a fitting signature counts, else the last of all."""
    source = "def f(a): return 1\ndef f(a, b): return 2\ndef f(a, b, c): return 3\n"
    assert loaded(source, f=2).find("f")(0, 0) == 2
    assert loaded(source, f=1).find("f")(0) == 1
    assert loaded(source, f=7).find("f")(0, 0, 0) == 3


def test_keywords_decide_as_well() -> None:
    """A version fits where it takes the arguments that are given by name, too."""
    source = b"def f(a, *, b): return 1\ndef f(a, **more): return 2\ndef f(a): return 3\ndef f(a, *, b, c): return 4\n"
    assert load(source, "work.py", {"f": 1}, {"f": ["b"]}).find("f")(0) == 2
    assert load(source, "work.py", {"f": 1}, {"f": ["b", "c"]}).find("f")(0, b=1, c=1) == 4
    assert load(source, "work.py", {"f": 1}).find("f")(0) == 3


def test_a_version_defined_inside_a_block_is_kept_too() -> None:
    """A name defined by a loop, a condition or an assignment counts as it stands after the statement."""
    assert loaded("if True:\n    def f(a): return 1\nf = f\n", f=1).find("f")(0) == 1
    assert loaded("f = lambda a: 5\n", f=1).find("f")(0) == 5


@pytest.mark.parametrize(
    ("function", "count", "yes"),
    [
        (lambda a, b: 0, 2, True), (lambda a: 0, 2, False), (lambda *a: 0, 5, True), (lambda a, b=1: 0, 1, True),
        (lambda a, *, b: 0, 1, False), (max, 2, True), (3, 1, False), (dict, 1, True),
    ],
)  # fmt: skip
def test_fits_is_bind_with_positional_arguments(function: object, count: int, yes: bool) -> None:
    """A function fits when its signature binds that many positional arguments, or cannot be read."""
    assert fits(function, count) is yes


def test_future_imports_hold_for_the_rest_of_the_file() -> None:
    """A file is run statement by statement, and postponed annotations still work, dataclasses included."""
    source = (
        "'''Doc.'''\nfrom __future__ import annotations\nimport dataclasses\n"
        "@dataclasses.dataclass\nclass Point:\n    x: int\n    other: Point | None = None\n"
        "def f(p: NotThere) -> int: return Point(p).x\n"
    )
    definitions = loaded(source, f=1)
    assert definitions.find("f")(4) == 4 and definitions.module.__doc__ == "Doc."


def test_a_main_guard_does_not_run() -> None:
    """A file is loaded as a module: `if __name__ == "__main__"` is not entered."""
    assert loaded("x = 1\nif __name__ == '__main__':\n    raise SystemExit\n").module.x == 1  # type: ignore[attr-defined]  # set by the source


def test_lines_of_definitions() -> None:
    """Names are found with the line where they are defined; what has no code has no line."""
    places = loaded("\n\ndef f(a):\n    return 1\ng = max\n", f=1, g=1).places()
    assert places == {"f": [0, 3, 0], "g": [0, 0, 0]}


def test_source_can_be_inspected() -> None:
    """inspect.getsource works on a submission's functions, whose file does not exist where it runs."""
    import inspect

    assert inspect.getsource(loaded("def f(a):\n    return a\n", f=1).find("f")) == "def f(a):\n    return a\n"


def test_a_cookie_or_a_byte_order_mark_decides_the_encoding() -> None:
    """PEP 263 cookies and UTF-8 marks are honoured, and Windows line ends are line ends."""
    assert loaded("# -*- coding: latin-1 -*-\nx = 'ä'\n".encode("latin-1")).module.x == "ä"  # type: ignore[attr-defined]  # set by the source
    assert loaded(b"\xef\xbb\xbfx = 1\r\ny = 2\r\n").module.y == 2  # type: ignore[attr-defined]  # set by the source
    assert decode(b"a = 1\r\n") == "a = 1\n"


@given(source=st.binary(max_size=60))
def test_any_bytes_decode_or_are_a_syntax_error(source: bytes) -> None:
    """Whatever the bytes, decoding gives text or a SyntaxError."""
    try:
        assert isinstance(decode(source), str)
    except SyntaxError:
        pass


def test_similar_names_are_suggested() -> None:
    """Spelling, case and underscores may differ; what is far away is not suggested."""
    namespace = {"mnistDistance": len, "mnist_distanse": len, "sigmoid": len, "value": 3}
    assert set(similar("mnist_distance", namespace)) == {"mnistDistance", "mnist_distanse"}
    assert similar("calc_grad", namespace) == []


def test_a_librarys_names_are_not_suggested() -> None:
    """What a star import of fastai brought is nobody's misspelt function."""

    def load_image() -> None: ...

    load_image.__module__ = "fastai.vision.core"
    assert similar("load_images", {"load_image": load_image}) == []
    load_image.__module__ = "submission_1"
    assert similar("load_images", {"load_image": load_image}) == ["load_image"]


def test_an_alias_takes_effect_each_time() -> None:
    """One alias after another stands for another function each time, whatever was found before."""
    source = "def one(): return 1\ndef two(): return 2\ndef three(): return 3\n"
    definitions = loaded(source, f=0, one=0, two=0, three=0)
    for _ in range(50):
        for name, number in (("one", 1), ("two", 2), ("three", 3)):
            definitions.alias("f", name, -1)
            assert definitions.find("f")() == number
