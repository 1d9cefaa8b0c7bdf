"""What a report page is made of, and how each piece becomes HTML: every word is escaped, nothing is alive."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from whosaidso.grading.safe import visible

_UNPRINTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")

LONG = 40
"""A cell with more letters keeps a column that can be read on a telephone."""


def escaped(text: str) -> str:
    """Return text for a page: shown as it is, never read as markup.

    >>> escaped("<b>a</b>")
    '&lt;b&gt;a&lt;/b&gt;'
    """
    return html.escape(_UNPRINTED.sub("\ufffd", visible(text)))


@frozen
class Cell:
    """A cell that is more than its words."""

    text: str
    share: float | None = None
    """A bar behind the words, in [0, 1]; it says what the words say."""
    strong: bool = False


@frozen
class Grid:
    """A table: a caption, headers, rows whose first cell heads the row."""

    id: str
    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str | Cell]]
    note: str = ""


@frozen
class Bullets:
    """A list of sentences."""

    lines: Sequence[str]


@frozen
class Figure:
    """A drawing, as SVG of our own making, with what it shows in words and the table that holds the same."""

    svg: str
    caption: str
    twin: str


@frozen
class Raw:
    """HTML of our own making."""

    html: str


@frozen
class Fold:
    """Pieces that are shown when asked for, and always on paper."""

    title: str
    pieces: Sequence[str | Grid | Bullets | Figure | Raw]


Piece = str | Grid | Bullets | Figure | Raw | Fold


@frozen
class Section:
    """One part of the page."""

    id: str
    title: str
    pieces: Sequence[Piece]
    shareable: bool = False
    """Tells nothing about one student and nothing of the key."""


def html_pieces(pieces: Iterable[Piece], level: int = 3) -> Iterator[str]:
    """Yield the HTML of pieces; a string is a paragraph, one that begins with "## " a heading."""
    for piece in pieces:
        if isinstance(piece, str):
            if piece.startswith("## "):
                yield f"<h{level}>{escaped(piece[3:])}</h{level}>\n"
            else:
                yield f"<p>{_line(piece)}</p>\n"
        elif isinstance(piece, Grid):
            yield from _grid(piece)
        elif isinstance(piece, Bullets):
            yield "<ul>\n" + "".join(f"<li>{_line(line)}</li>\n" for line in piece.lines) + "</ul>\n"
        elif isinstance(piece, Figure):
            twin = f' <a href="#{piece.twin}">The same as a table.</a>'
            yield f"<figure>{piece.svg}<figcaption>{escaped(piece.caption)}{twin}</figcaption></figure>\n"
        elif isinstance(piece, Raw):
            yield piece.html
        else:
            yield f"<details><summary>{escaped(piece.title)}</summary>\n"
            yield from html_pieces(piece.pieces, level)
            yield "</details>\n"


def _line(text: str) -> str:
    """Return a sentence; what stands between backticks is a command."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped(text))


def _grid(grid: Grid) -> Iterator[str]:
    yield f'<div class="scroll" role="region" aria-labelledby="{grid.id}-c" tabindex="0"><table id="{grid.id}">'
    yield f'<caption id="{grid.id}-c">{escaped(grid.caption)}</caption>\n<thead><tr>'
    yield "".join(f'<th scope="col">{escaped(head)}</th>' for head in grid.heads)
    yield "</tr></thead>\n<tbody>\n"
    for row in grid.rows:
        first, *rest = row
        yield f'<tr><th scope="row">{_inside(first)}</th>' + "".join(_cell(cell) for cell in rest) + "</tr>\n"
    if not grid.rows:
        yield f'<tr><td colspan="{len(grid.heads)}">Nothing to show.</td></tr>\n'
    yield "</tbody></table></div>\n"
    if grid.note:
        yield f'<p class="note">{escaped(grid.note)}</p>\n'


def _cell(cell: str | Cell) -> str:
    if isinstance(cell, Cell) and cell.share is not None:
        return f'<td class="bar b{round(min(max(cell.share, 0.0), 1.0) * 20)}">{_inside(cell)}</td>'
    words = cell.text if isinstance(cell, Cell) else cell
    return f'<td class="long">{_inside(cell)}</td>' if len(words) > LONG else f"<td>{_inside(cell)}</td>"


def _inside(cell: str | Cell) -> str:
    if isinstance(cell, Cell):
        return f"<strong>{escaped(cell.text)}</strong>" if cell.strong else escaped(cell.text)
    return escaped(cell)


def grids(pieces: Iterable[Piece]) -> Iterator[Grid]:
    """Yield all tables, those in folds too."""
    for piece in pieces:
        if isinstance(piece, Grid):
            yield piece
        elif isinstance(piece, Fold):
            yield from grids(piece.pieces)


def percent(share: float | None) -> str:
    """Return a share as a reader says it; "–" for none.

    >>> percent(0.624), percent(None)
    ('62%', '–')
    """
    return "–" if share is None else f"{share:.0%}"


def number(value: float | None, places: int = 2, sign: bool = False) -> str:
    """Return a number with a real minus sign; "–" for none.

    >>> number(-0.064), number(None), number(1.5, 1, sign=True)
    ('−0.06', '–', '+1.5')
    """
    if value is None:
        return "–"
    text = f"{value:+.{places}f}" if sign else f"{value:.{places}f}"
    if float(text) == 0:
        text = text.lstrip("+-")
    return text.replace("-", "−")


def counted(n: int, one: str, more: str = "") -> str:
    """Return a number with its word.

    >>> counted(1, "student"), counted(2, "student")
    ('1 student', '2 students')
    """
    return f"{n} {one if n == 1 else more or one + 's'}"


def listing(words: Sequence[str], most: int = 12) -> str:
    """Return a list in a sentence, cut short where it is long."""
    shown = ", ".join(words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown
