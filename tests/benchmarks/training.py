"""Prints the figures of graded training, as seconds of CPU and as ratios measured in the same run (Markdown).

`python tests/benchmarks/training.py --data DIR`; `--quick` trains three seeds instead of ten, `--device cuda` measures
on a GPU. One thread throughout.
"""

from __future__ import annotations

import argparse
import io
import itertools
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
GRADE = [sys.executable, "-c", "import sys; sys.argv[0] = 'grade'; from grader.cli import main; main()"]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, help="a folder with MNIST; the cache by default")
    options.add_argument("--quick", action="store_true", help="three seeds instead of ten")
    options.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    given = options.parse_args()
    torch.set_num_threads(1)
    from grader import data

    mnist = data.locate(given.data)
    assert mnist is not None, "MNIST is not here: run `grade data`"
    rows = [pages(mnist)]
    rows += trainings(mnist, 3 if given.quick else 10, given.device)
    if given.device == "cpu":
        rows += [loaders(mnist), whole_command(given.data)]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}, {given.device}"
    print(f"\n{date.today()}, {machine}\n")
    print("| what | figure | target |\n| --- | --- | --- |")
    for row in rows:
        print("| " + " | ".join(row) + " |")


def spent(action: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of this process, and what came of it."""
    start = time.process_time()
    result = action()
    return time.process_time() - start, result


def pages(mnist: Any) -> tuple[str, str, str]:
    """Opening the memory maps and touching every page of all 70,000 images, from a warm cache."""
    times = []
    for _ in range(7):
        start = time.perf_counter()
        sum(int(images.reshape(-1).view(np.uint64).sum(dtype=np.uint64)) for images in whole(mnist))
        times.append((time.perf_counter() - start) * 1e3)
    figure = f"{statistics.median(times):.1f} ms ({min(times):.1f} to {max(times):.1f})"
    return "all 70,000 images, warm cache, every page touched (a sum)", figure, "at most 50 ms"


def whole(mnist: Any) -> list[Any]:
    return [mnist.train_images, mnist.test_images]


def trainings(mnist: Any, seeds: int, device: str) -> list[tuple[str, str, str]]:
    """The reference's `train` on plain MNIST, seed by seed."""
    from grader.guest.server import REFERENCE_STEP_S, speed

    train = loaded(ROOT / "solutions" / "exercise6.py")["train"]
    images, labels = torch.from_numpy(mnist.train_images.copy()), torch.from_numpy(mnist.train_labels.astype(np.int64))
    asked, truth = torch.from_numpy(mnist.test_images.copy()), torch.from_numpy(mnist.test_labels.astype(np.int64))
    train(images[:1280], labels[:1280], device=device, seed=0)  # the first use of torch.optim imports for a second
    if device == "cuda":
        images, labels = images.cuda(), labels.cuda()
        torch.cuda.synchronize()
    times, shares, multiples = [], [], []
    for seed in range(seeds):
        step = speed() * REFERENCE_STEP_S
        start = time.perf_counter()
        cpu_s, model = spent(lambda seed=seed: train(images, labels, device=device, seed=seed))  # type: ignore[misc]  # a default binds
        if device == "cuda":
            torch.cuda.synchronize()
        times.append(cpu_s if device == "cpu" else time.perf_counter() - start)
        multiples.append(times[-1] / step)
        model.eval()
        with torch.no_grad():
            answers = torch.cat([model(block).argmax(1).cpu() for block in asked.split(1000)])
        shares.append(float((answers == truth).double().mean()))
    seconds = f"{statistics.median(times):.2f} s ({min(times):.2f} to {max(times):.2f})"
    lowest = f"{100 * min(shares):.2f} % to {100 * max(shares):.2f} %, {seeds} seeds"
    target = "at most 5 s of CPU" if device == "cpu" else "at most 1 s"
    return [
        ("reference `train`, plain full MNIST", seconds, target),
        ("the same, in calibration steps", f"{statistics.median(multiples):.0f}", ""),
        ("its accuracy, each seed", lowest, "at least 99.0 %"),
    ]


def loaders(mnist: Any) -> tuple[str, str, str]:
    """The reference's loop over one epoch, fed from one tensor, and by a DataLoader from PIL images."""
    module = loaded(ROOT / "solutions" / "exercise6.py")
    count = 60 * module["BATCH"]
    files = [png(image) for image in mnist.train_images[:count]]
    labels = torch.from_numpy(mnist.train_labels[:count].astype(np.int64))
    images = torch.from_numpy(mnist.train_images[:count].copy())
    by_items, _ = spent(lambda: epoch(module, DataLoader(Items(files, labels), module["BATCH"], shuffle=True)))
    by_slices, _ = spent(lambda: module["train"](images, labels, device="cpu", seed=0))
    figure = f"{by_items / by_slices:.2f} × ({by_items:.2f} s against {by_slices:.2f} s for {count:,} images)"
    return "same net and epochs, fed by torch's DataLoader from PIL items, against the reference's loop", figure, ""


def png(image: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    return stream.getvalue()


class Items(Dataset):  # type: ignore[type-arg]  # its items are pairs
    """Images as files in memory, opened one by one."""

    def __init__(self, files: list[bytes], labels: torch.Tensor) -> None:
        self.files, self.labels = files, labels

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, place: int) -> tuple[torch.Tensor, torch.Tensor]:
        image = np.array(Image.open(io.BytesIO(self.files[place])).convert("L"))
        return torch.from_numpy(image), self.labels[place]


def epoch(module: dict[str, Any], loader: Any) -> None:
    """The reference's net, as many steps as it takes, batches from a loader."""
    F, prepare = module["F"], module["Prepare"](33.3, 78.6)  # noqa: N806  # torch's usual name
    model = module["conv_net"]().to("cpu", torch.bfloat16, memory_format=torch.channels_last)
    opt = torch.optim.AdamW(model.parameters(), lr=module["PEAK"], weight_decay=0.02)
    steps = int(module["EPOCHS"] * len(loader))
    rate = torch.optim.lr_scheduler.OneCycleLR(opt, module["PEAK"], total_steps=steps + 1, pct_start=0.25)
    for xb, yb in itertools.islice(loader, steps):
        loss = F.cross_entropy(model(prepare(xb)).float(), yb, label_smoothing=0.05)
        opt.zero_grad()
        loss.backward()
        opt.step()
        rate.step()


def whole_command(folder: Path | None) -> tuple[str, str, str]:
    """`grade exercise6` with the reference, from start to end; once before, so that the glyphs are drawn."""
    command = [*GRADE, "exercise6", str(ROOT / "solutions" / "exercise6.py")]
    command += ["--data", str(folder.resolve())] if folder else []
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    what = "`grade exercise6 solutions/exercise6.py`, all checks and both proofs of learning"
    return what, f"{time.perf_counter() - start:.1f} s", "at most 40 s on two cores"


def loaded(path: Path) -> dict[str, Any]:
    """The names of a Python file."""
    module = SimpleNamespace(__name__="reference")
    names = vars(module)
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
    return names


if __name__ == "__main__":
    main()
