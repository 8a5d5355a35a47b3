"""Notebooks in the full sandbox: what a cell may do to itself, and what is left of the others."""

from __future__ import annotations

import ast
import dataclasses
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from children import USERS, in_child

from grader import course, submissions
from grader.guest import server as guest_server
from grader.guest import wire
from grader.sandbox import syscalls, view
from grader.server import Server, exec_server, fork_server
from grader.session import LiveSession
from grader.values import (
    WHOLE_NOTEBOOK,
    Call,
    CellRun,
    Limits,
    Outcome,
    Raised,
    Returned,
    Running,
    Stopped,
    Submission,
    Verdict,
)  # fmt: skip

NAMES = ["f", "g", "Learner"]
TOML = 'id = "suite"\ntitle = "Suite"\n' + "".join(f'[[names]]\nname = "{n}"\nsignature = "(x)"\n' for n in NAMES)
EXERCISE = course.parse(TOML.encode(), Path("/nonexistent"))
WHOLE, NEEDED, SHOWN = Running(whole=True), Running(), Running(whole=True, shows=True)
F = "def f(x):\n    return x + 1"
DEAD = "import os\nos._exit(0)"
TREE = "/data/mnist_sample/train/3/7.png"
SEES = f"import os\nseen = os.path.exists({TREE!r})\ndef f(x):\n    return [seen, os.path.exists({TREE!r})]"
Load = Callable[..., LiveSession]


def notebook(cells: Sequence[str]) -> Submission:
    written = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells]
    return submissions.from_bytes(json.dumps({"nbformat": 4, "cells": written}).encode(), "work.ipynb")


def fake_trees(folder: Path) -> Path:
    """A folder of images as `grade` plants it, with one image."""
    image = folder / TREE.removeprefix("/data/")
    image.parent.mkdir(parents=True)
    image.write_bytes(b"an image")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    trees = fake_trees(tmp_path_factory.mktemp("trees"))
    started = exec_server("namespaces", ("torch", *submissions.SHELL), str(trees))
    started.wait_ready()
    yield started
    started.close()


@pytest.fixture
def load(server: Server) -> Iterator[Load]:
    """Loads cells as a session, which is closed in the end."""
    opened: list[LiveSession] = []

    def open_one(*cells: str, limits: Limits | None = None, running: Running = WHOLE) -> LiveSession:
        exercise = dataclasses.replace(EXERCISE, limits=limits or Limits())
        opened.append(LiveSession(server, notebook(cells), exercise, running=running))
        return opened[-1]

    yield open_one
    for session in opened:
        session.close()


def ask(session: LiveSession, name: str = "f", *args: object, sealed: bool = False) -> Outcome:
    guest = session.guest(Limits(), sealed)
    try:
        return guest.ask(Call("call", name, args or (1,)))
    finally:
        guest.close()
        guest.spent()


def value(session: LiveSession, name: str = "f", *args: object) -> object:
    outcome = ask(session, name, *args)
    assert isinstance(outcome, Returned), outcome
    return outcome.value


def printed(run: CellRun) -> str:
    return "".join(output[2] for output in run.outputs if output[:2] == ["stream", "stdout"])


def can_fork(session: LiveSession) -> bool:
    """Whether the checks are forks of one load; that it is so is inside only."""
    return session._cell is not None and session._cell.can_fork


