"""The threshold study: trains an honest panel with many seeds, and looks where its scores lie among the lines.

    python exercises/exercise8/study.py --seeds 10      about 20 minutes of one core; goes on where it was stopped

Every seed draws training and test images of its own, once with rock in layers and once with salt in layers. Runs are
kept in study.jsonl, a line each; from them come study.md and the standard deviations that checks.py holds (a test
compares them). A line is lowered, never raised, until it lies four standard deviations below the mean of the weakest
honest solution of its tier. Solutions of tier 0 are there to fail: they look at single pixels, or know the textures.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
sys.path.insert(0, str(ROOT))

from grader import salt  # noqa: E402 - from this checkout, installed or not

WANTED = (0.30, 0.50, 0.65)
RUNS = ("rock in layers", "salt in layers")
STANDARD_DEVIATIONS = 4.0


def reference() -> Any:
    """The module of the reference solution."""
    spec = importlib.util.spec_from_file_location("reference_of_exercise8", ROOT / "solutions" / "exercise8.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


solution = reference()
Model = Callable[[Any], Any]
Trainer = Callable[[Any, Any, int], Model]
bce = F.binary_cross_entropy_with_logits


# --- tier 0: single pixels, and knowledge from elsewhere ---


def empty_mask(images: Any, masks: Any, seed: int) -> Model:
    return lambda x: x * 0 - 1


def full_mask(images: Any, masks: Any, seed: int) -> Model:
    return lambda x: x * 0 + 1


def best_threshold(images: Any, masks: Any, seed: int) -> Model:
    """Brighter or darker than the threshold that is best on the training images."""

    def model(cut: float, sign: int, x: Any) -> Any:
        return sign * (x - cut)

    cuts = torch.linspace(0, 1, 52).tolist()
    return best([partial(model, cut, sign) for cut in cuts for sign in (1, -1)], images, masks)


def best_table(images: Any, masks: Any, seed: int) -> Model:
    """Any set of brightnesses: those that are salt more often than some share, the best one on the training images."""
    levels = (images * 255).round().long()
    salty = torch.bincount(levels[masks > 0], minlength=256) / torch.bincount(levels.flatten(), minlength=256).clamp(1)

    def model(cut: Any, x: Any) -> Any:
        return salty[(x * 255).round().long()] - cut

    return best([partial(model, cut) for cut in torch.quantile(salty, torch.linspace(0, 1, 26))], images, masks)


def known_texture(images: Any, masks: Any, seed: int) -> Model:
    """Learns nothing: salt is where lines are as steep as they are flat."""

    def model(x: Any) -> Any:
        down, right, _ = directions(x, 21).unbind(1)
        return 0.3 - (down - right)

    return model


def best(candidates: Sequence[Model], images: Any, masks: Any) -> Model:
    """The candidate with the best score on the training images."""
    return max(candidates, key=lambda model: mean_score(model(images), masks))


# --- tier 1: neighbourhoods of fixed size ---


def directions(x: Any, window: int) -> Any:
    """Logarithms of the mean squared steps down and to the right, and of the variance, around each pixel."""

    def around(field: Any) -> Any:
        for size in ((window, 1), (1, window)):
            field = F.avg_pool2d(field, size, 1, (size[0] // 2, size[1] // 2), count_include_pad=False)
        return field

    down = F.pad((x[..., 1:, :] - x[..., :-1, :]) ** 2, (0, 0, 0, 1))
    right = F.pad((x[..., 1:] - x[..., :-1]) ** 2, (0, 1))
    return torch.cat([around(f).clamp_min(1e-5).log() for f in (down, right, (x - around(x)) ** 2)], 1)


def hand_made(images: Any, masks: Any, seed: int) -> Model:
    """Logistic regression on brightness and hand-made features; answers that are small on the whole become empty."""
    torch.manual_seed(seed)
    images, masks = images[:100], masks[:100]

    def features(x: Any) -> Any:
        return torch.cat([x, directions(x, 11), directions(x, 25)], 1)

    known = torch.cat([features(part) for part in images.split(50)])
    mean, sd = known.mean((0, 2, 3), keepdim=True), known.std((0, 2, 3), keepdim=True)
    rows, targets = ((known - mean) / sd).permute(0, 2, 3, 1).flatten(0, 2), masks.flatten().float()
    layer = nn.Linear(rows.shape[1], 1)
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.05)
    for _ in range(300):
        batch = torch.randint(len(rows), (4096,))
        loss: Any = bce(layer(rows[batch])[:, 0], targets[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def model(smallest: float, x: Any) -> Any:
        logits = layer(((features(x) - mean) / sd).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return torch.where((logits > 0).float().mean((1, 2, 3), keepdim=True) < smallest, -1.0, logits)

    with torch.no_grad():
        return best([partial(model, smallest) for smallest in (0.0, 0.05, 0.1, 0.15)], images, masks)


def block(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, dilation: int = 1, norm: bool = True) -> Any:
    layer = nn.Conv2d(inputs, outputs, kernel, stride, dilation * (kernel // 2), dilation)
    return nn.Sequential(layer, *([nn.BatchNorm2d(outputs)] if norm else []), nn.ReLU())


def trainer(make: Callable[[], nn.Module], **settings: Any) -> Trainer:
    """A network trained as the reference is, but for the settings."""

    def train(images: Any, masks: Any, seed: int) -> Model:
        torch.manual_seed(seed)
        made: Any = make()
        model = made.to(memory_format=torch.channels_last)
        fitted: Model = solution.fit(model, images, masks.float(), seed, **settings)
        return fitted

    return train


def narrow() -> nn.Module:
    """Four convolutions: a pixel sees nine by nine."""
    return nn.Sequential(block(1, 16), *(block(16, 16) for _ in range(3)), nn.Conv2d(16, 1, 1))


# --- tier 2: more to see; tier 3: an encoder and a decoder ---


def dilated() -> nn.Module:
    """Convolutions with holes, for a wider view."""
    return nn.Sequential(block(1, 12), *(block(12, 12, dilation=d) for d in (2, 4, 8)), nn.Conv2d(12, 1, 1))


class Coarse(nn.Module):
    """Three strides down, one interpolation up, nothing handed over."""

    def __init__(self, norm: bool) -> None:
        super().__init__()
        down = [block(a, b, 5, 2, norm=norm) for a, b in ((1, 16), (16, 32), (32, 32))]
        self.layers = nn.Sequential(*down, block(32, 32, norm=norm), nn.Conv2d(32, 1, 1))

    def forward(self, x: Any) -> Any:
        return F.interpolate(self.layers(x - 0.5), x.shape[-2:], mode="bilinear")


PANEL: dict[str, tuple[int, Trainer]] = {
    "empty mask": (0, empty_mask),
    "full mask": (0, full_mask),
    "best brightness threshold": (0, best_threshold),
    "best set of brightnesses": (0, best_table),
    "hard-coded texture": (0, known_texture),
    "hand-made features, logistic": (1, hand_made),
    "four convolutions, 9 x 9 in view": (1, trainer(narrow, loss_func=bce, epochs=6)),
    "dilated convolutions": (2, trainer(dilated, loss_func=bce, epochs=5)),
    "coarse net, no BatchNorm": (2, trainer(lambda: Coarse(False), loss_func=bce, epochs=20)),
    "coarse net, BCE": (3, trainer(lambda: Coarse(True), loss_func=bce, epochs=12)),
    "U-Net, BCE, not mirrored": (3, trainer(solution.UNet, loss_func=bce, flip=False)),
    "U-Net, BCE and Dice (the solution)": (
        3,
        lambda images, masks, seed: solution.train_segmenter(images, masks, device="cpu", seed=seed),
    ),
}


def mean_score(logits: Any, masks: Any) -> float:
    """salt_score, all images at once."""
    pred, target = (logits > 0).flatten(1), masks.flatten(1) > 0
    common, either = (pred & target).sum(1), (pred | target).sum(1)
    exceeded = torch.stack([20 * common > k * either for k in range(10, 20)], 1).double().mean(1)
    return float(torch.where(target.any(1), exceeded, (~pred.any(1)).double()).mean())


def run_once(name: str, seed: int, run: str) -> dict[str, Any]:
    """One training and its score."""

    def drawn(n: int, purpose: int) -> tuple[Any, Any]:
        made = salt.draw_salt(n, 100_000 * purpose + 10 * seed + RUNS.index(run), exchanged=run == RUNS[1])
        images, masks = (torch.from_numpy(part)[:, None] for part in made)
        return images.float() / 255, masks

    (images, masks), (asked, targets) = drawn(400, 1), drawn(200, 2)
    began = time.process_time()
    model = PANEL[name][1](images, masks, seed)
    with torch.no_grad():
        logits = torch.cat([model(part) for part in asked.split(50)])
    spent = time.process_time() - began
    return {
        "name": name,
        "run": run,
        "seed": seed,
        "score": round(mean_score(logits, targets), 5),
        "s": round(spent, 1),
    }


def table(done: list[dict[str, Any]]) -> str:
    """The figures of every solution, and what follows for the lines."""
    lines = [
        "# Scores of exercise 8's panel\n",
        "`python exercises/exercise8/study.py` makes this page. Figures are salt_scores on 200 images after a training",
        "on 400; each seed draws its own. Room is (mean - line of the tier) / SD; the last column bounds how often one",
        "training ends below that line, if scores are normal. Seconds are CPU seconds of one training.\n",
        "| tier | solution | textures | seeds | mean | SD | lowest | seconds | room in SD | below its line |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    found = found_lines(done)
    for (name, run), scores, seconds in groups(done):
        tier, mean, sd = PANEL[name][0], statistics.mean(scores), statistics.stdev(scores)
        row = [tier, name, run, len(scores), f"{mean:.3f}", f"{sd:.3f}", f"{min(scores):.3f}", f"{seconds:.1f}"]
        if tier:
            room = (mean - found[tier - 1][1]) / sd
            row += [f"{room:.1f}", f"{max(normal_tail(room), 1e-9):.0e}"]
        else:
            row += ["", ""]
        lines.append(f"| {' | '.join(map(str, row))} |")
    lines += [
        "",
        "| tier | line wanted | highest line that is allowed | line | SD |",
        "| --- | --- | --- | --- | --- |",
    ]
    for tier, (wanted, (allowed, line, sd)) in enumerate(zip(WANTED, found, strict=True), start=1):
        lines.append(f"| {tier} | {wanted:.2f} | {allowed:.3f} | {line:.3f} | {sd:.3f} |")
    failing = max(max(scores) for (name, _), scores, _ in groups(done) if name in list(PANEL)[:4])
    lines.append(f"\nThe highest score of a constant mask or of a function of brightness alone was {failing:.3f}.")
    return "\n".join(lines) + "\n"


def groups(done: list[dict[str, Any]]) -> list[tuple[tuple[str, str], list[float], float]]:
    """((solution, textures), its scores, mean seconds), in the panel's order."""
    found = []
    for name in PANEL:
        for run in RUNS:
            rows = sorted(
                (row for row in done if (row["name"], row["run"]) == (name, run)), key=lambda row: row["seed"]
            )
            if len(rows) > 1:
                seconds = statistics.mean(row["s"] for row in rows)
                found.append(((name, run), [float(row["score"]) for row in rows], seconds))
    return found


