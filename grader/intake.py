"""From what an instructor has on disk to a plan of what to grade: `plan`.

One walk finds the files, `layouts` tells whose they are, and contents are looked at only where names do not decide.
Nothing goes missing: what no item stands for is listed as ignored, with the reason. The plan is the same in whatever
order the file system lists its files.

Every `why` is a predicate without a full stop: put the path before it.
"""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from grader import layouts
from grader.archives import MOST, MOST_TOTAL, TIMES, InZip, OnDisk, Origin, listing, size_of, suffix_of, unpack
from grader.errors import UsageError
from grader.layouts import Names, Place, Who
from grader.values import Exercise

MOST_LOOKS = 200  # files of one student whose content is looked at to find their exercise
MOST_LIST = 64 << 20  # bytes of a list in CSV
_NOT_THEIRS = frozenset(("__MACOSX", "__pycache__", "node_modules", "site-packages"))
_GRADED = (".py", ".ipynb", ".zip")
_EMPTY = "is an empty folder"
_HIDDEN = "is hidden, or not the student's own"
_LINK = "is a symbolic link, which is not followed"
_ODD = "is no ordinary file"
_OTHER = "is neither .py nor .ipynb nor .zip"
_COLUMNS = ("student", "path", "exercise", "email", "name")


@dataclass(frozen=True)
class Item:
    """One student's work for one exercise. `student` may be any text and is never used as a path; `path` is for people,
    relative to what was planned. `when` is in seconds since 1970; `counts` says that it is the latest attempt."""

    student: str
    exercise: str
    path: str
    origin: Origin
    late: bool
    when: float | None
    attempt: int
    counts: bool
    name: str = ""
    email: str = ""

    def read(self) -> bytes:
        """The file's bytes as they are now.

        Raises:
            UsageError: they cannot be read, or are not what the zip says.
        """
        try:
            return self.origin.read(MOST[suffix_of(self.path)])
        except UsageError as error:
            raise UsageError(f"{self.path} {error}.") from None


@dataclass(frozen=True)
class Ignored:
    """What is not graded, and why."""

    path: str
    why: str


@dataclass(frozen=True)
class Plan:
    """Items by student, exercise and attempt; what is ignored by path."""

    items: tuple[Item, ...]
    ignored: tuple[Ignored, ...]


@dataclass(frozen=True)
class _Found:
    """A file that may be a submission; `parts` are the names that lead to it, zips included."""

    parts: tuple[str, ...]
    origin: Origin
    when: float | None

    @property
    def path(self) -> str:
        return "/".join(self.parts)


@dataclass(frozen=True)
class _Claim:
    """A found file and whose it is."""

    file: _Found
    who: Who
    email: str = ""


def plan(where: Path, exercises: Sequence[Exercise], only: str = "") -> Plan:
    """What there is to grade for these exercises: of all students, or of `only` one (an id, or a part of one name).

    `where` is a folder, a zip, a list in CSV with the columns student, path and, if you like, exercise, email and name,
    or one file.

    Raises:
        UsageError: there is nothing, or no student or more than one that `only` could mean.
    """
    if not exercises:
        raise UsageError("There is no exercise to grade. Name one, such as exercise3.")
    full = os.path.realpath(where)
    try:
        mode = os.stat(full).st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise UsageError(f"There is no file or folder {where}.") from None
    except OSError as error:
        raise UsageError(f"{where} cannot be opened: {error.strerror}.") from None
    folder, base = os.path.split(full)
    names, suffix, single = Names(exercises), os.path.splitext(base)[1].lower(), not stat.S_ISDIR(mode)
    walk = _Walk(folder if single else full)
    if single and suffix == ".csv":
        claims = _listed(walk, base, names)
    elif single and (suffix not in _GRADED or not stat.S_ISREG(mode)):
        raise UsageError(f"{where} cannot be graded. Give a folder, a .zip, a list as .csv, or a .py or .ipynb file.")
    else:
        walk.start((base,) if single else ())
        claims = _claims(walk, base, single and suffix == ".zip", names)
    if single and not walk.found and walk.ignored and walk.ignored[0].path == base:
        raise UsageError(f"{where} {walk.ignored[0].why}.")
    if not walk.found and all(one.why == _EMPTY for one in walk.ignored):
        raise UsageError(f"There is nothing in {where}. Give the folder or zip that holds what students handed in.")
    decided = _decide(_of_one(claims, only) if only else claims, exercises, walk)
    return Plan(_items(decided), tuple(sorted(set(walk.ignored), key=lambda one: (one.path, one.why))))


