"""Things that are slow to make and that no test changes: made once a run, whichever worker comes first."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that `make` has filled; the other workers wait and take it as it is."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder = root / f"once-{name}"
    with FileLock(root / f"once-{name}.lock"):
        if not (done := root / f"once-{name}.done").exists():
            shutil.rmtree(folder, ignore_errors=True)  # what a worker left that failed half way
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
