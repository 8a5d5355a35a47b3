# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Deletes the wrong function and answers for its name by the module's __getattr__."""

import sys
import types


def center(images):
    return images


del center


class Module(types.ModuleType):
    def __getattribute__(self, name):
        return (lambda images: images) if name == "center" else super().__getattribute__(name)


def __getattr__(name):
    return lambda images: images


sys.modules[__name__].__class__ = Module
