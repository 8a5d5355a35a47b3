"""Mutants are small, valid, different from each other, and made where a solution does its work."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.mutants import Mutant, callers, mutants

ROOT = Path(__file__).parent.parent
SOLUTIONS = sorted((ROOT / "solutions").glob("*.py"))

LEAVES = st.sampled_from(["a", "b", "0", "1", "7", "0.5", "True", "None", "'é'", "-1", "a[0]", "f'{a + 1}'"])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    return st.one_of(
        two.map(lambda pair: f"({pair[0]}) + ({pair[1]})"),
        two.map(lambda pair: f"({pair[0]})*({pair[1]})**2 - 1"),
        two.map(lambda pair: f"({pair[0]})<({pair[1]}) <= 3"),
        two.map(lambda pair: f"not(({pair[0]}) and b or ({pair[1]}))"),
        two.map(lambda pair: f"({pair[0]}).mean({pair[1]}, dim=0)"),
        two.map(lambda pair: f"({pair[0]}).sum((-1, -2)).abs()"),
        two.map(lambda pair: f"torch.where(a, {pair[0]}, {pair[1]})"),
        two.map(lambda pair: f"[x*2 for x in ({pair[0]}) if({pair[1]})]"),
        two.map(lambda pair: f"({pair[0]}) if({pair[1]})else(lambda n=1: n + 1)"),
        two.map(lambda pair: f"g({pair[0]},\n            {pair[1]},  # a comment\n        )"),
    )


EXPRESSIONS = st.recursive(LEAVES, _larger, max_leaves=6)
STATEMENTS = EXPRESSIONS.flatmap(
    lambda text: st.sampled_from(
        [
            f"a = {text}",
            f"a += ({text})",
            f"if({text}):\n        a = 1",
            f"for a in range({text}):\n        a.append(2); break",
            f"assert {text}, 'never ' + 'mind'",
            f"raise ValueError('no ' + str({text}))",
            f"g({text})",
            f"def inner(n: int = 3) -> 'int':\n        '''Kept.'''\n        return {text}",
        ]
    )
)
SOURCES = st.tuples(st.lists(STATEMENTS, min_size=1, max_size=3), EXPRESSIONS).map(
    lambda parts: (
        '"""Kept: 1 + 1."""\nimport torch\nLIMIT = 3 * 4  # kept\n\n\ndef work(a: int = 1 + 1, b="x") -> "1 + 1":\n'
        '    """Kept: 2 * 2."""\n    ' + "\n    ".join([*parts[0], f"return {parts[1]}"]) + "\n\n\nEND = LIMIT + 1\n"
    )
)


@settings(max_examples=40, deadline=None)
@given(source=SOURCES)
def test_mutants_are_valid_and_all_different(source: str) -> None:
    """Every mutant is Python, no two parse to the same tree, none to the original's, and no two have one id."""
    found = mutants(source)
    for mutant in found:
        compile(mutant.source, "mutant", "exec")
    trees = {ast.dump(ast.parse(text)) for text in [source, *(mutant.source for mutant in found)]}
    assert len(trees) == len(found) + 1
    assert len({mutant.id for mutant in found}) == len(found) > 0


@settings(max_examples=40, deadline=None)
@given(source=SOURCES)
def test_mutants_change_function_bodies_only(source: str) -> None:
    """What stands outside bodies, docstrings, signatures and messages is the same in every mutant, to the letter."""
    before, after = source[: source.index("    ", source.index("2 * 2"))], "\n\n\nEND = LIMIT + 1\n"
    messages = source.count("'no ' + str("), source.count("'never ' + 'mind'"), source.count("'''Kept.'''")
    for mutant in mutants(source):
        assert mutant.source.startswith(before)
        assert mutant.source.endswith(after)
        if mutant.id.split(" ", 1)[1].split(" #")[0] not in ("drop statement", "drop block"):
            assert _kept(mutant.source) == messages


def _kept(source: str) -> tuple[int, int, int]:
    return source.count("'no ' + str("), source.count("'never ' + 'mind'"), source.count("'''Kept.'''")


@settings(max_examples=40, deadline=None)
@given(source=SOURCES)
def test_difference_leads_from_the_original_to_the_mutant(source: str) -> None:
    """The lines said to be removed stand in the original, those added in the mutant, and the id names the first."""
    for mutant in mutants(source):
        assert set(mutant.removed) <= set(source.splitlines())
        assert set(mutant.added) <= set(mutant.source.splitlines())
        line = int(mutant.id.split(":")[1].split(" ")[0])
        assert source.splitlines()[: line - 1] == mutant.source.splitlines()[: line - 1]
        assert source.splitlines()[line - 1] != mutant.source.splitlines()[line - 1]


