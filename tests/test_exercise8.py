"""Exercise 8, segmentation: who gets which marks. A submission here is the solution with some names replaced.

Trainings of tests/students/segmenting are graded by the real thing, in cells of their own. Such a file opens with
comment lines `# key: value`, then says in its docstring what it does. Keys:

    tier       how many lines count for it; alternatives with |
    verdict    the verdict, where it is not PASSED for all lines and FAILED for fewer
    limits     limits other than the exercise's own, as `cpu_s=1, wall_s=3`
    message    words that a student reads
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from fakes import grade
from kaggle import write
from marking import (
    TELLING,
    assert_caught,
    assert_examples_true,
    assert_told_apart,
    complaints,
    imported,
    limited,
    one_thread,  # noqa: F401 - a fixture that every test here uses
    pinned,
)

from grader import course, grading, salt, server, submissions
from grader.guest.loader import load_helper
from grader.judge import Conditions
from grader.server import Server
from grader.values import CheckResult, Pictures, Verdict

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "exercises" / "exercise8"
TRAININGS = sorted((ROOT / "tests" / "students" / "segmenting").glob("*.py"))
SOLUTION = (ROOT / "solutions" / "exercise8.py").read_text(encoding="utf-8")
MISTAKES = (FOLDER / "mistakes.py").read_text(encoding="utf-8")
FUNCTIONS = ("rle_encode", "rle_decode", "iou", "salt_score", "train_segmenter")
TOOLS = FUNCTIONS[:-1]
NAMES = re.findall(r"^def (\w+__\w+)", MISTAKES, re.MULTILINE)


def graded(extra: str = "", function: str = "") -> list[CheckResult]:
    """Results of the solution followed by `extra`; the checks of `function`, or all that do not train."""
    return grade(FOLDER, f"{SOLUTION}\n\n{extra}\n".encode(), f"test_{function}" if function else "not train_segmenter")


def test_the_stub_gets_no_point() -> None:
    """The stub gets no point, and every check says which function is not written yet."""
    results = grade(FOLDER, (FOLDER / "exercise8.py").read_bytes())
    assert {(result.verdict, result.points) for result in results} == {(Verdict.MISSING, 0)}
    said = {result.finding.message for result in results if result.finding}
    assert said == {f"`{name}` is not written yet." for name in FUNCTIONS}


def test_the_solution_gets_full_marks() -> None:
    """The solution passes every check; they are worth 20 points, training 6 of them, and scores are shown."""
    results = grade(FOLDER, SOLUTION.encode())
    assert not complaints(results)
    assert sum(result.max_points for result in results) == 20
    assert {name for result in results for name in result.functions} == set(FUNCTIONS)
    assert all(result.max_points >= 1 and len(result.title) <= 70 for result in results)
    (training,) = (result for result in results if result.functions == ("train_segmenter",))
    assert training.max_points == 6
    scores = [float(note.split(": ")[1]) for note in training.notes]
    assert len(scores) == 2 and min(scores) > 0.75
    (pictures,) = training.exhibits
    assert isinstance(pictures, Pictures) and len(pictures.pixels) == len(pictures.captions) == 16
    assert {len(pixels) for pixels in pictures.pixels} == {pictures.width * pictures.height}


def test_the_names_are_those_of_the_contract() -> None:
    """exercise.toml, the stub and the solution name the same things with the same parameters."""
    exercise = course.read_exercise(FOLDER)
    for module in (imported(FOLDER / "exercise8.py"), imported(ROOT / "solutions" / "exercise8.py")):
        for name in exercise.names:
            assert str(inspect.signature(getattr(module, name.name))) == name.signature
    assert tuple(name.name for name in exercise.names) == FUNCTIONS
    assert all(2 <= len(name.hints) <= 4 for name in exercise.names)
    assert (exercise.limits.cpu_s, exercise.limits.wall_s, exercise.limits.memory_mib) == (120, 600, 4096)


def test_the_stubs_examples_are_true() -> None:
    """Every example in the stub's docstrings gives with the solution what it says."""
    stub, solution = FOLDER / "exercise8.py", ROOT / "solutions" / "exercise8.py"
    assert_examples_true(stub, solution, TOOLS)


