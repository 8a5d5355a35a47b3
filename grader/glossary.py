"""`grade explain`: the words of the course, read from glossary.toml, and how a word is found."""

from __future__ import annotations

import difflib
import re
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

WIDTH = 79


@dataclass(frozen=True)
class Entry:
    """One word. `also` are other names for it, `example` a doctest session, `exercises` the ids that use it."""

    word: str
    group: str
    text: str
    example: str
    related: tuple[str, ...]
    exercises: tuple[str, ...]
    also: tuple[str, ...] = ()


def entries() -> tuple[Entry, ...]:
    """Every word, in the order of the file."""
    raw = Path(__file__).with_name("glossary.toml").read_bytes()
    found = tomllib.loads(raw.decode("utf-8"))["words"]
    return tuple(
        Entry(
            word=entry["word"],
            group=entry["group"],
            text=" ".join(entry["text"].split()),
            example=entry["example"].strip("\n"),
            related=tuple(entry["related"]),
            exercises=tuple(entry["exercises"]),
            also=tuple(entry.get("also", ())),
        )
        for entry in found
    )


def lookup(word: str) -> Entry:
    """The entry for `word`, whatever its capitals, hyphens and underscores, singular or plural.

    Raises:
        UsageError: there is none; its text names the nearest words.
    """
    names = {_key(name): entry for entry in entries() for name in (entry.word, *entry.also)}
    key = _key(word)
    for form in (key, key.removesuffix("s"), key.removesuffix("es"), re.sub("ies$", "y", key)):
        if form in names:
            return names[form]
    near = difflib.get_close_matches(key, names, n=3, cutoff=0.6)
    near += [name for name in names if len(key) > 2 and key in name]
    words = list(dict.fromkeys(names[name].word for name in near))[:3]
    advice = f" Did you mean {' or '.join(words)}?" if words else ""
    raise UsageError(f"{word[:80]!r} is not in the glossary.{advice} `grade explain` lists every word.")


def explain(word: str) -> str:
    """What `word` means, with an example, as text for the terminal."""
    entry = lookup(word)
    parts = [entry.word, textwrap.fill(entry.text, WIDTH)]
    if entry.example:
        parts.append(textwrap.indent(entry.example, "    "))
    also = [f"Related: {', '.join(entry.related)}"]
    if entry.exercises:
        also.append(f"Used in: {', '.join(entry.exercises)}")
    return "\n\n".join([*parts, "\n".join(also)])


def overview() -> str:
    """All words, group by group."""
    groups: dict[str, list[str]] = {}
    for entry in entries():
        groups.setdefault(entry.group, []).append(entry.word)
    parts = [f"{group}\n{_listed(words)}" for group, words in groups.items()]
    return "\n\n".join([*parts, "grade explain WORD says what one of them means."])


def _listed(words: list[str]) -> str:
    """The words in indented lines, none of them broken: textwrap leaves no-break spaces alone."""
    joined = ", ".join(word.replace(" ", "\N{NO-BREAK SPACE}") for word in words)
    lines = textwrap.wrap(joined, WIDTH - 2, break_on_hyphens=False)
    return textwrap.indent("\n".join(lines), "  ").replace("\N{NO-BREAK SPACE}", " ")


def _key(word: str) -> str:
    return re.sub(r"[\s_\-]+", "", word.casefold())
