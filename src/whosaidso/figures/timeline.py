"""What happened when: days at their true distance on the left, told beside it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from whosaidso.figures.common import LEFT, LIGHT, LINE, SMALL, WIDTH, Table, Theme, cited, day, put, sheet, wrapped
from whosaidso.records import Case, Event
from whosaidso.vocabulary import LANES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

AXIS = 0.58
"""Inches from the left at which time runs."""
WORDS = 1.24
TOP = 1.62
MARKS = {"mosul": ("o", "edge"), "elsewhere": ("s", "outside"), "words": ("^", "guess")}
"""Shape and colour of each lane; the third is hollow."""


def _days(case: Case) -> list[Event]:
    return sorted((e for e in case.figures.events.values() if e.lane != "span"), key=lambda e: e.date)


def _spans(case: Case) -> list[Event]:
    return [e for e in case.figures.events.values() if e.lane == "span"]


def _when(event: Event) -> str:
    if not event.end:
        return day(event.date)
    if event.end[:7] == event.date[:7]:
        return f"{int(event.date[8:])}–{day(event.end)}"
    return f"{day(event.date)} – {day(event.end)}"


def spread(wanted: list[float], heights: list[float]) -> list[float]:
    """Return where each entry stands: in order, none over another, as near to where it belongs as that allows.

    Entries that would overlap are gathered into runs, each run centred on where its entries want to be.
    """
    runs: list[tuple[list[int], float]] = []
    for index in range(len(wanted)):
        members = [index]
        while True:
            tops, offset = [], 0.0
            for member in members:
                tops.append(wanted[member] - offset)
                offset += heights[member]
            start = sum(tops) / len(tops)
            if runs and runs[-1][1] + sum(heights[m] for m in runs[-1][0]) > start:
                members = runs.pop()[0] + members
                continue
            runs.append((members, start))
            break
    placed = []
    for members, start in runs:
        for member in members:
            placed.append(start)
            start += heights[member]
    return placed


def timeline(case: Case, theme: Theme = LIGHT) -> Figure:
    """Return the days of the case from June 2014 to December 2017."""
    events = _days(case)
    told = [wrapped(event.what, WIDTH - WORDS - LEFT) for event in events]
    heights = [LINE * (1 + len(lines)) + 0.11 for lines in told]
    length = sum(heights)
    first = date.fromisoformat(events[0].date[:8] + "01").toordinal()
    last = date(int(events[-1].date[:4]) + 1, 1, 1).toordinal()

    def at(iso: str) -> float:
        return TOP + length * (date.fromisoformat(iso).toordinal() - first) / (last - first)

    places = spread([at(event.date) - 0.10 for event in events], heights)
    places[0] = max(places[0], TOP)
    for index in range(1, len(places)):
        places[index] = max(places[index], places[index - 1] + heights[index - 1])
    bottom = max(places[-1] + heights[-1], TOP + length)
    figure, axes = sheet(WIDTH, bottom + 0.15, theme)
    _legend(axes, theme, _spans(case))
    axes.plot([AXIS, AXIS], [TOP, TOP + length], color=theme.quiet, linewidth=1.2, zorder=1)
    for number, span in enumerate(_spans(case)):
        y0, y1 = at(span.date), at(span.end)
        _stretch(axes, (AXIS, AXIS), (y0, y1), number, theme)
    for year in range(int(events[0].date[:4]) + 1, int(events[-1].date[:4]) + 2):
        y = at(f"{year}-01-01")
        axes.plot([AXIS - 0.11, AXIS], [y, y], color=theme.ink, linewidth=1.2)
        axes.text(AXIS - 0.14, y, str(year), fontsize=SMALL, color=theme.ink, ha="right", va="center")
    for event, lines, y in zip(events, told, places, strict=True):
        shape, name = MARKS[event.lane]
        colour = getattr(theme, name)
        middle = y + 0.10
        axes.plot(
            [AXIS, AXIS + 0.12, WORDS - 0.20, WORDS - 0.16],
            [at(event.date)] * 2 + [middle] * 2,
            color=colour,
            linewidth=0.9,
        )
        hollow = theme.paper if event.lane == "words" else colour
        axes.plot([WORDS - 0.10], [middle], marker=shape, color=colour, markerfacecolor=hollow, markersize=6.5)
        axes.text(WORDS, middle, _when(event), fontsize=SMALL, color=theme.ink, va="center", weight="bold")
        if event.record:
            axes.text(WIDTH - LEFT, middle, event.record, fontsize=SMALL, color=theme.quiet, va="center", ha="right")
        put(axes, WORDS, middle + LINE, lines, theme.ink)
    return figure


def _stretch(axes: Axes, x: tuple[float, float], y: tuple[float, float], number: int, theme: Theme) -> None:
    """Draw a stretch of time: the first light with dark sides, the next dark."""
    axes.plot(x, y, color=theme.ink, linewidth=7, solid_capstyle="butt", zorder=2)
    if not number:
        axes.plot(x, y, color=theme.paper, linewidth=4.5, solid_capstyle="butt", zorder=2)


def _legend(axes: Axes, theme: Theme, spans: list[Event]) -> None:
    y = 0.14
    for number, span in enumerate(spans):
        _stretch(axes, (LEFT, LEFT + 0.26), (y, y), number, theme)
        axes.text(LEFT + 0.36, y, span.what, fontsize=SMALL, color=theme.ink, va="center")
        y += 0.21
    for lane, (shape, name) in MARKS.items():
        colour = getattr(theme, name)
        hollow = theme.paper if lane == "words" else colour
        axes.plot([LEFT + 0.13], [y], marker=shape, color=colour, markerfacecolor=hollow, markersize=6.5)
        axes.text(LEFT + 0.36, y, LANES[lane], fontsize=SMALL, color=theme.ink, va="center")
        y += 0.21
    lines = wrapped("Time runs true on the left; a number such as r024 is the record.", WIDTH - 2 * LEFT)
    put(axes, LEFT, y + 0.02, lines, theme.ink)


def timeline_alt(case: Case) -> str:
    """Return a short alternative text."""
    events = _days(case)
    return (
        f"Timeline from {day(events[0].date)} to {day(events[-1].date)} with {len(events)} days: "
        f"{'; '.join(f'{sum(e.lane == lane for e in events)} {LANES[lane]}' for lane in MARKS)}. "
        "The table below says the same."
    )


def timeline_table(case: Case) -> Table:
    """Return the days as a table."""
    rows = [
        (_when(e), e.what, LANES[e.lane], cited(e.record, e.source), e.caution) for e in [*_days(case), *_spans(case)]
    ]
    return Table(("When", "What", "Kind", "Rests on", "Caution"), tuple(rows))
