"""What a person sees in the terminal: one line per check as it comes, then the first failure in full.

Colour is never the only sign: each verdict has its word and its symbol. Student text is cleaned (`clean`) before it is
shown, and every line that goes out passes `defuse`: no escape sequence and no workflow command of a student's survives.
"""

from __future__ import annotations

import io
import re
import textwrap
import unicodedata
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.markup import escape
from rich.theme import Theme

from grader import exhibits, messages
from grader.values import CheckResult, Finding, Report, Verdict

if TYPE_CHECKING:
    from rich.progress import Progress

SYMBOLS = {
    Verdict.PASSED: ("✓", "passed", "good"),
    Verdict.FAILED: ("✗", "wrong", "bad"),
    Verdict.RAISED: ("✗", "raised", "bad"),
    Verdict.MISSING: ("·", "to do", "todo"),
    Verdict.TIMED_OUT: ("✗", "timed out", "bad"),
    Verdict.OUT_OF_MEMORY: ("✗", "memory", "bad"),
    Verdict.OUTPUT_LIMIT: ("✗", "output", "bad"),
    Verdict.CRASHED: ("✗", "crashed", "bad"),
    Verdict.SKIPPED: ("-", "skipped", "todo"),
    Verdict.NOT_APPLICABLE: ("-", "not here", "todo"),
    Verdict.UNGRADABLE: ("?", "ungraded", "odd"),
}
_NOWHERE = (Verdict.MISSING, Verdict.SKIPPED)
THEME = Theme({"good": "green", "bad": "bold red", "todo": "yellow", "odd": "magenta", "quiet": "dim", "code": "cyan"})


def clean(text: str) -> str:
    """Student text with control and direction-changing characters made visible."""
    return "".join(
        character if character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn") else
        (" " * 4 if character == "\t" else _escape(ord(character)))
        for character in text
    )  # fmt: skip


def one_line(text: str) -> str:
    """As `clean`, with what ends a line made visible too: nobody's name looks like a line of ours."""
    ends = ("Zl", "Zp")
    return clean(
        "".join(_escape(ord(one)) if one == "\n" or unicodedata.category(one) in ends else one for one in text)
    )


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def defuse(text: str) -> str:
    """Text in which no CI runner finds a command: `::error ...`, `##[...]`, `##vso[...]` are broken up, on every line.

    Whatever some program may take for the end of a line counts as one, a carriage return for example.
    """
    text = re.sub(r"##(?=[\w.]*\[)", "# #", text)
    return "".join(re.sub(r"^(\s*):(?=:)", r"\1: ", part) for part in _LINE_END.split(text))


_LINE_END = re.compile("([\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029])")


