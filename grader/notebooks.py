"""From a notebook's bytes to its cells, whatever version wrote it and whatever happened to it since.

Saved outputs are never looked at. One cell that is none costs that cell; a file that is no notebook costs the file.
"""

from __future__ import annotations

import codecs
import json
from typing import Any

from grader.errors import UsageError
from grader.values import Cell

SUFFIX = ".ipynb"
MOST_CODE = 4 << 20  # characters


def cells_of(source: bytes, path: str) -> tuple[Cell, ...]:
    """The cells of a notebook (nbformat 3 to 4.5), in order. Code cells that are not blank are numbered from 1, as
    Jupyter numbers them when everything is run.

    Raises:
        UsageError: the bytes are no notebook; the message says why.
    """
    text = decoded(source, path)
    try:
        notebook = json.loads(text)
    except RecursionError:
        raise UsageError(f"{path} is no notebook: it is nested too deeply.") from None
    except ValueError as error:
        raise UsageError(f"{path} is no notebook: {_why(text, error)}") from None
    found, number = [], 0
    for kind, cell_source in map(_kind_and_source, _cells(notebook, path)):
        is_code = kind == "code" and bool(cell_source.strip())
        number += is_code
        found.append(Cell(kind, cell_source, number if is_code else 0))
    if sum(len(cell.source) for cell in found if cell.number) > MOST_CODE:
        raise UsageError(f"{path} has more than {MOST_CODE >> 20} MiB of code. Is it the right file?")
    return tuple(found)


def is_named(path: str) -> bool:
    """Whether a file calls itself a notebook, in whatever letters."""
    return path.lower().endswith(SUFFIX)


def decoded(source: bytes, path: str) -> str:
    """The text of a notebook's file: UTF-8, or UTF-16 or -32 with their marks, which Windows programs write."""
    marks = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
             (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
    encoding = next((name for mark, name in marks if source.startswith(mark)), "utf-8-sig")
    try:
        return source.decode(encoding)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no notebook: its text cannot be read ({error.reason}).") from None


def is_python(source: bytes) -> bool:
    """Whether a file that calls itself a notebook is Python text; JSON is never taken for it."""
    try:
        text = source.decode("utf-8-sig")
        return not text.lstrip().startswith(("{", "[", '"')) and bool(
            compile(text, "notebook", "exec", dont_inherit=True)
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _cells(notebook: Any, path: str) -> list[Any]:
    if not isinstance(notebook, dict):
        raise UsageError(f"{path} is no notebook: it is JSON, but holds a {type(notebook).__name__}.")
    if isinstance(notebook.get("cells"), list):
        return list(notebook["cells"])
    sheets = notebook.get("worksheets")  # nbformat 3 and before
    if isinstance(sheets, list):
        lists = [sheet["cells"] for sheet in sheets if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)]
        return [cell for cells in lists for cell in cells]
    raise UsageError(f"{path} is no notebook: it is JSON, but has no list of cells.")


def _kind_and_source(cell: Any) -> tuple[str, str]:
    """A cell's type and text; of what is no cell an empty raw one, so that places stay what they are."""
    if not isinstance(cell, dict):
        return "raw", ""
    kind, source = cell.get("cell_type"), cell.get("source", cell.get("input"))
    if kind is None and isinstance(source, str | list) and ("outputs" in cell or "execution_count" in cell):
        kind = "code"
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    text = source.replace("\r\n", "\n").replace("\r", "\n") if isinstance(source, str) else ""
    return (kind if kind in ("code", "markdown", "raw") else "markdown" if kind == "heading" else "raw"), text


def _why(text: str, error: ValueError) -> str:
    if not text.strip():
        return "it is empty."
    place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
    cut = isinstance(error, json.JSONDecodeError) and (
        error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated string")
    )
    if cut and text.lstrip()[0] in "{[":
        return f"it ends in the middle{place}. It was not saved or copied whole."
    return f"it is not JSON: {error.msg if isinstance(error, json.JSONDecodeError) else error}{place}."
