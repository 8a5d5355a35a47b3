"""The values that the stages hand to each other, all frozen. Imports nothing of ours.

Units are in the names: seconds (`_s`), MiB (`_mib`), KiB (`_kib`).
"""

from __future__ import annotations

import ast
import enum
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class Verdict(str, enum.Enum):
    """What became of one check. Only UNGRADABLE withholds a mark."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    RAISED = "RAISED"
    MISSING = "MISSING"
    TIMED_OUT = "TIMED_OUT"
    OUT_OF_MEMORY = "OUT_OF_MEMORY"
    OUTPUT_LIMIT = "OUTPUT_LIMIT"
    CRASHED = "CRASHED"
    SKIPPED = "SKIPPED"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    UNGRADABLE = "UNGRADABLE"

    def __str__(self) -> str:
        return self.value


WHOLE_NOTEBOOK = 12  # times the CPU seconds of `Limits` for all cells of a notebook together


@dataclass(frozen=True)
class Limits:
    """What one check may use; loading the submission counts as one check of its own, and so does
    each cell of a notebook."""

    cpu_s: float = 10.0
    wall_s: float = 30.0
    memory_mib: int = 1024
    processes: int = 32
    output_kib: int = 256


@dataclass(frozen=True)
class Name:
    """A name the student must define, with the signature that is called, as `(a, b)`."""

    name: str
    signature: str
    hints: tuple[str, ...] = ()

    @property
    def positional(self) -> int:
        """How many positional arguments the contract's call has; those with defaults are left out."""
        arguments = self._arguments()
        return len(arguments.posonlyargs + arguments.args) - len(arguments.defaults)

    @property
    def keywords(self) -> tuple[str, ...]:
        """The arguments that the contract's call gives by name, after a `*`; those with defaults are left out."""
        arguments = self._arguments()
        pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        return tuple(argument.arg for argument, default in pairs if default is None)

    def _arguments(self) -> ast.arguments:
        function = ast.parse(f"def f{self.signature or '()'}: pass").body[0]
        assert isinstance(function, ast.FunctionDef)
        return function.args


@dataclass(frozen=True)
class Exercise:
    """One folder of a course. `names` and `limits` are as in its exercise.toml; another `edition` has other training
    data."""

    id: str
    title: str
    folder: Path
    names: tuple[Name, ...]
    limits: Limits = Limits()
    pass_points: int | None = None
    preload: tuple[str, ...] = ()
    needs_data: tuple[str, ...] = ()
    version: str = ""
    edition: int = 1

    @property
    def checks_file(self) -> Path:
        return self.folder / "checks.py"

    @property
    def probes_file(self) -> Path:
        return self.folder / "probes.py"

    @property
    def mistakes_file(self) -> Path:
        return self.folder / "mistakes.py"

    @property
    def stub_file(self) -> Path:
        return self.folder / f"{self.id}.py"


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook: "code", "markdown" or "raw"; code that is not blank is numbered from 1, the rest 0."""

    kind: str
    source: str
    number: int = 0


@dataclass(frozen=True)
class Submission:
    """A student's work as bytes, with the path it came from; of a notebook the cells, None for a file of Python.
    What is `refused` for a reason is never run."""

    path: str
    source: bytes
    sha256: str
    cells: tuple[Cell, ...] | None = None
    refused: str = ""

    @property
    def label(self) -> str:
        """The name shown in tracebacks: the last part of the path."""
        return Path(self.path).name


@dataclass(frozen=True)
class Running:
    """How a notebook is run: as a `whole` or only what definitions need; `shows` keeps values and pictures as well."""

    whole: bool = False
    shows: bool = False


@dataclass(frozen=True)
class Frame:
    """One line of a student's own traceback."""

    file: str
    line: int
    function: str
    source: str


@dataclass(frozen=True)
class Returned:
    """A call that came back. `changed` holds (position, value afterwards) of arguments that were altered."""

    value: Any
    changed: tuple[tuple[int, Any], ...] = ()


@dataclass(frozen=True)
class Raised:
    """A call that raised; `names` are the exception's class and its bases, nearest first."""

    names: tuple[str, ...]
    text: str
    frames: tuple[Frame, ...] = ()
    changed: tuple[tuple[int, Any], ...] = ()