class SafeStream(io.TextIOBase):
    """Passes whole lines on, defused; a part of one only when flushed. Colour codes are ours and stay."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._line = ""
        self._begun = ""  # what of the current line has gone out: a command may be cut in two by a flush

    def write(self, text: str) -> int:
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            self._stream.write(self._next(line) + "\n")
            self._begun = ""
        return len(text)

    def flush(self) -> None:
        if self._line:
            part = self._next(self._line)
            self._stream.write(part)
            self._begun = _LINE_END.split(self._begun + part)[-1]
            self._line = ""
        self._stream.flush()

    def _next(self, part: str) -> str:
        whole = _defuse_coloured(self._begun + part)
        if whole.startswith(self._begun):
            return whole[len(self._begun) :]
        return " " + _defuse_coloured(part)  # a space parts the two halves of a command

    def isatty(self) -> bool:
        return self._stream.isatty()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # rich asks for it; TextIOBase has it as a plain attribute
        return "utf-8"


_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def _defuse_coloured(line: str) -> str:
    return line if defuse(bare := _COLOUR.sub("", line)) == bare else defuse(bare)


def console(stream: TextIO, *, colour: bool | None, width: int | None = None) -> Console:
    """A console on `stream`; `colour` None lets the terminal decide."""
    options: dict[str, Any] = {}
    if colour is not None:
        options = {"no_color": not colour, "force_terminal": colour or None}
    wide = width if width is not None or stream.isatty() else 120
    return Console(file=SafeStream(stream), theme=THEME, highlight=False, emoji=False, width=wide, **options)  # type: ignore[arg-type]  # rich wants IO[str]; it writes, flushes and asks isatty


class Terminal:
    """Shows one grading. `plain` is one line per check, without symbols or colour."""

    def __init__(self, out: Console, plain: bool, verbose: bool = False) -> None:
        self.out = out
        self.plain = plain
        self.verbose = verbose
        self._under_way: Progress | None = None

    def begin(self, report_title: str, file: str) -> None:
        if not self.plain:
            self.out.print(f"\n[bold]{escape(clean(report_title))}[/]  [quiet]{escape(clean(file))}[/]\n")

    def busy(self, text: str) -> None:
        """What is under way, until the next result: a moving sign and the seconds gone. Nothing where it is plain."""
        if self.plain:
            return
        self._rest()
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (TextColumn(" "), SpinnerColumn(), TextColumn("[todo]{task.description}[/]"), TimeElapsedColumn())
        self._under_way = Progress(*columns, console=self.out, transient=True)
        self._under_way.add_task(text)
        self._under_way.start()

    def _rest(self) -> None:
        if self._under_way is not None:
            self._under_way.stop()
            self._under_way = None

    def result(self, result: CheckResult) -> None:
        """One check, as it comes."""
        self._rest()
        symbol, word, style = SYMBOLS[result.verdict]
        points = f"{result.points}/{result.max_points}"
        title = escape(clean(result.title))
        if self.plain:
            notes = "".join(f" ({clean(note)})" for note in result.notes)
            self._line(f"{result.verdict.value} {points} {clean(result.id)}: {clean(result.title)}{notes}")
            return
        self.out.print(f"  [{style}]{symbol} {word:<9}[/] [quiet]{points:>5}[/]  {title}")
        for note in result.notes:
            self.out.print(f"  {'':<18} [quiet]{escape(clean(note))}[/]")
        for exhibit in result.exhibits:
            drawn = exhibits.renderable(exhibit, self.out)
            if drawn is not None:
                self.out.print(drawn)

    def end(self, report: Report) -> None:
        """The first failure in full (all of them when verbose), then the points."""
        self._rest()
        failures = [
            result
            for result in report.results
            if result.finding is not None and result.points < max(1, result.max_points)
        ]
        failures = [result for result in failures if result.verdict is not Verdict.NOT_APPLICABLE]
        serious = [result for result in failures if result.verdict not in (Verdict.MISSING, Verdict.SKIPPED)]
        chosen = failures if self.verbose else (serious or failures)[:1]
        for result in chosen:
            self.failure(result)
        self.points(report, len(failures) - len(chosen))

    def failure(self, result: CheckResult) -> None:
        """Why a check did not pass."""
        finding = result.finding
        assert finding is not None
        self._line("")
        self._line(f"{clean(result.title)}", "bold")
        if result.hidden:
            self._block("", messages.HIDDEN)
            return
        self._block("", finding.message)
        self._values(finding)
        if result.line and not finding.frames and result.verdict not in _NOWHERE:
            cell = f"cell {result.cell}, " if result.cell else ""
            self._block("where     ", f"{cell}line {result.line}", "quiet")
        for frame in finding.frames:
            self._block("", f"{frame.file}, line {frame.line}, in {frame.function}:  {frame.source}", "quiet")
        if result.hint:
            self._block("hint      ", result.hint, "todo")
        if self.verbose and result.output.strip():
            self._block("printed   ", result.output.strip()[:2000], "quiet")

    def points(self, report: Report, more: int) -> None:
        """The last line: points, and what to do next."""
        score = report.score
        self._line("")
        if score.ungradable:
            self._line("Something could not be graded, and it is not your fault. Run `grade doctor`.", "odd")
        more_text = f"  ({more} more to look at: add -v)" if more > 0 else ""
        word = "passed" if score.passed else "not passed yet"
        style = "good" if score.passed else "todo"
        self._line(f"{report.exercise.id}: {score.points} of {score.max_points} points, {word}{more_text}", style)
        for note in report.notes:
            self._line(clean(note), "quiet")

    def _values(self, finding: Finding) -> None:
        if finding.call is not None:
            self._block("call      ", finding.call, "code")
        if finding.got is not None:
            self._block("got       ", finding.got)
        if finding.expected is not None:
            self._block("expected  ", finding.expected)

    def _block(self, label: str, text: str, style: str = "") -> None:
        """Text under a label; prose (a message, a hint) is wrapped, code is not, so that it can be pasted."""
        lines = clean(text).split("\n")
        if style != "code" and not self.plain:
            room = max(40, self.out.width - len(label) - 3)
            lines = [part for line in lines for part in textwrap.wrap(line, room) or [""]]
        for place, line in enumerate(lines):
            self._line(f"  {label if place == 0 else ' ' * len(label)}{line}", style)

    def _line(self, text: str, style: str = "") -> None:
        self.out.print(text, style=style or None, markup=False, soft_wrap=True)
