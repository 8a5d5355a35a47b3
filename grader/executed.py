"""The executed notebook: its cells as they were, with the outputs they gave here.

nbclient turns what the cells sent into outputs as it does the messages of a kernel, and nbformat writes them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat import v4

from grader.errors import UsageError
from grader.values import Cell, CellRun, Raised, Stopped, Submission

KINDS = {
    "stream": ("name", "text"),
    "execute_result": ("data", "metadata", "execution_count"),
    "display_data": ("data", "metadata", "transient"),
    "update_display_data": ("data", "metadata", "transient"),
    "clear_output": ("wait",),
    "error": ("ename", "evalue", "traceback"),
}


def notebook(cells: Sequence[Cell], runs: Sequence[CellRun]) -> Any:
    """A valid notebook (nbformat 4.5) of these cells, with the outputs of those that were run."""
    made: Any = v4.new_notebook(metadata={"language_info": {"name": "python"}})  # type: ignore[no-untyped-call]  # its own
    for place, cell in enumerate(cells, 1):
        new: Any = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell}.get(cell.kind, v4.new_raw_cell)
        made.cells.append(new(cell.source, id=f"cell-{place}"))
    client = NotebookClient(made)
    places = {cell.number: place for place, cell in enumerate(cells) if cell.number}
    for run in runs:
        place = places[run.number]
        made.cells[place].execution_count = run.number
        client.clear_before_next_output = False  # as nbclient itself has it when it begins a cell
        for message in messages_of(run):
            client.process_message(message, made.cells[place], place)
    return made


def messages_of(run: CellRun) -> list[dict[str, Any]]:
    """What a cell put out, as a kernel's messages; what is none is left out, since student code may have sent it."""
    outputs = list(run.outputs)
    if isinstance(run.failure, Stopped):
        outputs.append(["error", run.failure.verdict.value, run.failure.detail, []])
    elif isinstance(run.failure, Raised) and not outputs:
        outputs.append(["error", (*run.failure.names, "Exception")[0], run.failure.text, []])
    return [message for output in outputs if (message := _message(output)) is not None]


def _message(output: Any) -> dict[str, Any] | None:
    if type(output) is not list or not output or type(output[0]) is not str or output[0] not in KINDS:
        return None
    kind, *values = output
    keys = KINDS[kind]
    if len(values) > len(keys):
        return None
    content = dict(zip(keys, values, strict=False))
    header = {"msg_type": kind}
    if not all(isinstance(content.get(key, kind_of()), kind_of) for key, kind_of in _TYPES.items()):
        return None
    if not all(type(line) is str for line in content.get("traceback", ())):
        return None
    try:
        content = json.loads(json.dumps(content, allow_nan=False))
        if kind != "clear_output":  # nbformat's own word on whether it is an output
            checked = {"header": {"msg_type": kind.removeprefix("update_")}, "content": content}
            v4.output_from_msg(checked)  # type: ignore[no-untyped-call]  # its own
    except (KeyError, RecursionError, TypeError, ValueError, nbformat.ValidationError):
        return None
    if not isinstance(content.get("transient", {}).get("display_id", ""), str):
        return None
    return {"msg_type": kind, "header": header, "parent_header": {"msg_id": "cell"}, "content": content}


_TYPES: dict[str, type] = {
    "name": str, "text": str, "data": dict, "metadata": dict, "transient": dict, "execution_count": int, "wait": bool,
    "ename": str, "evalue": str, "traceback": list,
}  # fmt: skip


def write(submission: Submission, runs: Sequence[CellRun], folder: Path) -> Path:
    """Write the executed notebook into `folder`, under the submission's own name.

    Raises:
        UsageError: it cannot be written there, or would take the place of the submission itself.
    """
    target = folder / Path(submission.path).with_suffix(".ipynb").name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        source = Path(submission.path)
        if target.exists() and source.exists() and target.samefile(source):
            raise UsageError(f"{target} is the submission itself. Give --executed another folder.")
        text = nbformat.writes(notebook(submission.cells or (), runs), version=4)  # type: ignore[no-untyped-call]  # its own
        partial = target.with_name(f".{target.name}.part")
        partial.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
        os.replace(partial, target)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.") from None
    return target