def found_lines(done: list[dict[str, Any]]) -> list[tuple[float, float, float]]:
    """For each tier: mean - 4 SD of its weakest honest solution, the line, and the largest SD of that tier."""
    found = []
    for tier, wanted in enumerate(WANTED, start=1):
        honest = [scores for (name, _), scores, _ in groups(done) if PANEL[name][0] == tier]
        if not honest:
            raise SystemExit(f"There are no runs of tier {tier} yet.")
        allowed = min(statistics.mean(scores) - STANDARD_DEVIATIONS * statistics.stdev(scores) for scores in honest)
        sd = max(statistics.stdev(scores) for scores in honest)
        found.append((allowed, min(wanted, math.floor(200 * allowed) / 200), math.ceil(1000 * sd) / 1000))
    return found


def normal_tail(room: float) -> float:
    return math.erfc(room / math.sqrt(2)) / 2


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--seeds", type=int, default=10, help="how many trainings of each solution on each textures")
    options.add_argument("--only", default="", help="solutions whose name contains this")
    options.add_argument("--out", type=Path, default=FOLDER / "study.jsonl", help="where runs are kept")
    given = options.parse_args()
    torch.set_num_threads(1)
    done = read(given.out)
    known = {(row["name"], row["run"], row["seed"]) for row in done}
    with given.out.open("a", encoding="utf-8") as out:
        for seed in range(given.seeds):
            for name in PANEL:
                for run in RUNS:
                    if given.only in name and (name, run, seed) not in known:
                        done.append(run_once(name, seed, run))
                        print(json.dumps(done[-1]), file=out, flush=True)
                        print(done[-1], flush=True)
    given.out.with_suffix(".md").write_text(table(done), encoding="utf-8")


if __name__ == "__main__":
    main()
