"""Which names each module that is stood in for gives: those the chapter uses, under the names of their real homes.

What one library has from another goes through the import system, so that an installed one wins name by name: with
fastcore installed, fastai's `L` is fastcore's.
"""

from __future__ import annotations

import collections
import copy
import functools
import importlib
import io
import itertools
import json
import math
import operator
import os
import random
import re
import sys
import time
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from grader.guest.standins import external, learning, lists, loaders, showing, tensors

Names = dict[str, Any]


def _core(trees: str | None) -> Names:
    return {
        **_named(functools, io, itertools, math, operator, os, re, sys),
        **_named(functools.partial, functools.reduce, operator.itemgetter, operator.attrgetter),
        **_homes("fastcore.foundation.L", "fastcore.basics.first", "fastcore.xtras.Path"),
    }


def _xtras(trees: str | None) -> Names:
    Path.ls = lists.ls  # type: ignore[attr-defined]  # fastcore patches pathlib in the same way
    return {"Path": Path}


def _data(trees: str | None) -> Names:
    import numpy as np
    import torch

    return {
        **_core(trees),
        **_named(collections, json, random, time, copy.copy, copy.deepcopy),
        **_named(collections.Counter, collections.OrderedDict, collections.defaultdict, collections.namedtuple),
        **_named(torch, torch.Tensor, np.array, np.ndarray),
        "np": np,
        "nn": torch.nn,
        "F": torch.nn.functional,
        "matplotlib": showing.LazyModule("matplotlib"),
        "plt": showing.LazyModule("matplotlib.pyplot"),
        **_homes(*(f"fastai.torch_core.{name}" for name in ("tensor", "to_np", "show_image", "show_images"))),
        **_homes("fastai.data.external.URLs", "fastai.data.external.untar_data"),
        **_homes("fastai.data.load.DataLoader", "fastai.data.core.DataLoaders"),
    }


def _basics(trees: str | None) -> Names:
    return {**_data(trees), **_homes("fastai.optimizer.SGD", "fastai.learner.Learner", "fastai.metrics.accuracy")}


def _vision(trees: str | None) -> Names:
    from PIL import Image

    return {**_basics(trees), "Image": Image}


def _fastbook(trees: str | None) -> Names:
    library = vars(importlib.import_module("fastai.vision.all"))
    given = {name: value for name, value in library.items() if not name.startswith("_")}
    return {**given, **_named(external.setup_book, showing.gv, showing.plot_function)}


def _colab(trees: str | None) -> Names:
    return {name: importlib.import_module(f"google.colab.{name}") for name in external.COLAB}


def _homes(*names: str) -> Names:
    """The things that these full names stand for, by their last part."""
    parts = [name.rpartition(".") for name in names]
    return {name: getattr(importlib.import_module(module), name) for module, _, name in parts}


def _named(*things: Any) -> Names:
    return {thing.__name__: thing for thing in things}


def _only(*things: Any) -> Callable[[str | None], Names]:
    return lambda trees: _named(*things)


def _as_given(names: Mapping[str, Any]) -> Callable[[str | None], Names]:
    return lambda trees: dict(names)


MODULES: Mapping[str, Callable[[str | None], Names]] = types.MappingProxyType(
    {
        "fastcore": _only(),
        "fastcore.foundation": _only(lists.L),
        "fastcore.basics": _only(lists.first),
        "fastcore.xtras": _xtras,
        "fastcore.all": _core,
        "fastai": _only(),
        "fastai.torch_core": _only(tensors.tensor, tensors.to_np, showing.show_image, showing.show_images),
        "fastai.data": _only(),
        "fastai.data.external": lambda trees: {"URLs": external.URLs, "untar_data": external.untar_from(trees)},
        "fastai.data.load": _only(loaders.DataLoader),
        "fastai.data.core": _only(loaders.DataLoaders),
        "fastai.data.all": _data,
        "fastai.optimizer": _only(learning.Optimizer, learning.SGD),
        "fastai.learner": _only(learning.Learner, learning.Recorder),
        "fastai.metrics": _only(tensors.accuracy),
        "fastai.basics": _basics,
        "fastai.vision": _only(),
        "fastai.vision.all": _vision,
        "fastbook": _fastbook,
        "google": _only(),
        "google.colab": _colab,
        **{f"google.colab.{name}": _as_given(names) for name, names in external.COLAB.items()},
    }
)
"""What a module holds, given the folder of the datasets."""

PACKAGES = frozenset(name.rpartition(".")[0] for name in MODULES) - {""}
