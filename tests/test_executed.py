"""The executed notebook: outputs as Jupyter's own kernel gives them, whatever a guest sends, and never the submission
overwritten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from nbclient import NotebookClient
from nbformat import v4

from grader import course, executed, submissions
from grader.errors import UsageError
from grader.server import exec_server
from grader.session import LiveSession
from grader.values import Cell, CellRun, Raised, Running, Stopped, Submission, Verdict

EXERCISE = course.parse(
    b'id = "suite"\ntitle = "Suite"\n[[names]]\nname = "f"\nsignature = "(x)"\n', Path("/nonexistent")
)
CELLS = {
    "setup": "from IPython.display import HTML, Markdown, clear_output, display\nimport sys",
    "print": "print('one', 1)\nprint('two', end='')\nprint(' three')",
    "nothing": "x = 3",
    "last expression": "x * 2",
    "two expressions": "1\n2",
    "hidden expression": "x * 2;",
    "none": "None",
    "print and value": "print('before')\n{'a': [1, 2]}",
    "display": "display(1, 'two')\nprint('after')\ndisplay([3])",
    "stderr": "print('out')\nprint('err', file=sys.stderr)",
    "html": "HTML('<b>bold</b>')",
    "markdown and html": "display(Markdown('# one'))\nHTML('<i>two</i>')",
    "rich repr": "class Rich:\n    def _repr_html_(self): return '<p>rich</p>'\n"
    "    def __repr__(self): return 'plain'\nRich()",
    "bundle": "class Bundle:\n    def _repr_mimebundle_(self, include=None, exclude=None):\n"
    "        return {'text/plain': 'plain', 'application/vnd.own+json': {'a': 1}}\nBundle()",
    "bytes": "class Picture:\n    def _repr_png_(self): return b'\\x89PNG\\r\\n\\x1a\\n'\n"
    "    def __repr__(self): return 'picture'\nPicture()",
    "metadata": "display({'text/plain': 'with'}, raw=True, metadata={'text/plain': {'a': 1}})",
    "clear": "print('gone')\nclear_output()\nprint('stays')",
    "clear and wait": "print('gone')\nclear_output(wait=True)\nprint('stays')",
    "clear and wait in vain": "print('stays')\nclear_output(wait=True)",
    "display id": "handle = display('first', display_id='mine')\nhandle.update('second')",
    "update of an earlier cell": "handle.update('third')\nprint('updated')",
    "error": "print('before')\n1 / 0\nprint('never')",
    "own error": "class Own(Exception): pass\nraise Own('text')",
    "syntax error": "def f(:\n    pass",
    "name error": "nowhere",
    "figure": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nplt.plot([2, 1])\n3",
    "figure as a value": "fig, ax = plt.subplots()\nax.set_title('title')\nfig",
    "await": "import asyncio\nawait asyncio.sleep(0, 5)",
    "magic": "%time y = 2",
    "a loop of prints": "for i in range(300): print(i)",
    "after all": "print('after all', x)",
}  # fmt: skip


def written(cells: list[str]) -> bytes:
    made: Any = v4.new_notebook()
    made.cells += [v4.new_code_cell(source) for source in cells]
    return nbformat.writes(made).encode()


@pytest.fixture(scope="module")
def ours() -> Iterator[Any]:
    """The notebook as it is executed here."""
    server = exec_server("namespaces", (*submissions.SHELL, "matplotlib.pyplot"))
    server.wait_ready()
    submission = submissions.from_bytes(written(list(CELLS.values())), "work.ipynb")
    session = LiveSession(server, submission, EXERCISE, running=Running(whole=True, shows=True))
    yield executed.notebook(submission.cells or (), session.loaded.cells)
    session.close()
    server.close()


@pytest.fixture(scope="module")
def theirs() -> Any:
    """The notebook as Jupyter's own kernel executes it."""
    made = nbformat.reads(written(list(CELLS.values())).decode(), as_version=4)
    NotebookClient(made, timeout=60, kernel_name="python3", allow_errors=True).execute()
    return made


