"""From a notebook's bytes to its cells: every version, every way of writing them down, and whatever is none."""

from __future__ import annotations

import codecs
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.notebooks import cells_of, decoded, is_python
from grader.values import Cell

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
SOURCES = st.lists(
    st.sampled_from(["x = 1", "", "  ", "\n", "\r\n", "é = '3'", "%time f()", "\t", "🙂", "\u2028"])
).map("".join) | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
Made = tuple[str, str, Any]  # the kind and text that are to be found, and what is written


@st.composite
def v4_cells(draw: st.DrawFn) -> Made:
    """A cell as nbformat 4.0 to 4.5 has it, its text whole or in lines, or something that is no cell."""
    kind, text = draw(st.sampled_from(["code", "markdown", "raw", "junk"])), draw(SOURCES)
    if kind == "junk":
        return "raw", "", draw(PLAIN.filter(lambda value: not isinstance(value, dict)))
    written: Any = {"cell_type": kind, "metadata": draw(PLAIN), "source": draw(in_lines(text))}
    if kind == "code":
        written |= {"outputs": draw(PLAIN), "execution_count": draw(PLAIN)}
    if draw(st.booleans()):
        written["id"] = draw(PLAIN)
    return kind, text, written


@st.composite
def v3_cells(draw: st.DrawFn) -> Made:
    """A cell as nbformat 3 has it: code lies in `input`, and headings are a kind of their own."""
    kind, text = draw(st.sampled_from(["code", "markdown", "raw", "heading"])), draw(SOURCES)
    if kind == "code":
        return kind, text, {"cell_type": kind, "input": draw(in_lines(text)), "language": "python", "outputs": []}
    written = {"cell_type": kind, "source": draw(in_lines(text)), "level": 1}
    return "markdown" if kind == "heading" else kind, text, written


def in_lines(text: str) -> st.SearchStrategy[Any]:
    return st.sampled_from([text, text.splitlines(keepends=True)])


@st.composite
def notebooks(draw: st.DrawFn) -> tuple[list[Made], Any]:
    """What is to be found, and the notebook."""
    if draw(st.booleans()):
        sheets = draw(st.lists(st.lists(v3_cells(), max_size=4), max_size=3))
        written = [{"cells": [cell for _, _, cell in sheet]} for sheet in sheets]
        return [cell for sheet in sheets for cell in sheet], {"nbformat": 3, "nbformat_minor": 0, "worksheets": written}
    made = draw(st.lists(v4_cells(), max_size=8))
    head = {"metadata": draw(PLAIN), "nbformat": 4, "nbformat_minor": draw(st.integers(0, 5))}
    return made, {"cells": [cell for _, _, cell in made], **head}


ENCODINGS = {
    "utf-8": lambda text: text.encode(),
    "utf-8 with its mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "utf-16 little": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "utf-16 big": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "utf-32": lambda text: text.encode("utf-32"),
}


@st.composite
def files(draw: st.DrawFn) -> tuple[list[Made], str, str]:
    """What is to be found, the file's text, and how it is encoded."""
    made, notebook = draw(notebooks())
    text = json.dumps(notebook, indent=draw(st.sampled_from([None, 1])), ensure_ascii=draw(st.booleans()))
    return made, text.replace("\n", draw(st.sampled_from(["\n", "\r\n"]))), draw(st.sampled_from(sorted(ENCODINGS)))


@given(files())
def test_every_cell_is_found_in_its_place(file: tuple[list[Made], str, str]) -> None:
    """Each cell's kind and text come out in order, and code that is not blank is numbered from 1 without gaps."""
    made, text, encoding = file
    found = cells_of(ENCODINGS[encoding](text), "work.ipynb")
    texts = [source.replace("\r\n", "\n").replace("\r", "\n") for _, source, _ in made]
    assert [cell.kind for cell in found] == [kind for kind, _, _ in made]
    assert [cell.source for cell in found] == texts
    numbered = [cell for cell in found if cell.kind == "code" and cell.source.strip()]
    assert [cell.number for cell in numbered] == list(range(1, len(numbered) + 1))
    assert all(cell.number == 0 for cell in found if cell not in numbered)


@given(files(), st.data())
def test_a_notebook_that_breaks_off_is_none(file: tuple[list[Made], str, str], data: st.DataObject) -> None:
    """A notebook cut short anywhere is refused, unless only white space was cut off."""
    _, text, encoding = file
    text += data.draw(st.sampled_from(["", "\n", " \r\n"]))
    whole = ENCODINGS[encoding](text)
    part = whole[: data.draw(st.integers(0, len(whole) - 1))]
    try:
        kept = decoded(part, "work.ipynb")
    except UsageError:
        kept = ""
    if kept.strip() == text.strip():
        assert cells_of(part, "work.ipynb") == cells_of(whole, "work.ipynb")
    else:
        with pytest.raises(UsageError, match=r"work\.ipynb is no notebook"):
            cells_of(part, "work.ipynb")


