"""How far two markers agree, criterion by criterion, and which scripts to talk about."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from attrs import frozen

from whosaidso.report.statistics import weighted_kappa
from whosaidso.written.marks import AGREED, LEAST, Mark
from whosaidso.written.scripts import Criterion

KAPPA, WITHIN = 0.60, 0.90
"""The bar for going on to mark alone: quadratic-weighted κ, and the share within one level."""


@frozen
class Agreement:
    """Two markers on one criterion."""

    criterion: Criterion
    markers: tuple[str, str]
    n: int
    same: int
    within: int
    """How many differ by one point at most."""
    kappa: float | None
    """None where it says nothing: nobody, or one and the same mark throughout."""
    lean: float
    """Mean of the first marker's points less the second's."""

    @property
    def too_few(self) -> bool:
        """Are there fewer scripts than the rule asks for?"""
        return self.n < LEAST

    @property
    def good(self) -> bool:
        """Is it enough to go on alone? Without a κ, the share within one level decides."""
        return self.n > 0 and self.within >= WITHIN * self.n and (self.kappa is None or self.kappa >= KAPPA)


@frozen
class Apart:
    """A script that two markers saw differently."""

    code: str
    gaps: dict[str, tuple[float, float]]
    """By cell: what each gave."""

    @property
    def widest(self) -> float:
        """The largest difference."""
        return max(abs(one - other) for one, other in self.gaps.values())


def agreements(criteria: Sequence[Criterion], marks: dict[str, dict[str, Mark]]) -> list[Agreement]:
    """Return how every two markers agree on the scripts that both have marked."""
    found = []
    for one, other in combinations(sorted(set(marks) - {AGREED}), 2):
        shared = _shared(marks[one], marks[other])
        for criterion in criteria:
            cell = criterion.cell
            pairs = [
                (a.points[cell], b.points[cell]) for a, b in shared.values() if cell in a.points and cell in b.points
            ]
            gaps = [abs(a - b) for a, b in pairs]
            lean = sum(a - b for a, b in pairs) / len(pairs) if pairs else 0.0
            found.append(
                Agreement(
                    criterion,
                    (one, other),
                    len(pairs),
                    sum(gap == 0 for gap in gaps),
                    sum(gap <= 1 for gap in gaps),
                    weighted_kappa(pairs),
                    lean,
                )
            )
    return [row for row in found if row.n]


def _shared(one: dict[str, Mark], other: dict[str, Mark]) -> dict[str, tuple[Mark, Mark]]:
    """Return the scripts that both have marked, and marked as the same text."""
    return {
        code: (one[code], other[code])
        for code in sorted(set(one) & set(other))
        if one[code].digest == other[code].digest
    }


def apart(marks: dict[str, dict[str, Mark]]) -> dict[tuple[str, str], list[Apart]]:
    """Return the scripts on which two markers differ, those furthest apart first."""
    found: dict[tuple[str, str], list[Apart]] = {}
    for one, other in combinations(sorted(set(marks) - {AGREED}), 2):
        rows = []
        for code, (a, b) in _shared(marks[one], marks[other]).items():
            gaps = {
                cell: (a.points[cell], b.points[cell])
                for cell in a.points
                if cell in b.points and a.points[cell] != b.points[cell]
            }
            if gaps:
                rows.append(Apart(code, gaps))
        if rows:
            found[one, other] = sorted(rows, key=lambda row: (-row.widest, -len(row.gaps), row.code))
    return found
