"""Which statements of a notebook the wanted names need: imports, definitions and what they depend on.

A statement is kept when it binds a name that is needed, or changes what such a name stands for; what it reads is needed
then, too. Training loops, plots and prints bind nothing that a definition reads, and are left out. This is a guess: a
definition may depend on what only a whole run shows, so whoever finds a name missing, or something wrong where what
was left out has to do with data that is needed, runs everything.

Other functions are defined as well where that needs nothing more: one of them may be meant by a name that is missing.
"""

from __future__ import annotations

import ast
import builtins
import dis
import types
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

MUTATORS = frozenset(
    ["append", "extend", "insert", "update", "add", "setdefault", "remove", "pop", "clear", "sort", "reverse"]
)
LIBRARY_WIDE = frozenset(("set_default_dtype", "set_default_device"))


@dataclass(frozen=True)
class Statement:
    """One top-level statement: the names it binds, those it changes in place, those it reads itself and those that
    functions in it will read; `always` is kept."""

    cell: int
    node: ast.stmt
    binds: frozenset[str]
    changes: frozenset[str]
    reads: frozenset[str]
    later: frozenset[str]
    always: bool


def needed(
    cells: Sequence[tuple[int, str]], wanted: Collection[str], given: Mapping[str, Collection[str]]
) -> tuple[dict[int, list[ast.stmt]], bool]:
    """The statements to run, by cell, and whether what is left out may matter all the same: it has to do with data that
    is needed. `cells` are (number, Python source); a cell that does not parse has none.

    `given` are names that whoever calls a wanted name sets before the call, so that nobody needs to bind them for it.
    """
    statements = [statement for number, source in cells for statement in statements_of(number, source)]
    names = set(wanted)
    kept = _closure(statements, names, given)
    bound = set(vars(builtins)).union(*(statements[place].binds for place in kept))
    data = names & set[str]().union(*(one.binds for one in statements if not _only_defines(one)))
    touching = data.union(*(one.binds for one in statements if _is_function(one) and not data.isdisjoint(one.binds)))
    doubtful = any(
        place not in kept and not touching.isdisjoint(one.reads | one.later) for place, one in enumerate(statements)
    )
    kept |= {place for place, one in enumerate(statements) if _is_function(one) and one.reads <= bound}
    found: dict[int, list[ast.stmt]] = {}
    for place in sorted(kept):
        found.setdefault(statements[place].cell, []).append(statements[place].node)
    return found, doubtful


def _is_function(statement: Statement) -> bool:
    return isinstance(statement.node, ast.FunctionDef)


def _only_defines(statement: Statement) -> bool:
    """An import, or a function or class that sets no other global when it is called."""
    node = statement.node
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return statement.binds == {node.name}
    return isinstance(node, ast.Import | ast.ImportFrom)


def _closure(statements: Sequence[Statement], names: set[str], given: Mapping[str, Collection[str]]) -> set[int]:
    """The places of the statements that these names need, directly or not; what those need is added to the names."""
    kept: set[int] = set()
    while True:
        more = {place for place, one in enumerate(statements) if place not in kept and _is_needed(one, names)}
        if not more:
            return kept
        kept |= more
        for place in more:
            free = {name for bound in statements[place].binds for name in given.get(bound, ())}
            names |= statements[place].reads | (statements[place].later - free)


def _is_needed(statement: Statement, names: set[str]) -> bool:
    return statement.always or bool(statement.binds & names) or bool(statement.changes & names)


def statements_of(cell: int, source: str) -> list[Statement]:
    """A cell's top-level statements; none where it does not parse."""
    try:
        tree = ast.parse(source)
        return [_read(cell, node) for node in tree.body]
    except (SyntaxError, ValueError, RecursionError):
        return []


def _read(cell: int, node: ast.stmt) -> Statement:
    code = compile(ast.Module([node], []), "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    binds, reads, later = _names(code)
    star = isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    names = frozenset(binds), frozenset(_changes(node)), frozenset(reads), frozenset(later)
    return Statement(cell, node, *names, star or _always(node))


def _names(code: types.CodeType, outermost: bool = True) -> tuple[set[str], set[str], set[str]]:
    """Global names that code binds, those it reads, and those that code within it reads; a function's own variables
    are not among them."""
    binds, reads, later = set[str](), set[str](), set[str]()
    for instruction in dis.get_instructions(code):
        name, what = str(instruction.argval), instruction.opname
        if what == "STORE_GLOBAL" or (outermost and what == "STORE_NAME"):
            binds.add(name)
        elif what.startswith("LOAD_") and ("GLOBAL" in what or "NAME" in what):
            reads.add(name)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            inner_binds, *inner_reads = _names(constant, outermost=False)
            binds |= inner_binds
            later = later.union(*inner_reads)
    return binds, reads, later


def _changes(node: ast.stmt) -> Iterable[str]:
    """Names whose objects a statement changes outside function bodies: `x[0] = …`, `x.a = …`, `x.add_(…)`."""
    for part in _outside_functions(node):
        target: ast.expr | None = None
        if isinstance(part, ast.Attribute | ast.Subscript) and not isinstance(part.ctx, ast.Load):
            target = part
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            name = part.func.attr
            if name in MUTATORS or (name.endswith("_") and not name.startswith("_")):
                target = part.func
        while isinstance(target, ast.Attribute | ast.Subscript):
            target = target.value
        if isinstance(target, ast.Name):
            yield target.id


def _outside_functions(node: ast.AST) -> Iterable[ast.AST]:
    yield node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _outside_functions(child)


def _always(node: ast.stmt) -> bool:
    """Calls that later statements may depend on without a name in common: a file written, torch's default type."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return False
    first = call.args[0] if call.args else None
    writes = call.func.attr == "run_cell_magic" and isinstance(first, ast.Constant) and first.value == "writefile"
    return writes or call.func.attr in LIBRARY_WIDE
