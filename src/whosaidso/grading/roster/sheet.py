"""Read a file as the table it is, whatever its encoding and delimiter, with every record's own text."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from whosaidso.grading.folder import Stopped
from whosaidso.grading.roster.columns import columns_of

MOST_BYTES = 50_000_000
LONGEST_CELL = 1_000_000

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_NO_TEXT = (
    (b"PK\x03\x04", "an Excel or OpenDocument workbook (or a zip)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
)


@frozen
class Sheet:
    """A table as it stands in a file: each record's cells, and its text with its line end."""

    bom: bytes
    encoding: str
    delimiter: str
    records: tuple[tuple[str, ...], ...]
    texts: tuple[str, ...]


def read_sheet(path: Path) -> tuple[Sheet, int, dict[str, int]]:
    """Return the sheet, the record that names its columns, and the columns that were recognised.

    The delimiter is the one by which most column names are recognised. A list without delimiter and without
    column names is one name a line.

    Raises
    ------
    Stopped
        If it is no table as text.
    """
    text, bom, encoding = _text_of(path)
    best: tuple[int, int, str, int] = (0, 0, "\t", -1)
    top = text[:200_000]
    for delimiter in "\t,;":
        try:
            for number, (cells, _) in zip(range(5), records_of(top, delimiter), strict=False):
                known = len(columns_of(cells))
                if (known, len(cells)) > best[:2] and known:
                    best = (known, len(cells), delimiter, number)
        except csv.Error:
            continue
    _, _, delimiter, header = best
    try:
        pairs = list(records_of(text, delimiter))
    except csv.Error as error:
        raise Stopped(
            f"{path.name} cannot be read as a table ({error}): a quote mark may be missing its partner; "
            "download the class list again."
        ) from error
    sheet = Sheet(bom, encoding, delimiter, tuple(cells for cells, _ in pairs), tuple(text for _, text in pairs))
    if header >= 0:
        return sheet, header, columns_of(sheet.records[header])
    filled = [cells for cells in sheet.records if any(cell.strip() for cell in cells)]
    if all(len(cells) == 1 and re.fullmatch("[^,;]+(, [^,;]+)?", cells[0]) for cells in filled):
        return sheet, -1, {"name": 0}
    return sheet, -1, {}


def _text_of(path: Path) -> tuple[str, bytes, str]:
    """Return a file's text without its byte-order mark, the mark, and the encoding."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Stopped(f"{path.name} is over {MOST_BYTES:,} bytes, too large for a class list.")
        data = path.read_bytes()
    except OSError as error:
        raise Stopped(
            f"The class list {path} cannot be opened ({error.strerror}); see that the path is right."
        ) from error
    for start, what in _NO_TEXT:
        if data.startswith(start):
            raise Stopped(
                f"{path.name} is {what}, not a table as text: open it, save it as CSV (UTF-8), and name that."
            )
    if not data.strip():
        raise Stopped(f"{path.name} is empty; download the class list again.")
    bom, encodings = b"", ["utf-8", "cp1252", "latin-1"]
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            bom, encodings = mark, [encoding]
    if not bom and data[1:2000:2].count(0) > len(data[:2000]) // 3:
        encodings = ["utf-16-le"]
    for encoding in encodings:
        try:
            text = data[len(bom) :].decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Stopped(f"{path.name} is damaged: it is no whole text; download the class list again.")
    if "\0" in text:
        raise Stopped(f"{path.name} is not a table as text; name a CSV file, as the LMS gives it out.")
    if re.match(r"\s*<(!doctype|html|table|\?xml)", text, re.IGNORECASE):
        raise Stopped(f"{path.name} is a web page, not a table as text; name a CSV file, as the LMS gives it out.")
    return text, bom, encoding


def records_of(text: str, delimiter: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each record of a delimited text: its cells, and its own text with its line end."""
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", text)
    taken: list[str] = []

    def feed() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    before = csv.field_size_limit(LONGEST_CELL)
    try:
        for cells in csv.reader(feed(), delimiter=delimiter, strict=True):
            yield tuple(cells), "".join(taken)
            taken.clear()
    finally:
        csv.field_size_limit(before)
