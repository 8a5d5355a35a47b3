"""The HTML table of a report: nothing a student wrote becomes markup, and every verdict stands there in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import report_json, score, table, terminal
from grader.values import CheckResult, Exercise, Finding, Report, Submission, Verdict

MARKUP = st.sampled_from(
    [
        *(
            "<b>",
            "</td></tr></table>",
            "<script>alert(1)</script>",
            "<!--",
            "-->",
            "<![CDATA[",
            "&lt;",
            "&amp;",
            "&#60;",
        ),
        *(
            '"',
            "'",
            "<img src=x onerror=alert(1)>",
            "style=",
            "$x$",
            "\\(x\\)",
            "`",
            "\n",
            "\x1b[31m",
            "\u202e",
            "\x00",
        ),
    ]
)
TEXT = st.lists(MARKUP, max_size=6).map("".join) | st.text(max_size=20)
FULL = ("message", "call", "got", "expected", "hint", "title")


class Read(HTMLParser):
    """What a page holds: its elements with their attributes, and the text in them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.markup: list[Any] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.markup.append((tag, attrs))
        self.open.append(tag)
        self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.markup.append(tag)
        self.texts.append("")

    def handle_data(self, data: str) -> None:
        self.texts[-1] += data

    def unexpected(self, data: str) -> None:
        raise AssertionError(f"neither element nor text: {data!r}")

    handle_comment = handle_decl = handle_pi = unknown_decl = unexpected

    @property
    def text(self) -> str:
        return "\n".join(text for text in self.texts if text)


def check(write: Callable[[str], str], verdict: Verdict, **more: Any) -> CheckResult:
    finding = Finding(write("message"), write("call"), write("got"), write("expected"))
    points = int(verdict is Verdict.PASSED)
    given = None if verdict is Verdict.PASSED else finding
    hint = write("hint") if given else None
    return CheckResult("check", write("title"), ("f",), verdict, points, 1, given, hint=hint, **more)


def report(results: list[CheckResult]) -> dict[str, Any]:
    whole = Report(
        Exercise("one", "One", Path("one"), ()),
        Submission("notebook", b"", ""),
        tuple(results),
        score.total(results, None),
    )
    return report_json.to_dict(whole)


@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries(dict.fromkeys(FULL, TEXT)),
    st.lists(st.sampled_from(Verdict), min_size=1, max_size=3),
    st.booleans(),
    TEXT,
)
def test_no_text_becomes_markup(texts: dict[str, str], verdicts: list[Verdict], verbose: bool, line: str) -> None:
    """Whatever a student's code said, elements and attributes are those of a harmless report, and the text arrives."""
    wild = Read(table.render(report([check(texts.__getitem__, one) for one in verdicts]), line, verbose, [line]))
    # An empty hint or title is left out, so what is empty stays so.
    tame = [check(lambda name: "x" if texts[name] else "", one) for one in verdicts]
    assert wild.markup == Read(table.render(report(tame), "x" if line else "", verbose, ["x"])).markup
    assert terminal.clean(texts["title"]) in wild.text and terminal.clean(line) in wild.text


@given(TEXT, TEXT, TEXT)
def test_what_is_told_can_be_read_as_it_is(call: str, got: str, expected: str) -> None:
    """Call and values are each one block of code that holds exactly their cleaned text."""
    finding = Finding("It is wrong.", call, got, expected)
    page = table.render(report([CheckResult("check", "Title", ("f",), Verdict.FAILED, 0, 1, finding)]))
    blocks = [Read(block).text for block in re.findall(r"<pre.*?</pre>", page, re.S)]
    assert blocks == [terminal.clean(text) for text in (call, got, expected)]


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_its_word_and_its_symbol(verdict: Verdict) -> None:
    """A verdict stands in its row as a word and as a symbol; the tint is an addition."""
    read = Read(table.render(report([check(str, verdict)])))
    symbol, word, _ = terminal.SYMBOLS[verdict]
    assert word in [text.strip() for text in read.texts] and symbol in read.texts
    without = re.sub(r' style="[^"]*"', "", table.render(report([check(str, verdict)])))
    assert Read(without).text == read.text


def test_the_words_of_verdicts_differ() -> None:
    """No two verdicts are shown by the same word."""
    assert len({word for _, word, _ in terminal.SYMBOLS.values()}) == len(Verdict)


def test_the_table_says_which_cells_are_headers() -> None:
    """It has a caption with exercise and points, a header for each column and one for each check's row."""
    read = Read(table.render(report([check(str, Verdict.PASSED), check(str, Verdict.FAILED)]), "One"))
    tags = [part[0] for part in read.markup if isinstance(part, tuple)]
    scopes = [dict(part[1]).get("scope") for part in read.markup if isinstance(part, tuple) and part[0] == "th"]
    assert tags[:2] == ["table", "caption"] and scopes == ["col", "col", "col", "row", "row"]
    assert "one: One" in read.text and "1 of 2 points, not passed yet" in read.text


def test_the_page_keeps_its_own_colours() -> None:
    """No element sets the colour of its text or an opaque background: either would be wrong on some theme."""
    page = table.render(report([check(str, verdict) for verdict in Verdict]), verbose=True)
    styles = [part for style in re.findall(r'style="([^"]*)"', page) for part in style.split(";")]
    for name, value in (part.split(":", 1) for part in styles if part):
        assert name != "color" or value == "inherit"
        assert "color" in name or "background" not in name or re.fullmatch(r"rgba\([\d,]+,\.[1-9]\d*\)", value)


def test_no_dollar_sign_is_typeset() -> None:
    """The table tells both generations of MathJax to leave it alone."""
    read = Read(table.render(report([check(str, Verdict.FAILED)])))
    assert read.markup[0][0] == "table"
    assert {"mathjax_ignore", "tex2jax_ignore"} <= set(dict(read.markup[0][1])["class"].split())


def named(name: str, verdict: Verdict, **more: Any) -> CheckResult:
    return check(lambda part: f"{part} of {name}", verdict, **more)


def test_the_first_failure_is_told_in_full() -> None:
    """As in the terminal the first wrong answer comes before what is only missing; -v tells every failure."""
    results = [named("f", Verdict.MISSING), named("g", Verdict.FAILED, cell=3, line=2), named("h", Verdict.RAISED)]
    short, full = (Read(table.render(report(results), verbose=verbose)).text for verbose in (False, True))
    for part in FULL:
        assert f"{part} of g" in short
        assert all(f"{part} of {name}" in full for name in "fgh")
    assert "See cell 3, line 2." in short
    assert "message of f" not in short and "message of h" not in short
    assert "2 more to look at: add -v" in short and "more to look at" not in full


def test_what_cannot_run_here_is_no_failure() -> None:
    """A check that is not for this machine is a row and nothing else; so is one that passed."""
    text = Read(
        table.render(report([named("f", Verdict.NOT_APPLICABLE), named("g", Verdict.PASSED)]), verbose=True)
    ).text
    assert "title of f" in text and "message of f" not in text and "more to look at" not in text


def test_a_hidden_check_gives_nothing_away() -> None:
    """Of a hidden check the table has its title, and says that it is hidden."""
    text = Read(table.render(report([named("f", Verdict.FAILED, hidden=True)]), verbose=True)).text
    assert "title of f" in text and "This check is hidden" in text
    assert not any(f"{part} of f" in text for part in ("message", "call", "got", "expected"))


def test_our_own_failure_is_not_the_students() -> None:
    """A report that could not be graded says so in its caption."""
    assert "not your fault" in Read(table.render(report([named("f", Verdict.UNGRADABLE)]))).text
