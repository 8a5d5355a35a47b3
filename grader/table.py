"""A report as an HTML table: a row for each check, and in full what is to be read first.

Pure: from the JSON report (schema 1) to text that needs no script, no style sheet and nothing from elsewhere. Text has
the page's own colour and tints are translucent, so that light and dark pages both work; no colour says anything alone.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from grader import messages
from grader.terminal import SYMBOLS, clean
from grader.values import Verdict

TINTS = {"good": "46,160,67", "bad": "218,54,51", "todo": "187,128,9", "odd": "163,113,247"}
COLUMNS = ("Verdict", "Points", "Check")
_UNTYPESET = "mathjax_ignore tex2jax_ignore"  # MathJax 3 and 2: dollar signs in a student's text are no formula
_LINE = "1px solid rgba(128,128,128,.35)"
_CELL = "padding:.35em .75em;text-align:left;vertical-align:top;"
_PROSE = "margin:0 0 .4em;white-space:pre-wrap;overflow-wrap:anywhere;"
_CODE = (
    "flex:1;min-width:0;margin:0;padding:.15em .5em;background:rgba(128,128,128,.12);"
    "white-space:pre-wrap;overflow-wrap:anywhere;"  # a long call would make the whole table as wide
)


def render(report: Mapping[str, Any], title: str = "", verbose: bool = False, foot: Sequence[str] = ()) -> str:
    """The table of one report; `title` is the exercise's, and each line of `foot` stands below.

    In full is the first failure, as in the terminal, or with `verbose` all of them.
    """
    failures = [check for check in report["checks"] if is_failure(check)]
    serious = [check for check in failures if check["verdict"] not in (Verdict.MISSING.value, Verdict.SKIPPED.value)]
    told = failures if verbose else (serious or failures)[:1]
    rows = [_row(check) + (_details(check) if any(check is one for one in told) else "") for check in report["checks"]]
    lines = [f"{len(failures) - len(told)} more to look at: add -v"] if len(failures) > len(told) else []
    head = "".join(_tag("th", name, _CELL, scope="col") for name in COLUMNS)
    return _tag(
        "table",
        _tag("caption", _caption(report, title), "caption-side:top;text-align:left;padding:.35em .75em;color:inherit;")
        + _tag("thead", _tag("tr", head, f"border-bottom:{_LINE};"))
        + _tag("tbody", "".join(rows))
        + _tag("tfoot", "".join(_tag("tr", _wide(_text(line), "opacity:.8;")) for line in (*lines, *foot))),
        "border-collapse:collapse;table-layout:auto;width:100%;max-width:64em;margin:0;font-size:1em;",
        **{"class": _UNTYPESET},
    )


def is_failure(check: Mapping[str, Any]) -> bool:
    """Whether there is something to tell of a check, as in the terminal: points are missing that could be had here."""
    if check["verdict"] == Verdict.NOT_APPLICABLE.value or check["points"] >= max(1, check["max_points"]):
        return False
    return check["verdict"] != Verdict.PASSED.value or check["message"] is not None


def _caption(report: Mapping[str, Any], title: str) -> str:
    word = "passed" if report["passed"] else "not passed yet"
    word = "could not be graded, and it is not your fault: run `grade doctor`" if report["exit_code"] == 3 else word
    name = f"{report['exercise']}: {title}" if title else report["exercise"]
    return _tag("strong", _text(name)) + _text(f" · {report['points']} of {report['max_points']} points, {word}")


def _row(check: Mapping[str, Any]) -> str:
    symbol, word, tone = SYMBOLS[Verdict(check["verdict"])]
    tint = TINTS[tone]
    look = f"padding:.1em .5em;border-radius:.6em;border:1px solid rgba({tint},.7);background:rgba({tint},.18);"
    badge = _tag("span", _tag("span", symbol, **{"aria-hidden": "true"}) + f" {word}", f"white-space:nowrap;{look}")
    points = _text(f"{check['points']}/{check['max_points']}")
    return _tag(
        "tr",
        _tag("td", badge, _CELL)
        + _tag("td", points, _CELL + "white-space:nowrap;")
        + _tag("th", _text(check["title"]), _CELL + "width:100%;font-weight:normal;", scope="row"),
        f"border-top:{_LINE};",
    )


def _details(check: Mapping[str, Any]) -> str:
    """Why a check did not pass. The report holds nothing of a hidden one."""
    parts = [_tag("p", _text(check["message"] or messages.HIDDEN), _PROSE)]
    parts += [_labelled(name, check[name]) for name in ("call", "got", "expected") if check[name] is not None]
    if place := ", ".join(f"{name} {check[name]}" for name in ("cell", "line") if check[name] is not None):
        parts.append(_tag("p", _text(f"See {place}."), _PROSE + "opacity:.8;"))
    if check["hint"]:
        parts.append(_tag("p", _tag("strong", "Hint") + _text(f" {check['hint']}"), _PROSE))
    tint = TINTS[SYMBOLS[Verdict(check["verdict"])][2]]
    block = _tag("div", "".join(parts), f"border-left:.25em solid rgba({tint},.7);padding-left:.75em;")
    return _tag("tr", _wide(block))


def _labelled(label: str, code: str) -> str:
    name = _tag("span", label, "flex:0 0 5em;opacity:.8;")
    return _tag("div", name + _tag("pre", _text(code), _CODE), "display:flex;margin:0 0 .4em;")


def _wide(content: str, style: str = "") -> str:
    return _tag("td", content, _CELL + style, colspan=str(len(COLUMNS)))


def _text(text: str) -> str:
    return html.escape(clean(text))


def _tag(name: str, content: str, style: str = "", **attributes: str) -> str:
    """An element; `content` is HTML already, attributes are ours alone."""
    given = {**attributes, **({"style": style} if style else {})}
    start = " ".join([name, *(f'{key}="{value}"' for key, value in given.items())])
    return f"<{start}>{content}</{name}>"