def test_lines_are_those_of_the_study() -> None:
    """The lines and standard deviations in checks.py come from the runs that are kept, and lie as the contract says."""
    study = imported(FOLDER / "study.py")
    runs = study.read(FOLDER / "study.jsonl")
    source = (FOLDER / "checks.py").read_text(encoding="utf-8")
    used = [tuple(map(float, row)) for row in re.findall(r"training\.Line\(([\d.]+), ([\d.]+), \d\)", source)]
    found = study.found_lines(runs)
    assert used == [(line, sd) for _, line, sd in found]
    assert (FOLDER / "study.md").read_text(encoding="utf-8") == study.table(runs)
    for (allowed, line, _), wanted in zip(found, (0.30, 0.50, 0.65), strict=True):
        assert line <= min(allowed, wanted)
    groups = {key: scores for key, scores, _ in study.groups(runs)}
    honest = {name for name, _ in groups if study.PANEL[name][0]}
    assert len(honest) >= 5 and all(len(scores) >= 10 for scores in groups.values())
    for name, run in groups:
        if study.PANEL[name][0] == 0 and name != "hard-coded texture":
            assert max(groups[name, run]) < found[0][1] - 0.015
    assert max(groups["hard-coded texture", study.RUNS[1]]) < 0.1


# --- known mistakes ---


@pytest.fixture(scope="module")
def caught() -> dict[str, list[CheckResult]]:
    """The results of every mistake, on the checks of its function."""
    functions = {name: name.split("__")[0] for name in NAMES}
    return {name: graded(f"{MISTAKES}\n{function} = {name}", function) for name, function in functions.items()}


@pytest.mark.parametrize("name", NAMES)
def test_every_mistake_is_caught(caught: dict[str, list[CheckResult]], name: str) -> None:
    """Each known mistake fails a check of its function, is never ungradable, and has a hint."""
    assert_caught(caught[name], name.split("__")[0])
    assert len(inspect.getdoc(getattr(imported(FOLDER / "mistakes.py"), name)) or "") > 40


def test_mistakes_can_be_told_apart(caught: dict[str, list[CheckResult]]) -> None:
    """No two mistakes answer alike where they fail, so that a student gets the right hint."""
    assert_told_apart(caught, by_function=True)


def test_mistakes_are_many_and_spread() -> None:
    """Each of the four tools has known mistakes; a training has none."""
    assert len(NAMES) >= 30
    assert {name.split("__")[0] for name in NAMES} == set(TOOLS)


# A fault, and the points that it may cost at most.
COSTS = (
    ("rle_encode__breaks_at_columns", 2),
    ("rle_encode__none_for_empty", 1),
    ("rle_decode__none_is_no_text", 1),
    ("rle_decode__drops_the_odd_one", 1),
    ("rle_decode__overlaps_are_fine", 1),
    ("rle_decode__zeros_for_nonsense", 2),
    ("iou__empty_is_zero", 1),
    ("salt_score__pools_the_pixels", 3),
)


@pytest.mark.parametrize(("name", "most"), COSTS)
def test_a_mistake_costs_what_it_is_about(caught: dict[str, list[CheckResult]], name: str, most: int) -> None:
    """One fault leaves the points of the checks that are about something else."""
    assert sum(result.max_points - result.points for result in caught[name]) <= most


# --- odd but right ---

