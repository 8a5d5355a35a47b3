"""Runs beside the submission: one training, and what the trained model says of images whose masks are not here.

Each probe bears the name it tries, so that a report shows the call as a student would write it. `student` is put among
the globals by whoever loads this file.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch

student: Any = globals()["student"]
BLOCK = 50


def train_segmenter(images: Any, masks: Any, device: Any, seed: Any) -> Any:
    """["masks", uint8 (m, 101, 101)], or ["bad", a sentence].

    `images` is [uint8 images to train on, uint8 images to be asked about]; `seed` is [an int]; `device` is not looked
    at: the device is the one that the images came to.
    """
    where = str(images[0].device)
    known, asked = (as_floats(part) for part in images)
    masks, number = masks.cpu(), seed[0]
    before = known.clone(), masks.clone()
    random.seed(number)
    np.random.seed(number)
    torch.manual_seed(number)
    model = student.train_segmenter(known, masks, device=where, seed=number)
    if not (torch.equal(known, before[0]) and torch.equal(masks, before[1])):
        return ["bad", "It changed the images or the masks it was given. Work on copies."]
    if not callable(model):
        return [
            "bad",
            f"It returned an object of type {type(model).__name__}; something to call with images is asked for.",
        ]
    if callable(getattr(model, "eval", None)):
        model.eval()
    found = []
    with torch.no_grad():
        for block in asked.split(BLOCK):
            outputs = model(block.clone())
            if fault := wrong(outputs, len(block)):
                return ["bad", fault]
            found.append((outputs.reshape(-1, *block.shape[-2:]) > 0).to("cpu", torch.uint8))
    return ["masks", torch.cat(found)]


def as_floats(images: Any) -> Any:
    """uint8 (n, 101, 101) → float32 (n, 1, 101, 101) in [0, 1], on the CPU."""
    return images.cpu()[:, None].float() / 255


def wrong(outputs: Any, n: int) -> str:
    """What is wrong with the model's outputs for n images; empty if nothing is."""
    if not isinstance(outputs, torch.Tensor):
        return f"For a batch of images the model gave an object of type {type(outputs).__name__}, not a tensor."
    if tuple(outputs.shape) not in ((n, 1, 101, 101), (n, 101, 101)):
        wanted = f"({n}, 1, 101, 101)"
        return f"For images of shape {wanted} the model gave outputs of shape {tuple(outputs.shape)}, not {wanted}."
    if outputs.is_complex() or bool(outputs.isnan().any()):
        return f"The model's outputs have {'complex numbers' if outputs.is_complex() else 'nan'} in them."
    return ""
