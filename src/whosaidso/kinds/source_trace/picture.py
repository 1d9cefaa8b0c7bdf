"""A student's own source trace as a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whosaidso.figures.network import label_of, network
from whosaidso.kinds.source_trace.answer import TraceAnswer
from whosaidso.records import Case, Edge, Task
from whosaidso.vocabulary import INDEPENDENCE, RELATIONS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(answer: TraceAnswer, task: Task, case: Case) -> Figure:
    """Return the links from each article down to its sources; for voices, from each claim to them."""
    pairs = [(link.teller, link.told_by, link.relation, link.where) for link in answer.links]
    for claim, voices in answer.voices.items():
        pairs += [(claim, voice, "", "") for voice in sorted(voices)]
    edges = [
        Edge(id=f"l{n}", teller=teller, told_by=told_by, relation=relation, article=".", paragraph=where, bank="open")
        for n, (teller, told_by, relation, where) in enumerate(pairs)
    ]
    starts = [item for item in task.items if any(item == edge.teller for edge in edges)]
    return network(case, edges, starts, legend=False)


def in_words(answer: TraceAnswer, task: Task, case: Case) -> list[str]:
    """Return one sentence for each link, and for each claim its voices."""
    said = []
    for link in answer.links:
        relation = RELATIONS[link.relation].label if link.relation else "told by"
        where = f", {link.where}" if link.where else ""
        said.append(f"{label_of(case, link.teller)} → {label_of(case, link.told_by)}: {relation}{where}.")
    for claim in task.voices:
        named = ", ".join(label_of(case, voice) for voice in sorted(answer.voices.get(claim, ()))) or "none named"
        count = answer.independent.get(claim, "")
        independent = INDEPENDENCE[count].label if count else "not said"
        said.append(f"{claim}, {case.headline_claims[claim].text} Voices: {named}. Independent: {independent}.")
    return said
