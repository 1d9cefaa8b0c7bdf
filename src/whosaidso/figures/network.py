"""Who told whom: boxes with each article above the sources that it leads to.

`source_network` draws open links only; what is graded appears as "yours to find". `whole_network`
takes the gold as well: for the instructor's machine and the open edition, never for a public page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from whosaidso import vocabulary
from whosaidso.figures.common import LEFT, LIGHT, SMALL, TEXT, WIDTH, Table, Theme, frame, points, sheet
from whosaidso.records import Case, Edge, Gold

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 0.53
INDENT = 0.32
NARROWEST = 1.4
"""Inches that the innermost box has at least."""
LANE = 0.13

STYLES = {
    "said": ("-", "edge", "said in the article"),
    "outside": ((0, (6, 2)), "outside", "found outside the articles"),
    "inferred": ((0, (1.2, 1.8)), "guess", "our inference, not proven"),
}
"""Line style, colour of the theme and meaning of each kind of link."""


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


def shown_edges(case: Case, edges: Sequence[Edge] | None = None, starts: Sequence[str] | None = None) -> list[Edge]:
    """Return the links to draw: all that some article leads to, and who else carries its headline's claim from there."""
    edges = open_edges(case) if edges is None else edges
    reached = set(_open_articles(case) if starts is None else starts)
    while more := {e.told_by for e in edges if e.teller in reached} - reached:
        reached |= more
    ends = voices_of([e for e in edges if e.teller in reached])
    return [e for e in edges if e.teller in reached or (e.claim and e.told_by in ends)]


def voices_of(edges: Sequence[Edge]) -> list[str]:
    """Return the voices with which the chains of a headline's claim end, as far as links are known."""
    tellers = {e.teller for e in edges}
    return list(dict.fromkeys(e.told_by for e in edges if e.claim and e.told_by not in tellers))


def source_network(case: Case, theme: Theme = LIGHT) -> Figure:
    """Return the open part of who told whom, from each article down to its sources."""
    edges = shown_edges(case)
    graded = [a.id for a in case.articles.values() if a.bank == "graded"]
    return network(case, edges, _open_articles(case), yours=graded, voices=voices_of(edges), theme=theme)


def _open_articles(case: Case) -> list[str]:
    return [a.id for a in case.articles.values() if a.bank == "open"]


def network(
    case: Case,
    edges: Sequence[Edge],
    starts: Iterable[str],
    *,
    yours: Sequence[str] = (),
    legend: bool = True,
    voices: Sequence[str] = (),
    theme: Theme = LIGHT,
) -> Figure:
    """Return links as a figure: each article above the sources it leads to, then what is left to find."""
    rows, crossing = rows_of(edges, starts)
    middles, end = _middles(rows, (1.76 if voices else 1.50) if legend else 0.65)
    lanes = _lanes(crossing, middles)
    right = WIDTH - LEFT - LANE * (1 + max(lanes.values(), default=-1)) - (0.12 if lanes else 0)
    height = end + 0.05 + (0.30 + 0.50 * len(yours) if yours else 0)
    figure, axes = sheet(WIDTH, height, theme)
    _legend(axes, theme, STYLES.values() if legend else (), voices=bool(voices) and legend)
    deepest = max((row.depth for row in rows), default=0)
    indent = max(0.0, min(INDENT, (right - LEFT - NARROWEST) / max(deepest, 1)))
    for row in rows:
        sides = (LEFT + indent * row.depth, right)
        _box(axes, case, row, middles[row.id], sides, theme, ends=row.id in voices)
    depth = {row.id: row.depth for row in rows}
    for row in rows:
        if row.edge:
            _elbow(axes, theme, indent, depth[row.edge.teller], middles[row.edge.teller], row, middles[row.id])
    for group, lane in lanes.items():
        starting = [middles[e.teller] for e in group]
        _round_the_side(axes, theme, right, right + 0.14 + LANE * lane, starting, group[0], middles)
    if yours:
        axes.text(LEFT, end, "Yours to find:", fontsize=SMALL, color=theme.ink, va="center", style="italic")
    for number, name in enumerate(yours):
        y = end + 0.36 + 0.50 * number
        frame(axes, (LEFT, y), (WIDTH - 2 * LEFT, 0.40), theme.quiet, theme.panel, dashed=True)
        axes.text(LEFT + 0.10, y, label_of(case, name), fontsize=SMALL, color=theme.ink, va="center")
    return figure


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


