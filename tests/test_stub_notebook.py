"""A stub as a notebook: the same code, every line kept, and the same verdicts."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_cli import grade

from grader import course, notebooks, stub_notebook
from grader.values import Exercise

EXERCISES = course.exercises(course.default_course())

DOCSTRINGS = ['"""Title\n\nProse, and:\n\n    a line of code\n"""\n', "'''One line.'''\n", "r'''Raw \\d'''\n",
              '"""Two"""; x = 1\n', '"""Remarked"""  # why\n', ""]  # fmt: skip
BLOCKS = [
    "import torch\n", "from torch import nn\n", "from math import (\n    pi,\n    e,\n)\n",
    "# on its own\n# two lines\n\n",
    "# prose for the next\n", "#\n", "#no space\n\n", "\n", "\n\n", "# ruff: noqa: N803\n",
    "P = [\n    # in it\n    1,\n]\n",
    "x: int = 1\n", "a = b = 2\n", "def f(x):\n    '''Doc\n    # no comment'''\n    raise NotImplementedError\n",
    "@decorated\n@twice(1)\nclass C:\n    # inside\n\n    def g(self): ...\n", "async def h():\n    pass  # end\n",
    "if True:\n    import os\n", "s = '''\n# text, no comment\n\n'''\n", "y = 1; z = 2\n", "print('\u2028\x0c')\n",
    "\x0c\n", "q = 1; import io\n", "def k(): return '''\n\n'''; w = 3\n",
]  # fmt: skip
STUBS = st.builds(
    lambda start, doc, rest, end: start + doc + "".join(rest) + end,
    st.sampled_from(["", "#!/usr/bin/env python3\n", "# a licence\n\n", "\n\n"]),
    st.sampled_from(DOCSTRINGS),
    st.lists(st.sampled_from(BLOCKS), max_size=8),
    st.sampled_from(["", "# the last line", "last = 1"]),
)


def code_of(cells: list[stub_notebook.Piece]) -> str:
    return "\n".join(text for kind, text in cells if kind == "code")


def statements(text: str, docstring: bool) -> list[str]:
    return [ast.dump(node) for node in ast.parse(text).body[int(docstring) :]]


def docstring_alone(text: str) -> bool:
    """Whether a text begins with a docstring that stands on lines of its own."""
    body = ast.parse(text).body
    if not body or not isinstance(body[0], ast.Expr) or not isinstance(body[0].value, ast.Constant):
        return False
    is_text = isinstance(body[0].value.value, str)
    return is_text and "Two" not in body[0].value.value and "Remarked" not in body[0].value.value


@given(STUBS)
def test_the_code_is_the_stubs(text: str) -> None:
    """The code cells together hold the stub's statements, in order, none twice; only the docstring is prose now."""
    cells = stub_notebook.pieces(text, "Title")
    assert statements(code_of(cells), False) == statements(text, docstring_alone(text))
    for kind, source in cells:
        assert kind == "markdown" or ast.parse(source) is not None  # no cell ends in the middle of a statement


@given(STUBS)
def test_no_line_is_lost(text: str) -> None:
    """Each line of the stub is in some cell, in order; of prose without its sign, of the docstring without quotes."""
    cells = stub_notebook.pieces(text, "Title")
    words = [re.sub(r"\W", "", line) for line in text.split("\n")]
    words = [word.removeprefix("r") if word == "rRawd" else word for word in words]
    rest = iter([re.sub(r"\W", "", line) for _, source in cells for line in source.split("\n")])
    for word in words:
        assert not word or word in rest  # `in` an iterator goes on from where it was


@given(STUBS)
def test_it_is_a_notebook_with_the_same_bytes_each_time(text: str) -> None:
    """Any stub gives a valid notebook (nbformat 4.5) that we read back cell by cell, whatever its lines end with."""
    made = stub_notebook.convert(text.encode(), "one", "One")
    nbformat.validate(json.loads(made))
    assert made == stub_notebook.convert(text.replace("\n", "\r\n").encode(), "one", "One")
    read = notebooks.cells_of(made, "one.ipynb")
    assert [(cell.kind, cell.source) for cell in read[:-3]] == stub_notebook.pieces(text, "one: One")
    assert [cell.source for cell in read[-2:]] == ["%load_ext grader", "%grade one"]


def test_comments_go_where_they_belong() -> None:
    """A comment right above a statement stays with it, one that stands alone is prose, one for tools stays code."""
    text = '"""Title.\n\nProse."""\n\n# alone\n# and on\n\n# about P\nP = []\n\n\ndef f(): ...\n\n\n# ruff: noqa\n'
    assert stub_notebook.pieces(text, "Other") == [
        ("markdown", "# Title\n\nProse."),
        ("markdown", "alone\nand on"),
        ("markdown", "## `P`"),
        ("code", "# about P\nP = []"),
        ("markdown", "## `f`"),
        ("code", "def f(): ...\n\n# ruff: noqa"),
    ]


def cells_of(exercise: Exercise) -> list[Any]:
    made = stub_notebook.convert(exercise.stub_file.read_bytes(), exercise.id, exercise.title)
    return list(nbformat.reads(made.decode(), as_version=4).cells)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_our_stubs_make_good_notebooks(exercise: Exercise) -> None:
    """Each function or class of a stub is a code cell of its own below its name; imports are one cell, at the top."""
    cells = cells_of(exercise)
    number = re.sub(r"\D", "", exercise.id)
    assert cells[0].cell_type == "markdown" and re.match(rf"# Exercise {number}: [^\n]*[^.\n]\n\n\S", cells[0].source)
    assert cells[1].cell_type == "code" and "import torch" in cells[1].source
    assert all(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.parse(cells[1].source).body)
    for node in ast.parse(exercise.stub_file.read_bytes()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            (place,) = [i for i, cell in enumerate(cells) if f"## `{node.name}`" == cell.source]
            assert cells[place + 1].source.startswith(("def ", "class "))
            assert [type(part) for part in ast.parse(cells[place + 1].source).body] == [type(node)]
    headings = {cell.source for cell in cells if cell.cell_type == "markdown"}
    assert {f"## `{name.name}`" for name in exercise.names} <= headings


def test_the_untouched_notebook_gets_the_stubs_verdicts(tmp_path: Path) -> None:
    """Graded as they are, notebook and stub get the same verdicts, points and messages, check by check."""
    for name in ("exercise5", "exercise7"):  # one with a class and a tuple, one with a list among its names
        assert grade("start", name, cwd=tmp_path).returncode == 0
        assert grade("start", name, "--notebook", cwd=tmp_path).returncode == 0
        reports = []
        for suffix in ("py", "ipynb"):
            done = grade(name, f"{name}.{suffix}", "--json", "-", cwd=tmp_path)
            checks = json.loads(done.stdout)["checks"]
            reports.append([{**check, "cell": None, "line": None} for check in checks])
        assert reports[0] == reports[1] and reports[0]
