# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=PASSED
"""Saves a tensor to a temporary file and reads it again, as the chapter on saving models does."""

import tempfile

import torch


def center(images):
    with tempfile.TemporaryDirectory() as folder:
        torch.save(images.mean(0), f"{folder}/mean.pt")
        mean = torch.load(f"{folder}/mean.pt")
    return images - mean
