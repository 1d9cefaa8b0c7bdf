"""Figures of the book: each returns a matplotlib Figure, an alternative text and the same as a table.

Draws what is open only; what is graded appears as "yours to find". What takes the gold stands in
`whosaidso.figures.whole`, in no list that a public page reads. Every figure takes the case, and
a theme if it is not to be the light one.
"""

from __future__ import annotations

from whosaidso.figures import drift, network, numbers, places, shares, strikes, timeline
from whosaidso.figures.common import (
    DARK,
    EDGE,
    GUESS,
    INK,
    LEFT,
    LIGHT,
    OUTSIDE,
    PAPER,
    QUIET,
    SMALL,
    TEXT,
    THEMES,
    WIDTH,
    Drawn,
    Table,
    Theme,
    points,
    save,
    sheet,
)
from whosaidso.figures.network import (
    label_of,
    network_alt,
    open_edges,
    rows_of,
    source_network,
    style_of,
)

FIGURES = {
    "source_network": Drawn(
        draw=source_network,
        alt=network_alt,
        in_words=network.ends_in_words,
        table=network.link_table,
        caption="Who told whom, as far as it is shown here. The rest is yours to find.",
    ),
    "timeline": Drawn(
        draw=timeline.timeline,
        alt=timeline.timeline_alt,
        table=timeline.timeline_table,
        caption="From the fall of Mosul to the count of its dead. What a side in the war says is told as its words.",
    ),
    "places": Drawn(
        draw=places.places_map,
        alt=places.map_alt,
        table=places.map_table,
        caption="Places of the case and how far they are from Mosul. A sketch: no roads, no rivers, no fronts.",
    ),
    "wording": Drawn(
        draw=drift.drift,
        alt=drift.drift_alt,
        in_words=drift.drift_in_words,
        table=drift.drift_table,
        caption="The same statement in several mouths. Who carried it, and which verb was chosen.",
    ),
    "troops": Drawn(
        draw=numbers.troops,
        alt=numbers.troops_alt,
        table=numbers.troops_table,
        caption="American soldiers in Iraq: several numbers, because they count different things.",
        tells=("c02", "c08"),
    ),
    "strikes": Drawn(
        draw=strikes.strikes,
        alt=strikes.strikes_alt,
        in_words=strikes.strikes_in_words,
        table=strikes.strikes_table,
        caption="Strikes a day around Mosul by the coalition's own reports (r063), up to the eve of the battle.",
    ),
    "estimates": Drawn(
        draw=numbers.estimates,
        alt=numbers.estimates_alt,
        table=numbers.estimates_table,
        caption="How many ISIS fighters? It depends on who says it, and when. Nobody counted them.",
        tells=("c10",),
    ),
    "headline_share": Drawn(
        draw=shares.shares,
        alt=shares.shares_alt,
        in_words=shares.shares_in_words,
        table=shares.shares_table,
        caption="How much of an article is about the claim in its headline, by words below the headline.",
    ),
}

__all__ = [
    "DARK",
    "EDGE",
    "FIGURES",
    "GUESS",
    "INK",
    "LEFT",
    "LIGHT",
    "OUTSIDE",
    "PAPER",
    "QUIET",
    "SMALL",
    "TEXT",
    "THEMES",
    "WIDTH",
    "Drawn",
    "Table",
    "Theme",
    "label_of",
    "network_alt",
    "open_edges",
    "points",
    "rows_of",
    "save",
    "sheet",
    "source_network",
    "style_of",
]
