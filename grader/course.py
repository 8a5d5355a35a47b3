"""Reads a course: a folder with one folder per exercise. Owns the format of exercise.toml."""

from __future__ import annotations

import ast
import hashlib
import keyword
import re
import sys
from pathlib import Path
from typing import Any

from grader.errors import CourseError, UsageError
from grader.values import Exercise, Limits, Name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PACKAGE = Path(__file__).resolve().parent
_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
_KNOWN = {"id", "title", "pass_points", "preload", "limits", "names", "data", "edition"}
_LIMITS = {"cpu_s": float, "wall_s": float, "memory_mib": int, "processes": int, "output_kib": int}


def default_course() -> Path:
    """Our own exercises: inside the installed package, or beside it in a checkout."""
    inside = PACKAGE / "exercises"
    return inside if inside.is_dir() else PACKAGE.parent / "exercises"


def exercises(course: Path) -> list[Exercise]:
    """Every exercise of a course, in the order of their ids (numbers as numbers)."""
    if not course.is_dir():
        raise UsageError(f"There is no course folder {course}.")
    found = [read_exercise(path.parent) for path in course.glob("*/exercise.toml")]
    return sorted(found, key=lambda exercise: [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", exercise.id)])


def find_exercise(course: Path, exercise_id: str) -> Exercise:
    """One exercise by its id."""
    folder = course / exercise_id
    if _ID.fullmatch(exercise_id) and (folder / "exercise.toml").is_file():
        return read_exercise(folder)
    known = ", ".join(exercise.id for exercise in exercises(course)) or "none"
    raise UsageError(f"There is no exercise {exercise_id!r} in {course}. The course has: {known}.")


def read_exercise(folder: Path) -> Exercise:
    """Read one exercise's folder.

    Raises:
        CourseError: exercise.toml is missing, no TOML, or says something the format does not know.
    """
    path = folder / "exercise.toml"
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}.") from None
    return parse(raw, folder)


def parse(raw: bytes, folder: Path) -> Exercise:
    """The exercise that the text of an exercise.toml describes; `folder` is only noted."""
    path = folder / "exercise.toml"
    try:
        data = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise CourseError(f"{path} is not valid TOML: {error}") from None
    unknown = sorted(set(data) - _KNOWN)
    if unknown:
        raise CourseError(f"{path}: {unknown[0]!r} is not a known key; known are {', '.join(sorted(_KNOWN))}.")
    exercise_id = _get(data, "id", str, path)
    if not _ID.fullmatch(exercise_id):
        raise CourseError(f"{path}: id {exercise_id[:80]!r} has to be lower-case letters, digits and underscores.")
    names = tuple(_name(entry, path) for entry in _get(data, "names", list, path, []))
    if len({name.name for name in names}) != len(names):
        raise CourseError(f"{path}: a name stands twice under [[names]].")
    pass_points = data.get("pass_points")
    if pass_points is not None and (type(pass_points) is not int or pass_points < 0):
        raise CourseError(f"{path}: pass_points has to be an integer of at least 0.")
    edition = _get(data, "edition", int, path, 1)
    if edition < 1:
        raise CourseError(f"{path}: edition has to be an integer of at least 1.")
    return Exercise(
        id=exercise_id,
        title=_get(data, "title", str, path),
        folder=folder,
        names=names,
        limits=_limits(_get(data, "limits", dict, path, {}), path),
        pass_points=pass_points,
        preload=_words(data, "preload", path),
        needs_data=_words(_get(data, "data", dict, path, {}), "needs", path),
        version=version(folder),
        edition=edition,
    )


def version(folder: Path) -> str:
    """A digest of the files that decide an exercise's marks: the same digest, the same checks."""
    digest = hashlib.sha256()
    for name in ("exercise.toml", "checks.py", "probes.py"):
        path = folder / name
        try:
            content = path.read_bytes() if path.is_file() else b""
        except OSError as error:
            raise CourseError(f"{path} cannot be read: {error.strerror}.") from None
        digest.update(f"{name}:{len(content)}:".encode() + content)
    return digest.hexdigest()[:16]


def _get(data: dict[str, Any], key: str, wanted: type, path: Path, default: Any = None) -> Any:
    value = data.get(key, default)
    if type(value) is not wanted:
        raise CourseError(f"{path}: {key} has to be a {wanted.__name__}, not {_shown(value)}.")
    return value


def _shown(value: Any) -> str:
    try:
        return f"{value!r:.80}"
    except ValueError:  # a hexadecimal int with more digits than Python writes
        return "a huge number"


def _words(data: dict[str, Any], key: str, path: Path) -> tuple[str, ...]:
    words = _get(data, key, list, path, [])
    if not all(type(word) is str and word for word in words):
        raise CourseError(f"{path}: {key} has to be a list of words.")
    return tuple(words)


def _name(entry: Any, path: Path) -> Name:
    if type(entry) is not dict or set(entry) - {"name", "signature", "hints"}:
        raise CourseError(f"{path}: each of [[names]] has name, signature and, if you like, hints.")
    name, signature = _get(entry, "name", str, path), _get(entry, "signature", str, path, "")
    if not name.isidentifier() or keyword.iskeyword(name):
        raise CourseError(f"{path}: {name[:80]!r} cannot be a name in Python.")
    if signature and not (signature.startswith("(") and signature.endswith(")")):
        raise CourseError(f"{path}: the signature of {name} has to look like (a, b), not {signature[:80]!r}.")
    try:
        ast.parse(f"def f{signature or '()'}: pass")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise CourseError(f"{path}: the signature of {name} is not Python: {signature[:80]!r}.") from None
    return Name(name, signature, _words(entry, "hints", path))


def _limits(entry: dict[str, Any], path: Path) -> Limits:
    values: dict[str, Any] = {}
    for key, value in entry.items():
        wanted = _LIMITS.get(key)
        if wanted is None:
            raise CourseError(f"{path}: {key!r} is not a limit; known are {', '.join(_LIMITS)}.")
        whole = wanted is int and type(value) is not int
        if isinstance(value, bool) or not isinstance(value, (int, float)) or whole or not 0 < value < 1e9:
            raise CourseError(f"{path}: {key} has to be a positive number, not {_shown(value)}.")
        values[key] = wanted(value)
    return Limits(**values)
