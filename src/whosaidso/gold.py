"""Find and read `gold.toml`, on the instructor's machine only.

Gold is absent from a student's machine, not hidden on it. There are no defaults and no guesses:
missing or faulty gold is an error with all faults named.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from whosaidso import records, vocabulary
from whosaidso.cases.checks import (
    claim_gold_faults,
    edge_faults,
    example_faults,
    is_blank,
    overlaps,
    span_faults,
    wording_faults,
)
from whosaidso.faults import DataError, Fault, once
from whosaidso.records import Case, Gold
from whosaidso.tables import by_id, read_toml, refuse_unknown, rows

ENV = "WHOSAIDSO_SOLUTIONS"
SCHEMA = 1
TABLES = ("schema", "assignment", "standing", "claim", "span", "edge", "accepted", "lure", "voices", "wording")


class GoldNotFound(DataError):
    """There is no gold where it is looked for."""


def find_gold(assignment: str) -> Path:
    """Return the path of an assignment's gold: under $WHOSAIDSO_SOLUTIONS, else in this folder."""
    places = [Path("gold.toml")]
    if os.environ.get(ENV):
        places.insert(0, Path(os.environ[ENV]) / assignment / "gold.toml")
    for place in places:
        if place.is_file():
            return place
    remedy = (
        f"Put it at solutions/{assignment}/gold.toml, or set {ENV} to the folder that holds {assignment}/gold.toml."
    )
    raise GoldNotFound([Fault(f"{assignment}/gold.toml", "", "is missing, so nothing can be graded.", remedy)])


def load_gold(assignment: str, case: Case) -> Gold:
    """Return the gold of an assignment, checked against its case.

    Raises
    ------
    GoldNotFound, DataError
        With every fault found.
    """
    gold, faults = read_gold(find_gold(assignment), assignment, case)
    if faults:
        raise DataError(faults)
    return gold


def read_gold(path: Path, assignment: str, case: Case) -> tuple[Gold, list[Fault]]:
    """Return the gold in a file and all its faults."""
    faults: list[Fault] = []
    tables = read_toml(path, f"{assignment}/gold.toml", faults)
    if faults:
        return Gold(assignment=assignment, standing=""), faults
    return gold_of(tables, assignment, case)


def gold_of(tables: dict[str, Any], assignment: str, case: Case) -> tuple[Gold, list[Fault]]:
    """Return the gold in the tables of a gold.toml and all its faults."""
    file = f"{assignment}/gold.toml"
    faults: list[Fault] = []
    refuse_unknown(tables, TABLES, file, faults)
    if tables.get("schema") != SCHEMA:
        faults.append(
            Fault(file, "", f"has schema {tables.get('schema')!r}.", f"This version reads schema = {SCHEMA}.")
        )
    if tables.get("assignment") != assignment:
        faults.append(
            Fault(file, "", f"says it is for {tables.get('assignment')!r}.", f'Write assignment = "{assignment}".')
        )
    gold = Gold(
        assignment=assignment,
        standing=str(tables.get("standing", "")),
        claims=by_id(rows(tables, "claim", records.ClaimGold, file, faults), file, faults),
        spans=tuple(by_id(rows(tables, "span", records.SpanGold, file, faults), file, faults).values()),
        edges=tuple(by_id(rows(tables, "edge", records.Edge, file, faults), file, faults).values()),
        accepted=tuple(rows(tables, "accepted", records.Link, file, faults)),
        lures=tuple(rows(tables, "lure", records.Link, file, faults)),
        voices=by_id(rows(tables, "voices", records.VoicesGold, file, faults), file, faults, "claim"),
        wordings=tuple(by_id(rows(tables, "wording", records.Wording, file, faults), file, faults).values()),
    )
    if not gold.standing:
        faults.append(
            Fault(file, "", "does not say its standing.", 'Write standing = "draft key, read by the team only".')
        )
    faults += _content_faults(file, gold, case)
    return gold, once(faults)


def _content_faults(file: str, gold: Gold, case: Case) -> list[Fault]:
    faults: list[Fault] = []
    tasks = [task for task in case.tasks.values() if task.assignment == gold.assignment]
    if not tasks:
        faults.append(Fault(file, "", "belongs to no task.", "Name the assignment in tasks.toml."))
    for claim in gold.claims.values():
        faults += claim_gold_faults(file, claim, case)
    for span in gold.spans:
        faults += span_faults(file, span, case.passages)
    faults += overlaps(file, gold.spans, case.passages)
    faults += _open_items(file, gold, case)
    faults += _examples(file, gold)
    names = {*case.articles, *case.sources}
    for edge in gold.edges:
        faults += edge_faults(file, edge, case)
        if not edge.article and not is_blank(edge):
            faults.append(Fault(file, edge.id, "names no article.", "A graded link stands in an article."))
    for wording in gold.wordings:
        faults += wording_faults(file, wording, case)
    for link in (*gold.accepted, *gold.lures):
        if link.told_by not in names or (link.teller and link.teller not in names):
            faults.append(Fault(file, link.told_by, "is a link with an unknown end.", "Use ids of sources.toml."))
    counted = {(edge.teller, edge.told_by): edge.id for edge in gold.edges}
    for link in (*gold.accepted, *gold.lures):
        if (link.teller, link.told_by) in counted:
            known = counted[link.teller, link.told_by]
            problem = f"is told by {link.told_by} here, and in {known} that link counts."
            faults.append(Fault(file, link.teller, problem, "A link counts, or is accepted, or is a lure."))
    for lure in gold.lures:
        if lure.misconception not in vocabulary.MISCONCEPTIONS:
            faults.append(
                Fault(
                    file, lure.told_by, f"lure has misconception {lure.misconception!r}.", "Use one of the vocabulary."
                )
            )
    for key in gold.voices.values():
        faults += _voices_faults(file, key, case)
    for task in tasks:
        faults += _task_faults(file, task, gold, case)
    return faults