@dataclass(frozen=True)
class Missing:
    """The name is not defined, or still the stub."""

    name: str
    stub: bool
    similar: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stopped:
    """The guest ended before it answered: TIMED_OUT, OUT_OF_MEMORY, OUTPUT_LIMIT or CRASHED.

    `detail` is "cpu" or "wall" for the first, "protocol" for bytes that are none, else a phrase or nothing.
    """

    verdict: Verdict
    detail: str = ""


Outcome = Returned | Raised | Missing | Stopped


@dataclass(frozen=True)
class CellRun:
    """One cell of a notebook that was run: what it raised or how it was stopped, its outputs as a kernel's messages."""

    number: int
    failure: Raised | Stopped | None = None
    outputs: tuple[Any, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Loaded:
    """What a guest tells of a submission that it has loaded; student code may have changed it, so it decides nothing.

    `places` are (cell, line, number) of the version of each name that is graded, 0 where cell or line is unknown;
    `versions` the cells that each name is from, in order; `foreign` the library that a name comes from, where that is
    not asked for; `others` for each missing name the functions that could be called like it; `cells` how a notebook's
    cells ran. `left_out` says that only what definitions need was run, `doubtful` that it has to do
    with data that definitions need.
    """

    places: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    versions: dict[str, tuple[int, ...]] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=dict)
    others: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cells: tuple[CellRun, ...] = ()
    left_out: bool = False
    doubtful: bool = False


@dataclass(frozen=True)
class Call:
    """One call a check made: `kind` is "call" or "probe"; `outcome` is None until it came back."""

    kind: str
    name: str
    args: tuple[Any, ...]
    kwargs: tuple[tuple[str, Any], ...] = ()
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Spent:
    """What a guest used: CPU seconds of all its processes, and wall seconds that the judge waited for it."""

    cpu_s: float = 0.0
    wall_s: float = 0.0


@dataclass(frozen=True)
class Curve:
    """The loss of each optimization step of a training run, as the guest tells it: to look at, never judged."""

    title: str
    losses: tuple[float, ...]


@dataclass(frozen=True)
class Confusion:
    """How often class i (row) was taken for class j (column)."""

    title: str
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Pictures:
    """Grey images of one size, 0 is paper and 255 is ink, each with a caption."""

    title: str
    height: int
    width: int
    pixels: tuple[bytes, ...] = field(repr=False)
    captions: tuple[str, ...] = ()


Exhibit = Curve | Confusion | Pictures


@dataclass(frozen=True)
class Finding:
    """Why a check did not pass, in a form to show: the call to paste, the value got, the value expected."""

    message: str
    call: str | None = None
    got: str | None = None
    expected: str | None = None
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True)
class CheckResult:
    """One check of one submission. `output` is what the student's code printed, `transcript` the calls made,
    `exhibits` what there is to look at; `review` says why a person should look at it, `spent` what each training used.
    """

    id: str
    title: str
    functions: tuple[str, ...]
    verdict: Verdict
    points: int
    max_points: int
    finding: Finding | None = None
    mistake: str | None = None
    hint: str | None = None
    hidden: bool = False
    output: str = ""
    notes: tuple[str, ...] = ()
    line: int | None = None
    cell: int | None = None
    exhibits: tuple[Exhibit, ...] = ()
    review: str = ""
    spent: tuple[Spent, ...] = ()
    transcript: tuple[Call, ...] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True)
class Score:
    """Points of one submission; checks that cannot run here are not in `max_points`."""

    points: int
    max_points: int
    pass_points: int
    ungradable: bool

    @property
    def passed(self) -> bool:
        return not self.ungradable and self.points >= self.pass_points

    @property
    def exit_code(self) -> int:
        return 3 if self.ungradable else 0 if self.passed else 1


@dataclass(frozen=True)
class Report:
    """Everything one grading produced."""

    exercise: Exercise
    submission: Submission
    results: tuple[CheckResult, ...]
    score: Score
    environment: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    cells: tuple[CellRun, ...] = field(default=(), repr=False)
