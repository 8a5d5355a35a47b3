"""What the warm server is told when it starts, as plain data that also crosses an exec."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Iterable
from dataclasses import dataclass

from grader.sandbox.view import DEVICES, View

OPTIONAL = "?"  # ends the name of a module that may be missing, or broken: that is for the cell that imports it


def import_modules(modules: Iterable[str]) -> None:
    """Import these once, with the garbage collector off: it finds nothing in a start-up, and takes a tenth of it."""
    gc.disable()
    for name in modules:
        try:
            importlib.import_module(name.removesuffix(OPTIONAL))
        except Exception:  # whatever an import may raise
            if not name.endswith(OPTIONAL):
                raise


@dataclass(frozen=True)
class Plan:
    """`mode` is "namespaces" (our own), "inside" (a program such as bubblewrap made them) or "kernel" (none).

    `preload` are modules to import once; `view` is what guests may read. A server for `many` submissions takes a moment
    longer to start, and each fork of it is cheaper.
    """

    mode: str
    preload: tuple[str, ...]
    view: View
    many: bool = False

    def plain(self) -> list[object]:
        """As a value for the wire."""
        view = self.view
        seen = [list(view.folders), list(view.masked), list(view.devices), view.trees]
        return [self.mode, list(self.preload), *seen, self.many]

    @classmethod
    def of(cls, plain: list[object]) -> Plan:
        """Read back what `plain` gave; it comes from our own process."""
        mode, preload, folders, masked, devices, trees, many = plain
        assert isinstance(preload, list) and isinstance(folders, list)
        assert isinstance(masked, list) and isinstance(devices, list)
        seen = View(tuple(folders), tuple(masked), tuple(devices or DEVICES), str(trees))
        return cls(str(mode), tuple(preload), seen, bool(many))
