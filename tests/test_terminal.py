"""Nothing a student writes reaches the terminal as a control sequence, or a CI log as a command."""

from __future__ import annotations

import io
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import score, terminal
from grader.values import CheckResult, Exercise, Finding, Frame, Report, Submission, Verdict

# Pieces from which commands and escape sequences can be put together across every boundary.
PIECES = st.sampled_from(
    [
        *(":", "::", "::error::x", "#", "##", "##[", "##vso[", "[", "group]", " ", "\t", "\n", "\r", "\u2028", "\x85"),
        *("\x1b", "\x1b[31m", "\x1b[0m", "\x9b", "\x07", "\u202e", "\u200b", "\ufeff", "a", "é", "\U000e0001"),
    ]
)
TEXT = st.lists(PIECES, max_size=12).map("".join) | st.text()
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def commands(text: str) -> list[str]:
    """The lines of a text that a CI runner takes for a command."""
    return [
        line
        for part in re.split(r"[\n\r]", text)
        for line in part.splitlines() or [""]
        if line.lstrip().startswith("::") or re.search(r"##[\w.]*\[", line)
    ]


@given(TEXT)
def test_cleaned_text_controls_nothing(text: str) -> None:
    """After `clean` no control, formatting or unassigned character is left but the line feed."""
    for character in terminal.clean(text):
        assert character == "\n" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    """Letters, digits, signs and spaces of any script pass `clean` unchanged."""
    assert terminal.clean(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\tb", "a    b"),
        ("\u202e", "\\u202e"),
        ("\U000e0001", "\\U000e0001"),
        ("a\nb", "a\nb"),
    ],
)
def test_what_is_cleaned_can_be_read(text: str, shown: str) -> None:
    """A character that is not shown is written as Python would escape it; a tab becomes four spaces."""
    assert terminal.clean(text) == shown


@given(TEXT)
def test_defused_text_is_no_command(text: str) -> None:
    """After `defuse` no line starts with `::`, and `##[` is nowhere; spaces apart, the text is the same."""
    defused = terminal.defuse(text)
    assert not commands(defused)
    assert defused.replace(" ", "") == text.replace(" ", "")


@given(st.text(st.characters(exclude_characters=":#")))
def test_harmless_text_is_not_defused(text: str) -> None:
    """Text without colons and hashes passes unchanged."""
    assert terminal.defuse(text) == text


def through_the_stream(chunks: list[tuple[str, bool]]) -> str:
    """What arrives when the chunks are written, with a flush after those marked."""
    out = io.StringIO()
    stream = terminal.SafeStream(out)
    for text, flushed in chunks:
        assert stream.write(text) == len(text)
        if flushed:
            stream.flush()
    stream.flush()
    return out.getvalue()


@st.composite
def cut_commands(draw: st.DrawFn) -> list[tuple[str, bool]]:
    """A few pieces of commands, written character by character, with flushes here and there."""
    text = "".join(draw(st.lists(st.sampled_from(["::error::", "##[group]", "\n", "\r", " ", "\x1b[31m"]), max_size=4)))
    return [(character, draw(st.booleans())) for character in text]


CHUNKS = st.lists(st.tuples(TEXT, st.booleans()), max_size=8) | cut_commands()


@settings(max_examples=300, deadline=None)
@given(CHUNKS)
def test_no_command_passes_the_stream(chunks: list[tuple[str, bool]]) -> None:
    """However the text is cut into writes and flushes, no command comes out, with or without its colours."""
    out = through_the_stream(chunks)
    assert not commands(out)
    if "\x1b" not in COLOUR.sub("", "".join(text for text, _ in chunks)):
        assert not commands(COLOUR.sub("", out))


@given(CHUNKS)
def test_the_stream_loses_nothing(chunks: list[tuple[str, bool]]) -> None:
    """Spaces and colours apart, all that was written comes out, in order."""
    written = "".join(text for text, _ in chunks)
    out = through_the_stream(chunks)
    assert strip(out) == strip(written)


def strip(text: str) -> str:
    return COLOUR.sub("", text.replace(" ", "")).replace(" ", "")


@given(st.lists(st.tuples(st.text("ab \n"), st.booleans())))
def test_harmless_chunks_pass_unchanged(chunks: list[tuple[str, bool]]) -> None:
    """Harmless text comes out exactly as written, flushed in the middle of lines or not."""
    assert through_the_stream(chunks) == "".join(text for text, _ in chunks)


