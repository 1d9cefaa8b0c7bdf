"""The sheet a form cell shows: what there is to judge and what may be typed.

Plain headings and description lists, so that a screen reader and a printout have all of it.
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Mapping

from attrs import frozen

from whosaidso.records import Case, Record
from whosaidso.vocabulary import Term

_STYLE = "max-width:46em;line-height:1.5"
# Everything JupyterLab's own style would float, so that no name ever slides beside another one's text.
_TERM = "float:none;width:auto;margin:0;padding:0"
_ROW = "display:flex;flex-wrap:wrap;gap:0 1em;margin:0 0 .35em"
_CARD = "border-left:3px solid var(--jp-border-color1,#bbb);margin:0 0 1em;padding:0 0 0 .8em"

Lines = tuple[tuple[str, str], ...]
"""The lines of a card: a label, or nothing, and what it says."""


@frozen
class Block:
    """A heading and its rows: what is typed, and what it means."""

    heading: str
    rows: tuple[tuple[str, str | Lines], ...]
    cards: bool = False
    """Are the rows texts to read, each under its name, and not words with a meaning beside them?"""


@frozen
class Sheet:
    """Everything a student needs in sight while answering one exercise."""

    title: str
    ask: str
    minutes: int
    blocks: tuple[Block, ...]

    def __repr__(self) -> str:
        """Return the sheet as plain text."""
        lines = [self.title, textwrap.fill(self.ask, 96), f"About {self.minutes} minutes.", ""]
        for block in self.blocks:
            lines += [block.heading.upper()]
            for term, row in block.rows:
                text = row if isinstance(row, str) else " ".join(f"{a}: {b}" if a else b for a, b in row)
                lines.append(textwrap.fill(f"{term}: {text}" if term else text, 96, subsequent_indent="    "))
            lines.append("")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        parts = [
            f"<p><strong>{html.escape(self.title)}</strong> {html.escape(self.ask)} About {self.minutes} minutes.</p>"
        ]
        for block in self.blocks:
            rows = "".join(_row(term, row, block.cards) for term, row in block.rows)
            parts.append(f'<h4>{html.escape(block.heading)}</h4><dl style="margin:0">{rows}</dl>')
        return f'<section class="wss-sheet" style="{_STYLE}">{"".join(parts)}</section>'


def _row(term: str, row: str | Lines, card: bool) -> str:
    lines: Lines = (("", row),) if isinstance(row, str) else row
    said = "<br>".join(
        f"<strong>{html.escape(label)}:</strong> {html.escape(text)}" if label else html.escape(text)
        for label, text in lines
    )
    if not term:
        return f'<div style="margin:0 0 1em"><dd style="{_TERM}"><small>{said}</small></dd></div>'
    name = f"<code>{html.escape(term)}</code>"
    if card:
        return f'<div style="{_CARD}"><dt style="{_TERM}">{name}</dt><dd style="{_TERM}">{said}</dd></div>'
    return (
        f'<div style="{_ROW}"><dt style="{_TERM};flex:0 0 auto;min-width:11em">{name}</dt>'
        f'<dd style="{_TERM};flex:1 1 18em">{said}</dd></div>'
    )


def words(heading: str, terms: Mapping[str, Term]) -> Block:
    """Return a block that explains a closed list."""
    return Block(heading, tuple((term.id, term.definition) for term in terms.values()))


def card(record: Record, case: Case) -> Lines:
    """Return a record card in words."""
    party = f" A {case.side}." if record.party else ""
    inferred = " (date inferred)" if record.date_inferred else ""
    lines = (
        ("", f"{record.publisher}, “{record.title}”, {record.date}{inferred}."),
        ("Speaks", f"{record.speaker.rstrip('.')}.{party}"),
        ("Shows", record.shows),
        ("Cannot show", record.cannot_show),
    )
    return (*lines, ("Caution", record.caution)) if record.caution else lines
