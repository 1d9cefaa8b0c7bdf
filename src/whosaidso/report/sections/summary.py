"""The part that may be shown: nothing about one student, nothing about the key."""

from __future__ import annotations

from whosaidso.report.analysis import Analysis
from whosaidso.report.drawing import bars
from whosaidso.report.items import FEWEST_SHARED
from whosaidso.report.pieces import (
    Figure,
    Grid,
    Piece,
    number,
)
from whosaidso.report.sections.phrases import in_words
from whosaidso.report.sections.trust import confidence_pieces
from whosaidso.report.statistics import (
    suppressed,
)

BANDS = ("0–19%", "20–39%", "40–59%", "60–79%", "80–100%")


def summary_pieces(analysis: Analysis) -> list[Piece]:
    """Return marks, hits and false alarms, and confidence of the class, with small cells hidden."""
    pieces: list[Piece] = [
        f"Nothing here tells of one student or of the key. Counts from 1 to {FEWEST_SHARED - 1} are hidden, and one more where it would give them away."
    ]
    for one in analysis.shared:
        points = [value for student, value in one.data.by_machine.items() if student in one.data.handed]
        if len(points) < FEWEST_SHARED or not one.data.most_by_machine:
            if points:
                pieces.append(f"{one.data.name}: hidden, fewer than {FEWEST_SHARED} hand-ins.")
            continue
        counts = dict.fromkeys(BANDS, 0)
        for value in points:
            counts[BANDS[min(4, int(value / one.data.most_by_machine * 5 + 1e-9))]] += 1
        shown = suppressed(counts, FEWEST_SHARED)
        twin = f"t-share-{one.data.name}"
        caption = f"{one.data.name}: points by machine, as a share of {number(one.data.most_by_machine, 0)}; number of hand-ins."
        pieces.append(Figure(bars(BANDS, [shown[band] for band in BANDS], caption), caption, twin))
        rows = [(band, "hidden" if shown[band] is None else str(shown[band])) for band in BANDS]
        pieces.append(
            Grid(
                twin,
                f"{one.data.name}: hand-ins by share of the machine-marked points",
                ("share of points", "hand-ins"),
                rows,
            )
        )
        if one.detection is not None and one.detection.n >= FEWEST_SHARED:
            pieces.append(f"{one.data.name}: {in_words(one.detection)}")
    return [*pieces, *confidence_pieces(analysis, shareable=True)] if len(pieces) > 1 else []
