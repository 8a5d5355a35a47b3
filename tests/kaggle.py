"""Writes images and masks in the layout of Kaggle's TGS data."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def write(folder: Path, ids: list[str], images: Any, masks: Any, texts: list[str] | None = None) -> None:
    """images/, masks/ and train.csv, as Kaggle has them: RGB images, masks of 16 bits."""
    for kind in ("images", "masks"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for name, image, mask in zip(ids, images, masks, strict=True):
        Image.fromarray(image).convert("RGB").save(folder / "images" / f"{name}.png")
        Image.fromarray(mask.astype(np.uint16) * 65535).save(folder / "masks" / f"{name}.png")
    with (folder / "train.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["id", "rle_mask"])
        table.writerows(zip(ids, texts or [encoded(mask) for mask in masks], strict=True))


def encoded(mask: Any) -> str:
    """Runs down the columns, from 1."""
    line = np.concatenate([[0], mask.T.ravel(), [0]]).astype(np.int8)
    turns = np.flatnonzero(np.diff(line))
    return " ".join(f"{start + 1} {end - start}" for start, end in zip(turns[::2], turns[1::2], strict=True))