RIGHT = {
    "rle_encode": {
        "plain loops": """
def rle_encode(mask):
    h, w = mask.shape
    words, run = [], 0
    for i in range(h * w + 1):
        on = i < h * w and bool(mask[i % h, i // h])
        if run and not on:
            words += [str(i - run + 1), str(run)]
        run = run + 1 if on else 0
    return " ".join(words)
""",
        "numpy, as on Kaggle": """
import numpy as np
def rle_encode(mask, *rest):
    pixels = np.concatenate([[0], mask.numpy().T.flatten(), [0]])
    runs = np.where(pixels[1:] != pixels[:-1])[0] + 1
    runs[1::2] -= runs[::2]
    return ' '.join(str(x) for x in runs)
""",
    },
    "rle_decode": {
        "numpy": """
import numpy as np
def rle_decode(text, shape):
    mask = np.zeros(shape[0] * shape[1], np.uint8)
    if not isinstance(text, str) or not text:
        return mask.reshape(shape)
    numbers = np.array(text.split(), dtype=int).reshape(-1, 2)
    for start, length in numbers:
        piece = mask[start - 1:start + length - 1]
        if start < 1 or length < 1 or len(piece) < length or piece.any():
            raise ValueError(start, length)
        piece[:] = 1
    return mask.reshape(shape, order="F")
""",
        "its own error, a view": """
import math
class Nonsense(ValueError):
    pass
def rle_decode(text, shape):
    if text is None or (isinstance(text, float) and math.isnan(text)):
        text = ""
    try:
        numbers = [int(word) for word in text.split(" ") if word]
        pairs = list(zip(numbers[0::2], numbers[1::2], strict=True))
    except ValueError as error:
        raise Nonsense from error
    seen = [place for start, length in pairs for place in range(start, start + length)]
    if any(length < 1 for _, length in pairs) or len(set(seen)) < len(seen):
        raise Nonsense
    if seen and not 1 <= min(seen) <= max(seen) <= shape[0] * shape[1]:
        raise Nonsense
    line = torch.zeros(shape[0] * shape[1], dtype=torch.uint8)
    line[[place - 1 for place in seen]] = 1
    return line.view(shape[1], shape[0]).t()
""",
    },
    "iou": {
        "logical functions, 0-d tensor": """
def iou(pred, target):
    union = torch.logical_or(pred, target).sum()
    return torch.where(union > 0, torch.logical_and(pred, target).sum() / union, torch.tensor(1.0))
""",
        "numpy scalar": """
import numpy as np
def iou(a, b):
    a, b = np.asarray(a, bool), np.asarray(b, bool)
    return np.float32(1) if not a.any() and not b.any() else (a & b).sum() / (a | b).sum()
""",
        "products of floats": """
def iou(pred, target):
    pred, target = pred.float().flatten(), target.float().flatten()
    both = pred @ target
    union = pred.sum() + target.sum() - both
    return (both / union).item() if union else 1
""",
    },
    "salt_score": {
        "all at once": """
def salt_score(preds, targets):
    p, t = preds.bool().flatten(1), targets.bool().flatten(1)
    either = (p | t).sum(1)
    found = torch.where(either > 0, (p & t).sum(1) / either.clamp(min=1), 1.0)
    hits = (found[:, None] > torch.arange(0.5, 1.0, 0.05)).float().mean(1)
    return torch.where(t.any(1), hits, (~p.any(1)).float()).mean()
""",
        "numpy": """
import numpy as np
def salt_score(preds, targets):
    scores = []
    for p, t in zip(preds.numpy().astype(bool), targets.numpy().astype(bool)):
        if not t.any():
            scores.append(float(not p.any()))
        else:
            scores.append(np.mean((p & t).sum() / (p | t).sum() > np.linspace(0.5, 0.95, 10)))
    return np.mean(scores)
""",
    },
}


@pytest.mark.parametrize(("function", "variant"), [(name, key) for name in RIGHT for key in RIGHT[name]])
def test_odd_but_right_solutions_pass(function: str, variant: str) -> None:
    """What does as the contract says passes, whatever it is written like."""
    assert not complaints(graded(RIGHT[function][variant], function))


# --- wrong in any way ---

GARBAGE = (
    *("None", "'x'", "[]", "{}", "float('nan')", "torch.zeros(0)", "object()", "True", "b''", "(1, 2)", "torch"),
    *("torch.tensor([float('nan')])", "torch.zeros(2, 3, dtype=torch.int64)", "torch.zeros(1, dtype=torch.complex64)"),
    *("torch.zeros(3).numpy()", "10 ** 400", "-1", "torch.tensor(float('inf'))", "print", "0.5", "''", "'1 1'"),
)
DEEDS = ("raise ValueError('no')", "raise SystemExit(1)", "raise KeyError", "return args[99]", "raise RuntimeError")
LUCKY = {"rle_decode": 2}  # who always raises ValueError is right about texts that make no sense