def _open_items(file: str, gold: Gold, case: Case) -> list[Fault]:
    """Return each row of a key that is for an open item: its answer is public, and must not count."""
    held: list[tuple[str, records.Claim | records.Passage | records.Article | None]] = [
        *((claim.id, case.claims.get(claim.id)) for claim in gold.claims.values()),
        *((span.id, case.passages.get(span.passage)) for span in gold.spans),
        *((edge.id, case.articles.get(edge.article)) for edge in gold.edges),
    ]
    remedy = "Take it out here, or make the item graded and take its answer out of the case."
    return [
        Fault(file, name, f"is gold for {item.id}, which is {item.bank}.", remedy)
        for name, item in held
        if item is not None and item.bank != "graded"
    ]


def _examples(file: str, gold: Gold) -> list[Fault]:
    """Return each row of a key that is still the worked example of `whosaidso new-case`."""
    links = {link.told_by: link for link in (*gold.accepted, *gold.lures)}
    spans, edges = {span.id: span for span in gold.spans}, {edge.id: edge for edge in gold.edges}
    return list(example_faults(file, {**links, **gold.claims, **spans, **edges, **gold.voices}))


def _voices_faults(file: str, key: records.VoicesGold, case: Case) -> list[Fault]:
    """Return what is wrong with one answer to "whose voices, and how many independent?"."""
    used = (
        ([key.claim], case.headline_claims, "headline claims", "case.toml"),
        ([voice for voices in (key.voices, *key.also_voices) for voice in voices], case.sources, "voices", "sources.toml"),
        ([*key.independent, *key.wrong], vocabulary.INDEPENDENCE, "counts", "the vocabulary"),
        (list(key.wrong.values()), vocabulary.MISCONCEPTIONS, "misconceptions", "the vocabulary"),
    )  # fmt: skip
    faults = []
    for names, known, what, home in used:
        unknown = [name for name in names if name not in known]
        if unknown:
            faults.append(Fault(file, key.claim, f"names unknown {what} {', '.join(unknown)}.", f"Use ids of {home}."))
    if not key.voices or not key.independent:
        faults.append(Fault(file, key.claim, "has no voices or no count.", "Fill both; without them nobody is right."))
    if key.voices and not key.history:
        faults.append(Fault(file, key.claim, "has no history.", "Say who decided, when and why."))
    return faults


def _task_faults(file: str, task: records.Task, gold: Gold, case: Case) -> list[Fault]:
    """Every item of a task has gold, and what the gold asks for is offered."""
    faults = []
    if task.kind == "claim_check":
        for item in task.items:
            if item not in gold.claims:
                remedy = f'Add a [[claim]] with id = "{item}".'
                faults.append(Fault(file, item, f"has no gold verdict, and {task.id} asks for it.", remedy))
                continue
            key = gold.claims[item]
            sets = [*key.usable, *(s for a in (*key.accept_full, *key.accept_half) for s in a.usable)]
            hidden = sorted({r for s in sets for r in s if r in case.records} - set(task.options))
            if hidden:
                faults.append(
                    Fault(
                        file,
                        item,
                        f"needs {', '.join(hidden)}, which {task.id} does not offer.",
                        "Add the cards to the task's options.",
                    )
                )
    if task.kind == "span_label":
        grades = {span.grade for span in gold.spans if span.passage in task.items}
        for grade in ("core", "lure"):
            if grade not in grades:
                faults.append(Fault(file, task.id, f"has no {grade} span.", "A set holds pushing and neutral words."))
    if task.kind == "source_trace":
        if task.voices:
            missing = [claim for claim in task.voices if claim not in gold.voices]
            faults += [
                Fault(file, claim, f"has no [[voices]], and {task.id} asks for them.", "Add one.") for claim in missing
            ]
        else:
            offered = {*task.items, *task.options}
            for edge in gold.edges:
                ends = {edge.teller, edge.told_by}
                known = ends <= {*case.articles, *case.sources}
                if edge.article in task.items and known and not ends <= offered:
                    faults.append(
                        Fault(
                            file, edge.id, f"has an end that {task.id} does not offer.", "Add it to the task's options."
                        )
                    )
            if not any(edge.article in task.items for edge in gold.edges):
                faults.append(Fault(file, task.id, "has no link to find.", "Add [[edge]] rows."))
    return faults