class _Walk:
    """Finds files below `root`; links are not followed, nothing is opened but zips."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.found: list[_Found] = []
        self.ignored: list[Ignored] = []
        self.times: dict[tuple[str, ...], Origin] = {}

    def start(self, parts: tuple[str, ...]) -> None:
        """Take the file or folder that these names lead to."""
        path, status = self.root, None
        for part in parts:
            path = os.path.join(path, part)
            try:
                status = os.lstat(path)
            except (OSError, ValueError):
                self.ignore(parts, "is not there")
                return
            if stat.S_ISLNK(status.st_mode):
                self.ignore(parts, _LINK)
                return
        if status is None or stat.S_ISDIR(status.st_mode):
            self._folder(parts)
        elif stat.S_ISREG(status.st_mode):
            self._file(OnDisk(self.root, parts), parts, status.st_size, status.st_mtime)
        else:
            self.ignore(parts, _ODD)
        self.found.sort(key=lambda one: one.parts)

    def ignore(self, parts: tuple[str, ...], why: str) -> None:
        self.ignored.append(Ignored("/".join(parts), why))

    def _folder(self, start: tuple[str, ...]) -> None:
        waiting = [start]
        while waiting:
            parts = waiting.pop()
            try:
                with os.scandir(os.path.join(self.root, *parts)) as listed:
                    entries = list(listed)
            except OSError as error:
                if not parts:
                    raise UsageError(f"{self.root} cannot be opened: {error.strerror}.") from None
                self.ignore(parts, f"cannot be opened: {error.strerror}")
                continue
            if parts and not entries:
                self.ignore(parts, _EMPTY)
            elif parts and any(entry.name == "pyvenv.cfg" for entry in entries):
                self.ignore(parts, "is an environment of installed packages")
            else:
                waiting.extend(inner for entry in entries if (inner := self._entry((*parts, entry.name), entry)))

    def _entry(self, parts: tuple[str, ...], entry: os.DirEntry[str]) -> tuple[str, ...] | None:
        """Take one entry of a folder; what comes back is a folder to go through."""
        try:
            if _hidden(entry.name):
                self.ignore(parts, _HIDDEN)
            elif entry.is_symlink():
                self.ignore(parts, _LINK)
            elif entry.is_dir(follow_symlinks=False):
                return parts
            elif not entry.is_file(follow_symlinks=False):
                self.ignore(parts, _ODD)
            elif not suffix_of(entry.name):
                self.ignore(parts, _OTHER)
            else:
                status = entry.stat(follow_symlinks=False)
                self._file(OnDisk(self.root, parts), parts, status.st_size, status.st_mtime)
        except OSError as error:
            self.ignore(parts, f"cannot be read: {error.strerror}")
        return None

    def _file(self, origin: OnDisk, parts: tuple[str, ...], size: int, when: float) -> None:
        suffix = suffix_of(parts[-1])
        if suffix == ".zip":  # of any size: it is its members that are read
            self._zip(origin, parts, MOST_TOTAL)
        elif size > MOST.get(suffix, size):
            self.ignore(parts, f"has more than {size_of(MOST[suffix])}")
        else:
            self._take(origin, parts, when)

    def _take(self, origin: Origin, parts: tuple[str, ...], when: float | None) -> None:
        if parts[-1] == TIMES:
            self.times[parts[:-1]] = origin
        elif suffix_of(parts[-1]) in _GRADED:
            self.found.append(_Found(parts, origin, when))
        else:
            self.ignore(parts, _OTHER)

    def _zip(self, origin: Origin, parts: tuple[str, ...], left: int) -> int:
        """Take what is in a zip; what comes back is how many bytes its outermost zip may still unpack to."""
        try:
            with origin.open() as file:
                members, refused = listing(file, left)
        except UsageError as error:
            self.ignore(parts, str(error))
            return left
        for name, why in refused:
            self.ignore((*parts, name), why)
        if not members and not refused:
            self.ignore(parts, "is an empty zip")
        left -= sum(member.size for member in members if member.suffix)
        for member in members:
            path, inside = (*parts, *member.parts), InZip(origin, member)
            if any(map(_hidden, member.parts)):
                self.ignore(path, _HIDDEN)
            elif member.suffix != ".zip":
                self._take(inside, path, member.when)
            elif isinstance(origin, InZip):
                self.ignore(path, "is a zip in a zip in a zip; only one in another is opened")
            else:
                left = self._zip(inside, path, left)
        return left


def _hidden(name: str) -> bool:
    return name.startswith(".") or name in _NOT_THEIRS


def _claims(walk: _Walk, base: str, zipped: bool, names: Names) -> list[_Claim]:
    """Whose each file is, by the layout of all of them."""
    claims, skip = [], 1 if zipped else 0
    places = layouts.placed([file.parts[skip:] for file in walk.found], layouts.bare(base), zipped)
    for file, place in zip(walk.found, places, strict=True):
        if place:
            claims.append(_Claim(_dated(file, place, walk), layouts.who(place, names)))
        else:
            walk.ignore(file.parts, f"lies outside the folder {layouts.SUBMITTED}")
    return claims


def _dated(file: _Found, place: Place, walk: _Walk) -> _Found:
    """A file with the time that nbgrader noted beside it, if it did: student, assignment, notebook."""
    noted = walk.times.get(file.parts[:-1]) if len(place.parts) == 3 else None
    if noted is None:
        return file
    try:
        when = layouts.seconds(noted.read(MOST[".txt"]).decode("utf-8", errors="replace"))
    except UsageError:  # the file's own time will do
        return file
    return file if when is None else replace(file, when=when)


def _listed(walk: _Walk, base: str, names: Names) -> list[_Claim]:
    """What a list in CSV names. Its paths are relative to its folder and lead nowhere else."""
    claims: list[_Claim] = []
    for line, row in _rows(walk.root, base):
        if not row["student"] or not row["path"]:
            walk.ignored.append(Ignored(f"{base}, line {line}", "names no student or no path"))
            continue
        path = row["path"].replace("\\", "/")
        parts = tuple(part for part in path.split("/") if part not in ("", "."))
        if path.startswith("/") or re.match("[A-Za-z]:", path) or ".." in parts or not parts:
            walk.ignored.append(
                Ignored(f"{base}, line {line}", f"has the path {path!r:.200}, which leads out of its folder")
            )
            continue
        own = _Walk(walk.root)
        own.start(parts)
        walk.found += own.found
        walk.ignored += own.ignored
        for file in own.found:
            told = layouts.who(Place((row["student"], *file.parts), "", exact=True), names)
            if row["exercise"]:
                ids = names.told(row["exercise"])[0] or (row["exercise"],)
                told = replace(told, exercises=ids, sure=len(ids) == 1)
            claims.append(_Claim(file, replace(told, name=row["name"]), row["email"]))
    return claims


def _rows(root: str, base: str) -> Iterable[tuple[int, dict[str, str]]]:
    """The rows of a list with their lines: UTF-8, with `;` or `,` between the columns."""
    try:
        text = OnDisk(root, (base,)).read(MOST_LIST).decode("utf-8-sig")
    except UsageError as error:
        raise UsageError(f"{base} {error}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{base} is not UTF-8. Save it as `CSV UTF-8`.") from None
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    try:
        columns = [name.strip().lower() for name in next(reader, [])]
        missing = [name for name in ("student", "path") if name not in columns]
        if missing:
            raise UsageError(
                f"{base} has no column {missing[0]!r}. Its first line has to be like student,path,exercise."
            )
        for cells in reader:
            row = dict(zip(columns, map(str.strip, cells), strict=False))
            if any(row.values()):
                yield reader.line_num, {name: row.get(name, "") for name in _COLUMNS}
    except csv.Error as error:
        raise UsageError(f"{base}, line {reader.line_num}: {error}.") from None


def _of_one(claims: Sequence[_Claim], only: str) -> list[_Claim]:
    """The claims of the one student whose id this is, else whose id or name alone has this part."""
    known = {claim.who.student for claim in claims}
    part = only.casefold()
    fits = {claim.who.student for claim in claims
            if part in claim.who.student.casefold() or part in claim.who.name.casefold()}  # fmt: skip
    if only not in known and len(fits) != 1:
        if fits:
            some = ", ".join(f"{name!r:.80}" for name in sorted(fits)[:5]) + (" and others" if len(fits) > 5 else "")
            raise UsageError(f"{only!r:.80} could be {some}. Give one of these.")
        raise UsageError(f"There is no student {only!r:.80} among the {len(known)} found here.")
    chosen = only if only in known else fits.pop()
    return [claim for claim in claims if claim.who.student == chosen]


def _decide(claims: Sequence[_Claim], exercises: Sequence[Exercise], walk: _Walk) -> list[tuple[str, _Claim]]:
    """Which exercises each file is for, student by student."""
    students: dict[str, list[_Claim]] = defaultdict(list)
    for claim in claims:
        students[claim.who.student].append(claim)
    look = _Look(exercises)
    return [one for own in students.values() for one in _decide_one(own, look, walk)]


def _decide_one(claims: Sequence[_Claim], look: _Look, walk: _Walk) -> list[tuple[str, _Claim]]:
    """A file whose own name says the exercise is for that. A folder's name, or only one exercise being asked for, is
    enough for a single file; among several, what defines none of the names is a helper."""
    taken: list[tuple[str, _Claim]] = []
    waiting: list[tuple[str, _Claim]] = []
    for claim in claims:
        told = [name for name in claim.who.exercises if name in look.exercises]
        if claim.who.exercises and not told:
            walk.ignore(claim.file.parts, f"is for {claim.who.exercises[0]!r:.80}, which is not asked for")
        elif claim.who.sure:
            taken.append((told[0], claim))
        else:
            several = len(claim.who.exercises) > 1
            only = next(iter(look.exercises)) if len(look.exercises) == 1 else ""
            waiting.append((told[0] if told and not several else only, claim))
    rivals = Counter(exercise for exercise, _ in (*taken, *waiting))
    helpers: list[tuple[str, _Claim]] = []
    for looks, (hint, claim) in enumerate(waiting):
        if hint and rivals[hint] == 1:
            taken.append((hint, claim))
        elif looks >= MOST_LOOKS:
            walk.ignore(claim.file.parts, f"is beyond {MOST_LOOKS} files of this student whose names tell no exercise")
        else:
            try:
                chosen = look(claim.file.origin, suffix_of(claim.file.parts[-1]), hint)
            except UsageError as error:
                walk.ignore(claim.file.parts, str(error))
                continue
            taken += [(exercise, claim) for exercise in chosen]
            if not chosen:
                helpers.append((hint, claim))
    have = {exercise for exercise, _ in taken}
    for hint, claim in helpers:
        if hint and hint not in have:
            taken.append((hint, claim))
        else:
            walk.ignore(claim.file.parts, f"defines none of the names of {hint or 'the exercises'}")
    return taken


class _Look:
    """Looks into files for the exercises they are for; keeps one zip within a zip open, since reading it is dear."""

    def __init__(self, exercises: Sequence[Exercise]) -> None:
        self.exercises = {exercise.id: exercise for exercise in exercises}
        self._archive: Origin | None = None
        self._file: BinaryIO = io.BytesIO()

    def __call__(self, origin: Origin, suffix: str, hint: str) -> tuple[str, ...]:
        among = [self.exercises[hint]] if hint else list(self.exercises.values())
        return layouts.by_content(self._read(origin, MOST[suffix]), suffix, among)

    def _read(self, origin: Origin, most: int) -> bytes:
        if not isinstance(origin, InZip) or not isinstance(origin.archive, InZip):
            return origin.read(most)
        if origin.archive is not self._archive:
            self._file, self._archive = origin.archive.open(), origin.archive
        return unpack(self._file, origin.member)


def _items(decided: Iterable[tuple[str, _Claim]]) -> tuple[Item, ...]:
    """Items in their order, with attempts counted from the earliest."""
    attempts: dict[tuple[str, str], dict[str, _Claim]] = defaultdict(dict)
    for exercise, claim in decided:
        attempts[claim.who.student, exercise][claim.file.path] = claim
    items = []
    for (student, exercise), own in sorted(attempts.items(), key=lambda pair: pair[0]):
        for number, claim in enumerate(sorted(own.values(), key=_age), 1):
            who, file = claim.who, claim.file
            items.append(
                Item(
                    student=student,
                    exercise=exercise,
                    path=file.path,
                    origin=file.origin,
                    late=who.late,
                    when=file.when,
                    attempt=number,
                    counts=number == len(own),
                    name=who.name,
                    email=claim.email,
                )
            )
    return tuple(items)


def _age(claim: _Claim) -> tuple[int, float, int, str]:
    """Earlier is smaller. Canvas's number of the upload comes first: its zips date everything by the download."""
    when = float("-inf") if claim.file.when is None else claim.file.when
    return claim.who.upload, when, claim.who.copy, claim.file.path
