"""What paths and contents tell of a submission: whose it is, and which exercises it is for.

Whose it is is told by the outermost name that tells it, since students choose the names further in: a Canvas or Moodle
name, else the folder or zip at the top, else a file's name without the exercise. Which exercise it is for is told by
the file's name, then by the folders from the inside out, then by which wanted names the source defines.
"""

from __future__ import annotations

import ast
import os
import re
import warnings
import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from grader import notebooks
from grader.errors import UsageError
from grader.values import Exercise

SUBMITTED = "submitted"  # nbgrader's folder of what students handed in
_CANVAS = re.compile(r"(?P<name>.+?)_(?:(?P<late>LATE)_)?(?P<user>[0-9]{1,19})_(?P<upload>[0-9]{1,19})_(?P<file>.+)",
                     re.DOTALL)  # fmt: skip
_MOODLE = re.compile(r"(?P<name>.+)_(?P<id>[0-9]{1,19})_assignsubmission_[a-z]+_?", re.DOTALL)
_AGAIN = re.compile(r"(?: ?\(([0-9]{1,3})\)|-([0-9]{1,3}))$")  # a browser's and Canvas's mark of one more copy
_TIME = re.compile(r"\s*(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?[ ]*(\S*)", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)
_EDGES = " _-.,+"
MOST_PARSED = 1 << 17  # bytes of Python that are parsed; more of it is searched
MOST_JSON = 16 << 20  # bytes of a notebook whose cells are taken apart; more of it is searched
# `\n` and `"` stand before a line of code in the JSON of a notebook.
_DEFINITION = re.compile(
    r'(?:^|\\n|")(?:(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|(\w+)[ \t]*(?::[^=\n"]{1,200})?=(?!=))', re.MULTILINE
)
_DEFINITION_BYTES = re.compile(_DEFINITION.pattern.encode(), re.MULTILINE)


@dataclass(frozen=True)
class Who:
    """What a path tells. `exercises` are ids, asked for or not; `sure` is the file's own name saying one and no more.
    `upload` grows with each upload to Canvas, `copy` is the number that was added to a file's name."""

    student: str
    name: str = ""
    late: bool = False
    upload: int = 0
    copy: int = 0
    exercises: tuple[str, ...] = ()
    sure: bool = False


@dataclass(frozen=True)
class Place:
    """A path below the root of its layout, the student it belongs to if nothing in it tells one, and whether the first
    folder is the student's id as it stands."""

    parts: tuple[str, ...]
    fallback: str
    exact: bool = False


class Names:
    """Finds exercises in names: `exercise3` also as `Exercise 3` or `exercise-03`, and `exercise9` even if it is not
    among those that are asked for."""

    def __init__(self, exercises: Sequence[Exercise]) -> None:
        self.ids = {exercise.id for exercise in exercises}
        families = {match[1] for match in (re.fullmatch(r"(.*[a-z])_?[0-9]+", name) for name in self.ids) if match}
        choices = [f"({_any_of(self.ids)})", *([f"({_any_of(families)})[ _-]?0*([0-9]+)"] if families else [])]
        self._pattern = re.compile(rf"(?<![^\W_])(?:{'|'.join(choices)})(?![^\W_])", re.IGNORECASE)
        self._same = {re.sub(r"_?0*([0-9]+)$", r"\1", name): name for name in self.ids}

    def told(self, stem: str) -> tuple[tuple[str, ...], str, int]:
        """The exercises that a name without its suffix tells, what else it says, and the number of its copy."""
        found, rest, end = [], [], 0
        for match in self._pattern.finditer(stem):
            exact, *family = match.groups()
            name = exact.lower() if exact else "".join(family).lower()
            found.append(name if exact else self._same.get(name, name))
            rest.append(stem[end : match.start()])
            end = match.end()
        tail, again = stem[end:], _AGAIN.search(stem[end:])
        if again:
            tail = tail[: again.start()]
        words = [word for word in (part.strip(_EDGES) for part in (*rest, tail)) if word]
        return tuple(dict.fromkeys(found)), "_".join(words), int(again[1] or again[2]) if again else 0


