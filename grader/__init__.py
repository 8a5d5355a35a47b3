"""Grades homework on the first steps in neural networks; the judge never runs a student's code."""

__version__ = "0.1.0"
