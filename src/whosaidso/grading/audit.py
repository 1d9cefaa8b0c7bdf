"""Everything that can be wrong with the course: cases, gold, blind strategies, leaks, notebooks.

`whosaidso check` prints what this room finds. It may open gold, and so may not be used by forms.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from whosaidso.cases import CASES, FILES, case_ids, open_gold, read_case
from whosaidso.cases.checks import held_words, is_blank
from whosaidso.faults import Fault, once
from whosaidso.gold import read_gold
from whosaidso.grading.assignments import notebook_faults
from whosaidso.grading.blind import BOUND, blind_shares
from whosaidso.grading.standards import balance, cautions_exceeded, cited_nowhere, listed_links, own_side, sets
from whosaidso.records import Case, Gold
from whosaidso.vocabulary import VERDICTS

RESIDENTS = 0.15
"""Share of a case's records in which residents or Iraqi civil bodies speak (gold-policy §8)."""


@frozen
class Found:
    """What an audit saw."""

    by_case: dict[str, list[Fault]]
    """The faults of each case with its keys and notebooks, in the order in which to mend them; "" has those of the course."""
    figures: list[tuple[str, str]]
    """What was counted, for the reader."""

    @property
    def faults(self) -> list[Fault]:
        """All faults."""
        return [fault for faults in self.by_case.values() for fault in faults]


def audit(course: Path, cases: Path = CASES, only: str = "") -> Found:
    """Return every fault of the cases in a folder (of one of them, if it is named) and of a course, with figures."""
    by_case: dict[str, list[Fault]] = {}
    figures: list[tuple[str, str]] = []
    read: list[Case] = []
    names = case_ids(cases)
    for case_id in names:
        case, faults = read_case(cases / case_id)
        if case is not None:
            read.append(case)
        if only in ("", case_id):
            by_case[case_id] = once(faults if case is None else _case_faults(course, case, faults, figures))
    rest = [*unread_keys(course, read), *listed_links(course, *read)]
    if len(read) == len(names):  # else what an unread case holds would be called unknown
        told = [f"solutions/{fault.file}: {fault.problem}" for faults in by_case.values() for fault in faults]
        rest += [fault for fault in cited_nowhere(course, *read) if not _is_told(fault, told)]
    if not only:
        by_case[""] = rest
    return Found(by_case, figures)


def _is_told(fault: Fault, told: list[str]) -> bool:
    """Was an id that leads nowhere named already as a wrong line of the same key?"""
    return any(line.startswith(f"{fault.file}: ") and repr(fault.id) in line for line in told)


def unread_keys(course: Path, cases: list[Case]) -> list[Fault]:
    """Return each folder of an assignment that no case asks for."""
    known = {task.assignment for case in cases for task in case.tasks.values()}
    found = sorted(path.parent.name for path in (course / "solutions").glob("*/gold.toml"))
    remedy = "Name it as `assignment` of a task in tasks.toml, or take the folder away."
    return [Fault(f"solutions/{name}", "", "belongs to no case.", remedy) for name in found if name not in known]


def _case_faults(course: Path, case: Case, found: list[Fault], figures: list[tuple[str, str]]) -> list[Fault]:
    """Return the faults of a case that could be read, after those found in reading it, and add its figures."""
    faults = list(found)
    counted = f"{len(case.articles)} articles, {len(case.records)} records, {len(case.claims)} claims, {len(case.edges)} open links"
    figures.append((case.id, counted))
    figures += [
        (
            f"{article.id}, words held",
            f"{held_words(case, article.id)} of {article.budget} allowed ({article.words} in all)",
        )
        for article in case.articles.values()
        if not is_blank(article)
    ]
    if not case.groups:
        faults += _residents(case, figures)
    practice = open_gold(case)
    faults += cautions_exceeded("claims.toml", practice.claims.values(), case)
    faults += own_side("claims.toml", practice.claims.values(), case)
    sets(case, practice, figures)
    golds = dict(practice.claims)
    for assignment in sorted({task.assignment for task in case.tasks.values() if task.assignment}):
        gold, wrong = read_gold(course / "solutions" / assignment / "gold.toml", assignment, case)
        faults += wrong
        faults += _leaks(case, gold)
        faults += cautions_exceeded(f"{assignment}/gold.toml", gold.claims.values(), case)
        faults += own_side(f"{assignment}/gold.toml", gold.claims.values(), case)
        golds |= gold.claims
        unsure = _touched(case, gold, faults)
        sets(case, gold, figures)
        faults += _balance(case, gold, unsure)
        faults += _blind(case, gold, assignment, unsure, figures)
        faults += notebook_faults(course, assignment, gold, case, unsure)
    keyed = {name: gold for name, gold in golds.items() if name in case.claims and gold.verdict in VERDICTS}
    named = {fault.id for fault in faults}
    asked = {name for name, claim in case.claims.items() if claim.bank != "discussion"}
    faults += balance(case, keyed, figures, unsure=(asked - keyed.keys()) | (named & case.claims.keys()))
    order = [f"{name}.toml" for name in FILES]
    return sorted(faults, key=lambda fault: order.index(fault.file) if fault.file in order else len(order))


