"""Coalition strikes a day around Mosul, as the coalition itself reported them; days without a report are gaps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from whosaidso.figures.common import LEFT, LIGHT, LINE, SMALL, WIDTH, Table, Theme, block, day, put, sheet, wrapped
from whosaidso.records import Case, StrikeDay

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PARTS = {
    "Mosul": ("edge", None, ("mosul",)),
    "south: Qayyarah, Sultan Abdallah": ("outside", "/////", ("qayyarah", "sultan_abdallah")),
    "west: Tal Afar, Kisik, Sinjar": ("guess", ".....", ("tal_afar", "kisik", "sinjar")),
}
"""What is stacked: name, colour, hatching and the columns that it adds up."""
TALL = 1.9
"""Inches of the highest bar's scale."""
EQUALS = 11.0
"""Points of the sign over a day whose lines repeat another's."""


def _part(row: StrikeDay, part: str) -> int:
    return sum(getattr(row, column) for column in PARTS[part][2])


def _around(row: StrikeDay) -> int:
    return sum(_part(row, part) for part in PARTS)


def _runs(days: list[StrikeDay]) -> list[str]:
    """Return stretches of neighbouring days in words: 6–8 Oct."""
    runs: list[list[StrikeDay]] = []
    for row in days:
        if runs and date.fromisoformat(row.id) - date.fromisoformat(runs[-1][-1].id) == timedelta(1):
            runs[-1].append(row)
        else:
            runs.append([row])
    said = []
    for run in runs:
        last = day(run[-1].id, year=False)
        same = run[0].id[:7] == run[-1].id[:7]
        first = str(int(run[0].id[8:])) if same else day(run[0].id, year=False)
        said.append(last if len(run) == 1 else f"{first}–{last}")
    return said


def _limits(case: Case) -> list[str]:
    """Return what the file cannot show, from the data and from its record."""
    days = list(case.figures.strike_days.values())
    gaps = [row for row in days if not row.in_file]
    said = [f"Not in the file: {', '.join(_runs(gaps))} ({len(gaps)} days). A gap is not a day without strikes."]
    for row in days:
        if row.repeats:
            one, two = day(row.repeats, year=False), day(row.id, year=False)
            said.append(f"= The lines of {two} repeat those of {one} word for word: one of the two may be an error.")
    for name in dict.fromkeys(row.record for row in days):
        if name in case.records:
            said.append(f"What it cannot show: {case.records[name].cannot_show} ({name})")
    return said


def strikes(case: Case, theme: Theme = LIGHT) -> Figure:
    """Return one bar for each day that the file has, and a hatched gap for each that it lacks."""
    days = list(case.figures.strike_days.values())
    most = max(_around(row) for row in days)
    scale = TALL / most
    left = LEFT + 0.22
    step = (WIDTH - LEFT - left) / len(days)
    notes = [line for limit in _limits(case) for line in wrapped(limit, WIDTH - 2 * LEFT)]
    base = 0.14 + 0.20 * (len(PARTS) + 1) + 0.16 + TALL
    figure, axes = sheet(WIDTH, base + 0.42 + LINE * len(notes) + 0.08, theme)
    y = 0.08
    for part, (name, hatch, _) in PARTS.items():
        _segment(axes, (LEFT, y), (0.30, 0.13), name, hatch, theme)
        total = sum(_part(row, part) for row in days)
        axes.text(LEFT + 0.42, y + 0.065, f"near {part} ({total})" if part == "Mosul" else f"{part} ({total})",
                  fontsize=SMALL, color=theme.ink, va="center")  # fmt: skip
        y += 0.20
    _gap(axes, (LEFT, y), (0.30, 0.13), theme)
    axes.text(LEFT + 0.42, y + 0.065, "no report in the file", fontsize=SMALL, color=theme.ink, va="center")
    for number in range(0, most + 1, 2):
        level = base - number * scale
        axes.plot([left, WIDTH - LEFT], [level, level], color=theme.faint, linewidth=0.6, zorder=0)
        axes.text(left - 0.06, level, str(number), fontsize=SMALL, color=theme.quiet, ha="right", va="center")
    for number, row in enumerate(days):
        x = left + step * number
        if not row.in_file:
            _gap(axes, (x, base - TALL), (step, TALL), theme)
        level = base
        for part, (name, hatch, _) in PARTS.items():
            high = _part(row, part) * scale
            if high:
                level -= high
                _segment(axes, (x + step * 0.1, level), (step * 0.8, high), name, hatch, theme)
        if row.repeats:
            axes.text(x, level - 0.08, "=", fontsize=EQUALS, color=theme.ink, ha="center", va="center", weight="bold")
        if row.id[8:] in ("01", "15") and number < len(days) - 8:
            axes.plot([x + step / 2] * 2, [base, base + 0.06], color=theme.quiet, linewidth=1)
            axes.text(x + step / 2, base + 0.15, day(row.id, year=False), fontsize=SMALL, color=theme.ink,
                      ha="left" if not number else "center", va="center")  # fmt: skip
    x = left + step * (len(days) - 0.5)
    axes.plot([x, x], [base, base + 0.06], color=theme.quiet, linewidth=1)
    axes.text(
        WIDTH - LEFT,
        base + 0.15,
        day(days[-1].id, year=False),
        fontsize=SMALL,
        color=theme.ink,
        ha="right",
        va="center",
    )
    axes.plot([left, WIDTH - LEFT], [base, base], color=theme.ink, linewidth=1)
    put(axes, LEFT, base + 0.40, notes, theme.ink)
    return figure


