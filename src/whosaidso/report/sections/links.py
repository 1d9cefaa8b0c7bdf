"""Links found, reversed, not found, invented."""

from __future__ import annotations

from collections.abc import Sequence

from whosaidso.report.analysis import Analysis
from whosaidso.report.items import FEW, FEWEST_SHARED
from whosaidso.report.pieces import (
    Cell,
    Grid,
    Piece,
    percent,
)


def link_pieces(analysis: Analysis) -> list[Piece]:
    """Return which links were found, turned round or missed, and which were invented."""
    pieces: list[Piece] = []
    for one in analysis.assignments:
        links = [row for row in one.rows if row.kind == "link" and row.n >= FEWEST_SHARED]
        if not links:
            continue
        rows: list[Sequence[str | Cell]] = []
        for row in links:
            by = {choice.name: choice for choice in row.choices}
            found, turned = (by[name].share if name in by else 0.0 for name in ("found", "reversed"))
            rows.append(
                (row.id, row.text, *(Cell(percent(share), share) for share in (found, turned, 1 - found - turned)))
            )
        heads = ("link", "what it says", "found", "reversed", "not found")
        pieces.append(Grid(f"t-links-{one.data.name}", f"{one.data.name}: links there are to find", heads, rows))
        more = [
            (
                f"{extra.teller} ← {extra.told_by}",
                str(extra.n),
                Cell(percent(extra.share), extra.share),
                percent(extra.upper) if links[0].n >= FEW else "–",
                extra.misconception,
            )
            for extra in one.extras[:15]
        ]
        heads = ("teller ← told by", "students", "share", "upper third", "misconception")
        pieces.append(
            Grid(
                f"t-invented-{one.data.name}",
                f"{one.data.name}: links that were invented, the 15 most frequent",
                heads,
                more,
            )
        )
    return pieces
