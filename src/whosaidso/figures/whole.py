"""The figures that tell graded gold: for debriefs, which no class edition has."""

from __future__ import annotations

from functools import partial

from whosaidso.figures import drift, network
from whosaidso.figures.common import Drawn
from whosaidso.records import Gold


def figures_of(gold: Gold) -> dict[str, Drawn]:
    """Return the figures that an assignment's gold completes, by name: none, one or both."""
    found = {}
    if gold.edges:
        found["whole_network"] = Drawn(
            draw=lambda case, theme: network.whole_network(case, gold, theme),
            alt=partial(network.whole_alt, gold=gold),
            table=partial(network.whole_table, gold=gold),
            in_words=partial(network.whole_ends_in_words, gold=gold),
            caption="Who told whom, for all five articles.",
        )
    if gold.wordings:
        found["whole_wording"] = Drawn(
            draw=lambda case, theme: drift.whole_drift(case, gold, theme),
            alt=partial(drift.whole_drift_alt, gold=gold),
            table=partial(drift.whole_drift_table, gold=gold),
            caption="The same statement in all its mouths, the graded articles among them. The steps are our reading.",
        )
    return found