def _legend(axes: Axes, theme: Theme, styles: Iterable[tuple[Any, str, str]], *, voices: bool = False) -> None:
    """Draw the line styles and what the arrows and the mark mean."""
    y = -0.04
    for line, colour, text in styles:
        y += 0.24
        axes.plot([LEFT, LEFT + 0.55], [y, y], linestyle=line, color=getattr(theme, colour), linewidth=1.8)
        axes.text(LEFT + 0.68, y, text, fontsize=SMALL, color=theme.ink, va="center")
    said = ["Arrows point back, towards whoever said it first."]
    said += ["◆ a chain of a headline's claim ends with this voice"] if voices else []
    for text in said:
        y += 0.26
        axes.text(LEFT, y, text, fontsize=SMALL, color=theme.ink, va="center")


def _box(
    axes: Axes, case: Case, row: Row, y: float, sides: tuple[float, float], theme: Theme, *, ends: bool = False
) -> None:
    """Draw a box with the name and, above it, how it was reached; a mark if a chain ends here."""
    x, right = sides
    frame(axes, (x, y), (right - x, 0.43), theme.ink if row.depth == 0 or ends else theme.quiet, theme.panel)
    name = label_of(case, row.id)
    if ends:
        axes.text(right - 0.08, y - 0.10, "◆", fontsize=TEXT, color=theme.ink, va="center", ha="right")
    if row.edge is None:
        _name(axes, name, x, y, right, theme, bold=row.id in case.articles)
        return
    relation = vocabulary.RELATIONS[row.edge.relation].label if row.edge.relation else "told by"
    if row.edge.paragraph:
        relation += f" ({row.edge.paragraph})"
    colour = getattr(theme, STYLES[style_of(row.edge)][1])
    axes.text(x + 0.10, y - 0.10, relation, fontsize=SMALL, color=colour, va="center", style="italic")
    _name(axes, name, x, y + 0.09, right, theme)


def _name(axes: Axes, name: str, x: float, y: float, right: float, theme: Theme, *, bold: bool = False) -> None:
    """Write a name, smaller where the box is narrow, and ending in … where even that is not enough."""
    room = (right - x - 0.20) * 72
    weight = "bold" if bold else "normal"
    size = TEXT if points(name, TEXT, weight) <= room else SMALL
    shown = name
    while len(shown) > 6 and points(shown, size, weight) > room:
        shown = shown.removesuffix("…")[:-1].rstrip() + "…"
    axes.text(x + 0.10, y, shown, fontsize=size, color=theme.ink, va="center", weight=weight)


def _elbow(axes: Axes, theme: Theme, indent: float, depth: int, start: float, row: Row, end: float) -> None:
    """Draw a link from under a box to the left side of another further in."""
    assert row.edge is not None
    line, name, _ = STYLES[style_of(row.edge)]
    colour = getattr(theme, name)
    x = LEFT + indent * (depth + 0.45)
    far = LEFT + indent * row.depth
    axes.plot([x, x, far - 0.05], [start + 0.22, end, end], linestyle=line, color=colour, linewidth=1.6, zorder=0)
    axes.plot([far - 0.04], [end], marker=">", color=colour, markersize=5, linestyle="none")


def _round_the_side(
    axes: Axes, theme: Theme, right: float, lane: float, starts: list[float], edge: Edge, middles: dict[str, float]
) -> None:
    """Draw links to a box that another link already led to, along the right side."""
    line, name, _ = STYLES[style_of(edge)]
    colour = getattr(theme, name)
    end = middles[edge.told_by] + {"said": -0.09, "outside": 0.0, "inferred": 0.09}[style_of(edge)]
    far = max(starts, key=lambda start: abs(start - end))
    ways = [([right, lane, lane, right + 0.05], [far, far, end, end])]
    ways += [([right, lane], [start, start]) for start in starts if start != far]
    for x, y in ways:
        axes.plot(x, y, linestyle=line, color=colour, linewidth=1.6)
    axes.plot([right + 0.05], [end], marker="<", color=colour, markersize=5, linestyle="none")


