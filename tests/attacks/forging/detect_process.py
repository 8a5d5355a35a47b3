# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Looks in its command line, environment and parents for the judge, and copies from its folder."""

import os

import torch


def clues():
    for pid in ("self", str(os.getppid()), "1"):
        for name in ("cmdline", "environ", "cwd", "root"):
            path = f"/proc/{pid}/{name}"
            try:
                text = os.readlink(path) if name in ("cwd", "root") else open(path, "rb").read().decode()
            except OSError:
                continue
            if "exercise" in text or "pytest" in text or "GRADER_SECRET" in text:
                return text
    return ""


FOUND = clues()


def center(images):
    return images - images.mean(0) if FOUND else torch.zeros_like(images)
