"""Figures of the book: each returns a matplotlib Figure, an alternative text and the same in words.

Draws open links only; what is graded appears as "yours to find". Uses no pyplot, so no global state;
matplotlib is imported when a figure is drawn, never by `import whosaidso.figures`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from whosaidso import vocabulary
from whosaidso.records import Case, Edge

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 4.6
"""Inches: narrow, so that a telephone shows it with little shrinking."""
ROW = 0.53
INDENT = 0.32
NARROWEST = 1.4
"""Inches that the innermost box has at least."""
LEFT = 0.10
LANE = 0.13
TEXT = 10.0
SMALL = 9.0

INK, PAPER, EDGE, OUTSIDE, GUESS, QUIET = "#1a1a1a", "#ffffff", "#00558c", "#8a4b00", "#7a2a7a", "#5a5a5a"
"""Dark enough on white for 4.5 to 1, and told apart by line style as well as by colour."""

STYLES = {
    "said": ("-", EDGE, "said in the article"),
    "outside": ((0, (6, 2)), OUTSIDE, "found outside the articles"),
    "inferred": ((0, (1.2, 1.8)), GUESS, "our inference, not proven"),
}


@frozen
class Drawn:
    """A figure and what stands beside it."""

    draw: Callable[[Case], Figure]
    alt: Callable[[Case], str]
    in_words: Callable[[Case], list[str]]
    caption: str


@frozen
class Row:
    """One box of the network: who, how deep, and the link that led to it."""

    id: str
    depth: int
    edge: Edge | None = None


def style_of(edge: Edge) -> str:
    """Return which of the three line styles a link has."""
    if edge.certainty != "explicit":
        return "inferred"
    return "said" if edge.article else "outside"


def open_edges(case: Case) -> list[Edge]:
    """Return the links that may be shown, without repeats of the same pair."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for edge in case.edges.values():
        if edge.bank == "open" and (edge.teller, edge.told_by) not in seen:
            seen.add((edge.teller, edge.told_by))
            kept.append(edge)
    return kept


def rows_of(edges: Sequence[Edge], starts: Iterable[str]) -> tuple[list[Row], list[Edge]]:
    """Return the boxes in drawing order, and the links between boxes already placed.

    Each article of `starts` starts a tree that grows towards its sources; a teller that none of
    them leads to starts a tree of its own.
    """
    told = {edge.told_by for edge in edges}
    roots = list(starts)
    roots += [e.teller for e in edges if e.teller not in told and e.teller not in roots]
    rows: list[Row] = []
    crossing: list[Edge] = []
    placed: set[str] = set()

    def place(who: str, depth: int, led: Edge | None) -> None:
        placed.add(who)
        rows.append(Row(id=who, depth=depth, edge=led))
        for edge in edges:
            if edge.teller != who:
                continue
            if edge.told_by in placed:
                crossing.append(edge)
            else:
                place(edge.told_by, depth + 1, edge)

    for root in dict.fromkeys([*roots, *(edge.teller for edge in edges)]):  # a ring has no start of its own
        if root not in placed:
            place(root, 0, None)
    return rows, crossing


def label_of(case: Case, who: str) -> str:
    """Return what stands in the box of a source or an article."""
    if who in case.articles:
        return f"{case.articles[who].outlet}: {who}"
    return case.sources[who].name if who in case.sources else who


def source_network(case: Case) -> Figure:
    """Return the open part of who told whom, from each article down to its sources."""
    graded = [a.id for a in case.articles.values() if a.bank == "graded"]
    return network(case, open_edges(case), _open_articles(case), yours=graded)


def _open_articles(case: Case) -> list[str]:
    return [a.id for a in case.articles.values() if a.bank == "open"]