DEEP = 100_000
ODD = st.sampled_from(
    [
        b"[" * DEEP, b'{"cells":' * DEEP, b'{"cells": [{"source": ' + b"[" * DEEP, b"9" * 10_000,
        b'{"cells": [' + b"9" * 10_000 + b"]}", b'{"cells": [NaN, -Infinity, 1e999]}', b'{"cells": [], "cells": [1]}',
        b'{"cells": [{"cell_type": "code", "source": "\\ud800"}]}', b'{"\\udfff": "\\ud800\\ud800"}', b'"\xff"',
        codecs.BOM_UTF16_LE + b"\x00", codecs.BOM_UTF16_BE + b"\xd8\x00", codecs.BOM_UTF32_LE + b"\xff" * 8, b"\x00",
        b'{"cells": [{"cell_type": ["code"], "source": {"a": 1}}]}', b'{"worksheets": [3, {"cells": {}}, {}]}',
        b'{"cells": {"cell_type": "code"}}', b'{"cells": null, "worksheets": null}', b"<!DOCTYPE html>",
        b"{", b"[", b'"', b'{"cells": [{"outputs": [], "source": ["x", 3, null, ["y"]]}]}',
    ]
)  # fmt: skip


@given(st.binary(max_size=60) | ODD | st.text().map(str.encode) | PLAIN.map(lambda value: json.dumps(value).encode()))
@example(b"")
@example(b"\xef\xbb\xbf")
def test_any_bytes_are_a_notebook_or_none(source: bytes) -> None:
    """Whatever a file holds, there are cells or one sentence that says why not; nothing else is raised."""
    try:
        found = cells_of(source, "work.ipynb")
    except UsageError as error:
        assert str(error).startswith("work.ipynb is no notebook: ") and str(error).endswith(".")
        return
    assert all(type(cell) is Cell and cell.kind in ("code", "markdown", "raw") for cell in found)
    assert all(type(cell.source) is str and (cell.number == 0 or cell.kind == "code") for cell in found)


@given(PLAIN, st.data())
def test_junk_where_a_part_belongs_is_no_exception(junk: Any, data: st.DataObject) -> None:
    """Whatever takes the place of one part of a notebook costs that part, or the file, and raises nothing else."""
    cell: Any = {"cell_type": "code", "source": "x = 1", "outputs": [], "execution_count": 1, "metadata": {}}
    notebook: Any = {"cells": [cell, dict(cell)], "worksheets": [{"cells": []}], "nbformat": 4, "metadata": {}}
    where = data.draw(st.sampled_from([notebook, cell, notebook["worksheets"][0]]))
    where[data.draw(st.sampled_from(sorted(where)))] = junk
    try:
        found = cells_of(json.dumps(notebook).encode(), "work.ipynb")
    except UsageError:
        return
    assert all(type(one.source) is str for one in found)


REASONS = {
    b"": "it is empty",
    b" \r\n": "it is empty",
    b"[1, 2]": "it is JSON, but holds a list",
    b'{"a": 1}': "it is JSON, but has no list of cells",
    b'{"cells": [': "it ends in the middle (line 1). It was not saved or copied whole",
    b"<html>\n</html>": "it is not JSON",
    b"\xff": "its text cannot be read",
    b"[" * DEEP: "it is nested too deeply",
}


@pytest.mark.parametrize("source", REASONS, ids=lambda source: REASONS[source][:30])
def test_the_reason_is_told(source: bytes) -> None:
    """A file that is no notebook is refused with what it is instead."""
    with pytest.raises(UsageError) as caught:
        cells_of(source, "folder/work.ipynb")
    assert f"folder/work.ipynb is no notebook: {REASONS[source]}" in str(caught.value)


@given(notebooks(), st.sampled_from(sorted(ENCODINGS)))
def test_a_notebook_is_never_taken_for_python(made: tuple[list[Made], Any], encoding: str) -> None:
    """JSON, whole or in pieces, is no Python, though many a dict would compile."""
    text = json.dumps(made[1])
    assert not is_python(ENCODINGS[encoding](text))
    assert not is_python(ENCODINGS[encoding]("\n" + json.dumps(made[1].get("cells", []))))


@pytest.mark.parametrize(
    ("source", "yes"),
    [
        (b"def f(x):\n    return x\n", True), (b"\xef\xbb\xbfx = 1\r\ny = 2\r\n", True), (b"# nothing", True),
        (b"def f(:\n", False), (b"x = 1\x00", False), (b"x = '\xff'", False), (b"%matplotlib inline\nx = 1", False),
        (b"x = 1".decode().encode("utf-16"), False), (b"  {1: 2}", False), (b"(" * 5000, False),
        (b"-" * 99999 + b"1", False),
    ],
)  # fmt: skip
def test_python_is_known_by_compiling_it(source: bytes, yes: bool) -> None:
    """A file is Python where it compiles; text that does not, however strange, is none and raises nothing."""
    assert is_python(source) is yes


@given(st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_python_or_not(source: bytes) -> None:
    """Asking whether bytes are Python never raises."""
    assert is_python(source) in (True, False)
