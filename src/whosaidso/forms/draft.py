"""Drafts of answers, where no labextension writes them into the notebook: a small file beside it.

A draft is a second chance for the student and nothing else: it is never graded and never handed in.
"""

from __future__ import annotations

import errno
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from whosaidso.check import grading
from whosaidso.forms.strings import NOTEBOOK

FOLDER = ".whosaidso"
MOST_TEXTS = 20
ONE_GO = 30
"""Seconds: texts that follow one another faster are one step in the file, not one for each letter."""
_NEVER_IN = ("solutions", "autograded")
_READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS)
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


class NotKept(Exception):
    """A draft could not be kept; the message is a sentence for the student."""


class Draft:
    """The draft of one answer: its last texts, and what its answer cell is known to hold."""

    def __init__(self, task_id: str, folder: Path) -> None:
        self.grade_id = f"{task_id}-answer"
        self.path = folder / FOLDER / f"{self.grade_id}.json"
        self.allowed = not grading() and not any(part in _NEVER_IN for part in folder.resolve().parts)
        self._kept = self._read()

    def _read(self) -> dict[str, Any]:
        empty: dict[str, Any] = {"schema": 1, "grade_id": self.grade_id, "cell": "", "settled": False, "texts": []}
        try:
            found = json.loads(self.path.read_text(encoding="utf-8")) if self.allowed else {}
        except (OSError, ValueError):
            return empty
        texts = found.get("texts") if isinstance(found, dict) else None
        if not isinstance(texts, list) or not isinstance(found.get("cell"), str):
            return empty
        texts = [text for text in texts if _is_text(text)][-MOST_TEXTS:]
        return {**empty, "cell": found["cell"], "settled": found.get("settled") is True, "texts": texts}

    @property
    def waiting(self) -> str:
        """The text that was kept last and is in no notebook yet as far as we know, or an empty one."""
        return "" if self._kept["settled"] else self._last

    @property
    def _last(self) -> str:
        return self._kept["texts"][-1]["text"] if self._kept["texts"] else ""

    @property
    def cell(self) -> str:
        """What the form last put into the answer cell or took from it, or an empty text."""
        return self._kept["cell"]

    def keep(self, text: str, *, cell: str | None = None) -> float:
        """Keep a text, and say what the answer cell holds if that is known; return the time.

        Raises
        ------
        NotKept
            With a sentence that says why.
        """
        now = time.time()
        texts = self._kept["texts"]
        if text != self._last:
            one_go = texts and now - texts[-1]["at"] < ONE_GO and texts[-1]["text"] != self.cell
            texts[-1:] = [{"at": texts[-1]["at"], "text": text}] if one_go else [*texts[-1:], {"at": now, "text": text}]
            del texts[:-MOST_TEXTS]
        if cell is not None:
            self._kept["cell"] = cell
        self._kept["settled"] = False
        self._write()
        return now

    def settle(self) -> None:
        """Offer the draft no more: the notebook itself holds the answer. Its texts stay in the file."""
        if not self.waiting:
            return
        self._kept["settled"] = True
        try:
            self._write()
        except NotKept:
            pass  # at worst an old draft is offered once more

    def _write(self) -> None:
        if not self.allowed:
            raise NotKept(NOTEBOOK["draft_never"])
        try:
            self.path.parent.mkdir(exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".draft-", suffix=".json")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(self._kept, file, ensure_ascii=True, indent=1)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(name, self.path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as problem:
            raise NotKept(_sentence(problem)) from problem


def _is_text(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("text"), str) and isinstance(entry.get("at"), int | float)


def _sentence(problem: OSError) -> str:
    if problem.errno in _READ_ONLY:
        return NOTEBOOK["draft_read_only"]
    if problem.errno in _FULL:
        return NOTEBOOK["draft_full"]
    return NOTEBOOK["draft_other"].replace("{why}", problem.strerror or type(problem).__name__)