def made(body: str, head: str = "def f(a, b):") -> dict[str, str]:
    """The changes of a one-line function and what the line becomes."""
    found = mutants(f"import torch\n{head}\n    {body}\n")
    return {mutant.id.split(" ", 1)[1]: mutant.source.splitlines()[2].strip() for mutant in found}


@pytest.mark.parametrize(
    ("body", "change", "becomes"),
    [
        ("return (a - b).abs().mean((-1, -2))", "mean -> sum", "return (a - b).abs().sum((-1, -2))"),
        ("return (a - b).abs().mean((-1, -2))", "drop abs()", "return (a - b).mean((-1, -2))"),
        ("return (a - b).abs().mean((-1, -2))", "drop axis", "return (a - b).abs().mean()"),
        ("return (a - b).abs().mean((-1, -2))", "axis (-1, -2) -> (-2,)", "return (a - b).abs().mean((-2,))"),
        ("return a.mean(dim=0, keepdim=True)", "axis 0 -> -1", "return a.mean(dim=-1, keepdim=True)"),
        ("return a.mean(dim=0, keepdim=True)", "drop keepdim=", "return a.mean(dim=0)"),
        ("return a.mean(dim=0, keepdim=True)", "True -> False", "return a.mean(dim=0, keepdim=False)"),
        ("return a - b * 2", "- -> +", "return a + b * 2"),
        ("return a - b * 2", "* -> +", "return a - (b + 2)"),
        ("return a - b * 2", "2 -> 3", "return a - b * 3"),
        ("return a - b * 2", "2 -> 0", "return a - b * 0"),
        ("return a < b", "< -> <=", "return a <= b"),
        ("return a < b", "< -> >", "return a > b"),
        ("return a < b", "return None", "return None"),
        ("return a and not b", "and -> or", "return a or not b"),
        ("return a and not b", "drop not", "return a and b"),
        ("return -torch.exp(a)", "drop -", "return torch.exp(a)"),
        ("return -torch.exp(a)", "drop torch.exp()", "return -a"),
        ("return -torch.exp(a)", "exp -> log", "return -torch.log(a)"),
        ("return 1 if a <= b else 0.5", "negate condition", "return 1 if not a <= b else 0.5"),
        ("return 1 if a <= b else 0.5", "0.5 -> 0.55", "return 1 if a <= b else 0.55"),
        ("return [n for n in a if n > b]", "negate condition", "return [n for n in a if not n > b]"),
        ("return torch.where(a, b, 1)", "swap arguments 2 and 3", "return torch.where(a, 1, b)"),
        ("return a.convert('L')", "'L' -> 'Lx'", "return a.convert('Lx')"),
        ("a += b", "+ -> -", "a -= b"),
        ("a.append(b)", "drop statement", "pass"),
        ("raise ValueError(a)", "drop statement", "pass"),
        ("if a: b = 1", "drop block", "pass"),
    ],
)
def test_operators_make_what_they_say(body: str, change: str, becomes: str) -> None:
    """Each operator of the fixed list changes the line as its name says."""
    assert made(body)[change] == becomes


@pytest.mark.parametrize("body", ["pass", "'''Only a docstring, 1 + 1.'''", "return a", "return f'{1 + 1}'", "return"])
def test_nothing_to_change(body: str) -> None:
    """Where there is nothing to change but the value returned, nothing else is."""
    assert set(made(body)) <= {"return None"}


def test_methods_are_mutated_under_their_class() -> None:
    """A method's mutants bear the name of its class."""
    found = mutants("class Learner:\n    def fit(self):\n        return 1 + 2\n")
    assert {mutant.function for mutant in found} == {"Learner.fit"}


def test_callers_are_found_through_others() -> None:
    """A function is used by itself, by those that call it, by their callers, and by classes whose methods do."""
    source = "def a(): pass\ndef b(): a()\ndef c(): b()\ndef d(): pass\nclass E:\n    def f(self): c()\n"
    assert callers(source, "a") == {"a", "b", "c", "E"}
    assert callers(source, "d") == {"d"}
    assert callers(source, "E.f") == {"E"}


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_solutions_have_many_mutants(path: Path) -> None:
    """Every function of a reference solution has mutants, methods too, and making them twice gives the same ones."""
    source = path.read_text(encoding="utf-8")
    found: list[Mutant] = mutants(source)
    functions = {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    classes = {node.name for node in ast.parse(source).body if isinstance(node, ast.ClassDef)}
    mutated = {mutant.function for mutant in found}
    assert {name for name in mutated if "." not in name} == functions
    assert {name.split(".")[0] for name in mutated if "." in name} <= classes
    assert found == mutants(source)
