"""Everything that can be wrong with the course: cases, gold, blind strategies, leaks, notebooks.

`whosaidso check` prints what this room finds. It may open gold, and so may not be used by forms.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from attrs import frozen

from whosaidso.cases import CASES, case_ids, open_gold, read_case
from whosaidso.cases.checks import held_words
from whosaidso.faults import Fault
from whosaidso.gold import read_gold
from whosaidso.grading.blind import BOUND, blind_shares
from whosaidso.grading.marking import check_call, fill_marks
from whosaidso.grading.standards import balance, cautions_exceeded, cited_nowhere, listed_links, sets
from whosaidso.records import Case, Gold

RESIDENTS = 0.15
"""Share of a case's records in which residents or Iraqi civil bodies speak (gold-policy §8)."""


@frozen
class Found:
    """What an audit saw."""

    faults: list[Fault]
    figures: list[tuple[str, str]]
    """What was counted, for the reader."""


def audit(course: Path) -> Found:
    """Return every fault of the package's cases and of the course in a folder, with figures."""
    faults: list[Fault] = []
    figures: list[tuple[str, str]] = []
    read: list[Case] = []
    for case_id in case_ids():
        case, found = read_case(CASES / case_id)
        faults += found
        if case is None:
            continue
        read.append(case)
        sound = not found
        counted = f"{len(case.articles)} articles, {len(case.records)} records, {len(case.claims)} claims, {len(case.edges)} open links"
        figures.append((case_id, counted))
        figures += [
            (
                f"{article.id}, words held",
                f"{held_words(case, article.id)} of {article.budget} allowed ({article.words} in all)",
            )
            for article in case.articles.values()
        ]
        heard = sum(record.resident for record in case.records.values())
        figures.append((f"{case_id}, records by residents or Iraqi civil bodies", f"{heard} of {len(case.records)}"))
        if heard < RESIDENTS * len(case.records):
            remedy = f"At least {RESIDENTS:.0%} of the records are theirs; add some."
            faults.append(
                Fault(
                    f"{case_id}/records.toml", "", f"lets residents and Iraqi civil bodies speak {heard} times.", remedy
                )
            )
        practice = open_gold(case)
        faults += cautions_exceeded("claims.toml", practice.claims.values(), case)
        if sound:
            sets(case, practice, figures)
        golds = dict(practice.claims)
        every_key = True
        for assignment in sorted({task.assignment for task in case.tasks.values() if task.assignment}):
            gold, found = read_gold(course / "solutions" / assignment / "gold.toml", assignment, case)
            faults += found
            faults += _leaks(case, gold)
            faults += cautions_exceeded(f"{assignment}/gold.toml", gold.claims.values(), case)
            golds |= gold.claims
            if found or not sound:  # what follows would only repeat it, or stumble over it
                every_key = False
                continue
            sets(case, gold, figures)
            faults += _balance(case, gold)
            faults += _blind(case, gold, assignment, figures)
            faults += _notebooks(course, assignment, gold, case)
        if every_key and sound:
            faults += balance(case, golds, figures)
    faults += listed_links(course, *read)
    if len(read) == len(case_ids()):  # else what an unread case holds would be called unknown
        faults += cited_nowhere(course, *read)
    return Found(faults, figures)


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


def _balance(case: Case, gold: Gold) -> list[Fault]:
    """Sound items next to unsound ones in every scored set of claims."""
    faults = []
    for task in case.tasks.values():
        if task.assignment == gold.assignment and task.kind == "claim_check":
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


def _blind(case: Case, gold: Gold, assignment: str, figures: list[tuple[str, str]]) -> list[Fault]:
    faults = []
    for task in case.tasks.values():
        if task.assignment != assignment:
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
                    f"A blind strategy may earn {BOUND:.0%}; balance the set.",
                )
            )
    return faults


def _notebooks(course: Path, assignment: str, gold: Gold, case: Case) -> list[Fault]:
    from whosaidso.check import mark

    faults: list[Fault] = []
    folder = course / "solutions" / assignment
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        faults.append(Fault(f"solutions/{assignment}", "", "has no notebook.", "Put the instructor's notebook there."))
    for path in paths:
        where = f"solutions/{assignment}/{path.name}"
        try:
            notebook = nbformat.read(path, as_version=4)
        except (ValueError, OSError) as error:
            faults.append(Fault(where, "", "is no notebook.", f"Put it back as it was. {str(error)[:80]}"))
            continue
        about = notebook.metadata.get("whosaidso", {})
        if about.get("assignment") != assignment or about.get("schema") != 1:
            faults.append(
                Fault(
                    where,
                    "",
                    f"has the metadata whosaidso = {dict(about)!r}.",
                    f'Set {{"assignment": "{assignment}", "schema": 1}}.',
                )
            )
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id", cell.get("id", ""))
            if cell.cell_type == "code" and (cell.get("outputs") or cell.get("execution_count")):
                faults.append(Fault(where, name, "has outputs or a count.", "Clear all outputs and save."))
        calls = [call for cell in notebook.cells if cell.cell_type == "code" and (call := check_call(cell.source))]
        tasks = {task.id: task for task in case.tasks.values() if task.assignment == assignment}
        for call in calls:
            if call.task in tasks and tasks[call.task].points != call.points:
                faults.append(
                    Fault(where, call.task, f"is checked for {call.points:g} points.", "Use the points of tasks.toml.")
                )
        strange = [call.task for call in calls if call.task not in tasks]
        missing = [task for task in tasks if task not in {call.task for call in calls}]
        for task_id in strange:
            remedy = f"This assignment has: {', '.join(tasks)}."
            faults.append(Fault(where, task_id, "is checked, and is no task of this assignment.", remedy))
        for task_id in missing:
            faults.append(Fault(where, task_id, "is checked nowhere.", "Add its cells, or take it out of tasks.toml."))
        if strange:
            continue
        marks = fill_marks(notebook, lambda task, value, points: mark(task, value, points=points, gold=gold))
        for name, marked in marks.items():
            points = next(
                c.metadata.nbgrader.points
                for c in notebook.cells
                if c.metadata.get("nbgrader", {}).get("grade_id") == name
            )
            if marked.points != points:
                faults.append(
                    Fault(
                        where,
                        name,
                        f"its model answer earns {marked.points:g} of {points:g}.",
                        f"Correct the model or the key. {marked.text[:300]}",
                    )
                )
        released = course / "exercises" / assignment / path.name
        if not released.is_file():
            faults.append(
                Fault(
                    f"exercises/{assignment}/{path.name}", "", "is missing.", f"Run `whosaidso release {assignment}`."
                )
            )
    return faults
