"""Which statements of a notebook are run for the names that are wanted, and which are left out."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grader.guest import slicing

NOTHING_GIVEN: Mapping[str, tuple[str, ...]] = {}


def kept(source: str, *wanted: str) -> list[str]:
    """The first lines of the statements that are kept of one cell."""
    found = slicing.needed([(1, source)], wanted or ("f",), NOTHING_GIVEN)[0]
    return [ast.unparse(node).splitlines()[0] for node in found.get(1, [])]


FUNCTION = "def f(x):\n    return x * scale"
LEFT_OUT = {
    "a print": "print(scale)",
    "a plot": "fig, ax = plt.subplots()\nax.plot([scale])\nplt.show()",
    "a training loop": "for epoch in range(10):\n    loss = f(epoch)\n    losses.append(loss)",
    "a value to look at": "f(3)",
    "a call of the wanted function": "result = f(3)",
    "an assertion": "assert f(1) == 2",
    "a docstring": "'''The homework.'''",
    "another class": "class G:\n    def run(self): return f(1)",
}


@pytest.mark.parametrize("what", LEFT_OUT)
def test_what_no_definition_needs_is_left_out(what: str) -> None:
    """Prints, plots, training loops and uses of a wanted name are not run."""
    source = f"scale = 2\n{LEFT_OUT[what]}\n{FUNCTION}\n{LEFT_OUT[what]}"
    assert kept(source) == ["scale = 2", "def f(x):"]


NEEDED = {  # statements of which all are needed
    "an import": "import torch\ndef f(x): return torch.tensor(x)",
    "an import by another name": "import torch.nn.functional as F\ndef f(x): return F.relu(x)",
    "a star import": "from fastai.basics import *\ndef f(x): return tensor(x)",
    "what a helper needs": "limit = 3\ndef clip(x): return min(x, limit)\ndef f(x): return clip(x)",
    "an item that is set": "x = [1]\nx[0] = 2\ndef f(): return x",
    "an item of an item": "x = {'a': [0]}\nx['a'][0] = 2\ndef f(): return x",
    "an attribute that is set": "class A:\n    pass\nA.size = 3\ndef f(): return A.size",
    "a method put in later": "class A:\n    pass\nA.run = lambda self: 1\ndef f(): return A().run()",
    "a swap of items": "x = [1, 2]\nx[0], x[1] = x[1], x[0]\ndef f(): return x",
    "items in a loop's head": "x = [1]\nfor x[0] in range(3):\n    pass\ndef f(): return x",
    "an item with a type": "x = [1]\nx[0]: int = 2\ndef f(): return x",
    "a call that changes": "weights = init()\nweights.requires_grad_()\ndef init(): return 1\ndef f(): return weights",
    "a call of an attribute that changes": "model = 1\nmodel.weight.data.fill_(0)\ndef f(): return model",
    "a list that grows": "names = []\nnames.append(1)\nnames.extend([2])\ndef f(): return names",
    "a list that grows in a loop": "names = []\nfor i in range(3):\n    names.append(i)\ndef f(): return names",
    "a list that grows in a comprehension": "names = []\n[names.append(i) for i in (1, 2)]\ndef f(): return names",
    "an augmented assignment": "x = 1\nx += 2\nx **= 2\ndef f(): return x",
    "an augmented item": "x = [1]\nx[0] += 2\ndef f(): return x",
    "an item that is deleted": "x = {1: 2}\ndel x[1]\ndef f(): return x",
    "a decorator": "def twice(g): return g\n@twice\ndef f(x): return x",
    "a decorator's argument": "size = 2\ndef times(n): return lambda g: g\n@times(size)\ndef f(x): return x",
    "a base": "class Base:\n    pass\nclass f(Base):\n    pass",
    "a metaclass": "class Meta(type):\n    pass\nclass f(metaclass=Meta):\n    pass",
    "a class's body": "size = 3\nclass f:\n    numbers = [0] * size",
    "a method's body": "size = 3\nclass f:\n    def run(self): return size",
    "a default": "size = 3\ndef f(x=size): return x",
    "a default by keyword": "size = 3\ndef f(*, x=size): return x",
    "an annotation": "Number = int\ndef f(x: Number) -> Number: return x",
    "a condition": "import sys\nif sys.version_info > (3,):\n    def f(x): return 1\nelse:\n    def f(x): return 2",
    "a try": "try:\n    import fast as lib\nexcept ImportError:\n    lib = None\ndef f(x): return lib",
    "a with": "import io\nwith io.StringIO() as g:\n    text = g.read()\ndef f(): return text",
    "a loop that binds": "for size in (1, 2):\n    pass\ndef f(): return size",
    "a walrus": "(size := 3)\ndef f(): return size",
    "a walrus in a condition": "x = 5\nif (size := x) > 2:\n    y = 1\ndef f(): return size",
    "a walrus in a comprehension": "numbers = [last := n for n in (1, 2)]\ndef f(): return last",
    "an unpacking": "x = (1, (2, 3))\na, (b, *c) = x\ndef f(): return c",
    "a global of a function": "count = 0\ndef f():\n    global count\n    count += 1",
    "a nested function": "size = 1\ndef f():\n    def g(): return size\n    return g",
    "a lambda": "size = 1\nf = lambda x: x + size",
    "a comprehension": "size = 1\ndef f(): return [i * size for i in range(3)]",
    "an f-string": "size = 1\ndef f(): return f'{size}'",
    "an await": "import asyncio\nsize = await asyncio.sleep(0, 3)\ndef f(): return size",
    "an async with": "import lib\nasync with lib.open() as g:\n    size = await g.read()\ndef f(): return size",
    "an async for": "import lib\nasync for size in lib.sizes():\n    pass\ndef f(): return size",
    "all versions": "def f(x): return 1\ndef f(x, y): return 2\nf = f",
    "the default type": "import torch\ntorch.set_default_dtype(torch.float64)\ndef f(): return torch.ones(1)",
    "a file that is written": "get_ipython().run_cell_magic('writefile', 'lib.py', 'x = 1')\nimport lib\n"
    "def f(): return lib.x",
}  # fmt: skip


@pytest.mark.parametrize("what", NEEDED)
def test_what_a_definition_needs_is_kept(what: str) -> None:
    """Everything that binds or changes what a wanted name reads is run, in the order it was written in."""
    lines = [ast.unparse(node).splitlines()[0] for node in ast.parse(NEEDED[what]).body]
    assert kept("print('before')\n" + NEEDED[what] + "\nprint('after')") == lines


OWN = {
    "a local": "def f():\n    x = 1\n    return x",
    "an argument": "def f(x): return x",
    "a loop's variable": "def f():\n    for x in range(3): pass\n    return x",
    "a comprehension's variable": "def f(): return [x for x in range(3)]",
    "a closure's variable": "def f(x):\n    def g(): return x\n    return g",
    "an attribute": "def f(y): return y.x",
    "a keyword": "def f(g): return g(x=1)",
    "a walrus of its own": "def f(y): return (x := y)",
}


@pytest.mark.parametrize("what", OWN)
def test_a_functions_own_names_need_no_global(what: str) -> None:
    """A global is left out where a function only has a variable, argument, attribute or keyword of that name."""
    assert len(kept(f"x = slow()\n{OWN[what]}")) == 1


def test_a_cell_that_does_not_parse_has_no_statement() -> None:
    """A cell with a mistake in its syntax is left out, and so is one that only the compiler refuses."""
    cells = [(1, "size = 1"), (2, "def f(:\n"), (3, "size = 2\nreturn size"), (4, "f = lambda: size"), (5, "\x00"),
             (6, "(" * 5000), (7, "1 + " * 9999 + "1")]  # fmt: skip
    assert sorted(slicing.needed(cells, ("f",), NOTHING_GIVEN)[0]) == [1, 4]


def test_what_the_caller_sets_needs_nobody_to_bind_it() -> None:
    """A global that an adapter sets before the call is not looked for, unless something else needs it."""
    cells = [(1, "weights = train()"), (2, "def train(): pass"), (3, "def f(x): return x @ weights")]
    given_names = {"f": ("weights",)}
    assert sorted(slicing.needed(cells, ("f",), given_names)[0]) == [2, 3]
    assert sorted(slicing.needed([*cells, (4, "def g(): return weights")], ("f", "g"), given_names)[0]) == [1, 2, 3, 4]


def test_functions_nobody_wants_are_kept_where_they_need_nothing_more() -> None:
    """Functions nobody wants are defined, since one may be meant, but nothing is run for them."""
    source = "size = 3\nslow = train()\ndef same(g): return g\ndef other(x): return slow\ndef near(x, y=size): return x"
    assert kept(source, "elsewhere") == ["def same(g):", "def other(x):"]
    assert kept(source, "near")[0] == "size = 3" and "slow = train()" not in kept(source, "near")


@pytest.mark.parametrize(
    ("source", "doubtful"),
    [
        ("w = [1]\nfill(w)\ndef f(): return w", True),
        ("w = [1]\nfor x in w: x.go()\ndef f(): return w", True),
        ("def fill():\n    global w\n    w = 1\nw = 0\nfill()\ndef f(): return w", True),
        ("w = [1]\ndef f(): return 1\nprint(w)", False),
        ("import torch\ndef f(x): return torch.ones(x)\nprint(f(3), torch.zeros(2))", False),
    ],
)
def test_doubt_where_data_that_is_needed_is_touched_by_what_is_left_out(source: str, doubtful: bool) -> None:
    """Calls and loops over needed data are left out, and the caller is told that they may matter; not so for prints of
    what functions give."""
    assert slicing.needed([(1, source)], ("f",), NOTHING_GIVEN)[1] is doubtful


def test_nothing_is_kept_for_nothing() -> None:
    """Without a wanted name only what is always run is kept."""
    assert kept("import os\nfrom math import *\nx = 1", "elsewhere") == ["from math import *"]


NUMBERS, LISTS, FUNCTIONS = ["a", "b", "c", "d"], ["p", "q"], ["f", "g", "h"]
START = "a = b = c = d = 1\np = [1, 2]\nq = [3, 4]\ndef f(x=1): return x\ndef g(x=1): return x\ndef h(x=1): return x\n"


@st.composite
def values(draw: st.DrawFn, callable_names: list[str] = FUNCTIONS) -> str:
    """An expression whose value is a number below 97."""
    number, one_list = st.sampled_from(NUMBERS), st.sampled_from(LISTS)
    forms = [
        draw(st.integers(0, 9).map(str)), draw(number), f"({draw(number)} * 3 + {draw(number)}) % 97",
        f"{draw(one_list)}[{draw(st.integers(0, 1))}]", f"sum({draw(one_list)}) % 97",
        f"max(c for c in {draw(one_list)})",
    ]  # fmt: skip
    forms += [f"{name}({draw(number)}) % 97" for name in callable_names]
    return draw(st.sampled_from(forms))


@st.composite
def statements(draw: st.DrawFn) -> str:
    """A statement that never raises; functions call only those before them, so that none calls itself."""
    name, other = draw(st.sampled_from(NUMBERS)), draw(st.sampled_from(NUMBERS))
    one_list = draw(st.sampled_from(LISTS))
    place = draw(st.integers(0, len(FUNCTIONS) - 1))
    value, inner = draw(values()), draw(values(FUNCTIONS[:place]))
    function = FUNCTIONS[place]
    return draw(
        st.sampled_from(
            [
                f"{name} = {value}", f"{name} += {value}", f"{name}, {other} = {other}, {name}",
                f"{name} = {other} = {value}", f"if {other} % 2:\n    {name} = {value}",
                f"for {name} in range({value}):\n    print({name})\n{name} = 0", f"print({name} := {value})",
                f"{one_list} = [{value}, {name}]", f"{one_list}[0] = {value}", f"{one_list}[1] += {value}",
                f"{one_list}[0], {one_list}[1] = {one_list}[1], {name}", f"{one_list}.append({value})",
                f"for _ in range(3):\n    {one_list}.append({name})", f"print({value})", f"{function}({name})",
                f"def {function}(x={name}):\n    {other} = {inner}\n    return {other} + x",
                f"def {function}(x=1): return x + {inner}", f"{function} = lambda x=2: x + {inner}",
                f"def {function}(x=1):\n    class C:\n        {other} = {name}\n    return C.{other} + x",
                f"try:\n    {name} = {one_list}[9]\nexcept IndexError:\n    {other} = {value}",
            ]
        )
    )  # fmt: skip


@given(st.lists(statements(), max_size=25), st.sampled_from(NUMBERS + LISTS + FUNCTIONS), st.integers(1, 4))
def test_a_wanted_name_has_the_value_it_would_have_had(lines: list[str], wanted: str, per_cell: int) -> None:
    """In a program of assignments and functions, what is left out changes nothing about the wanted name."""
    sources = [START, *("\n".join(lines[place : place + per_cell]) for place in range(0, len(lines), per_cell))]
    found = slicing.needed(list(enumerate(sources, 1)), (wanted,), NOTHING_GIVEN)[0]
    whole = [node for source in sources for node in ast.parse(source).body]
    part = [node for number in sorted(found) for node in found[number]]
    try:
        expected = ran(whole, wanted)
    except NameError:
        assume(False)  # a function with a variable that it reads first: no program that runs
    assert ran(part, wanted) == expected
    assert not any(ast.unparse(node).startswith("print(") and ":=" not in ast.unparse(node) for node in part)


def ran(nodes: list[ast.stmt], wanted: str) -> Any:
    """What a name stands for after these statements were run; of a function, what it returns."""
    namespace: dict[str, Any] = {"print": lambda *values: None}
    for node in nodes:
        exec(compile(ast.Module([node], []), "cell", "exec", dont_inherit=True), namespace)
    value = namespace[wanted]
    return value() if callable(value) else value