def who(place: Place, names: Names) -> Who:
    """What a path tells; the last part is the file."""
    parts, hints = place.parts, list[tuple[str, ...]]()
    while len(parts) > 1 and not place.exact:  # folders that are an exercise and nothing else
        told, rest, copy = names.told(bare(parts[0]))
        if not told or rest or copy:
            break
        hints.append(told)
        parts = parts[1:]
    top = parts[0]
    if place.exact and len(parts) > 1:
        owner, inner = Who(top), parts[1:]
    elif len(parts) > 1 and (moodle := _MOODLE.fullmatch(top)):
        owner, inner = Who(f"{moodle['name']}_{moodle['id']}", moodle["name"]), parts[1:]
    elif canvas := _CANVAS.fullmatch(top):
        student = f"{canvas['name']}_{canvas['user']}"
        owner = Who(student, canvas["name"], canvas["late"] is not None, int(canvas["upload"]))
        inner = (canvas["file"], *parts[1:])
    else:
        return _by_name(parts, place.fallback, hints, names)
    return _with_exercise(owner, inner, hints, names)


def _by_name(parts: tuple[str, ...], fallback: str, hints: list[tuple[str, ...]], names: Names) -> Who:
    """The top folder's student; of a file that lies in none the student its own name tells."""
    stem = bare(parts[0])
    told, rest, copy = names.told(stem)
    if not told:
        rest = stem
    elif copy and not rest and not stem.endswith(")"):
        rest, copy = stem.rpartition("-")[2], 0  # `exercise3-12.py` beside others is student 12, not a twelfth copy
    if len(parts) == 1:
        return Who(rest or fallback, copy=copy, exercises=told or _last(hints), sure=len(told) == 1)
    return _with_exercise(Who(rest or fallback), parts[1:], [*hints, told], names)


def _with_exercise(owner: Who, inner: tuple[str, ...], hints: list[tuple[str, ...]], names: Names) -> Who:
    told, rest, copy = names.told(bare(inner[-1]))
    hints = hints + [names.told(bare(part))[0] for part in inner[:-1]]
    exercises, sure = told or _last(hints), len(told) == 1 and not rest
    return Who(owner.student, owner.name, owner.late, owner.upload, copy, exercises, sure)


def _last(hints: list[tuple[str, ...]]) -> tuple[str, ...]:
    return next((hint for hint in reversed(hints) if hint), ())


def placed(paths: Sequence[tuple[str, ...]], top: str, zipped: bool) -> list[Place | None]:
    """Where each path lies below the root of its layout; None is outside of nbgrader's folder of submissions.

    `top` is the name of what was given, `zipped` whether that is a zip, whose own folders may be wrapped in one more.
    """
    prefix = _prefix(paths, zipped)
    below = [path[len(prefix) :] for path in paths if path[: len(prefix)] == prefix]
    named = SUBMITTED in prefix or (top == SUBMITTED and not zipped)
    exact = named and all(len(path) > 2 and not _is_download(path[0]) for path in below)
    downloads = set[str]() if zipped or prefix or exact else _downloads(paths)
    places: list[Place | None] = []
    for path in paths:
        if path[: len(prefix)] != prefix:
            places.append(None)
        elif path[0] in downloads:
            inside = path[1:]
            nbgrader = inside[0] == SUBMITTED and len(inside) > 1
            places.append(Place(inside[1:] if nbgrader else inside, bare(path[0]), nbgrader))
        else:
            places.append(Place(path[len(prefix) :], top, exact))
    return places


