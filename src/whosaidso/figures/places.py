"""Where things are: a schematic map around Mosul, with distances computed from public coordinates."""

from __future__ import annotations

from math import asin, atan2, cos, degrees, pi, radians, sin, sqrt
from typing import TYPE_CHECKING

from whosaidso.figures.common import LEFT, LIGHT, LINE, SMALL, WIDTH, Table, Theme, cited, put, sheet, wrapped
from whosaidso.records import Case, Place

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EARTH = 6371.0
"""Mean radius in kilometres."""
CENTRE = "mosul"
BORDER = "iraq-syria"
RING = 100
"""Kilometres from one ring to the next."""
MARGIN = (48, 60, 84)
"""Kilometres left free around the places: sideways, above and below."""
WINDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


def kilometres(one: Place, other: Place) -> float:
    """Return the distance in a straight line over the ground.

    Examples
    --------
    >>> case = __import__("whosaidso").load_case("mosul_2016")
    >>> round(kilometres(case.figures.places["mosul"], case.figures.places["erbil"]))
    82
    """
    lat1, lat2 = radians(one.latitude), radians(other.latitude)
    half = sin((lat2 - lat1) / 2) ** 2
    half += cos(lat1) * cos(lat2) * sin(radians(other.longitude - one.longitude) / 2) ** 2
    return 2 * EARTH * asin(sqrt(half))


def wind(one: Place, other: Place) -> str:
    """Return the direction from one place to another, in words."""
    x, y = _flat(one, other.longitude, other.latitude)
    return WINDS[round(degrees(atan2(x, y)) % 360 / 45) % 8]


def _flat(centre: Place, longitude: float, latitude: float) -> tuple[float, float]:
    """Return kilometres east and north of the centre, as if the ground were flat."""
    grid = EARTH * pi / 180
    middle = radians((centre.latitude + latitude) / 2)
    return (longitude - centre.longitude) * grid * cos(middle), (latitude - centre.latitude) * grid


def _nearest_first(case: Case) -> list[Place]:
    centre = case.figures.places[CENTRE]
    return sorted(case.figures.places.values(), key=lambda place: kilometres(centre, place))