def network_alt(case: Case) -> str:
    """Return a short alternative text; the whole content stands in the table below the figure."""
    rows, _ = rows_of(shown_edges(case), _open_articles(case))
    told = ", ".join(a.id for a in case.articles.values() if a.bank == "open")
    graded = sum(1 for a in case.articles.values() if a.bank == "graded")
    return (
        f"Diagram of who told whom for {told}: {len(rows)} boxes, each article above the sources it leads to. "
        f"{graded} more are left for you to find. The table below says the same."
    )


def ends_in_words(case: Case) -> list[str]:
    """Return with whom the chains end, and which articles are left: what a table of links does not say."""
    edges = shown_edges(case)
    sentences = []
    for voice in voices_of(edges):
        sure = any(e.told_by == voice and e.claim and style_of(e) != "inferred" and e.article for e in edges)
        how = "" if sure else ", for the articles by our inference only"
        sentences.append(f"A chain of a headline's claim ends with {label_of(case, voice)}{how}.")
    graded = [a.id for a in case.articles.values() if a.bank == "graded"]
    if graded:
        sentences.append(f"Yours to find: {', '.join(graded)}.")
    return sentences


def link_table(case: Case) -> Table:
    """Return the drawn links as a table."""
    return _links(case, shown_edges(case))


def _links(case: Case, edges: Sequence[Edge]) -> Table:
    rows = [
        (
            label_of(case, edge.teller),
            label_of(case, edge.told_by),
            vocabulary.RELATIONS[edge.relation].label,
            f"{edge.article} {edge.paragraph}".strip(),
            STYLES[style_of(edge)][2],
            ", ".join(edge.records),
        )
        for edge in edges
    ]
    return Table(("Who tells", "Told by", "How", "Where", "How sure", "Records"), tuple(rows))


# --- with the gold: the instructor's machine and the open edition only -----------------------------


def _whole(case: Case, gold: Gold) -> list[Edge]:
    """Return the links of the articles with the gold's among them, each pair once."""
    pairs = {(e.teller, e.told_by): e for e in [*case.edges.values(), *gold.edges] if e.teller}
    return shown_edges(case, list(pairs.values()), list(case.articles))


def _voices(gold: Gold) -> list[str]:
    return list(dict.fromkeys(voice for key in gold.voices.values() for voice in key.voices))


def whole_network(case: Case, gold: Gold, theme: Theme = LIGHT) -> Figure:
    """Return the whole of who told whom for all articles, with the voices at the ends marked. Tells graded gold."""
    return network(case, _whole(case, gold), list(case.articles), voices=_voices(gold), theme=theme)


def whole_alt(case: Case, gold: Gold) -> str:
    """Return the alternative text of the whole network. Tells graded gold."""
    rows, _ = rows_of(_whole(case, gold), list(case.articles))
    return (
        f"Diagram of who told whom for all {len(case.articles)} articles: {len(rows)} boxes, "
        f"{len(_voices(gold))} of them marked as voices with which a headline's claim ends. The table below says the same."
    )


def whole_table(case: Case, gold: Gold) -> Table:
    """Return every link of the whole network as a table. Tells graded gold."""
    return _links(case, _whole(case, gold))


def whole_ends_in_words(case: Case, gold: Gold) -> list[str]:
    """Return the voices of each headline claim and how many are independent. Tells graded gold."""
    sentences = []
    for claim, key in gold.voices.items():
        named = ", ".join(label_of(case, voice) for voice in key.voices)
        count = " or ".join(vocabulary.INDEPENDENCE[number].label for number in key.independent)
        sentences.append(f"{case.headline_claims[claim].text} Voices: {named}. Independent: {count}. {key.reason}")
    return sentences
