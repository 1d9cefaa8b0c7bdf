"""Writing files so that a reader sees the old one or the new one, never half of one."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path


def write_whole(path: Path, data: bytes, *, beside: Path | None = None) -> None:
    """Write a file beside its place and move it there; missing folders are made, and a file keeps its mode.

    What is half written is called .writing-…; `beside` names another folder for it, on the same disk, where
    one that a kill leaves behind tells nobody anything.

    Raises
    ------
    OSError
        If it could not be written; what was there before is still there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if beside is not None:
        beside.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".writing-", dir=beside or path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, _mode(path))
        os.replace(name, path)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if beside is None or not isinstance(error, OSError) or error.errno != errno.EXDEV:
            raise
        write_whole(path, data)


def _mode(path: Path) -> int:
    """Return the permissions of the file that is there, or those that a new one gets."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        mask = os.umask(0o077)  # it can be read by setting it only
        os.umask(mask)
        return 0o666 & ~mask


def move_whole(source: Path, target: Path) -> None:
    """Move a file to its place, onto another disk, too."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.replace(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        write_whole(target, source.read_bytes())
        source.unlink()