SHORT = Limits(cpu_s=0.3, wall_s=20)
HARMFUL = {
    "never ends": ("while True: pass", SHORT, Verdict.TIMED_OUT),
    "waits": ("import time\ntime.sleep(60)", Limits(wall_s=1), Verdict.TIMED_OUT),
    "exits": (DEAD, Limits(), Verdict.CRASHED),
    "kills itself": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", Limits(), Verdict.CRASHED),
    "crashes the interpreter": ("import ctypes\nctypes.string_at(0)", Limits(), Verdict.CRASHED),
    "prints without end": ("while True: print('x' * 1000)", SHORT, Verdict.TIMED_OUT),
    "writes without end": ("import os\nwhile True: os.write(1, b'x' * 1000)", Limits(), Verdict.OUTPUT_LIMIT),
    "eats memory in many processes": (
        "import os, time\nfor _ in range(4): os.fork()\nheld = bytearray(b'x') * (60 << 20)\ntime.sleep(5)",
        Limits(memory_mib=256, wall_s=15),
        Verdict.OUT_OF_MEMORY,
    ),
    "closes its channel": ("import os\nos.closerange(0, 100)", Limits(), Verdict.CRASHED),
    "breaks the builtins": ("import builtins\ndel builtins.len", Limits(), Verdict.CRASHED),
}


@pytest.mark.parametrize("what", HARMFUL)
def test_a_cell_that_takes_the_process_along_costs_itself_only(load: Load, what: str) -> None:
    """A cell that never ends, or ends the process, is named and left out; those before and after it are run."""
    source, limits, verdict = HARMFUL[what]
    session = load(F, source, "def g(x):\n    return f(x) * 2", limits=limits)
    assert session.failure is None
    runs = session.loaded.cells
    assert [run.number for run in runs] == [1, 2, 3] and runs[0].failure is runs[2].failure is None
    assert isinstance(runs[1].failure, Stopped) and runs[1].failure.verdict is verdict
    assert (value(session), value(session, "g")) == (2, 4) and can_fork(session)


CAUGHT = {
    "sys.exit": ("import sys\nsys.exit(3)", "SystemExit"),
    "too much memory": ("held = [bytes(1 << 20) for _ in range(5000)]", "MemoryError"),
    "no end of calls": ("def again(): again()\nagain()", "RecursionError"),
    "an interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "an exception of its own": ("class Own(BaseException): pass\nraise Own", "Own"),
    "an exception that does not print": ("class E(Exception):\n    def __str__(self): raise SystemExit\nraise E", "E"),
    "a mistake in the syntax": ("def h(:\n    pass", "SyntaxError"),
    "a lone surrogate": ("text = '\ud800'", "UnicodeEncodeError"),
    "a surrogate in an exception": ("raise ValueError('\\ud800')", "ValueError"),
    "a name that is not there": ("nowhere", "NameError"),
}


@pytest.mark.parametrize("what", CAUGHT)
def test_what_a_cell_raises_costs_the_rest_of_it(load: Load, what: str) -> None:
    """A cell that raises, `sys.exit` and the like included, is told with the exception; the next one is run."""
    source, name = CAUGHT[what]
    session = load(F, source, "def g(x):\n    return f(x) * 2", limits=Limits(memory_mib=256))
    assert session.failure is None
    failures = [run.failure for run in session.loaded.cells]
    assert failures[0] is failures[2] is None
    assert isinstance(failures[1], Raised) and failures[1].names[0] == name
    assert (value(session), value(session, "g")) == (2, 4) and can_fork(session)


def test_what_was_defined_before_a_cell_raised_counts(load: Load) -> None:
    """A definition stands although a later line of its cell raises."""
    session = load("def f(x):\n    return 5\n1 / 0\ndef f(x):\n    return 6")
    assert value(session) == 5


def test_a_few_dead_cells_are_left_out_one_by_one(load: Load) -> None:
    """With four cells that end the process, everything else is still run."""
    session = load(F, *[DEAD] * 4, "g = f")
    assert [run.failure is None for run in session.loaded.cells] == [True, False, False, False, False, True]
    assert value(session, "g") == 2


def test_after_many_dead_cells_the_rest_is_given_up(load: Load) -> None:
    """With more than five cells that end the process, what came before them counts, and no later one is run."""
    session = load(F, *[DEAD] * 7, "g = f")
    assert session.failure is None and value(session) == 2 and "g" not in session.loaded.versions
    assert [run.number for run in session.loaded.cells] == list(range(1, 10))
    assert all(isinstance(run.failure, Stopped) for run in session.loaded.cells[1:])


