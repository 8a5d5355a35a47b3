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
from collections.abc import Mapping, Sequence
from typing import Any

FOLDER = "/submission"
Keywords = Mapping[str, Sequence[str]]
_NONE: Keywords = types.MappingProxyType({})
_FUTURES = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)


class Definitions:
    """The module of one submission and all versions of the names that are asked for.

    `wanted` maps a name to the number of positional arguments of its call, `keywords` to what is given by name.
    """

    def __init__(self, module: types.ModuleType, wanted: Mapping[str, int], keywords: Keywords) -> None:
        self.module = module
        self.wanted = dict(wanted)
        self.keywords = dict(keywords)
        self.versions: dict[str, list[Any]] = {name: [] for name in wanted}
        self._found: dict[tuple[str, int], Any] = {}

    def note(self) -> None:
        """Keep the present value of each wanted name, if it is a new one."""
        namespace = vars(self.module)
        for name, versions in self.versions.items():
            if name in namespace and not (versions and versions[-1] is namespace[name]):
                versions.append(namespace[name])
                self._found.clear()

    def find(self, name: str) -> Any:
        """The last version of `name` that fits, or else the last one.

        Raises:
            KeyError: the name is not defined.
        """
        versions = self.versions.get(name)
        if not versions:
            return vars(self.module)[name]
        key = (name, id(versions))  # an alias brings a list of its own
        if key not in self._found:
            count, keywords = self.wanted.get(name, 0), self.keywords.get(name, ())
            fitting = (version for version in reversed(versions) if fits(version, count, keywords))
            self._found[key] = next(fitting, versions[-1])
        return self._found[key]

    def lines(self) -> dict[str, int]:
        """Where each wanted name is defined, as far as its code says."""
        found = {}
        for name in self.versions:
            code = getattr(self._or_none(name), "__code__", None)
            if isinstance(code, types.CodeType) and code.co_filename == self.module.__file__:
                found[name] = int(code.co_firstlineno)
        return found

    def _or_none(self, name: str) -> Any:
        try:
            return self.find(name)
        except KeyError:
            return None


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


def similar(name: str, namespace: Mapping[str, Any]) -> list[str]:
    """Functions of the submission whose names resemble `name`; suggestions only, never called in its place."""
    import difflib

    own = [key for key, value in namespace.items() if callable(value) and not key.startswith("_")]
    folded = {key.lower().replace("_", ""): key for key in own}
    close = difflib.get_close_matches(name.lower().replace("_", ""), folded, n=3, cutoff=0.75)
    return [folded[key] for key in close]
