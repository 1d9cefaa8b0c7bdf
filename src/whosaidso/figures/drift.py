"""One statement in several mouths: how the verb changes, from what was seen to what was meant.

The case holds the rows of open carriers. Rows of graded articles come with the gold, for the
instructor's machine and the open edition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from whosaidso.figures.common import (
    LEFT,
    LIGHT,
    LINE,
    SMALL,
    TEXT,
    WIDTH,
    Table,
    Theme,
    cited,
    frame,
    put,
    sheet,
    wrapped,
)
from whosaidso.records import Case, Gold, Wording

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEP = 0.20
"""Inches that each step of the ladder is moved to the right."""
STEPS = (
    "tells what did not happen",
    "they did nothing about it",
    "they took care not to",
    "they permitted it",
    "they protected it",
    "they wanted it",
)
"""What the verb of each step gives to those who did not strike."""
LATIN = ("en", "de", "fr")


def _ordered(rows: list[Wording]) -> list[Wording]:
    return sorted(rows, key=lambda row: row.step)


def _yours(case: Case) -> list[str]:
    """Return the graded articles that carry a claim whose wording is shown."""
    known = [row.article for row in case.figures.wordings.values() if row.article]
    claims = [c for c in case.headline_claims.values() if set(known) & set(c.carried_by)]
    return [a for claim in claims for a in claim.carried_by if case.articles[a].bank == "graded"]


def _claims(case: Case, rows: list[Wording]) -> list[str]:
    """Return the headline claims that these rows word."""
    articles = {row.article for row in rows}
    return [c.text for c in case.headline_claims.values() if articles & set(c.carried_by)]


def _quoted(row: Wording) -> str:
    """Return the words as drawn; letters that join are told in English, because the drawing cannot join them."""
    if row.language in LATIN:
        return f"“{row.words}”" + (f" ({row.meaning})" if row.meaning else "")
    return f"“{row.meaning}” ({LANGUAGES[row.language]})"


LANGUAGES = {"ar": "in Arabic", "fa": "in Persian", "ru": "in Russian", "de": "in German", "fr": "in French"}


def _draw(case: Case, rows: list[Wording], yours: list[str], theme: Theme) -> Figure:
    plan = []
    for row in _ordered(rows):
        left = LEFT + STEP * row.step
        room = WIDTH - LEFT - left - 0.20
        where = f"{row.carrier}, {row.place}{f' · {row.record}' if row.record else ''}"
        lines = wrapped(where, room) + (wrapped(row.change, room) if row.change else [])
        plan.append((row, left, wrapped(_quoted(row), room, TEXT, "bold"), lines))
    intro = wrapped(
        f"{' '.join(_claims(case, rows))} The further right, the more purpose the verb gives. The steps are our reading.",
        WIDTH - 2 * LEFT,
    )
    top = 0.14 + LINE * len(intro)
    steps = list(dict.fromkeys(row.step for row, *_ in plan))
    height = top + 0.30 * len(steps) + sum(0.14 + LINE * (len(a) + len(b)) + 0.10 for _, _, a, b in plan)
    height += (0.26 + 0.44 * len(yours)) if yours else 0
    figure, axes = sheet(WIDTH, height + 0.10, theme)
    put(axes, LEFT, 0.14, intro, theme.ink)
    y = top
    shown = None
    for row, left, words, lines in plan:
        if row.step != shown:
            shown = row.step
            y += 0.16
            axes.text(
                left,
                y,
                f"Step {row.step}: {STEPS[row.step]}",
                fontsize=SMALL,
                color=theme.edge,
                va="center",
                style="italic",
            )
            y += 0.14
        high = 0.14 + LINE * (len(words) + len(lines))
        frame(
            axes,
            (left, y + high / 2),
            (WIDTH - LEFT - left, high),
            theme.ink if row.article else theme.quiet,
            theme.panel,
        )
        below = put(axes, left + 0.10, y + 0.14, words, theme.ink, size=TEXT, weight="bold")
        put(axes, left + 0.10, below, lines, theme.ink)
        y += high + 0.10
    if yours:
        axes.text(
            LEFT,
            y + 0.12,
            "Yours to find: which words stand in",
            fontsize=SMALL,
            color=theme.ink,
            va="center",
            style="italic",
        )
        y += 0.26
        for name in yours:
            frame(axes, (LEFT, y + 0.18), (WIDTH - 2 * LEFT, 0.34), theme.quiet, theme.panel, dashed=True)
            axes.text(
                LEFT + 0.10,
                y + 0.18,
                f"{case.articles[name].outlet}: {name}",
                fontsize=SMALL,
                color=theme.ink,
                va="center",
            )
            y += 0.44
    return figure


def drift(case: Case, theme: Theme = LIGHT) -> Figure:
    """Return the open carriers of the statement by what their verb gives away, and what is left to find."""
    return _draw(case, list(case.figures.wordings.values()), _yours(case), theme)


def drift_alt(case: Case) -> str:
    """Return a short alternative text."""
    rows = _ordered(list(case.figures.wordings.values()))
    return (
        f"Ladder of {len(rows)} wordings of one statement about the planes, from {_quoted(rows[0])} to {_quoted(rows[-1])}; "
        f"{len(_yours(case))} articles are left for you to find. The table below says the same."
    )


def _table(rows: list[Wording]) -> Table:
    told = [
        (f"{row.step}: {STEPS[row.step]}", row.words, row.meaning, f"{row.carrier}, {row.place}", row.change,
         "the article" if row.quotation else cited(row.record, row.source))
        for row in _ordered(rows)
    ]  # fmt: skip
    return Table(("Step", "Words", "In English", "Where", "What changed", "Rests on"), tuple(told))


def drift_table(case: Case) -> Table:
    """Return the wordings as a table, in their own letters."""
    return _table(list(case.figures.wordings.values()))


def drift_in_words(case: Case) -> list[str]:
    """Return which claim is worded, whose reading the steps are, and what is left: what the table does not say."""
    claims = " ".join(_claims(case, list(case.figures.wordings.values())))
    said = [f"{claims} The higher the step, the more purpose the verb gives. The steps are our reading."]
    return [*said, f"Yours to find: {', '.join(_yours(case))}."] if _yours(case) else said


def whole_drift(case: Case, gold: Gold, theme: Theme = LIGHT) -> Figure:
    """Return the whole ladder, graded articles among it. Tells graded gold."""
    return _draw(case, [*case.figures.wordings.values(), *gold.wordings], [], theme)


def whole_drift_alt(case: Case, gold: Gold) -> str:
    """Return a short alternative text of the whole ladder. Tells graded gold."""
    rows = _ordered([*case.figures.wordings.values(), *gold.wordings])
    return (
        f"Ladder of {len(rows)} wordings of one statement about the planes, from {_quoted(rows[0])} to {_quoted(rows[-1])}. "
        "The table below says the same."
    )


def whole_drift_table(case: Case, gold: Gold) -> Table:
    """Return the whole ladder as a table. Tells graded gold."""
    return _table([*case.figures.wordings.values(), *gold.wordings])