def test_a_cell_that_prints_much_keeps_the_beginning(load: Load) -> None:
    """Megabytes of prints cost nothing but what is kept of them, and the cell runs to its end."""
    session = load("for line in range(100_000):\n    print('line', line)\ndef f(x):\n    return line")
    (run,) = session.loaded.cells
    assert run.failure is None and printed(run).startswith("line 0\nline 1\n") and len(printed(run)) == 64 << 10
    assert value(session) == 99_999


def test_exit_and_input_end_nothing(load: Load) -> None:
    """`exit()` and `quit()` are passed over, and `input` is answered with an empty line."""
    session = load("exit()\nquit()\ntext = input('who? ')\nprint('after')", "def f(x):\n    return text")
    assert session.loaded.cells[0].failure is None and printed(session.loaded.cells[0]) == "who? \nafter\n"
    assert value(session) == "" and can_fork(session)


def test_other_programs_are_noted_and_not_run(load: Load) -> None:
    """Lines for a shell, installers and unknown magics are skipped with a note; the lines after them are run."""
    session = load(
        "!pip install torch\n%pip install -q fastai\n%unknown this\nfiles = !ls\nx = 1",
        "%%bash\necho hello\n",
        "%%nothing_known\nx = 2",
        "%matplotlib inline\n%load_ext autoreload\n%autoreload 2\nimport os\ncode = os.system is None",
        "def f(y):\n    return [x, list(files)]",
    )
    notes = [printed(run) for run in session.loaded.cells]
    assert notes[0] == "".join(
        f"[not run: {line}]\n" for line in ("!pip install torch", "%pip install -q fastai", "%unknown this", "!ls")
    )
    assert notes[1:4] == ["[not run: %%bash]\n", "[not run: %%nothing_known]\n", ""]
    assert all(run.failure is None for run in session.loaded.cells)
    assert value(session) == [1, []] and can_fork(session)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("%%time\ndef f(x):\n    return x['a']", 2), ("%%timeit -n 3\n\ndef f(x):\n    return x['a']", 3),
        ("%%time\n%%capture\ndef f(x):\n    return x['a']", 3), ("\n\ndef f(x):\n    return x['a']", 3),
        ("# mine\n\ndef f(x):\n    return x['a']", 3), ("%time y = 1\ndef f(x):\n    return x['a']", 2),
        ("!ls\n%pip install x\ndef f(x):\n    return x['a']", 3),
        ("    y = 1\n    def f(x):\n        return x['a']", 2),
        ("def f(x): return x['a']", 1), ("\n    y = 1\n    def f(x):\n        return x['a']", 3),
        ("def same(h):\n    return h\n\n@same\ndef f(x):\n    return x['a']", 4),
    ],
)  # fmt: skip
@pytest.mark.parametrize("running", [WHOLE, NEEDED], ids=["whole", "needed"])
def test_lines_are_those_of_the_cell(load: Load, source: str, line: int, running: Running) -> None:
    """Whatever magics or empty lines stand above it, a definition is kept and its lines are the cell's own."""
    session = load("x = 1", source, running=running)
    assert session.loaded.places["f"][:2] == (2, line)
    outcome = ask(session)
    assert isinstance(outcome, Raised)
    last = source.splitlines().index(next(text for text in source.splitlines() if "x['a']" in text)) + 1
    (frame,) = outcome.frames
    assert (frame.file, frame.line, frame.function) == ("cell 2", last, "f")
    assert frame.source == source.splitlines()[last - 1].strip()


def test_a_cell_may_await(load: Load) -> None:
    """`await`, `async for` and `async with` work outside functions, and the notebook can be forked afterwards."""
    session = load(
        "import asyncio\nasync def numbers():\n    for number in range(3):\n        yield number\n"
        "async def later():\n    await asyncio.sleep(0)\n    return 3",
        "three = await later()\nfound = [n async for n in numbers()]\nasync with asyncio.Lock():\n    held = True",
        "asyncio.run(later())",
        "def f(x):\n    return [three, found, held]",
    )
    assert [run.failure for run in session.loaded.cells] == [None] * 4
    assert value(session) == [3, [0, 1, 2], True] and can_fork(session)