@pytest.mark.parametrize("function", TOOLS)
def test_wrong_answers_pass_nothing(function: str) -> None:
    """Whatever else comes back, no check of the function passes, and none becomes ungradable."""
    for body in [f"return {value}" for value in GARBAGE] + list(DEEDS):
        results = graded(f"def {function}(*args): {body}", function)
        passed = [result.id for result in results if result.verdict is Verdict.PASSED]
        assert len(passed) <= ("ValueError" in body) * LUCKY.get(function, 0), (body, passed)
        assert results and all(result.verdict in (*TELLING, Verdict.PASSED) for result in results)


ARITY = (
    "def {0}(): return 1",
    "def {0}(a, b, c, d, e, f): return a",
    "{0} = 3",
    "{0} = None",
    "class {0}: pass",
)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_garbage_everywhere_is_graded(function: str) -> None:
    """Definitions that can't be called as asked get no point of the function, and a verdict."""
    for line in ARITY:
        select = "train_segmenter" if function == "train_segmenter" else "not train_segmenter"
        results = grade(FOLDER, f"import torch\n{line.format(function)}\n".encode(), select)
        assert not [(line, result.id) for result in results if result.points]
        assert all(result.verdict is not Verdict.UNGRADABLE for result in results)


# A slip that one clause of the contract forbids, and the check that has to notice it. `earlier` is the solution's.
SLIPS = (
    ("rle_encode", "return earlier(args[0]) + ' '", "goes_down"),
    ("rle_encode", "return ' ' + earlier(args[0])", "goes_down"),
    ("rle_encode", "return earlier(args[0]).replace(' ', '  ')", "goes_down"),
    ("rle_encode", "return earlier(args[0]).encode()", "goes_down"),
    ("rle_encode", "return earlier(args[0].byte()[:, :4])", "writes_starts"),
    ("rle_encode", "return earlier(args[0].T) if len(args[0]) == len(args[0].T) else earlier(args[0])", "goes_down"),
    ("rle_encode", "return ' '.join(map(str, reversed(earlier(args[0]).split()))) ", "goes_down"),
    ("rle_encode", "words = earlier(args[0]); args[0].zero_(); return words", "goes_down"),
    (
        "rle_encode",
        "return earlier(args[0]) if args[0].dtype == torch.uint8 else earlier(args[0].flip(0))",
        "goes_down",
    ),
    ("rle_encode", "return ' '.join(earlier(args[0]).split()[:100])", "as_long_as"),
    ("rle_decode", "return earlier(*args)[None]", "way_back"),
    ("rle_decode", "return earlier(*args).tolist()", "way_back"),
    ("rle_decode", "return earlier(*args).to(torch.int8)", "way_back"),
    ("rle_decode", "return earlier(*args).numpy().astype('int64')", "way_back"),
    ("rle_decode", "return earlier(*args) if args[0] != '' else None", "empty_masks"),
    ("rle_decode", "return earlier(*args) if args[0] is not None else earlier('1 1', args[1])", "empty_masks"),
    ("rle_decode", "return earlier(*args) if args[0] == args[0] else None", "empty_masks"),
    ("rle_decode", "return earlier(args[0] or '', args[1]) if args[0] == args[0] else torch.zeros(3, 3)", "empty_m"),
    ("rle_decode", "return earlier(args[0] and args[0].replace('-', ''), args[1])", "positive_integers"),
    ("rle_decode", "return earlier(args[0] and args[0].replace('.5', ''), args[1])", "positive_integers"),
    ("rle_decode", "return earlier(args[0] and re.sub(' (0|-[0-9]+)$', ' 1', args[0]), args[1])", "positive_integers"),
    ("rle_decode", "return earlier(args[0] and re.sub('^0', '1', args[0]), args[1])", "positive_integers"),
    ("rle_decode", "return earlier(args[0], [args[1][0], args[1][1] + 1])[:, :-1]", "runs_that_fit"),
    ("rle_decode", "return earlier(args[0] if args[0] != '12 1' else '0 0', args[1])", "runs_that_fit"),
    ("iou", "return earlier(*args) ** 1.001", "intersection"),
    ("iou", "return round(earlier(*args), 2)", "intersection"),
    ("iou", "return [earlier(*args)]", "intersection"),
    ("iou", "return torch.tensor([earlier(*args)])", "intersection"),
    ("iou", "return earlier(args[0][..., :1], args[1][..., :1])", "intersection"),
    ("iou", "value = earlier(*args); args[0].logical_not_(); return value", "intersection"),
    ("iou", "return earlier(args[0] & args[1], args[1])", "intersection"),
    ("iou", "return (args[0] * args[1]).sum(dtype=torch.uint8) / (args[0] | args[1]).sum()", "intersection"),
    ("iou", "return earlier(*args) if args[1].any() else 1.0", "empty_masks"),
    ("iou", "return earlier(*args) if args[0].any() else 1.0", "empty_masks"),
    ("salt_score", "return earlier(*args) ** 1.001", "mean_over"),
    ("salt_score", "return earlier(args[0][:1], args[1][:1])", "mean_over"),
    ("salt_score", "return earlier(args[0][..., :1, :], args[1][..., :1, :])", "mean_over"),
    ("salt_score", "return [earlier(*args)]", "mean_over"),
    ("salt_score", "value = earlier(*args); args[0].logical_not_(); return value", "mean_over"),
    ("salt_score", "return earlier(*args) if args[1].any() else 1.0", "empty_targets"),
    ("salt_score", "return earlier(*args) if args[1].any() else 0.0", "empty_targets"),
)