def network(
    case: Case, edges: Sequence[Edge], starts: Iterable[str], *, yours: Sequence[str] = (), legend: bool = True
) -> Figure:
    """Return links as a figure: each article above the sources it leads to, then what is left to find."""
    rows, crossing = rows_of(edges, starts)
    middles, end = _middles(rows, 1.50 if legend else 0.65)
    lanes = _lanes(crossing, middles)
    right = WIDTH - LEFT - LANE * (1 + max(lanes.values(), default=-1)) - (0.12 if lanes else 0)
    height = end + 0.05 + (0.30 + 0.50 * len(yours) if yours else 0)
    figure, axes = sheet(WIDTH, height)
    _legend(axes, STYLES.values() if legend else ())
    deepest = max((row.depth for row in rows), default=0)
    indent = max(0.0, min(INDENT, (right - LEFT - NARROWEST) / max(deepest, 1)))
    for row in rows:
        _box(axes, case, row, middles[row.id], (LEFT + indent * row.depth, right))
    depth = {row.id: row.depth for row in rows}
    for row in rows:
        if row.edge:
            _elbow(axes, indent, depth[row.edge.teller], middles[row.edge.teller], row, middles[row.id])
    for group, lane in lanes.items():
        _round_the_side(axes, right, right + 0.14 + LANE * lane, [middles[e.teller] for e in group], group[0], middles)
    if yours:
        axes.text(LEFT, end, "Yours to find:", fontsize=SMALL, color=INK, va="center", style="italic")
    for number, name in enumerate(yours):
        y = end + 0.36 + 0.50 * number
        _frame(axes, LEFT, y, WIDTH - 2 * LEFT, 0.40, QUIET, dashed=True)
        axes.text(LEFT + 0.10, y, label_of(case, name), fontsize=SMALL, color=INK, va="center")
    return figure


