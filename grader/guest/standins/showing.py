"""What shows images and curves, and graphviz's `gv`. matplotlib is imported at first use: it takes half a second."""

from __future__ import annotations

import importlib
import types
from typing import Any

from grader.guest.standins.origin import library


@library("fastai.imports")
class LazyModule(types.ModuleType):
    """Stands for a module until one of its attributes is asked for; that imports it.

    Raises ModuleNotFoundError then, where it is not installed.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # whoever looks at a module from outside, inspect for one, should not import it
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return getattr(importlib.import_module(self.__name__), name)


@library("fastai.torch_core")
def show_image(
    im: Any, ax: Any = None, figsize: Any = None, title: str | None = None, ctx: Any = None, **kwargs: Any
) -> Any:
    """Draw a tensor, array or PIL image on `ax`, on a new figure without one; returns the axes.

    A tensor of three axes may have its 1 to 4 channels first. `kwargs` (such as `cmap`) go to matplotlib's `imshow`.
    """
    import numpy as np

    pixels = np.asarray(im.detach().cpu() if hasattr(im, "detach") else im)
    if hasattr(im, "detach") and pixels.ndim == 3 and len(pixels) < 5:
        pixels = pixels.transpose(1, 2, 0)
    if pixels.shape[-1] == 1:
        pixels = pixels[..., 0]
    ax = ctx if ax is None else ax
    if ax is None:
        import matplotlib.pyplot as plt

        sides = figsize or [min(5, max(1, length // 32)) for length in pixels.shape[:2]]
        ax = plt.subplots(figsize=tuple(sides))[1]
    ax.imshow(pixels, **kwargs)
    if title is not None:
        ax.set_title(title)
    ax.axis("off")
    return ax


@library("fastai.torch_core")
def show_images(
    ims: Any,
    nrows: int = 1,
    ncols: int | None = None,
    titles: Any = None,
    figsize: Any = None,
    imsize: float = 3,
    **kwargs: Any,
) -> None:
    """Draw several images in a grid; `imsize` is the side of one in inches."""
    import matplotlib.pyplot as plt

    columns = ncols or -(-len(ims) // nrows)
    size = figsize or (columns * imsize, nrows * imsize)
    grid = plt.subplots(nrows, columns, figsize=size, squeeze=False)[1]
    for im, title, ax in zip(ims, titles or [None] * len(ims), grid.flat, strict=False):
        show_image(im, ax=ax, title=title, **kwargs)


@library("fastbook")
def plot_function(
    f: Any,
    tx: str | None = None,
    ty: str | None = None,
    title: str | None = None,
    min: float = -2,  # noqa: A002  # fastbook's name
    max: float = 2,  # noqa: A002  # fastbook's name
    figsize: tuple[float, float] = (6, 4),
    steps: int = 100,
) -> None:
    """Draw `f` at `steps` places from `min` to `max`, with labels `tx` and `ty`."""
    import matplotlib.pyplot as plt
    import torch

    x = torch.linspace(min, max, steps)
    ax = plt.subplots(figsize=figsize)[1]
    ax.plot(x.numpy(), torch.as_tensor(f(x)).detach().numpy())
    ax.set(**{key: text for key, text in (("xlabel", tx), ("ylabel", ty), ("title", title)) if text is not None})


@library("fastbook")
class Graph:
    """A graph in graphviz's language, not drawn."""

    def __init__(self, source: str) -> None:
        self.source = source

    def __repr__(self) -> str:
        return f"<graph {self.source!r}, not drawn here>"


@library("fastbook")
def gv(s: str) -> Graph:
    """The graph with edges `s`, such as "a->b"."""
    return Graph(s)
