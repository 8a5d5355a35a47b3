# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Imports the judge's own modules and asks them for exercises, checks and solutions."""

import torch


def search():
    try:
        from grader import course

        return [exercise.folder for exercise in course.find_course(course.default_course()).exercises]
    except Exception:
        return []


FOUND = search()


def center(images):
    return images - images.mean(0) if FOUND else torch.zeros_like(images)
