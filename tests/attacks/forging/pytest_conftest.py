# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Writes a conftest.py, a pytest.ini and an entry point that would switch the checks off."""

import os
import pathlib

TEXT = "def pytest_collection_modifyitems(items):\n    items.clear()\n"
for folder in [pathlib.Path.cwd(), *pathlib.Path.cwd().parents, pathlib.Path("/tmp")]:
    try:
        (folder / "conftest.py").write_text(TEXT)
        (folder / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
        info = folder / "cheat-1.dist-info"
        info.mkdir(exist_ok=True)
        (info / "entry_points.txt").write_text("[pytest11]\ncheat = conftest\n")
    except OSError:
        pass
os.environ["PYTEST_ADDOPTS"] = "--collect-only"
os.environ["PYTEST_PLUGINS"] = "conftest"


def center(images):
    return images