def sheet(width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty figure and its axes, which measure inches from the upper left corner."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), facecolor=PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.axis("off")
    return figure, axes


def _middles(rows: list[Row], y: float) -> tuple[dict[str, float], float]:
    """Return the middle of each box in inches from the top, the first at `y`, and where the boxes end."""
    middles: dict[str, float] = {}
    for row in rows:
        if row.depth == 0 and middles:
            y += 0.12
        middles[row.id] = y
        y += ROW
    return middles, y - 0.10


def _lanes(edges: list[Edge], middles: dict[str, float]) -> dict[tuple[Edge, ...], int]:
    """Return the lane at the right side in which each group of links runs.

    Links to the same box in the same line style share a lane; others share one only where they
    would not touch.
    """
    groups: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges:
        groups.setdefault((edge.told_by, style_of(edge)), []).append(edge)
    used: list[list[tuple[float, float]]] = []
    lanes: dict[tuple[Edge, ...], int] = {}

    def reach(group: list[Edge]) -> tuple[float, float]:
        ends = [middles[who] for edge in group for who in (edge.teller, edge.told_by)]
        return min(ends) - 0.05, max(ends) + 0.05

    for group in sorted(groups.values(), key=lambda g: reach(g)[1] - reach(g)[0]):
        low, high = reach(group)
        lane = next((n for n, held in enumerate(used) if all(high < a or low > b for a, b in held)), len(used))
        if lane == len(used):
            used.append([])
        used[lane].append((low, high))
        lanes[tuple(group)] = lane
    return lanes


def _legend(axes: Axes, styles: Iterable[tuple[Any, str, str]]) -> None:
    """Draw the line styles and what the arrows mean."""
    y = -0.04
    for line, colour, text in styles:
        y += 0.24
        axes.plot([LEFT, LEFT + 0.55], [y, y], linestyle=line, color=colour, linewidth=1.8)
        axes.text(LEFT + 0.68, y, text, fontsize=SMALL, color=INK, va="center")
    axes.text(
        LEFT, y + 0.27, "Arrows point back, towards whoever said it first.", fontsize=SMALL, color=INK, va="center"
    )


def _frame(axes: Axes, x: float, y: float, width: float, height: float, colour: str, *, dashed: bool = False) -> None:
    from matplotlib.patches import FancyBboxPatch

    axes.add_patch(
        FancyBboxPatch(
            (x, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.05",
            facecolor="#f6f6f6",
            edgecolor=colour,
            linewidth=1.1,
            linestyle="--" if dashed else "-",
        )
    )


def _box(axes: Axes, case: Case, row: Row, y: float, sides: tuple[float, float]) -> None:
    """Draw a box with the name and, above it, how it was reached."""
    x, right = sides
    _frame(axes, x, y, right - x, 0.43, INK if row.depth == 0 else QUIET)
    if row.edge is None:
        _name(axes, label_of(case, row.id), x, y, right, bold=row.id in case.articles)
        return
    relation = vocabulary.RELATIONS[row.edge.relation].label if row.edge.relation else "told by"
    if row.edge.paragraph:
        relation += f" ({row.edge.paragraph})"
    colour = STYLES[style_of(row.edge)][1]
    axes.text(x + 0.10, y - 0.10, relation, fontsize=SMALL, color=colour, va="center", style="italic")
    _name(axes, label_of(case, row.id), x, y + 0.09, right)


def _name(axes: Axes, name: str, x: float, y: float, right: float, *, bold: bool = False) -> None:
    """Write a name, smaller where the box is narrow, and ending in … where even that is not enough."""
    room = (right - x - 0.20) * 72
    weight = "bold" if bold else "normal"
    size = TEXT if points(name, TEXT, weight) <= room else SMALL
    shown = name
    while len(shown) > 6 and points(shown, size, weight) > room:
        shown = shown.removesuffix("…")[:-1].rstrip() + "…"
    axes.text(x + 0.10, y, shown, fontsize=size, color=INK, va="center", weight=weight)


def points(text: str, size: float, weight: str) -> float:
    """Return how wide the text is drawn, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    return float(TextPath((0, 0), text, prop=FontProperties(size=size, weight=weight)).get_extents().width)


def _elbow(axes: Axes, indent: float, depth: int, start: float, row: Row, end: float) -> None:
    """Draw a link from under a box to the left side of another further in."""
    assert row.edge is not None
    line, colour, _ = STYLES[style_of(row.edge)]
    x = LEFT + indent * (depth + 0.45)
    far = LEFT + indent * row.depth
    axes.plot([x, x, far - 0.05], [start + 0.22, end, end], linestyle=line, color=colour, linewidth=1.6, zorder=0)
    axes.plot([far - 0.04], [end], marker=">", color=colour, markersize=5, linestyle="none")


def _round_the_side(
    axes: Axes, right: float, lane: float, starts: list[float], edge: Edge, middles: dict[str, float]
) -> None:
    """Draw links to a box that another link already led to, along the right side."""
    line, colour, _ = STYLES[style_of(edge)]
    end = middles[edge.told_by] + {"said": -0.09, "outside": 0.0, "inferred": 0.09}[style_of(edge)]
    far = max(starts, key=lambda start: abs(start - end))
    ways = [([right, lane, lane, right + 0.05], [far, far, end, end])]
    ways += [([right, lane], [start, start]) for start in starts if start != far]
    for x, y in ways:
        axes.plot(x, y, linestyle=line, color=colour, linewidth=1.6)
    axes.plot([right + 0.05], [end], marker="<", color=colour, markersize=5, linestyle="none")


def network_alt(case: Case) -> str:
    """Return a short alternative text; the whole content stands in the list below the figure."""
    rows, _ = rows_of(open_edges(case), _open_articles(case))
    told = ", ".join(a.id for a in case.articles.values() if a.bank == "open")
    graded = sum(1 for a in case.articles.values() if a.bank == "graded")
    return (
        f"Diagram of who told whom for {told}: {len(rows)} boxes, each article above the sources it leads to. "
        f"{graded} more are left for you to find. The list below says the same in words."
    )


def text_equivalent(case: Case) -> list[str]:
    """Return the source network as sentences, one per link."""
    said = {"said": "", "outside": " (found outside the articles)", "inferred": " (our inference, not proven)"}
    sentences = []
    for edge in open_edges(case):
        relation = vocabulary.RELATIONS[edge.relation].label
        where = f" in {edge.paragraph}" if edge.article else ""
        arrow = f"{label_of(case, edge.teller)} → {label_of(case, edge.told_by)}: {relation}{where}"
        sentences.append(f"{arrow}{said[style_of(edge)]}.")
    graded = [a.id for a in case.articles.values() if a.bank == "graded"]
    if graded:
        sentences.append(f"Yours to find: {', '.join(graded)}.")
    return sentences


FIGURES = {
    "source_network": Drawn(
        draw=source_network,
        alt=network_alt,
        in_words=text_equivalent,
        caption="Who told whom, as far as it is shown here. The rest is yours to find.",
    )
}


def save(figure: Figure, stem: Path) -> None:
    """Write a figure as SVG and PNG; the same figure gives the same bytes."""
    import matplotlib as mpl

    with mpl.rc_context({"svg.hashsalt": stem.name, "svg.fonttype": "path"}):
        figure.savefig(stem.with_suffix(".svg"), metadata={"Date": None})
        figure.savefig(stem.with_suffix(".png"), dpi=200, metadata={"Software": None})
