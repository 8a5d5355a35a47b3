"""Loads a submission as a module and keeps every version of each name as the file's statements run.

Runs in the guest. A file may define a name more than once; graded is the last version whose signature takes the
exercise's arguments.
"""

from __future__ import annotations
import __future__

import ast
import inspect
import io
import linecache
import sys
import tokenize
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FOLDER = "/submission"
ADAPTER = "adapt_"
LIBRARIES = ("fastai", "fastbook", "fastcore")
Keywords = Mapping[str, Sequence[str]]
_NONE: Keywords = types.MappingProxyType({})
_FUTURES = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)


@dataclass(frozen=True, eq=False)
class Version:
    """One value that a name has had, and the notebook's cell it is from; 0 for a file."""

    value: Any
    cell: int = 0


class Definitions:
    """The module of one submission and all versions of the names that are asked for.

    `wanted` maps a name to the number of positional arguments of its call, `keywords` to what is given by name. In
    `adapters` stands for a name what turns a version of another call shape into one that can be called, or None.
    """

    def __init__(self, module: types.ModuleType, wanted: Mapping[str, int], keywords: Keywords) -> None:
        self.module = module
        self.wanted = dict(wanted)
        self.keywords = dict(keywords)
        self.adapters: dict[str, Callable[[Any, dict[str, Any]], Any]] = {}
        self.versions: dict[str, list[Version]] = {name: [] for name in wanted}
        self.foreign: dict[str, str] = {}
        self._found: dict[str, tuple[Version, Any]] = {}

    def note(self, cell: int = 0) -> None:
        """Keep the present value of each wanted name, if it is a new one and the submission's own."""
        namespace = vars(self.module)
        for name, versions in self.versions.items():
            if name not in namespace or (versions and versions[-1].value is namespace[name]):
                continue
            library = course_library(namespace[name])
            if library:
                self.foreign[name] = library
            else:
                versions.append(Version(namespace[name], cell))
                self._found.clear()

    def find(self, name: str) -> Any:
        """The last version of `name` that fits or that an adapter takes, or else the last one.

        Raises:
            KeyError: the name is not defined.
        """
        return self.chosen(name)[1]

    def chosen(self, name: str) -> tuple[Version, Any]:
        """The version that is graded, and what is called for it.

        Raises:
            KeyError: the name is not defined.
        """
        versions = self.versions.get(name)
        if versions is None:
            value = vars(self.module)[name]
            return Version(value), value
        if not versions:
            raise KeyError(name)
        if name not in self._found:
            usable = (self._usable(name, version) for version in reversed(versions))
            self._found[name] = next((found for found in usable if found), (versions[-1], versions[-1].value))
        return self._found[name]

    def _usable(self, name: str, version: Version) -> tuple[Version, Any] | None:
        adapter = self.adapters.get(name)
        adapted = adapter(version.value, vars(self.module)) if adapter is not None else None
        if adapted is not None:
            return version, adapted
        return (version, version.value) if self.takes(version.value, name) else None

    def takes(self, function: Any, name: str) -> bool:
        """Whether `function` can be called as `name` is."""
        return fits(function, self.wanted.get(name, 0), self.keywords.get(name, ()))

    def alias(self, name: str, other: str, number: int) -> None:
        """Let `name` stand for version `number` of `other`, from 0; -1 is the one that is graded.

        Raises:
            KeyError: there is none.
        """
        if number < 0:
            version = self.chosen(other)[0]
        else:
            versions = self.versions.get(other, [])
            if number >= len(versions):
                raise KeyError(other)
            version = versions[number]
        self.versions[name] = [version]
        self._found.clear()

    def places(self) -> dict[str, list[int]]:
        """Where the graded version of each wanted name is defined, as [cell, line, which version it is]; 0 where its
        code does not say."""
        found = {}
        for name, versions in self.versions.items():
            if versions:
                version = self.chosen(name)[0]
                found[name] = [version.cell, line_of(version.value), versions.index(version)]
        return found

    def described(self) -> dict[str, Any]:
        """What the judge is told of a loaded submission: it only ever decides what is shown, and what is tried."""
        cells = {name: [version.cell for version in versions] for name, versions in self.versions.items() if versions}
        missing = [name for name in self.wanted if name not in cells]
        others = {name: self._others(name) for name in missing}
        return {"places": self.places(), "versions": cells, "foreign": self.foreign, "others": others}

    def _others(self, name: str) -> list[str]:
        """The submission's functions that could be called as `name` is, and bear another name."""
        return [
            key
            for key, value in vars(self.module).items()
            if key not in self.wanted and line_of(value) and self.takes(value, name)
        ]


