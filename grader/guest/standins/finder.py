"""Finds the stand-ins when an import finds nothing else.

`install` puts a finder at the end of sys.meta_path, after the ordinary ones: whatever is installed wins, package by
package. A module is made from `contents` when student code imports it; nothing is read from a file then, since our
own files are hidden from a guest. So `install` has to be called before they are.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

from grader.guest.standins.contents import MODULES, PACKAGES

_ALONE = "google.colab"  # `google` may be real, many packages share it, and yet have no colab


def install(trees: str | None) -> None:
    """Let the stand-ins be imported where the real packages are not installed.

    `trees` is the folder that holds `mnist_sample` and `mnist_png` for `untar_data`; either may be missing, and all of
    it with None. A later call replaces an earlier one for what is imported after it.
    """
    ours = Finder(trees)
    if ours not in sys.meta_path:
        sys.meta_path[:] = [*(finder for finder in sys.meta_path if not isinstance(finder, Finder)), ours]


class Finder(MetaPathFinder, Loader):
    """Finds and makes the modules in `contents.MODULES`."""

    def __init__(self, trees: str | None) -> None:
        self.trees = trees

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Finder) and other.trees == self.trees

    def __hash__(self) -> int:
        return hash(self.trees)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """A module of ours, unless it would mend a real package that lacks it."""
        if fullname not in MODULES:
            return None
        parent = sys.modules.get(fullname.rpartition(".")[0])
        if parent is not None and fullname != _ALONE and not isinstance(getattr(parent, "__loader__", None), Finder):
            return None
        return ModuleSpec(fullname, self, origin="stand-in of the grader", is_package=fullname in PACKAGES)

    def exec_module(self, module: types.ModuleType) -> None:
        """Give the module its names."""
        vars(module).update(MODULES[module.__name__](self.trees))
