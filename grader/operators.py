"""The operators that make mutants: what each makes of one place in a syntax tree. A fixed list, so that a mutation
score means the same today and tomorrow. Pure.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Change = tuple[str, ast.AST]  # what the mutant is called, and what stands in the node's place

# operator: what it is written as, and what it is changed into
OPERATOR_SWAPS: dict[type[ast.AST], tuple[str, tuple[type[Any], ...]]] = {
    ast.Add: ("+", (ast.Sub,)),
    ast.Sub: ("-", (ast.Add,)),
    ast.Mult: ("*", (ast.Div, ast.Add)),
    ast.Div: ("/", (ast.Mult, ast.FloorDiv)),
    ast.FloorDiv: ("//", (ast.Div, ast.Mult)),
    ast.Mod: ("%", (ast.FloorDiv, ast.Mult)),
    ast.Pow: ("**", (ast.Mult,)),
    ast.MatMult: ("@", (ast.Mult,)),
    ast.BitAnd: ("&", (ast.BitOr,)),
    ast.BitOr: ("|", (ast.BitAnd,)),
    ast.BitXor: ("^", (ast.BitAnd,)),
    ast.LShift: ("<<", (ast.RShift,)),
    ast.RShift: (">>", (ast.LShift,)),
    ast.Lt: ("<", (ast.LtE, ast.Gt)),
    ast.LtE: ("<=", (ast.Lt, ast.GtE)),
    ast.Gt: (">", (ast.GtE, ast.Lt)),
    ast.GtE: (">=", (ast.Gt, ast.LtE)),
    ast.Eq: ("==", (ast.NotEq,)),
    ast.NotEq: ("!=", (ast.Eq,)),
    ast.Is: ("is", (ast.IsNot,)),
    ast.IsNot: ("is not", (ast.Is,)),
    ast.In: ("in", (ast.NotIn,)),
    ast.NotIn: ("not in", (ast.In,)),
    ast.And: ("and", (ast.Or,)),
    ast.Or: ("or", (ast.And,)),
}
UNARY: dict[type[ast.AST], str] = {ast.USub: "-", ast.UAdd: "+", ast.Not: "not", ast.Invert: "~"}
NAME_SWAPS = {  # functions and methods that are taken for each other
    pair: other
    for one, two in (
        *(("mean", "sum"), ("max", "min"), ("amax", "amin"), ("argmax", "argmin"), ("any", "all"), ("exp", "log")),
        *(("zeros", "ones"), ("zeros_like", "ones_like"), ("stack", "cat"), ("abs", "square"), ("float", "double")),
        *(("floor", "ceil"), ("clamp_min", "clamp_max"), ("std", "var"), ("tensor", "from_numpy")),
    )
    for pair, other in ((one, two), (two, one))
} | {"sqrt": "square", "round": "floor", "zip_longest": "zip"}
REDUCTIONS = {
    *("mean", "sum", "max", "min", "amax", "amin", "argmax", "argmin", "std", "var", "prod", "any", "all"),
    *("median", "cumsum", "cumprod", "softmax", "log_softmax", "logsumexp", "norm", "sort", "argsort", "stack", "cat"),
}
AXES = ("dim", "axis")
DROPPABLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Raise, ast.Assert, ast.Break, ast.Continue)
COMPOUND = (ast.If, ast.For, ast.While, ast.With, ast.Try)
TURNED_BY_A_SWAP = (ast.Eq, ast.NotEq, ast.In, ast.NotIn, ast.Is, ast.IsNot)


@dataclass
class Slot:
    """A place in the tree where a node stands."""

    parent: ast.AST
    field: str
    index: int | None
    node: ast.AST

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def changes(slot: Slot, modules: set[str]) -> Iterator[Change]:
    """All that the operators make of what stands in a slot."""
    for kind, operator in OPERATORS:
        if isinstance(slot.node, kind):
            yield from operator(slot, modules)


def _swap_operator(slot: Slot, modules: set[str]) -> Iterator[Change]:
    node: Any = slot.node
    for words, other in _other_operators(node.op):
        yield words, _like(node, op=other)


def _swap_comparison(slot: Slot, modules: set[str]) -> Iterator[Change]:
    node: Any = slot.node
    for place, op in enumerate(node.ops):
        for words, other in _other_operators(op):
            yield words, _like(node, ops=[*node.ops[:place], other, *node.ops[place + 1 :]])


def _other_operators(op: ast.AST) -> Iterator[Change]:
    symbol, others = OPERATOR_SWAPS[type(op)]
    for other in others:
        yield f"{symbol} -> {OPERATOR_SWAPS[other][0]}", other()


def _drop_unary(slot: Slot, modules: set[str]) -> Iterator[Change]:
    node: Any = slot.node
    yield f"drop {UNARY[type(node.op)]}", node.operand


def _change_constant(slot: Slot, modules: set[str]) -> Iterator[Change]:
    node: Any = slot.node
    value = node.value
    others: list[Any] = []
    if isinstance(value, bool):
        others = [not value]
    elif isinstance(value, int):
        negative = isinstance(slot.parent, ast.UnaryOp) and isinstance(slot.parent.op, ast.USub)
        others = [value + 1] if negative else [value + 1, 0]
    elif isinstance(value, float):
        others = [value * 1.1, 0.0] if value else [1.0]
    elif isinstance(value, str):
        others = [value + "x"]
    for other in others:
        yield f"{value!r} -> {other!r}", ast.Constant(other)


def _negate(slot: Slot, modules: set[str]) -> Iterator[Change]:
    """A condition turned round, unless the swap of its comparison or the dropped `not` says the same."""
    test: Any = slot.node
    if slot.field not in ("test", "ifs") or (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)):
        return
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], TURNED_BY_A_SWAP)):
        yield "negate condition", ast.UnaryOp(ast.Not(), test)


def _swap_name(slot: Slot, modules: set[str]) -> Iterator[Change]:
    node: Any = slot.node
    field = "attr" if isinstance(node.func, ast.Attribute) else "id"
    name = getattr(node.func, field, "")
    if name in NAME_SWAPS:
        other = NAME_SWAPS[name]
        yield f"{name} -> {other}", _like(node, func=_like(node.func, **{field: other}))


def _drop_call(slot: Slot, modules: set[str]) -> Iterator[Change]:
    """x.abs() becomes x, and torch.abs(x) as well."""
    node: Any = slot.node
    function = node.func
    if isinstance(slot.parent, ast.Expr):
        return  # the statement is dropped as a whole
    if isinstance(function, ast.Attribute) and not (
        isinstance(function.value, ast.Name) and function.value.id in modules
    ):
        yield f"drop {function.attr}()", function.value
    elif len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], (ast.Starred, ast.GeneratorExp)):
        yield f"drop {ast.unparse(function)}()", node.args[0]


def _change_arguments(slot: Slot, modules: set[str]) -> Iterator[Change]:
    node: Any = slot.node
    for place, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            yield f"drop {keyword.arg}=", _like(node, keywords=node.keywords[:place] + node.keywords[place + 1 :])
    if not any(isinstance(argument, ast.Starred) for argument in node.args):
        for place in range(len(node.args) - 1):
            swapped = list(node.args)
            swapped[place : place + 2] = reversed(swapped[place : place + 2])
            yield f"swap arguments {place + 1} and {place + 2}", _like(node, args=swapped)


def _change_axis(slot: Slot, modules: set[str]) -> Iterator[Change]:
    """The axes of a reduction: none at all, the first for the last and the other way round, one fewer in a tuple."""
    node: Any = slot.node
    for place, keyword in enumerate(node.keywords):
        for words, axis in _other_axes(keyword.value) if keyword.arg in AXES else ():
            others = [*node.keywords[:place], _like(keyword, value=axis), *node.keywords[place + 1 :]]
            yield words, _like(node, keywords=others)
    if node.args and isinstance(node.func, ast.Attribute) and node.func.attr in REDUCTIONS:
        for words, axis in _other_axes(node.args[-1]):
            yield "drop axis", _like(node, args=node.args[:-1])
            yield words, _like(node, args=[*node.args[:-1], axis])


def _other_axes(axis: Any) -> list[tuple[str, ast.expr]]:
    try:
        value = ast.literal_eval(axis)
    except ValueError:
        return []
    if isinstance(value, bool) or not isinstance(value, (int, tuple)):
        return []
    if isinstance(value, tuple):
        others: list[Any] = [value[:place] + value[place + 1 :] for place in range(len(value)) if len(value) > 1]
    else:
        others = [-1 if value == 0 else 0]
    return [(f"axis {value} -> {other}", ast.parse(repr(other), mode="eval").body) for other in others]


def _change_statement(slot: Slot, modules: set[str]) -> Iterator[Change]:
    node: Any = slot.node
    if isinstance(node, ast.Return):
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield "return None", _like(node, value=ast.Constant(None))
    elif isinstance(node, (*DROPPABLE, *COMPOUND)):
        yield f"drop {'block' if isinstance(node, COMPOUND) else 'statement'}", ast.Pass()


OPERATORS: tuple[tuple[Any, Callable[[Slot, set[str]], Iterator[Change]]], ...] = (
    (ast.stmt, _change_statement),
    ((ast.BinOp, ast.AugAssign, ast.BoolOp), _swap_operator),
    (ast.Compare, _swap_comparison),
    (ast.UnaryOp, _drop_unary),
    (ast.Constant, _change_constant),
    (ast.expr, _negate),
    (ast.Call, _swap_name),
    (ast.Call, _drop_call),
    (ast.Call, _change_arguments),
    (ast.Call, _change_axis),
)


def _like(node: Any, **fields: Any) -> Any:
    """A node as `node`, at its place, with some fields changed."""
    given = {field: getattr(node, field, None) for field in node._fields}
    return ast.copy_location(type(node)(**{**given, **fields}), node)