@pytest.mark.parametrize(("function", "body", "check"), SLIPS)
def test_slips_are_noticed(function: str, body: str, check: str) -> None:
    """A submission that breaks one clause of the contract fails the check for that clause."""
    results = graded(f"import re\nearlier = {function}\ndef {function}(*args): {body}", function)
    failing = [result.id for result in results if result.verdict in TELLING]
    assert any(check in name for name in failing), failing
    assert all(result.verdict is not Verdict.UNGRADABLE for result in results)


def test_a_wrong_iou_shows_in_the_score() -> None:
    """A check of salt_score names iou too, on which it may be built."""
    results = graded("def iou(pred, target): return 0.5", "salt_score")
    failed = [result for result in results if result.verdict is Verdict.FAILED]
    assert failed and all("iou" in result.functions for result in failed)


# --- trainings ---

OUTPUTS = (
    *("None", "1.0", "x.numpy()", "x[:1]", "x[..., :100]", "x.flatten(1)", "x * float('nan')", "x + 0j", "[x]"),
    *("torch.zeros(len(x), 2, 101, 101)", "x.sum()", "x.new_empty(0)"),
)


def asked(model: Any, n: int = 60) -> Any:
    """What the probe says of a model that is asked about n images; an expression of `x` may stand for it."""

    def train_segmenter(images: Any, masks: Any, *, device: str, seed: int) -> Any:
        assert images.shape == masks.shape == (4, 1, 101, 101) and images.dtype == torch.float32
        assert (device, seed) == ("cpu", 7)
        return eval(f"lambda x: {model}", {"torch": torch}) if isinstance(model, str) else model

    source = (FOLDER / "probes.py").read_bytes()
    probes = load_helper(source, "probes.py", {"student": SimpleNamespace(train_segmenter=train_segmenter)})
    images = torch.arange(256, dtype=torch.uint8).repeat(40 * 64)[: 64 * 101 * 101].reshape(64, 101, 101)
    masks = torch.ones(4, 1, 101, 101, dtype=torch.uint8)
    return probes["train_segmenter"]([images[:4], images[4 : 4 + n]], masks, [], [7])


def test_models_that_cannot_be_read_are_told_why() -> None:
    """A model that gives something else than logits of the right shape gets a sentence that says so."""
    for output in OUTPUTS:
        kind, text = asked(output)
        assert kind == "bad" and "model" in text, (output, text)
        assert kind == asked(output, 1)[0] or output == "x[:1]"


def test_only_the_sign_of_outputs_is_looked_at() -> None:
    """Salt is where an output is above 0, whatever its type and size, with or without an axis of one."""
    kind, masks = asked("x - 0.5")
    assert kind == "masks" and masks.dtype == torch.uint8 and masks.shape == (60, 101, 101)
    infinite = "torch.where(x > 0.5, torch.inf, -torch.inf)"
    for output in ("(x - 0.5)[:, 0]", "(x - 0.5).double() * 1e300", "(x > 0.5).float()", infinite):
        assert torch.equal(asked(output)[1], masks), output
    for n in (1, 50, 51):
        assert torch.equal(asked("x - 0.5", n)[1], masks[:n])


