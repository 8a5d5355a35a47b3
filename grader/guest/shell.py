"""The shell that runs a notebook's cells: IPython's, without its files, threads, history, and without other programs.

Magics work. What would run another program, install something or ask somebody is noted and skipped, so that the rest of
its cell runs on. Outputs are kept as the messages a Jupyter kernel would send, where somebody wants them.
"""

from __future__ import annotations

import io
import sys
import traceback
from collections.abc import Callable
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import SList
from traitlets import Type
from traitlets.config import Config

from grader.guest.loader import FOLDER

# Magics that run another program, or install something.
PROGRAMS = frozenset((
    "!", "!!", "sx", "sc", "system", "bash", "sh", "script", "perl", "ruby", "js", "javascript", "cmd",
    "pip", "conda", "mamba", "micromamba", "uv",
))  # fmt: skip
NEEDLESS = frozenset((
    "grade", "matplotlib", "config", "load_ext", "reload_ext", "unload_ext", "autoreload", "aimport", "pdb", "debug",
    "pylab",
))  # fmt: skip
STAYS = frozenset(("time", "timeit", "capture", "prun", "memit", "mprun", "lprun", "grade"))  # their cell runs as it is
MOST_TEXT = 64 << 10
MOST_DATA = 4 << 20
Message = list[Any]


class Tape(io.TextIOBase):
    """Standard output or error of a cell: at most MOST_TEXT characters of it are kept."""

    def __init__(self, name: str, keep: Callable[[Message], None]) -> None:
        self.name, self._keep, self._left = name, keep, MOST_TEXT

    def write(self, text: str) -> int:
        if self._left > 0 and text:
            self._keep(["stream", self.name, text[: self._left]])
            self._left -= len(text)
        return len(text)

    def writable(self) -> bool:
        return True


class _Compiler(CachingCompiler):
    """Names the code of a cell for its number, as a traceback is to show it."""

    cell = 0

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        return f"{FOLDER}/cell {self.cell}"


class _Hook(DisplayHook):
    """The value of a cell's last line."""

    def __call__(self, result: Any = None) -> None:
        shell: Any = self.shell
        hidden = self.semicolon_at_end_of_expression(shell.source)  # type: ignore[no-untyped-call]  # IPython's own
        if result is None or not shell.shows or hidden:
            return
        data, metadata = shell.display_formatter.format(result)
        shell.keep(["execute_result", _plain(data), _plain(metadata), shell.number])


class _Publisher(DisplayPublisher):
    """What `display` and figures show."""

    def publish(self, data: Any, metadata: Any = None, *args: Any, transient: Any = None, update: bool = False,
                **more: Any) -> None:  # fmt: skip
        if self.shell.shows:
            kind = "update_display_data" if update else "display_data"
            self.shell.keep([kind, _plain(data), _plain(metadata or {}), _plain(transient or {})])

    def clear_output(self, wait: bool = False) -> None:
        self.shell.keep(["clear_output", bool(wait)])


