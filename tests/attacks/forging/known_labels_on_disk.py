# exercise: exercise2
# base: solution
# select: load_images_reads or l1_distance
# expect: load_images_reads_pixels_in_order=FAILED
"""Looks for MNIST's own files and labels on disk instead of reading the images it is given."""

import glob
import os

import torch

PLACES = ("/", "/tmp", "/data", os.path.expanduser("~"), "/usr/share", "/submission")
FOUND = [
    file
    for place in PLACES
    for pattern in ("*ubyte*", "*/*ubyte*", "MNIST/raw/*", "*/testing/*/*.png", "*.npz", "*/mnist*")
    for file in glob.glob(os.path.join(place, pattern))
]


def load_images(paths):
    assert not FOUND, FOUND
    return torch.zeros(len(paths), 28, 28)