class Watching:
    """A model that says salt everywhere as long as it is asked as the contract says."""

    ready = False

    def eval(self) -> None:
        self.ready = True

    def __call__(self, x: Any) -> Any:
        return x * 0 + int(self.ready and not torch.is_grad_enabled() and len(x) <= 50)


def test_models_are_asked_in_eval_mode_without_gradients() -> None:
    """A model with an `eval` method is put into eval mode, gradients are off, and at most 50 images come at a time."""
    kind, masks = asked(Watching())
    assert kind == "masks" and bool(masks.all())


def test_a_failing_training_is_shown_as_a_call() -> None:
    """The call in the report is the one that the student's function was called with."""
    source = b"def train_segmenter(images, masks, *, device, seed): return lambda x: None"
    (result,) = grade(FOLDER, source, "train_segmenter")
    assert (result.verdict, result.points) == (Verdict.FAILED, 0)
    assert result.finding is not None and result.finding.call is not None
    assert re.fullmatch(r"train_segmenter\(images, masks, device=device, seed=\d+\)", result.finding.call)


LOOKS_AT_BRIGHTNESS = b"def train_segmenter(images, masks, *, device, seed): return lambda x: x - 0.7"


def test_kaggles_images_are_told_of_and_never_marked(tmp_path: Path) -> None:
    """With Kaggle's folder at hand the same training is measured on its images too, and the marks stay the same."""
    images, masks = salt.draw_salt(600, 5)
    write(tmp_path / "whole", [f"{place:04}" for place in range(600)], images, masks)
    write(tmp_path / "few", ["a"], images[:1], masks[:1])
    (plain,) = grade(FOLDER, LOOKS_AT_BRIGHTNESS, "train_segmenter")
    (whole,) = grade(FOLDER, LOOKS_AT_BRIGHTNESS, "train_segmenter", Conditions(data=tmp_path / "whole"))
    (few,) = grade(FOLDER, LOOKS_AT_BRIGHTNESS, "train_segmenter", Conditions(data=tmp_path / "few"))
    assert {(result.verdict, result.points) for result in (plain, whole, few)} == {(plain.verdict, plain.points)}
    (told,) = set(whole.notes) - set(plain.notes)
    assert re.fullmatch(r"salt_score on Kaggle's images \(not marked\): 0\.\d{3}", told)
    (told,) = set(few.notes) - set(plain.notes)
    assert "nothing was measured" in told and "400 and 200 images are wanted" in told


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    found, _ = server.start_executed(course.read_exercise(FOLDER).preload)
    yield found
    found.close()


@pytest.mark.parametrize("path", TRAININGS, ids=lambda path: path.stem)
def test_a_training_gets_what_its_file_says(path: Path, running: Server, tmp_path: Path) -> None:
    """A way of training, or of pretending to, has the verdict and the tier that its file pins."""
    wanted = pinned(path)
    exercise = limited(course.read_exercise(FOLDER), wanted.get("limits", ""))
    options = grading.Options(tmp_path, select="train_segmenter")
    report = grading.grade(exercise, submissions.from_bytes(path.read_bytes(), path.name), running, options)
    (result,) = report.results
    message = result.finding.message if result.finding else ""
    told = f"{result.verdict} {result.points} points: {message} {result.notes}"
    tiers = [int(tier) for tier in wanted.get("tier", "0").split("|")]
    assert str(result.verdict) == wanted.get("verdict", "PASSED" if tiers == [3] else "FAILED"), told
    assert result.points in [2 * tier for tier in tiers], told
    assert wanted.get("message", "") in message, told
    assert result.verdict is Verdict.PASSED or message


def test_every_training_pins_what_it_gets() -> None:
    """Each file names a tier or a verdict, and says in one docstring what it does."""
    assert len(TRAININGS) > 10
    for path in TRAININGS:
        assert {"tier", "verdict"} & set(pinned(path)), path.name
        assert re.search(r'^"""\S.*\S"""$', path.read_text(encoding="utf-8"), re.MULTILINE), path.name