def test_colours_survive() -> None:
    """A coloured line that holds no command keeps its colours."""
    assert through_the_stream([("\x1b[31mred\x1b[0m\n", False)]) == "\x1b[31mred\x1b[0m\n"


FINDINGS = st.builds(
    Finding, TEXT, TEXT, TEXT, TEXT, st.lists(st.builds(Frame, TEXT, st.just(1), TEXT, TEXT), max_size=2).map(tuple)
)
RESULTS = st.builds(
    CheckResult,
    id=TEXT,
    title=TEXT,
    functions=st.just(("f",)),
    verdict=st.sampled_from(Verdict),
    points=st.just(0),
    max_points=st.just(1),
    finding=st.none() | FINDINGS,
    hint=st.none() | TEXT,
    output=TEXT,
    notes=st.lists(TEXT, max_size=1).map(tuple),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(RESULTS, min_size=1, max_size=3), TEXT, st.booleans(), st.sampled_from([True, False, None]))
def test_a_shown_report_controls_nothing(
    results: list[CheckResult], path: str, plain: bool, colour: bool | None
) -> None:
    """Whatever a student's code printed, raised or returned, a whole report holds no sequence but our colours."""
    exercise = Exercise("one", "One", Path("one"), ())
    report = Report(exercise, Submission(path, b"", ""), tuple(results), score.total(results, None), notes=(path,))
    out = io.StringIO()
    shown = terminal.Terminal(terminal.console(out, colour=colour, width=80), plain, verbose=True)
    shown.begin("one: One", path)
    for result in results:
        shown.result(result)
    shown.end(report)
    text = COLOUR.sub("", out.getvalue()) if colour else out.getvalue()
    assert not commands(text)
    assert not [c for c in text if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"}]


@pytest.mark.parametrize("plain", [True, False])
def test_every_verdict_has_its_own_words(plain: bool) -> None:
    """Each verdict is named in words, so that colour is never the only sign."""
    lines = set()
    for verdict in Verdict:
        out = io.StringIO()
        shown = terminal.Terminal(terminal.console(out, colour=False, width=80), plain)
        shown.result(CheckResult("check", "Title", (), verdict, 0, 1))
        lines.add(out.getvalue())
        word = verdict.value if plain else terminal.SYMBOLS[verdict][1]
        assert word in out.getvalue()
    assert len(lines) == len(Verdict)


def show(results: list[CheckResult], verbose: bool = False) -> str:
    exercise = Exercise("one", "One", Path("one"), ())
    report = Report(exercise, Submission("one.py", b"", ""), tuple(results), score.total(results, None))
    out = io.StringIO()
    terminal.Terminal(terminal.console(out, colour=False, width=80), False, verbose).end(report)
    return out.getvalue()


def failed(name: str, verdict: Verdict = Verdict.FAILED, hidden: bool = False) -> CheckResult:
    finding = Finding(f"message of {name}", f"call_of_{name}()", f"got of {name}", f"expected of {name}")
    return CheckResult(name, f"title of {name}", (name,), verdict, 0, 1, finding, hint=f"hint of {name}", hidden=hidden)


def test_the_first_failure_is_shown_in_full() -> None:
    """At the end stands the first wrong answer, before anything that is only missing, and how many more there are."""
    text = show([failed("f", Verdict.MISSING), failed("g"), failed("h")])
    for part in ("title of g", "message of g", "call_of_g()", "got of g", "expected of g", "hint of g"):
        assert part in text
    assert "message of f" not in text
    assert "message of h" not in text
    assert "0 of 3 points, not passed yet  (2 more to look at: add -v)" in text


def test_verbose_shows_every_failure() -> None:
    """With -v each failure is shown."""
    text = show([failed("f", Verdict.MISSING), failed("g"), failed("h")], verbose=True)
    assert all(f"message of {name}" in text for name in "fgh")
    assert "more to look at" not in text


def test_a_hidden_check_gives_nothing_away() -> None:
    """Of a hidden check neither call, values nor hint are shown."""
    text = show([failed("f", hidden=True)], verbose=True)
    assert "This check is hidden" in text and "message of f" not in text
    assert not any(part in text for part in ("call_of_f", "got of f", "expected of f", "hint of f"))