def _segment(
    axes: Axes, corner: tuple[float, float], size: tuple[float, float], name: str, hatch: str | None, theme: Theme
) -> None:
    colour = getattr(theme, name)
    ground = theme.paper if hatch else colour
    block(axes, corner, size, colour, facecolor=ground, hatch=hatch, linewidth=0.7)


def _gap(axes: Axes, corner: tuple[float, float], size: tuple[float, float], theme: Theme) -> None:
    block(axes, corner, size, theme.faint, facecolor=theme.panel, hatch="xxxxx", linewidth=0.0)


def strikes_alt(case: Case) -> str:
    """Return a short alternative text."""
    days = list(case.figures.strike_days.values())
    held = [row for row in days if row.in_file]
    most = max(held, key=_around)
    return (
        f"Bars of coalition strikes around Mosul for {len(held)} days between {day(days[0].id)} and {day(days[-1].id)}; "
        f"{len(days) - len(held)} days are gaps. Near Mosul itself: {sum(r.mosul for r in held)} strikes, with the places "
        f"south and west {sum(_around(r) for r in held)}. Most on one day: {_around(most)}, {day(most.id)}. "
        "The table below says the same."
    )


def strikes_table(case: Case) -> Table:
    """Return every day as a table; a gap has no numbers."""
    columns = (
        "Day",
        "Mosul",
        "Qayyarah",
        "Sultan Abdallah",
        "Tal Afar",
        "Kisik",
        "Sinjar",
        "All Iraq",
        "All Syria",
        "Note",
    )
    rows = []
    for row in case.figures.strike_days.values():
        numbers = (
            row.mosul,
            row.qayyarah,
            row.sultan_abdallah,
            row.tal_afar,
            row.kisik,
            row.sinjar,
            row.iraq,
            row.syria,
        )
        note = f"the same lines as {day(row.repeats)}" if row.repeats else ""
        shown = tuple(str(n) for n in numbers) if row.in_file else ("",) * len(numbers)
        rows.append((day(row.id), *shown, note if row.in_file else "no report in the file"))
    return Table(columns, tuple(rows))


def strikes_in_words(case: Case) -> list[str]:
    """Return the totals and the limits; the table has every day."""
    held = [row for row in case.figures.strike_days.values() if row.in_file]
    said = []
    for month in dict.fromkeys(row.id[:7] for row in held):
        rows = [row for row in held if row.id[:7] == month]
        parts = "; ".join(f"{part} {sum(_part(r, part) for r in rows)}" for part in PARTS)
        said.append(f"{day(month)}, {len(rows)} days in the file: {parts}; all Iraq {sum(r.iraq for r in rows)}.")
    most = max(held, key=_around)
    none = [row for row in held if not row.mosul]
    said.append(
        f"Most on one day: {_around(most)}, on {day(most.id)}. No strike near Mosul itself: {', '.join(_runs(none))}."
    )
    return said + _limits(case)