def test_files_that_cells_wrote_are_gone_in_checks(load: Load) -> None:
    """Cells can write files and import what they wrote; a check sees none of them."""
    session = load(
        "%%writefile library.py\nnumber = 3",
        "from library import number\nimport os\nopen('left', 'w').write('x')\nos.makedirs('/dev/shm/deep/er')\n"
        "os.symlink('/usr', 'link')\nthere = sorted(os.listdir())\nos.makedirs('folder')\nos.chdir('folder')",
        "def f(x):\n    return [number, 'left' in there, os.getcwd(), os.listdir('/dev/shm'),\n"
        "            [name for name in there + ['folder'] if os.path.lexists(name) and name != 'venv']]",
    )
    assert [run.failure for run in session.loaded.cells] == [None] * 3
    number, left, cwd, shared, remaining = value(session)  # type: ignore[misc]  # a list of known form
    assert (number, left, cwd, shared) == (3, True, "/tmp", []) and can_fork(session)
    assert not {"left", "link", "folder", "library.py"} & set(remaining)


def test_cells_are_the_main_program(load: Load) -> None:
    """`__name__` is `__main__` as in Jupyter: guarded code is run, and classes pickle and make dataclasses."""
    session = load(
        "from __future__ import annotations\nimport dataclasses, pickle\n"
        "@dataclasses.dataclass\nclass Pair:\n    a: int\n"
        "copied = pickle.loads(pickle.dumps(Pair(3)))",
        "if __name__ == '__main__':\n    def f(x):\n        return [__name__, f.__module__, copied.a]",
    )
    assert value(session) == ["__main__", "__main__", 3]


def test_frames_name_the_cell_of_each_line(load: Load) -> None:
    """A traceback through functions of several cells says for each line which cell it is in."""
    session = load("def h(x):\n\n    return x['a']", "y = 1", "def f(x):\n    return h(x)", "f(3)")
    outcome, failure = ask(session), session.loaded.cells[3].failure
    assert isinstance(outcome, Raised) and isinstance(failure, Raised)
    assert [(frame.file, frame.line, frame.source) for frame in outcome.frames] == [
        ("cell 3", 2, "return h(x)"),
        ("cell 1", 3, "return x['a']"),
    ]
    assert [(frame.file, frame.line) for frame in failure.frames] == [("cell 4", 1), ("cell 3", 2), ("cell 1", 3)]


@pytest.mark.parametrize("after", ["del f", "f = None", "%reset -f", "f = 3\ndel f"])
def test_a_definition_outlives_its_name(load: Load, after: str) -> None:
    """A version that was defined is graded although its name is deleted, or stands for something else, later."""
    session = load(F, after)
    assert value(session) == 2 and session.loaded.places["f"] == (1, 1, 0)


def test_the_last_version_that_fits_is_graded(load: Load) -> None:
    """Every version of a name is known with its cell, and graded is the last one that takes the arguments."""
    session = load(
        "def f(x): return 'first'",
        "def f(x): return 'second'\nf = f\ndef f(x, y): return 'two'",
        "f('called', 1)\ndef f(x):\n    return 'third'\n",
        "def f(): return 'none'",
    )
    assert session.loaded.versions["f"] == (1, 2, 2, 3, 4) and session.loaded.places["f"] == (3, 2, 3)
    assert value(session) == "third"


