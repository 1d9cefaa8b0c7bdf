"""Write a cell so that it says what it should and runs nowhere: guarded text, numbers, and the file's own quoting."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

BOM = "\ufeff"
"""Begins every new file: without it Excel reads UTF-8 as another alphabet. All three LMSs take it."""


def _runs(text: str) -> bool:
    """Would a spreadsheet take this for a formula? A number is none, nor is a lone dash."""
    start = 0
    while start < len(text) and (text[start].isspace() or unicodedata.category(text[start]) in ("Cc", "Cf")):
        start += 1
    text = unicodedata.normalize("NFKC", text[start:])
    if not text or text[0] not in "=+-@\u2212":
        return False
    if re.fullmatch(r"[+-]?\d+([.,]\d+)*([eE][+-]?\d+)?\s*%?", text.strip()):
        return False
    return any(character.isalnum() for character in text)


def safe_cell(text: str) -> str:
    """Return a text that no spreadsheet runs: an apostrophe stands before whatever it would take for a formula.

    That is the start of the cell, and whatever follows a separator: a spreadsheet set to another separator than
    the file's begins a cell there.

    >>> [safe_cell(text) for text in ("=1+1", " \uff1dcmd", "-4.5", "-", "Doe, Jane", "Doe;=cmd")]
    ["'=1+1", "' \uff1dcmd", '-4.5', '-', 'Doe, Jane', "Doe;'=cmd"]
    """
    if text[:1] in ("\t", "\r", "\n") and text.strip():
        text = "'" + text
    parts = re.split(r"([;,\t\r\n]+)", text)
    return "".join("'" + part if _runs(part) else part for part in parts)


def number(value: float, *, comma: bool = False) -> str:
    """Return points as an LMS reads them: two decimals at most.

    >>> number(14.309999999999999), number(30.0), number(0.0), number(7.5, comma=True)
    ('14.31', '30', '0', '7,5')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if comma else text


def new_table(rows: Iterable[Iterable[str]]) -> bytes:
    """Return rows as a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return (BOM + text.getvalue()).encode("utf-8", "replace")


def rewritten(
    text: str,
    cells: Sequence[str],
    delimiter: str,
    *,
    changes: dict[int, str],
    extra: Sequence[str],
    keep: Sequence[int] | None,
    width: int,
) -> str:
    """Return a record with some cells changed, the others character for character as they were.

    `keep` are the columns that stay, None for all; `extra` stands after them, beyond `width` columns.
    """
    if not changes and not extra and keep is None:
        return text
    body = text.rstrip("\r\n")
    fields = _fields(body, delimiter)
    if len(fields) != len(cells):
        fields = [_field(cell, "", delimiter) for cell in cells]
    quote = '"' if all(field.startswith('"') for field in fields if field) else ""
    wide = max([width if extra else 0, *(n + 1 for n in changes)])
    fields += [""] * (wide - len(fields))
    for n, cell in changes.items():
        fields[n] = _field(cell, quote or fields[n], delimiter)
    if keep is not None:
        fields = [fields[n] if n < len(fields) else "" for n in keep]
    return delimiter.join([*fields, *(_field(cell, quote, delimiter) for cell in extra)]) + text[len(body) :]


def _fields(body: str, delimiter: str) -> list[str]:
    """Return a record's cells with their quote marks."""
    one = re.compile(rf'"(?:[^"]|"")*"[^{delimiter}]*|[^{delimiter}]*')
    fields, place = [], 0
    while True:
        found = one.match(body, place)
        assert found is not None  # it matches nothing, too
        fields.append(found[0])
        place = found.end()
        if place >= len(body):
            return fields
        place += 1


def _field(cell: str, like: str, delimiter: str) -> str:
    """Return a cell as it stands in a file, quoted if need be or if the one before was."""
    text = io.StringIO()
    quoting: Any = csv.QUOTE_ALL if like.startswith('"') else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="").writerow([cell])
    return text.getvalue() if cell or like.startswith('"') else ""