def _residents(case: Case, figures: list[tuple[str, str]]) -> Iterator[Fault]:
    heard = sum(record.resident for record in case.records.values())
    figures.append((f"{case.id}, records by residents or Iraqi civil bodies", f"{heard} of {len(case.records)}"))
    if heard < RESIDENTS * len(case.records):
        remedy = f"At least {RESIDENTS:.0%} of the records are theirs; add some."
        file = f"{case.id}/records.toml"
        yield Fault(file, "", f"lets residents and Iraqi civil bodies speak {heard} times.", remedy)


def _touched(case: Case, gold: Gold, faults: list[Fault]) -> set[str]:
    """Return the tasks of an assignment that a fault lies in: their marks would only repeat it, or stumble over it."""
    named = {fault.id.split(" ")[0] for fault in faults}
    if any(not fault.id and fault.file == f"{gold.assignment}/gold.toml" for fault in faults):
        return {task.id for task in case.tasks.values() if task.assignment == gold.assignment}
    touched = set()
    for task in case.tasks.values():
        if task.assignment != gold.assignment:
            continue
        uses = {task.id, *task.items, *task.options, *task.voices}
        uses |= {span.id for span in gold.spans if span.passage in task.items}
        uses |= {edge.id for edge in gold.edges if edge.article in task.items or edge.article not in case.articles}
        uses |= {link.told_by for link in (*gold.accepted, *gold.lures)} if task.items and task.options else set()
        uses |= {p.article for name in task.items if name in case.passages for p in case.passages[name].part}
        if uses & named:
            touched.add(task.id)
    return touched


def _leaks(case: Case, gold: Gold) -> list[Fault]:
    """No graded pair of teller and source in the open edges."""
    pairs = {(edge.teller, edge.told_by) for edge in gold.edges}
    return [
        Fault(
            "edges.toml",
            edge.id,
            f"tells the graded link {edge.teller} → {edge.told_by}.",
            "Take it out of the open edges.",
        )
        for edge in case.edges.values()
        if (edge.teller, edge.told_by) in pairs
    ]


def _balance(case: Case, gold: Gold, unsure: set[str]) -> list[Fault]:
    """Sound items next to unsound ones in every scored set of claims."""
    faults = []
    for task in case.tasks.values():
        if task.assignment == gold.assignment and task.kind == "claim_check" and task.id not in unsure:
            sound = [gold.claims[item].verdict == "supported" for item in task.items]
            if all(sound) or not any(sound):
                faults.append(
                    Fault(
                        "tasks.toml",
                        task.id,
                        "has only sound or only unsound claims.",
                        "Put both into every scored set.",
                    )
                )
    return faults


def _blind(case: Case, gold: Gold, assignment: str, unsure: set[str], figures: list[tuple[str, str]]) -> list[Fault]:
    faults = []
    for task in case.tasks.values():
        if task.assignment != assignment or task.id in unsure:
            continue
        shares = blind_shares(task, gold, case)
        best = max(shares, key=lambda name: shares[name])
        figures.append((f"{task.id}, best blind strategy", f"{best}: {shares[best]:.1%} of the marks"))
        if shares[best] > BOUND:
            faults.append(
                Fault(
                    f"{assignment}/gold.toml",
                    task.id,
                    f"pays {shares[best]:.1%} for {best!r}.",
                    f"A blind strategy may earn {BOUND:.0%}. {_balanced(task.kind, best)}",
                )
            )
    return faults


def _balanced(kind: str, strategy: str) -> str:
    """Return what makes a blind strategy pay less."""
    return next((remedy for of, word, remedy in _REMEDIES if of == kind and word in strategy), "Balance the set.")


_REMEDIES = (
    ("claim_check", "two cards", "Deal the cards in `options` in another order, or add cards that carry nothing."),
    ("claim_check", "", "Add cards that carry nothing, or claims with another verdict."),
    ("span_label", "capital", "Add lures that begin with a capital letter, or words that push and begin with none."),
    (
        "span_label",
        "quotation mark",
        "Add lures that stand between quotation marks, or words that push and stand between none.",
    ),
    ("span_label", "random", "Make the passages longer, or add lures as short as the words that push."),
    ("span_label", "", "Add lures: words that only seem to push."),
    ("source_trace", "every article to", "Add an article that this name told nothing, or more links."),
    (
        "source_trace",
        "name",
        "Offer more names in `options`, about twenty, or ask for a claim that ends in two voices.",
    ),
    ("source_trace", "", "Offer more names in `options` that told nobody anything."),
)
"""Kind of exercise, a word of the strategy's name, and what to do."""