def _prefix(paths: Sequence[tuple[str, ...]], zipped: bool) -> tuple[str, ...]:
    """The folders at the top that belong to no student."""
    tops = {path[0] for path in paths}
    if any(path[0] == SUBMITTED and len(path) > 1 for path in paths):
        return (SUBMITTED,)
    if len(tops) != 1 or any(len(path) == 1 for path in paths):
        return ()
    (top,) = tops
    below = [path[1:] for path in paths]
    wraps = zipped and len({path[0] for path in below}) > 1 and all(len(path) > 1 for path in below)
    if _is_download(top) or top.lower().endswith(".zip") or not (wraps or all(map(_from_lms, below))):
        return ()
    return (top, *_prefix(below, False))


def _downloads(paths: Sequence[tuple[str, ...]]) -> set[str]:
    """The zips at the top that hold several students' work. All of them do or none: were each judged by itself, one
    student's zip could bring files in another student's name."""
    inside: dict[str, list[tuple[str, ...]]] = {}
    for path in paths:
        if len(path) > 1 and path[0].lower().endswith(".zip") and not _is_download(path[0]):
            inside.setdefault(path[0], []).append(path[1:])
    return set(inside) if all(_from_lms(path) for members in inside.values() for path in members) else set()


def _from_lms(path: tuple[str, ...]) -> bool:
    return _is_download(path[0]) or (len(path) > 1 and path[0] == SUBMITTED)


def _is_download(name: str) -> bool:
    return bool(_CANVAS.fullmatch(name) or _MOODLE.fullmatch(name))


def seconds(text: str) -> float | None:
    """The time in nbgrader's timestamp.txt, as `2015-02-02 15:58:23.948203 UTC`; an unknown zone counts as UTC."""
    match = _TIME.match(text)
    if not match:
        return None
    try:
        local = datetime.fromisoformat(f"{match[1]}T{match[2]}")
        return local.replace(tzinfo=_zone(match[3])).timestamp()
    except (ValueError, OverflowError):
        return None


def _zone(text: str) -> timezone | zoneinfo.ZoneInfo:
    offset = _OFFSET.fullmatch(text)
    if offset:
        delta = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-delta if offset[1] == "-" else delta)
    try:
        return zoneinfo.ZoneInfo(text) if text else timezone.utc
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return timezone.utc


def by_content(source: bytes, suffix: str, exercises: Sequence[Exercise]) -> tuple[str, ...]:
    """The exercises of whose names a source defines at least half; else the one with the largest share, if any."""
    wanted = {name.name for one in exercises for name in one.names}
    found = {name for name in _defined(source, suffix) if name in wanted}
    shares = {one.id: sum(name.name in found for name in one.names) / max(len(one.names), 1) for one in exercises}
    best = max(shares, key=lambda name: shares[name])
    return tuple(name for name, share in shares.items() if share >= 0.5) or ((best,) if shares[best] else ())


def _defined(source: bytes, suffix: str) -> Iterator[str]:
    """Names that a file's statements define; names that it imports are somebody else's work."""
    if len(source) > MOST_JSON:
        yield from ((match[1] or match[2]).decode() for match in _DEFINITION_BYTES.finditer(source))
        return
    text = source.decode("utf-8", errors="replace")
    if suffix == notebooks.SUFFIX:
        try:
            cells = notebooks.cells_of(source, "notebook")
            text = "\n".join(cell.source for cell in cells if cell.number)
        except UsageError:  # searched as it stands
            pass
    elif len(source) <= MOST_PARSED:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of doubtful escapes in what students wrote
                yield from _bound(ast.parse(source).body)
            return
        except (SyntaxError, ValueError, RecursionError, MemoryError):  # searched as it stands
            pass
    for match in _DEFINITION.finditer(text):
        yield match[1] or match[2]


def _bound(statements: Sequence[ast.stmt]) -> Iterator[str]:
    """Names that statements bind, those in `if`, `try`, `with` and loops included."""
    waiting: list[ast.AST] = list(statements)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif not isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            waiting.extend(ast.iter_child_nodes(node))


def bare(name: str) -> str:
    """A name without the suffix of a file or zip."""
    stem, suffix = os.path.splitext(name)
    return stem if suffix.lower() in (".py", ".ipynb", ".zip") else name


def _any_of(words: set[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
