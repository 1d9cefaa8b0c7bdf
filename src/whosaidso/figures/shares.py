"""How much of an article is about the claim in its headline, by words of its paragraphs."""

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
    block,
    frame,
    points,
    put,
    sheet,
    wrapped,
)
from whosaidso.records import Case, HeadlineShare

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TALL = 0.26
WIDE = WIDTH - 2 * LEFT


def _below(share: HeadlineShare) -> dict[str, int]:
    """Return the words of every paragraph below the headline."""
    return {name: words for name, words in share.words.items() if name != "H"}


def part(share: HeadlineShare) -> tuple[int, int]:
    """Return the words that are about the headline's claim, and all words below the headline."""
    below = _below(share)
    return sum(below[name] for name in share.carries), sum(below.values())


def percent(share: HeadlineShare) -> int:
    """Return the share as a whole percentage."""
    carried, whole = part(share)
    return round(100 * carried / whole)


def _yours(case: Case) -> list[str]:
    return [a for a in case.articles if a not in case.figures.shares]


def shares(case: Case, theme: Theme = LIGHT) -> Figure:
    """Return each article as a bar of its paragraphs, those about the headline's claim filled."""
    rows = sorted(case.figures.shares.values(), key=percent, reverse=True)
    heads = [wrapped(f"{case.articles[s.id].outlet}: {s.id}", WIDE, TEXT, "bold") for s in rows]
    lines = [wrapped(f"{part(s)[0]} of {part(s)[1]} words, {percent(s)} percent. {s.reason}", WIDE) for s in rows]
    yours = _yours(case)
    top = 0.62
    height = top + sum(LINE * (len(a) + len(b)) + TALL + 0.31 for a, b in zip(heads, lines, strict=True))
    figure, axes = sheet(WIDTH, height + (0.14 + 0.44 * len(yours) if yours else 0), theme)
    for y, filled, text in ((0.10, True, "about the headline's claim"), (0.32, False, "about other things")):
        _piece(axes, (LEFT, y), (0.30, 0.13), filled, theme)
        axes.text(LEFT + 0.42, y + 0.065, text, fontsize=SMALL, color=theme.ink, va="center")
    y = top
    for share, head, said in zip(rows, heads, lines, strict=True):
        y = put(axes, LEFT, y + 0.05, head, theme.ink, size=TEXT, weight="bold")
        whole, x = part(share)[1], LEFT
        for name, words in _below(share).items():
            wide = WIDE * words / whole
            _piece(axes, (x, y - 0.04), (wide, TALL), name in share.carries, theme)
            if wide > points(name, SMALL) / 72 + 0.06:
                colour = theme.paper if name in share.carries else theme.ink
                axes.text(
                    x + wide / 2, y - 0.04 + TALL / 2, name, fontsize=SMALL, color=colour, ha="center", va="center"
                )
            x += wide
        y = put(axes, LEFT, y + TALL + 0.10, said, theme.ink) + 0.16
    if yours:
        axes.text(LEFT, y, "Yours to find:", fontsize=SMALL, color=theme.ink, va="center", style="italic")
        for number, name in enumerate(yours):
            middle = y + 0.32 + 0.44 * number
            frame(axes, (LEFT, middle), (WIDE, 0.34), theme.quiet, theme.panel, dashed=True)
            text = f"{case.articles[name].outlet}: {name}"
            axes.text(LEFT + 0.10, middle, text, fontsize=SMALL, color=theme.ink, va="center")
    return figure


def _piece(axes: Axes, corner: tuple[float, float], size: tuple[float, float], filled: bool, theme: Theme) -> None:
    ground = theme.edge if filled else theme.paper
    block(
        axes,
        corner,
        size,
        theme.ink,
        facecolor=ground,
        edgecolor=theme.ink if not filled else theme.paper,
        linewidth=0.9,
    )


def shares_alt(case: Case) -> str:
    """Return a short alternative text."""
    rows = sorted(case.figures.shares.values(), key=percent, reverse=True)
    told = "; ".join(f"{share.id} {percent(share)} percent" for share in rows)
    return f"Bars of {len(rows)} articles by paragraph. About the claim in the headline: {told}. The table below says the same."


def shares_table(case: Case) -> Table:
    """Return the words of every paragraph and whether it carries the claim."""
    rows = [
        (share.id, name, str(words), "yes" if name in share.carries else "no")
        for share in case.figures.shares.values()
        for name, words in _below(share).items()
    ]
    return Table(("Article", "Paragraph", "Words", "About the headline's claim"), tuple(rows))


def shares_in_words(case: Case) -> list[str]:
    """Return one sentence for each article."""
    rows = sorted(case.figures.shares.values(), key=percent, reverse=True)
    said = [
        f"{s.id}: {part(s)[0]} of {part(s)[1]} words below the headline, {percent(s)} percent ({', '.join(s.carries)}). {s.reason}"
        for s in rows
    ]
    return [*said, f"Yours to find: {', '.join(_yours(case))}."] if _yours(case) else said
