"""What reaches outside: `untar_data`, which here only looks into a folder, fastbook's set-up and google.colab."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from grader.guest.standins.origin import library


@library("fastai.data.external")
class URLs:
    """The two datasets there are; what a name says before its first dot is their folder."""

    MNIST_SAMPLE = "mnist_sample.tgz"
    MNIST = "mnist_png.tgz"


def untar_from(trees: str | None) -> Callable[..., Path]:
    """`untar_data` for the folder `trees`, which holds a folder of files for each dataset."""

    @library("fastai.data.external")
    def untar_data(url: str, *args: Any, **kwargs: Any) -> Path:
        """The folder of the dataset at `url`. Raises FileNotFoundError where it was not made."""
        name = str(url).rpartition("/")[2].partition(".")[0]
        folder = Path(trees or "") / name
        if trees is None or not name or not folder.is_dir():
            raise FileNotFoundError(
                f"untar_data({url!r}): the image files of {name!r} are not on this machine, and nothing is downloaded "
                "while homework is graded. The instructor runs `grade data` once; then grade again."
            )
        return folder

    return untar_data


@library("fastbook")
def setup_book() -> None:
    """Nothing needs to be set up here."""


@library("google.colab")
def nothing(*args: Any, **kwargs: Any) -> None:
    """What Colab would do in the browser is not done here."""


@library("google.colab.files")
def upload(*args: Any, **kwargs: Any) -> dict[str, bytes]:
    """No files: there is nobody to choose them."""
    return {}


COLAB: Mapping[str, Mapping[str, Any]] = types.MappingProxyType(
    {
        "drive": {"mount": nothing, "flush_and_unmount": nothing},
        "files": {"upload": upload, "download": nothing},
        "output": {"clear": nothing, "eval_js": nothing},
        "auth": {"authenticate_user": nothing},
    }
)
"""The submodules of google.colab and what is in them."""
