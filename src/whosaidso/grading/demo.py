"""A simulated class of mixed ability, to try grading, marking and reports on.

Answers are drawn around the gold: an able student gives it mostly, a weak one falls for lures and
shortcuts. Everything is made from `random.Random(seed)`; no person is behind any of it.
"""

from __future__ import annotations

import copy
import pprint
import random
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from rich.console import Console
from rich.progress import track

from whosaidso.cases import case_of, stand_ins
from whosaidso.faults import DataError
from whosaidso.gold import read_gold
from whosaidso.grading.marking import check_call
from whosaidso.kinds import part
from whosaidso.records import Case, Gold, Task
from whosaidso.vocabulary import CONFIDENCE, GAPS, INDEPENDENCE, RELATIONS, TECHNIQUES, VERDICTS

_NOTES = (
    "The text leans on one voice it does not name, so I cannot tell who could know.",
    "Ich weiß es nicht genau. The source is not named and nobody outside says the same.",
    "I left “coalition” unmarked because it is just the name of a group.\n\nA plain editor would keep it.",
    "",
)

_MORE = (
    ("It names an agency and stops there.", "Two of the articles give the same speaker.", "I followed it to the first voice.", ""),
    ("My record says less than the claim.", "My record gives a day but no place.", "My record comes from one of the sides.", ""),
    ("Another record from outside would help.", "I looked for a second group and found none.", "Both sides say something here.", ""),
    ("So I would not repeat it as a fact.", "It may be so; nothing here shows it.", "I would ask who could have seen it.", ""),
)  # fmt: skip
"""What simulated students add, so that hardly two notes are alike."""


def write_class(
    course: Path, *, students: int, seed: int, choosing: float = 0.0, console: Console | None = None
) -> tuple[int, int]:
    """Write hand-ins under submitted/; return how many were written and how many were there already.

    `choosing`, from 0 to 1, is the share of the students who do the assignments that stand in for others.
    """
    draw = random.Random(seed)
    pairs = stand_ins()
    prepared = {path.parent.name: (notebook, path, *_gold(course, path)) for path, notebook in _releases(course)}
    other = {first: prepared[name] for name, first in pairs.items() if {name, first} <= prepared.keys()}
    first = [name for name in prepared if name not in pairs or pairs[name] not in prepared]
    written = kept = 0
    for number in track(
        range(1, students + 1), description="Students", console=console, transient=True, disable=console is None
    ):
        student = f"student{number:04d}"
        ability = min(max(draw.gauss(0.6, 0.22), 0.02), 0.98)
        chooses = random.Random(f"{seed} {student} chooses").random() < choosing
        for name in first:
            released, path, gold, case = other[name] if chooses and name in other else prepared[name]
            seed_here = draw.random()
            target = course / "submitted" / student / path.parent.name / path.name
            if target.exists():
                kept += 1
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            notebook = fill_in(released, gold, case, ability, random.Random(seed_here), student)
            nbformat.write(notebook, target)
            written += 1
    return written, kept


def _releases(course: Path) -> list[tuple[Path, NotebookNode]]:
    paths = sorted((course / "exercises").glob("*/*.ipynb"))
    if not paths:
        raise FileNotFoundError(2, "no release", str(course / "exercises"))
    return [(path, nbformat.read(path, as_version=4)) for path in paths]


def _gold(course: Path, path: Path) -> tuple[Gold, Case]:
    assignment = path.parent.name
    case = case_of(assignment)
    if case is None:
        raise FileNotFoundError(2, "no case has this assignment", assignment)
    gold, faults = read_gold(course / "solutions" / assignment / "gold.toml", assignment, case)
    if faults:
        raise DataError(faults)
    return gold, case


def fill_in(
    released: NotebookNode, gold: Gold, case: Case, ability: float, draw: random.Random, student: str
) -> NotebookNode:
    """Return the released notebook with one simulated student's answers in it."""
    notebook = copy.deepcopy(released)
    answer: NotebookNode | None = None
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("solution") and not marks.get("grade") and cell.cell_type == "code":
            answer = cell
            if marks["grade_id"].endswith("who"):
                cell.source = f'who = "{student}"'
        elif marks.get("solution") and cell.cell_type == "markdown":
            text = draw.choice(_NOTES)
            own = random.Random(f"{student} {marks['grade_id']}")  # apart, so that answers do not hang on it
            more = [sentence for pool in _MORE if (sentence := own.choice(pool))]
            cell.source = " ".join([text, *more]) if text else cell.source
        call = check_call(cell.source) if cell.cell_type == "code" else None
        if call and answer is not None and draw.random() > 0.03:
            task = case.tasks[call.task]
            value = {"claim_check": _claims, "span_label": _spans, "source_trace": _trace}[task.kind](
                task, gold, case, ability, draw
            )
            answer.source = f"{part(task.kind, 'answer').NAME} = {pprint.pformat(value, width=100, sort_dicts=False)}\n"
    return notebook


def _claims(task: Task, gold: Gold, case: Case, ability: float, draw: random.Random) -> dict:
    answers: dict = {}
    for item in task.items:
        key = gold.claims[item]
        if draw.random() > 0.97:
            continue
        verdict = key.verdict if draw.random() < ability else draw.choice(list(VERDICTS))
        if key.usable and draw.random() < ability + 0.1:
            evidence = list(draw.choice(key.usable))
        else:
            evidence = draw.sample(task.options, draw.randint(0, 2))
        answers[item] = {"verdict": verdict, "evidence": evidence, "confidence": draw.choice(CONFIDENCE)}
        if verdict == "not_shown":
            answers[item]["gap"] = key.gaps[0] if key.gaps and draw.random() < ability else draw.choice(list(GAPS))
    return answers


def _spans(task: Task, gold: Gold, case: Case, ability: float, draw: random.Random) -> list:
    chance = {"core": ability, "arguable": 0.35, "lure": (1 - ability) * 0.7}
    marks = []
    for span in gold.spans:
        if span.passage in task.items and draw.random() < chance[span.grade]:
            label = span.labels[0] if span.labels and draw.random() < ability else draw.choice(list(TECHNIQUES))
            marks.append((span.article, span.paragraph, span.exact, span.occurrence, label))
    return marks


def _trace(task: Task, gold: Gold, case: Case, ability: float, draw: random.Random) -> dict:
    if task.voices:
        names = list(task.options)
        voices = {}
        independent = {}
        for claim in task.voices:
            key = gold.voices[claim]
            able = draw.random() < ability
            voices[claim] = list(key.voices) if able else draw.sample(names, draw.randint(1, 2))
            independent[claim] = key.independent[0] if draw.random() < ability else draw.choice(list(INDEPENDENCE))
        return {"voices": voices, "independent": independent}
    links = []
    for edge in gold.edges:
        if edge.article in task.items and draw.random() < ability + 0.1:
            relation = edge.relation if draw.random() < ability else draw.choice(list(RELATIONS))
            pair = (edge.teller, edge.told_by) if draw.random() < ability + 0.2 else (edge.told_by, edge.teller)
            links.append((*pair, relation, edge.paragraph))
    for _ in range(draw.randint(0, round(3 * (1 - ability)))):
        teller, told_by = draw.sample([*task.items, *task.options], 2)
        links.append((teller, told_by, draw.choice(list(RELATIONS)), "p1"))
    return {"edges": links}