def essence(output: Any) -> Any:
    """What of an output has to be the same: its kind, its texts, and of pictures that they are there."""
    if output.output_type == "stream":
        return "stream", output.name, output.text
    if output.output_type == "error":
        return "error", output.ename, output.evalue.split(" (")[0]
    texts = {kind: value for kind, value in output.data.items() if kind != "image/png" or len(value) < 99}
    return output.output_type, sorted(output.data), texts, dict(output.metadata), output.get("execution_count")


@pytest.mark.parametrize("what", [what for what in CELLS if what != "magic"])
def test_outputs_are_those_of_jupyters_kernel(what: str, ours: Any, theirs: Any) -> None:
    """Kinds, texts and types of data are those that ipykernel and nbclient give for the same cells."""
    place = list(CELLS).index(what)
    assert [essence(one) for one in ours.cells[place].outputs] == [essence(one) for one in theirs.cells[place].outputs]
    assert ours.cells[place].execution_count == theirs.cells[place].execution_count == place + 1


def test_a_magics_output_is_kept(ours: Any) -> None:
    """What a magic prints is an output too; its figures differ each time."""
    (output,) = ours.cells[list(CELLS).index("magic")].outputs
    assert output.name == "stdout" and "Wall time" in output.text


def test_what_is_made_is_a_notebook(ours: Any) -> None:
    """The executed notebook is valid by nbformat's own schema."""
    nbformat.validate(ours)
    assert (ours.nbformat, [cell.source for cell in ours.cells]) == (4, list(CELLS.values()))


CODE = (Cell("markdown", "# one"), Cell("code", "x = 1", 1), Cell("raw", "raw"), Cell("code", ""), Cell("code", "f", 2))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.binary(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=9) | st.integers() | st.none(), inner, max_size=4)
    ),
    max_leaves=8,
)
KINDS = st.sampled_from([*executed.KINDS, "input_request", "status", "comm_open", "execute_input", "clear"])
MESSAGES = st.tuples(KINDS, st.lists(PLAIN | st.sampled_from(["stdout", {}, True, 3, "text"]), max_size=5)).map(
    lambda pair: [pair[0], *pair[1]]
)
NEARLY = st.one_of(
    st.tuples(st.just("stream"), PLAIN, PLAIN), st.tuples(st.just("stream"), st.just("stdout"), st.text()),
    st.tuples(st.just("display_data"), st.dictionaries(st.text(max_size=9), PLAIN, max_size=3), st.just({})),
    st.tuples(st.just("display_data"), st.just({}), st.dictionaries(st.text(max_size=9), PLAIN, max_size=3)),
    st.tuples(st.just("display_data"), st.just({}), st.just({}), st.fixed_dictionaries({"display_id": PLAIN})),
    st.tuples(st.just("update_display_data"), st.just({}), st.just({}), st.fixed_dictionaries({"display_id": PLAIN})),
    st.tuples(st.just("execute_result"), st.fixed_dictionaries({"text/plain": PLAIN}), st.just({}), PLAIN),
    st.tuples(st.just("error"), st.text(), st.text(), st.lists(st.text() | PLAIN, max_size=3)),
).map(list)  # fmt: skip
JUNK = st.lists(PLAIN | MESSAGES | NEARLY, max_size=5).map(tuple)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(JUNK, JUNK)
@example(([],), (["stream", "stdout", "\ud800"],))
@example((["display_data", {"text/plain": "a"}, {}, {"display_id": []}],), ())
@example((["display_data", {"text/plain": "a"}, {}, {"display_id": "k"}],), (["update_display_data", {}, {}],))
@example((["execute_result", {"text/plain": float("nan")}, {"a": 10**400}, True],), ())
@example((["stream", "nowhere", "text"], ["error"], ["stream"], ["clear_output"]), (["display_data"],))
@example((["display_data", {"text/plain": 3}, {}],), (["display_data", {"a": b"bytes"}, {"b": (1, {2: 3})}],))
def test_whatever_a_guest_sends_a_notebook_is_written(tmp_path: Path, first: Any, second: Any) -> None:
    """Any plain data in place of outputs is left out or becomes a valid output; writing never fails."""
    path = tmp_path / "work.ipynb"
    path.touch()
    submission = Submission(str(path), b"", "", CODE)
    target = executed.write(submission, [CellRun(1, None, first), CellRun(2, None, second)], tmp_path / "out")
    text = target.read_text(encoding="utf-8")
    made = nbformat.reads(text, as_version=4)
    nbformat.validate(made)
    json.loads(text, parse_constant=_no_json)
    assert [cell.source for cell in made.cells] == [cell.source for cell in CODE]
    assert [target.name for target in (tmp_path / "out").iterdir()] == ["work.ipynb"]


