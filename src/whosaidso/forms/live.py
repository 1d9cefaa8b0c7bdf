"""The answers that forms on screen hold at this moment, for `check` and `picture`. Loads nothing."""

from __future__ import annotations

_texts: dict[str, str] = {}


def hold(task_id: str, text: str) -> None:
    """Remember the text of an exercise's answer cell as its form last wrote or took it."""
    _texts[task_id] = text


def current_text(task_id: str) -> str | None:
    """Return the text of an exercise's answer cell as its form knows it, or None without a form."""
    return _texts.get(task_id)