def test_what_a_library_has_is_no_answer(load: Load) -> None:
    """A name that stands for a part of fastai is missing, told with the library; one's own subclass is not."""
    session = load("from fastai.learner import Learner\nf = lambda x: 1")
    assert session.loaded.foreign == {"Learner": "fastai"} and "Learner" not in session.loaded.versions
    assert ask(session, "Learner").__class__.__name__ == "Missing"
    own = load("from fastai.learner import Learner", "class Learner(Learner):\n    def __init__(self, x): self.x = x")
    assert own.loaded.versions["Learner"] == (2,) and isinstance(ask(own, "Learner"), Returned)


def test_functions_that_may_be_meant_are_told(load: Load) -> None:
    """For a name that is missing those of the notebook's functions are told that could be called like it."""
    session = load("import math\ndef near(x): return 1\ndef two(x, y): return 2\nfrom math import sin\nf = near")
    assert session.loaded.others == {"g": ("near",), "Learner": ("near",)}


def test_only_what_is_needed_is_run(load: Load) -> None:
    """Without `whole`, cells and statements that no wanted name needs are not run, and the rest is as it was."""
    cells = [
        "print('hello')\nscale = 2",
        "while True: pass",
        "def f(x):\n    return x * scale\n1 / 0",
        "Learner = g = f",
    ]
    session = load(*cells, running=NEEDED)
    assert session.loaded.left_out and [run.number for run in session.loaded.cells] == [1, 3, 4]
    assert all(run.failure is None and run.outputs == () for run in session.loaded.cells)
    assert value(session, "f", 4) == 8


def test_everything_is_run_where_a_name_was_missing(load: Load) -> None:
    """A definition that meets a name bound only by what was left out is answered by the whole notebook, once asked."""
    hidden = "for name in ['scale']:\n    globals()[name] = 3"
    cells = [hidden, "def f(x):\n    return x * scale\ng = Learner = f"]
    session = load(*cells, running=NEEDED)
    outcome = ask(session)
    assert isinstance(outcome, Raised) and outcome.names[0] == "NameError" and session.loaded.left_out
    assert session.widen() and not session.loaded.left_out
    assert value(session) == 3 and [run.number for run in session.loaded.cells] == [1, 2]
    assert not session.widen()


def test_everything_is_run_where_a_wanted_name_was_not_found(load: Load) -> None:
    """A wanted name that a cell mentions, and that what is needed does not bind, has everything run at once."""
    session = load("globals()['f'] = lambda x: 7", "g = Learner = 1", running=NEEDED)
    assert not session.loaded.left_out and value(session) == 7


def test_a_whole_notebook_is_never_widened(load: Load) -> None:
    """With `whole` everything was run already."""
    session = load(F, "1 / 0")
    assert not session.loaded.left_out and not session.widen()
    assert len(session.loaded.cells) == 2


@pytest.mark.parametrize("running", [WHOLE, NEEDED, SHOWN], ids=["whole", "needed", "shown"])
def test_the_same_notebook_loads_the_same(load: Load, running: Running) -> None:
    """Loaded twice, a notebook tells the same facts and outputs, random numbers, addresses of time and all."""
    cells = [
        "import random, torch\nweights = torch.rand(3)\nprint(random.random(), weights, hash('a') != 0)\nweights",
        "def f(x): return weights\ndef f(x): return weights * 2",
        "class Learner:\n    pass\nrandom.sample(range(100), 5)",
        DEAD,
        "def other(x): return {random.random()}",
        "undefined",
    ]
    first, second = load(*cells, running=running), load(*cells, running=running)
    assert first.loaded == second.loaded and first.failure == second.failure
    assert repr(first.loaded) == repr(second.loaded)
    assert [run.outputs for run in first.loaded.cells] == [run.outputs for run in second.loaded.cells]


def test_a_notebook_has_a_budget_as_a_whole(load: Load, server: Server) -> None:
    """Many cells that each stay below the limit are stopped when all together have used up theirs."""
    spent = 0.07 * server.slowness
    busy = f"import time\nstart = time.process_time()\nwhile time.process_time() - start < {spent}: pass"
    session = load(F, *[busy] * 2 * WHOLE_NOTEBOOK, "g = f", limits=Limits(cpu_s=0.1, wall_s=20))
    assert session.failure is None and value(session) == 2
    ended = [run.number for run in session.loaded.cells if run.failure is None]
    assert ended[:8] == list(range(1, 9)) and len(ended) < 2 * WHOLE_NOTEBOOK and "g" not in session.loaded.versions


