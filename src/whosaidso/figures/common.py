"""What every figure shares: colours by day and by night, the sheet, words that fit, tables, saving.

Uses no pyplot, so no global state; matplotlib is imported when a figure is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from whosaidso.records import Case

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 4.6
"""Inches: narrow, so that a telephone shows it with little shrinking."""
LEFT = 0.10
TEXT = 10.0
SMALL = 9.0
LINE = 0.165
"""Inches from one line of small words to the next."""
DRAWN_WIDER = 1.04
"""How much wider a word is drawn at most than its outline measures."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@frozen
class Theme:
    """Colours of one background; each differs from it by 4.5 to 1 or more where words or lines use it."""

    ink: str
    paper: str
    panel: str
    """Ground of a box."""
    faint: str
    """Hatching and rings, never the only carrier of a meaning."""
    quiet: str
    edge: str
    outside: str
    guess: str


LIGHT = Theme(
    ink="#1a1a1a",
    paper="#ffffff",
    panel="#f6f6f6",
    faint="#b4b4b4",
    quiet="#5a5a5a",
    edge="#00558c",
    outside="#8a4b00",
    guess="#7a2a7a",
)
DARK = Theme(
    ink="#ececec",
    paper="#14181e",
    panel="#222932",
    faint="#5c6570",
    quiet="#a9b1ba",
    edge="#79c0f2",
    outside="#ffb866",
    guess="#dca6e6",
)
THEMES = {"light": LIGHT, "dark": DARK}

INK, PAPER, EDGE, OUTSIDE, GUESS, QUIET = (
    LIGHT.ink,
    LIGHT.paper,
    LIGHT.edge,
    LIGHT.outside,
    LIGHT.guess,
    LIGHT.quiet,
)
"""Told apart by line style, hatching or shape as well as by colour."""


@frozen
class Table:
    """The numbers of a figure, for those who do not see it or want to count."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@frozen
class Drawn:
    """A figure and what stands beside it."""

    draw: Callable[..., Figure]
    """From the case, and a theme if not the light one."""
    alt: Callable[[Case], str]
    table: Callable[[Case], Table]
    """The same content, for those who do not see the picture or want to count."""
    caption: str
    in_words: Callable[[Case], list[str]] | None = field(default=None)
    """What the picture says and no table can carry, if there is any."""
    tells: tuple[str, ...] = ()
    """Graded items on which it leans: such a figure stands on debriefs and instructors' pages only."""


def sheet(width: float, height: float, theme: Theme = LIGHT) -> tuple[Figure, Axes]:
    """Return an empty figure and its axes, which measure inches from the upper left corner."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), facecolor=theme.paper)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.axis("off")
    return figure, axes


@cache
def points(text: str, size: float, weight: str = "normal") -> float:
    """Return how wide the text is drawn, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    return float(TextPath((0, 0), text, prop=FontProperties(size=size, weight=weight)).get_extents().width)


def wrapped(text: str, room: float, size: float = SMALL, weight: str = "normal") -> list[str]:
    """Return the text in lines that fit into so many inches."""
    lines: list[str] = []
    space = points("n n", size, weight) - points("nn", size, weight)
    filled = 0.0
    for word in text.split():
        wide = (points(f"n{word}n", size, weight) - points("nn", size, weight)) * DRAWN_WIDER
        if lines and filled + space + wide <= room * 72:
            lines[-1] += f" {word}"
            filled += space + wide
        else:
            lines.append(word)
            filled = wide
    return lines


def put(
    axes: Axes, x: float, y: float, lines: list[str], colour: str, *, size: float = SMALL, weight: str = "normal"
) -> float:
    """Write lines with the middle of the first at `y`; return the middle of the line after the last."""
    for line in lines:
        axes.text(x, y, line, fontsize=size, color=colour, va="center", weight=weight)
        y += LINE
    return y


def block(axes: Axes, corner: tuple[float, float], size: tuple[float, float], colour: str, **how: Any) -> None:
    """Draw a rectangle from its upper left corner: filled, or with `hatch` or `fill=False` as given."""
    from matplotlib.patches import Rectangle

    given: dict[str, Any] = {"facecolor": colour, "edgecolor": colour, "linewidth": 0.8} | how
    axes.add_patch(Rectangle(corner, *size, **given))


def frame(
    axes: Axes,
    corner: tuple[float, float],
    size: tuple[float, float],
    colour: str,
    ground: str,
    *,
    dashed: bool = False,
) -> None:
    """Draw a box with round corners from the middle of its left side."""
    from matplotlib.patches import FancyBboxPatch

    (x, y), (width, height) = corner, size
    axes.add_patch(
        FancyBboxPatch(
            (x, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.05",
            facecolor=ground,
            edgecolor=colour,
            linewidth=1.1,
            linestyle="--" if dashed else "-",
        )
    )


def day(iso: str, *, year: bool = True) -> str:
    """Return 2016-10-17 as 17 Oct 2016, and 2016-10 as Oct 2016."""
    parts = iso.split("-")
    words = [str(int(part)) for part in parts[2:]] + [MONTHS[int(parts[1]) - 1]]
    return " ".join([*words, parts[0]] if year else words)


def thousands(number: int) -> str:
    """Return 4880 as 4,880."""
    return f"{number:,}"


def cited(record: str, source: str) -> str:
    """Return what a row rests on: its record, or the source in words."""
    return record or source


def _lighter(svg: str) -> str:
    """Return an SVG without indents, and with places to a hundredth of a point: a quarter less to load."""
    places = re.sub(r' d="[^"]*"', lambda path: re.sub(r"(\.\d{2})\d+", r"\1", path[0]), svg)
    return re.sub(r"\n +", "\n", places)


def save(figure: Figure, stem: Path) -> None:
    """Write a figure as SVG and PNG; the same figure gives the same bytes."""
    import matplotlib as mpl

    with mpl.rc_context({"svg.hashsalt": stem.name, "svg.fonttype": "path"}):
        figure.savefig(stem.with_suffix(".svg"), metadata={"Date": None})
        drawn = stem.with_suffix(".svg").read_text("utf-8")
        stem.with_suffix(".svg").write_text(_lighter(drawn), encoding="utf-8")
        figure.savefig(stem.with_suffix(".png"), dpi=200, metadata={"Software": None})
