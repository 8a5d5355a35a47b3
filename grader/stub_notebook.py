"""A stub as a notebook: the same text cut into cells, prose as markdown. Pure: from text to the file's bytes.

Every line of the stub is in a cell. What belongs together stays so: a comment goes with the statement right below it,
and only one that stands by itself becomes prose.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterable

Piece = tuple[str, str]  # "code" or "markdown", and the text

CHECK = "## Check your work\n\nRun these two cells whenever you like; `-v` behind the name shows every failure in full."
_FOR_TOOLS = re.compile(r"#(!|\s*-\*-|\s*(ruff|noqa|type|fmt|mypy|pylint|isort)\b)")  # comments that nobody reads


def convert(stub: bytes, exercise_id: str, title: str) -> bytes:
    """The notebook of a stub. Where that has no docstring, the exercise's id and title are the heading.

    Raises:
        SyntaxError, ValueError: the stub is no Python, or not UTF-8.
    """
    text = stub.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    end = [("markdown", CHECK), ("code", "%load_ext grader"), ("code", f"%grade {exercise_id}")]
    return document([*pieces(text, f"{exercise_id}: {title}"), *end])


def document(cells: Iterable[Piece]) -> bytes:
    """A notebook (nbformat 4.5) of these cells, without outputs; the same cells give the same bytes."""
    made = []
    for place, (kind, text) in enumerate(cells, 1):
        # A list of lines that keep their ends, as Jupyter saves it.
        lines = re.findall(r"[^\n]*\n|[^\n]+", text)
        cell = {"cell_type": kind, "id": f"cell-{place}", "metadata": {}, "source": lines}
        made.append({**cell, "execution_count": None, "outputs": []} if kind == "code" else cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    whole = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(whole, indent=1, sort_keys=True) + "\n").encode("ascii")


def pieces(text: str, title: str) -> list[Piece]:
    """The cells of a stub's text, in its order; lines end with a line feed."""
    lines, statements = text.split("\n"), ast.parse(text).body
    found: list[Piece] = []
    at = 0
    if statements and _is_docstring(statements, lines):
        first, last = _lines_of(statements.pop(0))
        _add_comments(found, lines[:first])
        at, docstring = last, _docstring(lines[first:last])
        heading, _, prose = docstring.partition("\n")
        found.append(("markdown", f"# {heading.strip().rstrip('.') or title}\n{prose}".strip()))
    else:
        found.append(("markdown", f"# {title}"))
    for first, last, name in _spans(statements, lines):
        above = first
        while above > at and lines[above - 1].strip():
            above -= 1
        _add_comments(found, lines[at:above])
        if name:
            found.append(("markdown", f"## `{name}`"))
        found.append(("code", "\n".join(lines[above:last])))
        at = last
    _add_comments(found, lines[at:])
    return found


def _spans(statements: list[ast.stmt], lines: list[str]) -> list[tuple[int, int, str]]:
    """Which lines (from, before) go into one cell, and the name that stands above it: each statement, but imports that
    follow each other, and statements that share a line, together."""
    spans: list[tuple[int, int, str]] = []
    imports = False
    for statement in statements:
        first, last = _lines_of(statement)
        is_import = isinstance(statement, ast.Import | ast.ImportFrom)
        before = spans[-1] if spans else (0, 0, "")
        shares_line = bool(spans) and first < before[1]
        if shares_line or (is_import and imports and not any(line.strip() for line in lines[before[1] : first])):
            spans[-1] = (before[0], max(last, before[1]), before[2])
        else:
            spans.append((first, last, _name(statement)))
        imports = is_import
    return spans


def _lines_of(statement: ast.stmt) -> tuple[int, int]:
    """From which line, counted from 0, to before which one; decorators included."""
    decorators = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(node.lineno for node in decorators)]) - 1, statement.end_lineno or statement.lineno


def _name(statement: ast.stmt) -> str:
    """What a statement defines, where that is one name."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return statement.name
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return targets[0].id if len(targets) == 1 and isinstance(targets[0], ast.Name) else ""


def _is_docstring(statements: list[ast.stmt], lines: list[str]) -> bool:
    """Whether a text begins with a docstring that shares its lines with nothing else."""
    (first, last), node = _lines_of(statements[0]), statements[0]
    if ast.get_docstring(ast.Module(statements, [])) is None:
        return False
    rest = lines[last - 1].encode()[node.end_col_offset :].strip()
    return not rest and not lines[first].encode()[: node.col_offset].strip()


def _docstring(lines: list[str]) -> str:
    return inspect.cleandoc(str(ast.literal_eval("\n".join(lines))))


def _add_comments(found: list[Piece], lines: list[str]) -> None:
    """Add comments that stand by themselves: prose as markdown; what speaks to tools stays code."""
    for block in re.split(r"\n\s*\n", "\n".join(lines)):
        text = block.strip("\n")
        if not text.strip():
            continue
        if _FOR_TOOLS.match(text):
            before = f"{found.pop()[1]}\n\n" if found and found[-1][0] == "code" else ""
            found.append(("code", before + text))
        else:
            found.append(("markdown", re.sub(r"(?m)^[ \t]*#[ \t]?", "", text)))