UNSENDABLE = {
    "deep": "import functools\ndeep = functools.reduce(lambda inner, _: [inner], range(200), 0)\n"
    "display({'text/plain': 'deep', 'application/json': deep}, raw=True)",
    "large": "for _ in range(6): display({'text/plain': 'x' * (4 << 20)}, raw=True)",
    "many": "for _ in range(20_000): display()\nfrom IPython.display import clear_output\n"
    "for _ in range(20_000): clear_output()",
}


@pytest.mark.parametrize("what", UNSENDABLE)
@pytest.mark.parametrize("running", [WHOLE, SHOWN], ids=["whole", "shown"])
def test_outputs_never_change_what_is_defined(load: Load, what: str, running: Running) -> None:
    """Outputs too deep or too large to be kept cost nothing but themselves, whether outputs are wanted or not."""
    session = load(F, UNSENDABLE[what], "def g(x):\n    return f(x) * 2", running=running)
    assert session.failure is None and [run.number for run in session.loaded.cells] == [1, 2, 3]
    assert (value(session), value(session, "g")) == (2, 4)


def frame(value: object) -> str:
    """A cell that writes a frame of its own to the judge."""
    return f"import os\nos.write(3, {wire.frame(value)!r})"


FORGED = {
    "another cell's end": frame(["ran", 3, [], []]),
    "an earlier cell's end": frame(["ran", 1, [], []]),
    "its own end, twice": frame(["ran", 2, [], []]),
    "its own end with other outputs": frame(["ran", 2, [], [["stream", "stdout", "forged"]]]),
    "an end without outputs": frame(["ran", 2]),
    "an end with a broken exception": frame(["ran", 2, ["x"], []]),
    "a cell that was run": frame(["cell", 1]),
    "itself again": frame(["cell", 2]),
    "a cell that is not there": frame(["cell", 99]),
    "a cell without a number": frame(["cell"]),
    "a cell with a strange number": frame(["cell", "2"]),
    "a failure of the sandbox": frame(["failed", "the sandbox"]),
    "its beginning": frame(["confined"]),
    "no word": frame([["ran"], 2, [], []]),
    "no list": frame({"ran": 2}),
    "noise": "import os\nos.write(3, b'x' * 100)",
    "half a frame": "import os\nos.write(3, b'TG1')\nos._exit(0)",
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_frame_costs_its_cell(load: Load, what: str) -> None:
    """A cell that speaks for the guest, in the wrong order or form, has crashed; the others count as they are."""
    session = load(F, FORGED[what], "def g(x):\n    return f(x) * 2")
    assert session.failure is None
    assert [run.number for run in session.loaded.cells] == [1, 2, 3]
    failure = session.loaded.cells[1].failure
    assert isinstance(failure, Stopped) and failure.verdict is Verdict.CRASHED
    assert (value(session), value(session, "g")) == (2, 4)


FATAL = {
    "a later cell": frame(["cell", 3]),
    "the end of loading": frame(["loaded", {"places": {"f": [1, 1, 0]}, "versions": {"f": [1] * 99}}]),
    "an exception while loading": frame(["raised", ["Own"], "text", []]),
    "cells without end": f"import os\nwhile True: os.write(3, {wire.frame(['cell', 3])!r})",
}


@pytest.mark.parametrize("what", FATAL)
def test_a_guest_that_pretends_to_be_further_gains_nothing(load: Load, what: str) -> None:
    """A guest that skips cells or says that it has loaded loses its answers; it never becomes our fault."""
    session = load(F, FATAL[what], "g = f", limits=Limits(cpu_s=1, wall_s=5))
    outcome = session.failure or ask(session)
    assert isinstance(outcome, Raised) or (isinstance(outcome, Stopped) and outcome.verdict is not Verdict.UNGRADABLE)
    assert len(session.loaded.versions.get("f", ())) < 99


def test_cells_see_the_images_and_checks_do_not(load: Load) -> None:
    """While cells run the trees are there, to read and not to write; when a check runs they are gone."""
    writes = "try:\n    open('/data/mnist_sample/mine', 'w')\n    wrote = True\nexcept OSError:\n    wrote = False"
    session = load(SEES, writes, "g = lambda x: [wrote, os.path.exists('/data/mnist_sample')]")
    assert value(session) == [True, False] and value(session, "g") == [False, False] and can_fork(session)


def test_images_stay_hidden_whatever_a_cell_leaves_open(load: Load) -> None:
    """No other process, mount or working folder brings the trees back."""
    session = load(
        SEES + "\nos.chdir('/data/mnist_sample')\nimport ctypes\nlibc = ctypes.CDLL(None)",
        f"def g(x):\n    return [libc.umount2(b'/data', 2), os.path.exists({TREE!r}), os.path.exists('train'),\n"
        f"            any(os.path.exists('/proc/%s/root{TREE}' % pid) for pid in os.listdir('/proc'))]",
    )
    assert value(session, "g") == [-1, False, False, False]


def test_images_are_hidden_from_checks_that_load_for_themselves(load: Load) -> None:
    """Where each check loads the notebook anew, its cells see the trees and its calls do not."""
    session = load(SEES, "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()")
    assert not can_fork(session)
    for _ in range(2):
        assert value(session) == [True, False]


@pytest.mark.parametrize("running", [WHOLE, NEEDED], ids=["whole", "needed"])
def test_a_sealed_guest_never_sees_images(load: Load, running: Running) -> None:
    """In a sealed guest definitions are there, and neither they nor what they need has seen the trees."""
    session = load(SEES, "g = 1\nprint(seen)", running=running)
    outcome = ask(session, "f", 1, sealed=True)
    assert isinstance(outcome, Returned) and outcome.value == [False, False]
    assert value(session) == [True, False]


def test_a_file_of_python_never_sees_images(server: Server) -> None:
    """A .py submission sees no trees, neither when it is loaded nor when it is called."""
    session = LiveSession(server, submissions.from_bytes(SEES.encode(), "work.py"), EXERCISE)
    assert value(session) == [False, False]
    session.close()


@pytest.mark.parametrize("user", USERS)
def test_images_are_hidden_for_every_user(user: int) -> None:
    """As root and as an ordinary user: cells see the trees; checks, sealed guests and files of Python do not."""
    folder = Path(tempfile.mkdtemp())
    fake_trees(folder)

    def work() -> object:
        folders = tuple(name for name in view.SYSTEM if os.path.lexists(name))
        syscalls.set_dumpable(True)  # a change of user clears it, and with it the rights over /proc/self
        server = fork_server(submissions.SHELL, view.View(folders, trees=str(folder)))
        server.wait_ready()
        sessions = [
            LiveSession(server, notebook([SEES, "g = 1"]), EXERCISE, running=WHOLE),
            LiveSession(server, submissions.from_bytes(SEES.encode(), "work.py"), EXERCISE),
        ]
        sealed = ask(sessions[0], "f", 1, sealed=True)
        assert isinstance(sealed, Returned)
        answer = [*map(value, sessions), sealed.value, can_fork(sessions[0]), os.getuid()]
        for session in sessions:
            session.close()
        server.close()
        return answer

    def warmed() -> object:
        guest_server.preload(submissions.SHELL)
        guest_server.rehearse()
        return in_child(user, work)  # for which all is in memory that it may not be able to read

    try:
        answer = ast.literal_eval(in_child(os.getuid(), warmed))
    finally:
        shutil.rmtree(folder)
    assert answer == [[True, False], [False, False], [False, False], True, user]
