"""The structure is kept by test: who may import whom, and who may print, read the environment or exit."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import grader

ROOT = Path(grader.__file__).resolve().parent

# From the ground up: a module imports only from the lines above its own.
LAYERS = """
values errors messages operators guest.wire guest.loader sandbox.syscalls sandbox.view engine draw
guest.standins guest.standins.origin guest.adapting guest.pages
idx sandbox.landlock sandbox.seccomp sandbox.namespaces sandbox.bubblewrap guest.plan guest.answer guest.slicing
guest.standins.lists guest.standins.tensors guest.standins.loaders guest.standins.external
guest.standins.showing guest.shell notebooks stub_notebook guest.standins.learning
guest.standins.contents
guest.standins.finder
mnist sandbox.confine guest.warden guest.cells show exhibits strokes
guest.snapshot
sources sample likeness salt guest.server expect course submissions score progress starting glossary terminal plots
results_file
report_json glyphs table archives layouts
answers channel intake results
data guest.plain student server mutants proof marks cargo
session plain verdicts training marked trees exporting
judge launch fetching keys
mistakes alternatives standing
grading plugin doctor magic
garbage executed worker
checking pool bulk_view
remote
cluster
watching auditing bulk
cli
"""
PACKAGES = {"", "guest", "sandbox"}
ABOVE = {name: set(" ".join(LAYERS.strip().splitlines()[:depth]).split())
         for depth, line in enumerate(LAYERS.strip().splitlines()) for name in line.split()}  # fmt: skip
GUEST_MAY_SEE = {"values", "errors"}  # beside guest and sandbox: what bubblewrap shows of our package


def modules() -> dict[str, Path]:
    found = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[0] not in ("exercises", "samples"):
            found[".".join(parts).removesuffix("__init__").rstrip(".")] = path
    return found


def imports(path: Path) -> set[str]:
    """Modules of ours that a file imports anywhere: function-local and TYPE_CHECKING ones included."""
    known, found = modules(), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path.name} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    ours = {name.removeprefix("grader.") for name in found if name.startswith("grader.")}
    return {name for name in ours if name in known} - PACKAGES


@pytest.mark.parametrize("name", sorted(set(modules()) - PACKAGES))
def test_imports_go_one_way(name: str) -> None:
    """A module imports only from layers below its own."""
    assert name in ABOVE, f"put {name} on a line of LAYERS"
    assert imports(modules()[name]) <= ABOVE[name]


def test_layers_name_only_modules_that_exist() -> None:
    """The table of layers is the list of modules."""
    assert set(ABOVE) == set(modules()) - PACKAGES


@pytest.mark.parametrize("name", sorted(name for name in modules() if name.startswith(("guest.", "sandbox."))))
def test_what_runs_beside_student_code_needs_nothing_of_the_judge(name: str) -> None:
    """Guest and sandbox import each other, values and errors, and nothing else of ours."""
    foreign = {used for used in imports(modules()[name]) if not used.startswith(("guest.", "sandbox."))}
    assert foreign <= GUEST_MAY_SEE


def test_values_import_nothing_of_ours() -> None:
    """The values that stages hand to each other stand on their own."""
    assert imports(modules()["values"]) == set()


def _calls(tree: ast.AST) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


@pytest.mark.parametrize("name", sorted(set(modules()) - PACKAGES))
def test_only_the_command_line_prints_exits_and_reads_the_environment(name: str) -> None:
    """print, sys.exit and os.environ stand in the command line; a guest may clear its own environment."""
    tree = ast.parse(modules()[name].read_text(encoding="utf-8"))
    attributes = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    if name != "cli":
        assert not {"print", "sys.exit", "exit", "click.echo"} & _calls(tree)
        assert "os.getenv" not in attributes
        # A cluster's worker is not our command: there is no other place to read its environment.
        assert name in ("guest.server", "remote") or "os.environ" not in attributes


@pytest.mark.parametrize("name", sorted(set(modules()) - PACKAGES))
def test_nothing_is_unpickled_and_no_module_has_globals_that_change(name: str) -> None:
    """No pickle, no torch.load, no `global`, no chdir outside a guest's own process."""
    tree = ast.parse(modules()[name].read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert not {"pickle", "dill", "marshal", "shelve"} & names
    assert "torch.load" not in _calls(tree)
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Global)]
    assert name.startswith(("guest.", "sandbox.")) or "os.chdir" not in _calls(tree)


def test_every_module_says_what_it_owns() -> None:
    """Each module opens with a docstring."""
    silent = [name for name, path in modules().items() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert silent == []