def places_map(case: Case, theme: Theme = LIGHT) -> Figure:
    """Return the places around Mosul in true direction and distance, without roads or fronts."""
    from matplotlib.patches import Circle, Rectangle

    centre = case.figures.places[CENTRE]
    at = {p.id: _flat(centre, p.longitude, p.latitude) for p in case.figures.places.values()}
    west, east = min(x for x, _ in at.values()) - MARGIN[0], max(x for x, _ in at.values()) + MARGIN[0]
    south, north = min(y for _, y in at.values()) - MARGIN[2], max(y for _, y in at.values()) + MARGIN[1]
    scale = (WIDTH - 2 * LEFT) / (east - west)
    top = 0.10
    bottom = top + (north - south) * scale
    note = wrapped(
        "Straight lines over the ground, computed from public coordinates; roads are longer. "
        "Rings: every 100 km from Mosul. The border is a coarse line. No fronts are shown.",
        WIDTH - 2 * LEFT,
    )
    figure, axes = sheet(WIDTH, bottom + 0.16 + LINE * len(note), theme)

    def on(x: float, y: float) -> tuple[float, float]:
        return LEFT + (x - west) * scale, top + (north - y) * scale

    ground = Rectangle((LEFT, top), WIDTH - 2 * LEFT, bottom - top, facecolor=theme.panel, edgecolor=theme.quiet)
    axes.add_patch(ground)
    border = _flat(centre, *case.figures.outlines[BORDER].points[1])
    countries = (("SYRIA", "right", -8.0), ("IRAQ", "left", 14.0))
    named = [(border[0] + shift * 4, south + 15) for _, _, shift in countries]
    for ring in range(RING, 1000, RING):
        circle = Circle(on(0, 0), ring * scale, fill=False, edgecolor=theme.faint, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.add_patch(circle)
        circle.set_clip_path(ground)
        free = _free(ring, [*at.values(), *named], west, south)
        if free:
            _ringed(axes, on(*free), f"{ring} km", theme)
    for outline in case.figures.outlines.values():
        line = [on(*_flat(centre, x, y)) for x, y in outline.points]
        drawn = axes.plot(*zip(*line, strict=True), color=theme.quiet, linewidth=1.6, linestyle=(0, (6, 2, 1, 2)))[0]
        drawn.set_clip_path(ground)
    for name, ha, shift in countries:
        axes.text(
            on(border[0] + shift, 0)[0],
            bottom - 0.12,
            name,
            fontsize=SMALL,
            color=theme.quiet,
            ha=ha,
            va="center",
            weight="bold",
        )
    for place in _nearest_first(case):
        x, y = on(*at[place.id])
        home = place.id == CENTRE
        axes.plot(
            [x],
            [y],
            marker="s" if home else "o",
            color=theme.outside if home else theme.edge,
            markersize=7 if home else 5,
        )
        lines = [place.name] if home else [place.name, f"{round(kilometres(centre, place))} km"]
        _label(axes, (x, y), lines, place.side, theme, bold=home)
    put(axes, LEFT, bottom + 0.17, note, theme.ink)
    return figure


def _free(ring: int, places: list[tuple[float, float]], west: float, south: float) -> tuple[float, float] | None:
    """Return where on a ring, west of the centre, its distance stands clear of the places and the frame."""
    for slant in (50, 40, 30, 20, 10, 0, 60, 70):
        x, y = -ring * cos(radians(slant)), -ring * sin(radians(slant))
        if x > west + 30 and y > south + 15 and all(abs(x - a) > 60 or abs(y - b) > 45 for a, b in places):
            return x, y
    return None


def _ringed(axes: Axes, where: tuple[float, float], text: str, theme: Theme) -> None:
    axes.text(
        *where, text, fontsize=7.5, color=theme.quiet, ha="center", va="center", style="italic",
        bbox={"facecolor": theme.panel, "edgecolor": "none", "pad": 0.8},
    )  # fmt: skip


def _label(axes: Axes, dot: tuple[float, float], lines: list[str], side: str, theme: Theme, *, bold: bool) -> None:
    x, y = dot
    shift = {"n": (0.0, -0.13 - 0.14 * (len(lines) - 1)), "s": (0.0, 0.14), "e": (0.10, 0.0), "w": (-0.10, 0.0)}[side]
    ha = {"n": "center", "s": "center", "e": "left", "w": "right"}[side]
    if side in "ew" and len(lines) > 1:
        lines = [", ".join(lines)]
    for number, line in enumerate(lines):
        axes.text(
            x + shift[0], y + shift[1] + 0.145 * number, line, fontsize=SMALL, ha=ha, va="center",
            color=theme.ink, weight="bold" if bold or not number else "normal",
        )  # fmt: skip


def map_alt(case: Case) -> str:
    """Return a short alternative text."""
    centre = case.figures.places[CENTRE]
    others = [p for p in _nearest_first(case) if p.id != CENTRE]
    far = others[-1]
    return (
        f"Schematic map of {len(others) + 1} places with Mosul as the centre of rings every {RING} km. The nearest is "
        f"{others[0].name}, {round(kilometres(centre, others[0]))} km {wind(centre, others[0])}; the farthest "
        f"{far.name}, {round(kilometres(centre, far))} km {wind(centre, far)}. The table below says the same."
    )


def map_table(case: Case) -> Table:
    """Return the places with their distances, nearest first."""
    centre = case.figures.places[CENTRE]
    rows = [
        (
            f"{p.name} ({p.arabic})" if p.arabic else p.name,
            "–" if p.id == CENTRE else f"{round(kilometres(centre, p))} km {wind(centre, p)}",
            f"{p.said_km} km ({p.record})" if p.said_km else "",
            f"{p.latitude:.4f}, {p.longitude:.4f} ({p.coordinates})",
            p.why,
            cited(p.record, p.source),
        )
        for p in _nearest_first(case)
    ]
    columns = ("Place", "From Mosul, computed", "As a record says", "Latitude, longitude", "Why it is here", "Rests on")
    return Table(columns, tuple(rows))
