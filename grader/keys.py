"""What the result of one check depends on, as a digest: the same key and the same bytes, the same verdict.

Everything is read from an exercise's files without running them, so that a bulk run knows what is new before anything
is graded. A check's own text is apart from that of the others: change one check, and only its key is another.
"""

from __future__ import annotations

import ast
import hashlib
import platform
from dataclasses import dataclass
from importlib import metadata

from grader.errors import CourseError
from grader.marked import PREFIX
from grader.values import Exercise

PACKAGES = ("tensor-grader", "torch", "numpy", "hypothesis", "pytest", "pillow")


@dataclass(frozen=True)
class Outline:
    """A check as its file shows it: `text` is a digest of its own text, of what it needs and of what all checks share;
    `setting` one of limits, versions and whatever else decides about a mark."""

    id: str
    text: str
    setting: str


def outlines(exercise: Exercise, conditions: str) -> tuple[Outline, ...]:
    """The checks of an exercise in order, each with its key. `conditions` is what else verdicts depend on.

    Raises:
        CourseError: checks.py cannot be read or is not Python.
    """
    path = exercise.checks_file
    try:
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        others = (exercise.folder / "exercise.toml", exercise.probes_file)
        files = [file.read_bytes() if file.is_file() else b"" for file in others]
    except (OSError, ValueError, SyntaxError) as error:
        raise CourseError(f"{path} cannot be read: {error}") from None
    nodes = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith(PREFIX)]
    checks = {node.name.removeprefix(PREFIX): node for node in nodes}
    texts = {name: ast.unparse(node).encode() for name, node in checks.items()}  # comments decide nothing
    shared = "\n".join(ast.unparse(node) for node in tree.body if node not in nodes)
    base, setting = _digest(shared.encode(), *files[1:]).encode(), _digest(conditions.encode(), files[0])
    needs = {name: _words(node, "needs") for name, node in checks.items()}
    return tuple(
        Outline(name, _digest(base, *(texts[need] for need in _closure(name, needs) if need in texts)), setting)
        for name in checks
    )


def conditions(device: str, seed: int, course_key: bytes | None) -> str:
    """What verdicts depend on beside the exercise and the submission."""
    versions = [f"{name} {_version(name)}" for name in PACKAGES] + [f"python {platform.python_version()}"]
    secret = _digest(b"course key", course_key) if course_key is not None else "public"
    return "\n".join((*versions, device, str(seed), secret))


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "a checkout"


def _closure(check: str, needs: dict[str, tuple[str, ...]]) -> list[str]:
    """A check and those that it needs, directly or not: where one of these fails it is skipped."""
    found, waiting = [check], [check]
    while waiting:
        for name in needs.get(waiting.pop(), ()):
            name = name.removeprefix(PREFIX)
            if name not in found:
                found.append(name)
                waiting.append(name)
    return found


def _marker(decorator: ast.expr) -> tuple[str, tuple[object, ...]]:
    """The name and arguments of `@pytest.mark.NAME(...)`; ("", ()) of anything else."""
    call = decorator if isinstance(decorator, ast.Call) else None
    target = call.func if call is not None else decorator
    if not isinstance(target, ast.Attribute) or not ast.unparse(target).startswith("pytest.mark."):
        return "", ()
    arguments = call.args if call is not None else []
    return target.attr, tuple(arg.value for arg in arguments if isinstance(arg, ast.Constant))


def _words(node: ast.FunctionDef, marker: str) -> tuple[str, ...]:
    marks = [_marker(decorator) for decorator in node.decorator_list]
    return tuple(str(value) for name, values in marks if name == marker for value in values)


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}:".encode() + part)
    return digest.hexdigest()[:24]
