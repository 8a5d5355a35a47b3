"""Mutants of a reference solution: the same text with one small change each, which the checks should notice.

Pure: text in, texts out, nothing is run. What is changed, and into what, is the fixed list in grader.operators. Changes
are made inside function bodies only, and never in docstrings, annotations, f-strings or what a `raise` says. A mutant
that parses to the same tree as the original, or as an earlier one, is left out.
"""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from grader.operators import Slot, changes


@dataclass(frozen=True)
class Mutant:
    """One changed source. `id` is as in "mnist_distance:14 mean -> sum"; the line is the first that differs."""

    id: str
    function: str
    source: str
    removed: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def difference(self) -> tuple[str, ...]:
        """The lines that differ, as in a unified diff."""
        return tuple(f"- {line.strip()}" for line in self.removed) + tuple(f"+ {line.strip()}" for line in self.added)


def mutants(source: str) -> list[Mutant]:
    """Every mutant of a module's source, in the order of its lines.

    Raises:
        SyntaxError: the source is no Python.
    """
    tree = ast.parse(source)
    modules = _imported(tree)
    seen = {ast.dump(tree)}
    ids: dict[str, int] = {}
    found = []
    for function, body in _functions(tree):
        for slot in _slots(body):
            for change, replacement in changes(slot, modules):
                text = _changed(source, tree, slot, replacement, seen)
                if text is not None:
                    found.append(_mutant(source, text, function, change, ids))
    return found


def callers(source: str, function: str) -> set[str]:
    """The module's functions and classes that use `function`, directly or through others; itself is one of them."""
    uses: dict[str, set[str]] = {}
    for name, body in _functions(ast.parse(source)):
        names = {node.id for node in ast.walk(body) if isinstance(node, ast.Name)}
        uses.setdefault(name.split(".")[0], set()).update(names)
    reached = {function.split(".")[0]}
    while more := {name for name, used in uses.items() if used & reached} - reached:
        reached |= more
    return reached


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods of a module with their names; those inside other functions belong to these."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{part.name}", part) for part in node.body if isinstance(part, ast.FunctionDef))


def _imported(tree: ast.Module) -> set[str]:
    imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    return {(alias.asname or alias.name).split(".")[0] for node in imports for alias in node.names}


def _slots(node: ast.AST) -> Iterator[Slot]:
    """Every place below a node whose content may be changed, outermost first."""
    for field, value in ast.iter_fields(node):
        if field in _kept_fields(node):
            continue
        for index, item in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(item, ast.AST) or isinstance(item, (ast.expr_context, ast.JoinedStr)):
                continue  # before Python 3.12 the positions inside an f-string are wrong
            if isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant):
                continue
            yield Slot(node, field, index, item)
            yield from _slots(item)


def _kept_fields(node: ast.AST) -> tuple[str, ...]:
    if isinstance(node, ast.Raise):
        return ("exc", "cause")
    if isinstance(node, ast.Assert):
        return ("msg",)
    return ("args", "annotation", "returns", "decorator_list") if not isinstance(node, (ast.Call, ast.Lambda)) else ()


def _changed(source: str, tree: ast.Module, slot: Slot, replacement: ast.AST, seen: set[str]) -> str | None:
    """The source with `replacement` in the slot; None where that is no Python, or was seen before.

    The text changes at the slot only. In brackets, or for the whole module written anew, where the tree would not come
    out as meant.
    """
    slot.put(replacement)
    try:
        wanted = ast.dump(tree)
        if wanted in seen:
            return None
        piece, whole = ast.unparse(replacement), ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    finally:
        slot.put(slot.node)
    candidates = (_splice(source, slot.node, piece), _splice(source, slot.node, f"({piece})"), whole)
    text = next((candidate for candidate in candidates if _means(candidate, wanted)), None)
    if text is not None:
        seen.add(wanted)
    return text


def _splice(source: str, node: Any, piece: str) -> str:
    lines = source.encode().splitlines(keepends=True)
    before = [*lines[: node.lineno - 1], lines[node.lineno - 1][: node.col_offset]]
    after = [lines[node.end_lineno - 1][node.end_col_offset :], *lines[node.end_lineno :]]
    return b"".join([*before, piece.encode(), *after]).decode()


def _means(source: str, wanted: str) -> bool:
    """Whether a text is Python and parses to this tree."""
    try:
        if ast.dump(ast.parse(source)) != wanted:
            return False
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what no person writes, such as 1()
            compile(source, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _mutant(source: str, text: str, function: str, change: str, ids: dict[str, int]) -> Mutant:
    old, new = source.splitlines(), text.splitlines()
    blocks = [block for block in difflib.SequenceMatcher(None, old, new, False).get_opcodes() if block[0] != "equal"]
    removed = tuple(line for _, start, end, _, _ in blocks for line in old[start:end])
    added = tuple(line for _, _, _, start, end in blocks for line in new[start:end])
    name = f"{function}:{blocks[0][1] + 1} {change}"
    ids[name] = count = ids.get(name, 0) + 1
    return Mutant(name if count == 1 else f"{name} #{count}", function, text, removed, added)