class CellShell(InteractiveShell):
    """`number` is the cell under way; `after` is called after each of its statements; `keep` receives its outputs, of
    values and pictures only where it `shows`."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    compiler_class = Type(_Compiler)

    number, source = 0, ""
    shows = False
    after: Callable[[], None] = staticmethod(lambda: None)
    keep: Callable[[Message], None] = staticmethod(lambda message: None)

    @classmethod
    def of(cls, module: Any) -> CellShell:
        """A shell whose cells run as the code of `module`."""
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        cls.clear_instance()  # the rehearsal's
        return cls.instance(config=config, user_module=module, user_ns=vars(module))  # `display` looks for it there

    def init_ipython_dir(self, ipython_dir: Any) -> None:
        """None: it would be a file that outlives the notebook."""

    def init_profile_dir(self, profile_dir: Any) -> None:
        """None."""

    def init_virtualenv(self) -> None:
        """The interpreter is the one it should be."""

    def init_history(self) -> None:
        """Without a data base, whose thread no fork survives."""
        self.history_manager = HistoryManager(shell=self, parent=self, hist_file=":memory:")

    async def run_code(self, code_obj: Any, result: Any = None, *, async_: bool = False) -> bool:
        failed = await super().run_code(code_obj, result, async_=async_)  # type: ignore[no-untyped-call]  # IPython's
        self.after()
        return bool(failed)

    def showtraceback(self, *args: Any, **more: Any) -> None:
        """Nothing here: who runs the cell has the exception."""

    showsyntaxerror = showindentationerror = showtraceback

    @property  # type: ignore[misc]  # nothing sets it here
    def db(self) -> dict[str, Any]:
        """What magics such as `%cd` remember; IPython keeps it in a file."""
        remembered: dict[str, Any] = self.__dict__.setdefault("_remembered", {})
        return remembered

    def enable_gui(self, gui: Any = None) -> None:
        """No window is ever shown; figures go where the other outputs go."""

    def ask_exit(self) -> None:
        """`exit` ends nothing: the next cell follows."""

    def skip(self, text: str) -> None:
        """Say that a line was not run."""
        sys.stdout.write(f"[not run: {(text.strip().splitlines() or [''])[0][:200]}]\n")

    def system(self, cmd: str) -> None:
        self.skip(f"!{cmd}")
        self.user_ns["_exit_code"] = 0

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        self.skip(f"!{cmd}")
        return SList([]) if split else ""

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        if magic_name in PROGRAMS:
            self.skip(f"%{magic_name} {line}")
            return None
        if magic_name == "timeit":
            return self.run_line_magic("time", line.split(" ", 1)[-1] if line.startswith("-") else line)
        if magic_name in NEEDLESS and not (magic_name == "matplotlib" and self.shows):
            return None
        if self.magics_manager.magics["line"].get(magic_name) is None:
            self.skip(f"%{magic_name} {line}")
            return None
        return super().run_line_magic(magic_name, line, _stack_depth=_stack_depth + 1)

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        if magic_name in PROGRAMS or magic_name in NEEDLESS or not self.magics_manager.magics["cell"].get(magic_name):
            self.skip(f"%%{magic_name} {line}")
            return None
        return super().run_cell_magic(magic_name, line, cell)  # type: ignore[no-untyped-call]  # IPython's own

    def run(self, number: int, source: str) -> BaseException | None:
        """Run a cell; what it raised."""
        self.number, self.source = number, source
        self.execution_count = number
        self.compile.cell = number  # type: ignore[attr-defined]  # ours
        result = self.run_cell(source, store_history=False)  # type: ignore[no-untyped-call]  # IPython's own
        self.after()
        error: BaseException | None = result.error_before_exec or result.error_in_exec
        return error

    def python(self, source: str) -> str:
        """A cell's source with magics as the calls they are; nothing of a cell that IPython cannot read."""
        try:
            return str(self.transform_cell(source))  # type: ignore[no-untyped-call]  # IPython's own
        except Exception:  # whatever its transformers raise
            return ""


def without_timing(source: str) -> str:
    """A cell's source with `%%time` and its like made empty lines: its statements run as those of any other cell."""
    lines = source.split("\n")
    for place, line in enumerate(lines):
        if line.startswith("%%") and line[2:].split(" ")[0].strip() in STAYS:
            lines[place] = ""
        elif line.strip() and not line.startswith("#"):
            break
    first = next((place for place, line in enumerate(lines) if line.strip()), 0)
    if not lines[first].startswith("%%"):  # IPython drops empty lines at the beginning, and their numbers with them
        indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
        lines[:first] = [f"{indent}#"] * first
    return "\n".join(lines)


def error_message(error: BaseException) -> Message:
    """An exception as a kernel's error message."""
    try:
        text, lines = str(error), traceback.format_exception(error)
    except BaseException:  # a student's exception may fail to print, or end Python while it does
        text, lines = "", []
    kept = [line for line in lines if "/IPython/" not in line and "/grader/guest/" not in line]
    return ["error", type(error).__name__[:200], text[:MOST_TEXT], [line[:MOST_TEXT] for line in kept[-30:]]]


def _plain(data: Any) -> Any:
    """What of a bundle travels: text, by its type; pictures are base64 already or become it."""
    import base64

    if isinstance(data, bytes):
        return base64.b64encode(data[:MOST_DATA]).decode()
    if isinstance(data, dict):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    if isinstance(data, int | float | None):
        return data
    return str(data)[:MOST_DATA]
