"""Numbers that differ: American soldiers by what is counted, ISIS fighters by who says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whosaidso.figures.common import (
    LEFT,
    LIGHT,
    LINE,
    SMALL,
    TEXT,
    WIDTH,
    Table,
    Theme,
    block,
    cited,
    day,
    put,
    sheet,
    thousands,
    wrapped,
)
from whosaidso.records import Case, Count, Estimate
from whosaidso.vocabulary import COUNT_KINDS, GROUPS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BAR = 0.13
GAP = 0.14
WIDE = WIDTH - 2 * LEFT
LOOKS: dict[str, tuple[str, dict[str, Any]]] = {
    "present": ("edge", {}),
    "part": ("outside", {"hatch": "|||||"}),
    "uncounted": ("guess", {"hatch": "xxxxx"}),
    "authorised": ("quiet", {"linestyle": (0, (3, 2))}),
    "added": ("outside", {"hatch": "/////"}),
    "said": ("guess", {"linestyle": (0, (1, 1))}),
}
"""Colour and look of each kind of count: filled, hatched, or an outline only."""


def _span(low: int, high: int) -> str:
    if not low:
        return f"under {thousands(high)}"
    if not high:
        return f"over {thousands(low)}"
    return thousands(low) if low == high else f"{thousands(low)}–{thousands(high)}"


# --- soldiers --------------------------------------------------------------------------------------


def _counts(case: Case) -> list[Count]:
    return sorted(case.figures.counts.values(), key=lambda c: (-c.high, -c.low, c.id))


def _bar(axes: Axes, corner: tuple[float, float], width: float, kind: str, theme: Theme) -> None:
    name, look = LOOKS[kind]
    colour = getattr(theme, name)
    if kind == "present":
        block(axes, corner, (width, BAR), colour)
    else:
        block(axes, corner, (width, BAR), colour, **({"facecolor": theme.paper, "linewidth": 1.2} | look))


def troops(case: Case, theme: Theme = LIGHT) -> Figure:
    """Return every number of American soldiers as a bar, with what it counts above it."""
    counts = _counts(case)
    most = max(count.high for count in counts)
    heads = [f"{day(c.date)}, {c.who}" for c in counts]
    told = [wrapped(f"{c.counts}{f'; without {c.leaves_out}' if c.leaves_out else ''}", WIDE) for c in counts]
    kinds = [kind for kind in LOOKS if any(count.kind == kind for count in counts)]
    top = 0.10 + 0.20 * len(kinds) + 0.12
    height = top + sum(LINE * (1 + len(lines)) + BAR + GAP for lines in told)
    figure, axes = sheet(WIDTH, height + 0.05, theme)
    y = 0.10
    for kind in kinds:
        _bar(axes, (LEFT, y), 0.45, kind, theme)
        axes.text(LEFT + 0.58, y + BAR / 2, COUNT_KINDS[kind], fontsize=SMALL, color=theme.ink, va="center")
        y += 0.20
    y = top + 0.06
    for count, head, lines in zip(counts, heads, told, strict=True):
        axes.text(LEFT, y, _span(count.low, count.high), fontsize=TEXT, color=theme.ink, va="center", weight="bold")
        axes.text(WIDTH - LEFT, y, count.record, fontsize=SMALL, color=theme.quiet, va="center", ha="right")
        axes.text(LEFT + 1.04, y, head, fontsize=SMALL, color=theme.ink, va="center")
        y = put(axes, LEFT, y + LINE, lines, theme.ink)
        y -= LINE / 2 - 0.02
        _bar(axes, (LEFT, y), WIDE * count.high / most, count.kind, theme)
        if count.low != count.high:
            x = LEFT + WIDE * count.low / most
            axes.plot([x, x], [y - 0.02, y + BAR + 0.02], color=theme.ink, linewidth=1.4)
        y += BAR + GAP + LINE / 2 - 0.02
    return figure


def troops_alt(case: Case) -> str:
    """Return a short alternative text."""
    counts = _counts(case)
    present = [c for c in counts if c.kind == "present"]
    return (
        f"{len(counts)} numbers of American soldiers as bars, from {_span(counts[0].low, counts[0].high)} down to "
        f"{_span(counts[-1].low, counts[-1].high)}. Counted as present: from {thousands(min(c.low for c in present))} to "
        f"{thousands(max(c.high for c in present))}. Each bar says what it counts. The table below says the same."
    )


def troops_table(case: Case) -> Table:
    """Return the numbers as a table."""
    rows = [
        (
            _span(c.low, c.high),
            COUNT_KINDS[c.kind],
            c.counts,
            c.leaves_out,
            c.who,
            day(c.date),
            cited(c.record, c.source),
        )
        for c in _counts(case)
    ]
    return Table(("Number", "Kind", "What it counts", "What it leaves out", "Who", "When", "Rests on"), tuple(rows))


# --- ISIS fighters ---------------------------------------------------------------------------------

OPEN = 0.07
"""Share of the scale by which an arrow runs on from a lower bound."""
SHAPES = {
    "us_coalition": ("o", "edge"),
    "iraq": ("s", "outside"),
    "kurdish_region": ("D", "guess"),
    "russia": ("X", "ink"),
    "independent": ("^", "quiet"),
}
"""Shape and colour of the ends, by the bloc of whoever says the number."""


def _estimates(case: Case) -> list[Estimate]:
    return sorted(case.figures.estimates.values(), key=lambda e: (e.date, e.id))


def estimates(case: Case, theme: Theme = LIGHT) -> Figure:
    """Return every estimate of ISIS fighters as a range on one scale, by day, with who said it."""
    rows = _estimates(case)
    most = (max(max(e.low, e.high) for e in rows) // 5000 + 1) * 5000
    told = [wrapped(f"{_span(e.low, e.high)} {e.of}", WIDE) for e in rows]
    groups = [group for group in SHAPES if any(e.group == group for e in rows)]
    top = 0.15 + 0.21 * len(groups) + 0.30
    step = [LINE * (1 + len(lines)) + 0.30 for lines in told]
    end = top + sum(step)
    figure, axes = sheet(WIDTH, end + 0.28, theme)

    def at(number: float) -> float:
        return LEFT + 0.12 + (WIDE - 0.40) * number / most

    y = 0.15
    for group in groups:
        shape, name = SHAPES[group]
        axes.plot([LEFT + 0.10], [y], marker=shape, color=getattr(theme, name), markersize=6)
        axes.text(LEFT + 0.28, y, GROUPS[group], fontsize=SMALL, color=theme.ink, va="center")
        y += 0.21
    for number in range(0, most + 1, 5000):
        axes.plot([at(number)] * 2, [top - 0.06, end], color=theme.faint, linewidth=0.8, zorder=0)
        for edge in (top - 0.15, end + 0.12):
            axes.text(at(number), edge, thousands(number), fontsize=SMALL, color=theme.quiet, ha="center", va="center")
    y = top + 0.12
    for estimate, lines, high in zip(rows, told, step, strict=True):
        shape, name = SHAPES[estimate.group]
        colour = getattr(theme, name)
        backing = {"facecolor": theme.paper, "edgecolor": "none", "pad": 0.6}
        axes.text(
            LEFT, y, f"{day(estimate.date)}, {estimate.who}", fontsize=SMALL, color=theme.ink, va="center",
            weight="bold", bbox=backing,
        )  # fmt: skip
        if estimate.record:
            axes.text(
                WIDTH - LEFT,
                y,
                estimate.record,
                fontsize=SMALL,
                color=theme.quiet,
                va="center",
                ha="right",
                bbox=backing,
            )
        below = y + LINE
        for line in lines:
            axes.text(LEFT, below, line, fontsize=SMALL, color=theme.ink, va="center", bbox=backing)
            below += LINE
        low, top_end = at(estimate.low), at(estimate.high or estimate.low + most * OPEN)
        claim = (0, (2, 1.5)) if estimate.kind == "claim" else "-"
        axes.plot(
            [low, top_end],
            [below] * 2,
            color=colour,
            linewidth=3 if estimate.kind == "estimate" else 1.8,
            linestyle=claim,
        )
        if estimate.low:
            axes.plot([low], [below], marker=shape, color=colour, markersize=6)
        if estimate.high:
            axes.plot([top_end], [below], marker=shape, color=colour, markersize=6)
        else:
            axes.plot([top_end + 0.02], [below], marker=">", color=colour, markersize=7)
        y += high
    return figure


def estimates_alt(case: Case) -> str:
    """Return a short alternative text."""
    rows = [e for e in _estimates(case) if e.kind == "estimate"]
    lowest = min((e for e in rows if e.low), key=lambda e: e.low)
    highest = max(rows, key=lambda e: max(e.low, e.high))
    return (
        f"{len(rows)} estimates of ISIS fighters in or around Mosul, from {day(rows[0].date)} to {day(rows[-1].date)}, "
        f"as ranges on one scale. The lowest begins at {thousands(lowest.low)} ({lowest.who}); the highest is "
        f"{_span(highest.low, highest.high)} ({highest.who}). The table below says the same."
    )


def estimates_table(case: Case) -> Table:
    """Return the estimates as a table."""
    rows = [
        (
            day(e.date),
            e.who,
            GROUPS[e.group],
            _span(e.low, e.high),
            e.of,
            "" if e.kind == "estimate" else "no estimate",
            cited(e.record, e.source),
        )
        for e in _estimates(case)
    ]
    return Table(("When", "Who", "Bloc", "Number", "Who is counted", "Note", "Rests on"), tuple(rows))
