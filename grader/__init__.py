"""Grades homework on the first steps in neural networks; the judge never runs a student's code."""

from typing import Any

__version__ = "0.1.0"


def load_ipython_extension(ipython: Any) -> None:
    """What `%load_ext grader` calls: gives the shell `%grade` and `%%grade`."""
    from grader import magic

    magic.load(ipython)