def course_library(value: Any) -> str:
    """The package a value comes from where that is one whose parts the course asks to write oneself; else nothing."""
    if not isinstance(value, type | types.FunctionType):
        return ""
    root = str(getattr(value, "__module__", "")).split(".")[0]
    return root if root in LIBRARIES else ""


def line_of(value: Any) -> int:
    """The line of the submission where a function or class is defined; 0 where it is not from there."""
    code = getattr(value, "__code__", None)
    if isinstance(code, types.CodeType):
        return int(code.co_firstlineno) if code.co_filename.startswith(FOLDER) else 0
    if isinstance(value, type):
        lines = [line_of(part) for part in vars(value).values() if isinstance(part, types.FunctionType)]
        return min((line for line in lines if line), default=0)
    return 0


def fits(function: Any, count: int, keywords: Sequence[str] = ()) -> bool:
    """Whether `function` can be called with `count` positional arguments and these keywords; yes where its signature
    can't be read."""
    try:
        signature = inspect.signature(function)
    except Exception:  # besides TypeError and ValueError, whatever a student's own __signature__ raises
        return callable(function)
    try:
        signature.bind(*range(count), **dict.fromkeys(keywords))
    except TypeError:
        return False
    return True


def module_for(label: str) -> types.ModuleType:
    """An empty module for a submission, already in sys.modules: dataclasses look there for postponed annotations."""
    name = label.removesuffix(".py").replace(".", "_") or "submission"
    if name in sys.modules:
        name = f"submission_{name}"
    module = types.ModuleType(name)
    module.__file__ = f"{FOLDER}/{label}"
    sys.modules[name] = module
    return module


def load(source: bytes, label: str, wanted: Mapping[str, int], keywords: Keywords = _NONE) -> Definitions:
    """Run a submission's statements one by one.

    Raises:
        Whatever the submission raises; SyntaxError where it cannot be read.
    """
    module = module_for(label)
    definitions = Definitions(module, wanted, keywords)
    filename = str(module.__file__)
    text = decode(source)
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    tree = ast.parse(text, filename)
    if tree.body and isinstance(first := tree.body[0], ast.Expr) and isinstance(first.value, ast.Constant):
        module.__doc__ = first.value.value if isinstance(first.value.value, str) else None
    flags = 0
    for statement in tree.body:
        part = ast.Module([statement], [])
        code = compile(part, filename, "exec", flags=flags, dont_inherit=True)
        flags |= code.co_flags & _FUTURES
        exec(code, vars(module))
        definitions.note()
    return definitions


def decode(source: bytes) -> str:
    """The text of a Python file, as Python reads it: a byte order mark or PEP 263 cookie decides, else UTF-8.

    Raises:
        SyntaxError: the bytes do not decode, or the cookie names no encoding.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        return io.IncrementalNewlineDecoder(None, True).decode(source.decode(encoding), final=True)
    except (UnicodeDecodeError, LookupError) as error:
        raise SyntaxError(str(error)) from None


def load_helper(source: bytes, name: str, extra: Mapping[str, Any]) -> dict[str, Any]:
    """Run the course's own file (probes) beside the student's; `extra` are globals it may use."""
    filename = f"{FOLDER}/{name}"
    namespace: dict[str, Any] = {"__name__": name.removesuffix(".py"), "__file__": filename, **extra}
    exec(compile(source, filename, "exec", dont_inherit=True), namespace)
    return namespace


def adapters(probes: Mapping[str, Any]) -> dict[str, Callable[[Any, dict[str, Any]], Any]]:
    """The adapters among a probes.py's functions: `adapt_NAME(version, namespace)` gives what can be called as NAME is,
    or None. Its attribute `sets` names the globals that it sets before each call."""
    return {key.removeprefix(ADAPTER): value for key, value in probes.items() if key.startswith(ADAPTER)}


def similar(name: str, namespace: Mapping[str, Any]) -> list[str]:
    """Functions of the submission whose names resemble `name`; suggestions only, never called in its place."""
    import difflib

    there = {key: value for key, value in namespace.items() if callable(value) and not key.startswith("_")}
    own = [key for key, value in there.items() if not course_library(value)]  # a star import may bring a thousand
    folded = {key.lower().replace("_", ""): key for key in own}
    close = difflib.get_close_matches(name.lower().replace("_", ""), folded, n=3, cutoff=0.75)
    return [folded[key] for key in close]
