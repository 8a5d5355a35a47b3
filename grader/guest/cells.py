"""Runs a notebook's cells in the guest, one after the other, and keeps what they define.

No kernel: the cells run in this very process, in IPython's shell, so that the loaded notebook can be forked for each
check. Before a cell the judge is told its number and answers; it counts the cell's time, and when the cell never ends
or takes the process along, a new one runs all cells but that.
"""

from __future__ import annotations

import ast
import builtins
import os
import shutil
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.guest import slicing
from grader.guest.answer import SubmissionView, describe
from grader.guest.loader import Definitions, adapters, load_helper
from grader.guest.shell import CellShell, Message, Tape, error_message, without_timing
from grader.guest.standins import finder

PLOTS = ("matplotlib", "plt", "fastai", "fastbook")


class Cells:
    """One notebook under way. `order` is what the judge said, `tell` sends it a frame, `may_run` waits for its answer
    to "this cell is next"."""

    def __init__(self, order: dict[str, Any], tell: Callable[[Any], None], may_run: Callable[[], bool]) -> None:
        self.tell = tell
        self.may_run = may_run
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module  # as in a notebook; dataclasses and pickling look there
        self.definitions = Definitions(module, order["names"], order["keywords"])
        view = SubmissionView(self.definitions)
        self.probes = load_helper(order["probes"], "probes.py", {"student": view})
        self.definitions.adapters = adapters(self.probes)
        finder.install(order["trees"] or None)
        self.trees = str(order["trees"])
        self.shell = CellShell.of(module)
        self.shell.shows = bool(order["shows"])
        self.doubtful = False
        self.shell.after = lambda: self.definitions.note(self.shell.number)
        cells = [(number, without_timing(source)) for number, source in order["cells"] if number not in order["skip"]]
        self.cells = self._needed(cells) if order["only"] else [(number, source, None) for number, source in cells]

    def run(self) -> None:
        """Run them all; what one of them raises costs the rest of that cell only."""
        home, ask, out, err = os.getcwd(), builtins.input, sys.stdout, sys.stderr
        there = _files(home)
        _tell_fastai(self.trees)
        builtins.input = _nobody_answers
        sys.path.insert(0, "")
        if self.shell.shows and any(word in source for _, source, _ in self.cells for word in PLOTS):
            self._pictures()
        try:
            for number, source, keep in self.cells:
                self.tell(["cell", number])
                if self.may_run():
                    self._run(number, source, keep)
        finally:
            builtins.input, sys.stdout, sys.stderr = ask, out, err
            os.chdir(home)
            _tidy(_files(home) - there)

    def _run(self, number: int, source: str, keep: set[tuple[int, int]] | None) -> None:
        shell, outputs = self.shell, list[Message]()
        shell.keep = _joined(outputs)
        sys.stdout, sys.stderr = Tape("stdout", shell.keep), Tape("stderr", shell.keep)
        shell.ast_transformers = [] if keep is None else [_Keep(keep)]
        error = shell.run(number, source)
        if error is not None:
            outputs.append(error_message(error))
        ran = ["ran", number, describe(error) if error is not None else []]
        try:
            self.tell([*ran, outputs])
        except (ValueError, MemoryError):  # too deep or too large for a frame, of which nothing was sent then
            self.tell([*ran, [["stream", "stderr", "[outputs are too large to be kept]\n"]]])

    def _needed(self, cells: list[tuple[int, str]]) -> list[tuple[int, str, set[tuple[int, int]] | None]]:
        """The cells with a statement that is needed, and where in them such statements begin."""
        given = {name: getattr(adapter, "sets", ()) for name, adapter in self.definitions.adapters.items()}
        plain = [(number, self.shell.python(source)) for number, source in cells]
        kept, self.doubtful = slicing.needed(plain, self.definitions.wanted, given)
        return [
            (number, source, {(node.lineno, node.col_offset) for node in kept[number]})
            for number, source in cells
            if number in kept
        ]

    def _pictures(self) -> None:
        """Figures are shown where they were drawn."""
        try:
            self.shell.run_line_magic("matplotlib", "inline")
        except Exception:  # matplotlib need not be there
            pass


class _Keep(ast.NodeTransformer):
    """Drops the top-level statements that do not begin at one of these places."""

    def __init__(self, places: set[tuple[int, int]]) -> None:
        self.places = places

    def visit_Module(self, node: ast.Module) -> ast.Module:
        node.body = [part for part in node.body if (part.lineno, part.col_offset) in self.places]
        return node


def _joined(outputs: list[Message]) -> Callable[[Message], None]:
    """Keeps messages; text that follows text of the same stream goes into one."""

    def keep(message: Message) -> None:
        last = outputs[-1] if outputs else None
        if last is not None and message[0] == last[0] == "stream" and message[1] == last[1]:
            last[2] += message[2]
        else:
            outputs.append(message)

    return keep


def _nobody_answers(prompt: object = "") -> str:
    """`input` while cells run: an empty line, so that the rest of the cell is not lost."""
    sys.stdout.write(f"{prompt}\n")
    return ""


def _tell_fastai(trees: str) -> None:
    """Where a real fastai looks for data that it has: its `untar_data` then fetches nothing."""
    config = Path.home() / ".fastai" / "config.ini"
    if trees and "fastai" in sys.modules:
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(f"[DEFAULT]\ndata = {trees}\narchive = archive\nstorage = storage\nmodel = model\n")


def _files(home: str) -> set[Path]:
    """What lies in the folders that this process may write."""
    return {path for folder in {home, "/dev/shm"} if os.path.isdir(folder) for path in Path(folder).iterdir()}


def _tidy(files: set[Path]) -> None:
    """Leave nothing that keeps the process from being forked for each check: no files, no event loop."""
    for path in files:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    helpers: Any = sys.modules.get("IPython.core.async_helpers")
    loop = getattr(helpers, "_asyncio_event_loop", None)
    if loop is not None and not loop.is_running():
        loop.close()
        helpers._asyncio_event_loop = None