def _no_json(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def test_how_a_cell_ended_is_an_output() -> None:
    """A cell that was stopped has an error with the verdict; one that raised what could not be told has its name."""
    runs = [
        CellRun(1, Stopped(Verdict.TIMED_OUT, "cpu"), (["stream", "stdout", "begun"],)),
        CellRun(2, Raised(("ValueError", "Exception"), "text")),
    ]
    made = executed.notebook(CODE, runs)
    nbformat.validate(made)
    assert [output.output_type for output in made.cells[1].outputs] == ["stream", "error"]
    assert (made.cells[1].outputs[1].ename, made.cells[4].outputs[0].ename) == ("TIMED_OUT", "ValueError")


def test_cells_that_were_not_run_have_no_output() -> None:
    """A cell that was left out keeps its text, without number or outputs."""
    made = executed.notebook(CODE, [CellRun(2, None, (["stream", "stdout", "said"],))])
    assert made.cells[1].outputs == [] and made.cells[1].execution_count is None
    assert [cell.cell_type for cell in made.cells] == ["markdown", "code", "raw", "code", "code"]
    assert len({cell.id for cell in made.cells}) == len(CODE)


@pytest.mark.parametrize("through", ["itself", "a link to its folder", "a link to it", "a hard link to it"])
def test_the_submission_is_never_overwritten(tmp_path: Path, through: str) -> None:
    """Writing into the submission's own folder, on whatever way, is refused, and the submission is as it was."""
    given_folder = tmp_path / "given"
    given_folder.mkdir()
    path, source = given_folder / "work.ipynb", written(["x = 1"])
    path.write_bytes(source)
    folder = given_folder
    if through == "a link to its folder":
        folder = tmp_path / "link"
        folder.symlink_to(given_folder)
    elif through != "itself":
        folder = tmp_path / "out"
        folder.mkdir()
        link = folder / "work.ipynb"
        link.symlink_to(path) if through == "a link to it" else link.hardlink_to(path)
    with pytest.raises(UsageError, match="is the submission itself"):
        executed.write(submissions.read(path), [], folder)
    assert path.read_bytes() == source and [entry.name for entry in given_folder.iterdir()] == ["work.ipynb"]


def test_an_earlier_execution_is_replaced(tmp_path: Path) -> None:
    """Written again, the notebook takes the place of what was written before, and folders are made."""
    path = tmp_path / "work.ipynb"
    path.touch()
    submission = Submission(str(path), b"", "", CODE)
    for said in ("one", "two"):
        target = executed.write(submission, [CellRun(1, None, (["stream", "stdout", said],))], tmp_path / "a" / "b")
    assert nbformat.read(target, as_version=4).cells[1].outputs[0].text == "two"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Where the target is no folder, one sentence says so."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="cannot be written"):
        executed.write(Submission("work.ipynb", b"", "", CODE), [], tmp_path / "file")
