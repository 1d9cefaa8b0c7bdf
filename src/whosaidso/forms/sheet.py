"""The sheet a form cell shows: what there is to judge and what may be typed.

Plain headings and description lists, so that a screen reader and a printout have all of it.
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Mapping

from attrs import frozen

from whosaidso.cases import task_case
from whosaidso.records import Case, Record, Task
from whosaidso.vocabulary import Term

_STYLE = "max-width:46em;line-height:1.5"


@frozen
class Block:
    """A heading and its rows: what is typed, and what it means."""

    heading: str
    rows: tuple[tuple[str, str], ...]
    language: str = "en"


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
            for term, text in block.rows:
                lines.append(textwrap.fill(f"{term}: {text}" if term else text, 96, subsequent_indent="    "))
            lines.append("")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        parts = [
            f"<p><strong>{html.escape(self.title)}</strong> {html.escape(self.ask)} About {self.minutes} minutes.</p>"
        ]
        for block in self.blocks:
            rows = "".join(
                f"<dt><code>{html.escape(term)}</code></dt><dd>{html.escape(text)}</dd>"
                if term
                else f"<dd>{html.escape(text)}</dd>"
                for term, text in block.rows
            )
            parts.append(f"<h4>{html.escape(block.heading)}</h4><dl>{rows}</dl>")
        return f'<section class="wss-sheet" style="{_STYLE}">{"".join(parts)}</section>'


def task_of(task_id: str, kind: str) -> tuple[Task, Case]:
    """Return a task of one kind, or say which name was meant."""
    task, case = task_case(task_id)
    if task.kind != kind:
        raise ValueError(f"{task_id} is a {task.kind} exercise: write {task.kind}({task_id!r}).")
    return task, case


def words(heading: str, terms: Mapping[str, Term]) -> Block:
    """Return a block that explains a closed list."""
    return Block(heading, tuple((term.id, term.definition) for term in terms.values()))


def card(record: Record) -> str:
    """Return a record card in words."""
    party = " Party to the war." if record.party else ""
    inferred = " (date inferred)" if record.date_inferred else ""
    caution = f" Caution: {record.caution}" if record.caution else ""
    return (
        f"{record.publisher}, “{record.title}”, {record.date}{inferred}. Speaks: {record.speaker}.{party} "
        f"Shows: {record.shows} Cannot show: {record.cannot_show}{caution}"
    )
