"""Public data of the cases, one folder of TOML each, and `load_case`.

Holds nothing a student must not have: gold of graded items stands under `solutions/` only, and
loading fails if a graded item carries any.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from whosaidso import records
from whosaidso.cases.checks import case_faults
from whosaidso.faults import DataError, Fault, once
from whosaidso.tables import by_id, read_toml, refuse_unknown, rows

CASES = Path(__file__).parent
FILES = {
    "case": ("case", "group", "headline_claim", "correction", "choice"),
    "articles": ("article",),
    "quotations": ("quotation",),
    "passages": ("text", "passage", "span"),
    "sources": ("source",),
    "edges": ("edge",),
    "records": ("record",),
    "claims": ("claim",),
    "tasks": ("task",),
    "questions": ("question",),
    "figures": ("event", "place", "outline", "count", "estimate", "strike_day", "wording", "share"),
    "reflections": ("reflection",),
}
"""The files of a case, each with the tables it holds."""


def case_ids(folder: Path | None = None) -> list[str]:
    """Return the ids of the cases in the package, or in another folder of cases."""
    return sorted(path.parent.name for path in (folder or CASES).glob("*/case.toml"))


@cache
def load_case(case_id: str) -> records.Case:
    """Return a case, checked and frozen.

    Raises
    ------
    DataError
        With every fault of the data, each with file, id and remedy.

    Examples
    --------
    >>> case = load_case("mosul_2016")
    >>> case.quotations[case.articles["southfront-convoys"].headline].text
    'US Warplanes Ingore ISIS Convoys Fleeing Mosul – Report'
    """
    folder = CASES / case_id
    if not folder.is_dir():
        known = ", ".join(case_ids())
        raise DataError([Fault(case_id, "", "is not a case.", f"The cases are: {known}.")])
    case, faults = read_case(folder)
    if faults or case is None:
        raise DataError(faults)
    return case


def read_case(folder: Path) -> tuple[records.Case | None, list[Fault]]:
    """Return the case in a folder (None if a file of it could not be read) and all its faults."""
    faults: list[Fault] = []
    tables: dict[str, dict] = {}
    unread: set[str] = set()
    for name, known in FILES.items():
        before = len(faults)
        tables[name] = read_toml(folder / f"{name}.toml", f"{name}.toml", faults)
        if len(faults) > before:
            unread.add(name)
        refuse_unknown(tables[name], known, f"{name}.toml", faults)

    def table(file: str, key: str, cls: type) -> dict:
        name = f"{file}.toml"
        return by_id(rows(tables[file], key, cls, name, faults), name, faults)

    about = tables["case"].get("case")
    about = about if isinstance(about, dict) else {}
    for key in ("id", "title", "summary"):
        if "case" not in unread and not (isinstance(about.get(key), str) and about[key]):
            faults.append(Fault("case.toml", "case", f"lacks {key}.", "A [case] has id, title and summary."))
    if "case" not in unread and about.get("id") and about["id"] != folder.name:
        faults.append(
            Fault("case.toml", "case", f"has the id {about['id']!r}.", f'Its folder is called "{folder.name}".')
        )
    case = records.Case(
        id=str(about.get("id", "")),
        title=str(about.get("title", "")),
        summary=str(about.get("summary", "")),
        articles=table("articles", "article", records.Article),
        quotations=table("quotations", "quotation", records.Quotation),
        texts=table("passages", "text", records.Text),
        passages=table("passages", "passage", records.Passage),
        sources=table("sources", "source", records.Source),
        edges=table("edges", "edge", records.Edge),
        records=table("records", "record", records.Record),
        claims=table("claims", "claim", records.Claim),
        headline_claims=table("case", "headline_claim", records.HeadlineClaim),
        spans=table("passages", "span", records.SpanGold),
        tasks=table("tasks", "task", records.Task),
        questions=table("questions", "question", records.Question),
        figures=records.FigureData(
            events=table("figures", "event", records.Event),
            places=table("figures", "place", records.Place),
            outlines=table("figures", "outline", records.Outline),
            counts=table("figures", "count", records.Count),
            estimates=table("figures", "estimate", records.Estimate),
            strike_days=table("figures", "strike_day", records.StrikeDay),
            wordings=table("figures", "wording", records.Wording),
            shares=table("figures", "share", records.HeadlineShare),
        ),
        reflections=table("reflections", "reflection", records.Reflection),
        groups=table("case", "group", records.Group),
        choices=tuple(rows(tables["case"], "choice", records.Choice, "case.toml", faults)),
        corrections=tuple(rows(tables["case"], "correction", records.History, "case.toml", faults)),
    )
    faults += case_faults(case, unread)
    return (None if unread else case), once(faults)


@cache
def _read(case_id: str) -> tuple[records.Case | None, list[Fault]]:
    """Return a case of the package as `read_case` does; read once, however often it is asked for."""
    return read_case(CASES / case_id)


def find_case(fits: Callable[[records.Case], bool]) -> records.Case | None:
    """Return the first case that fits, or None. One that is half made does not keep others from being found.

    Raises
    ------
    DataError
        If the case that fits has faults, or none fits and some could not be read at all.
    """
    unread: list[Fault] = []
    for case_id in case_ids():
        case, faults = _read(case_id)
        if case is None:
            unread += faults
        elif fits(case):
            return load_case(case_id)
    if unread:
        raise DataError(unread)
    return None


def case_of(assignment: str) -> records.Case | None:
    """Return the case that has an assignment, or None; raises as `find_case` does."""
    return find_case(lambda case: any(task.assignment == assignment for task in case.tasks.values()))


def task_case(task_id: str) -> tuple[records.Task, records.Case]:
    """Return a task and the case it belongs to.

    Raises
    ------
    KeyError
        If no case has such a task; the message lists those there are.
    DataError
        If the case that has it is faulty.
    """
    case = find_case(lambda case: task_id in case.tasks)
    if case is None:
        known = [name for case_id in case_ids() if (held := _read(case_id)[0]) for name in held.tasks]
        raise KeyError(f"No exercise is called {task_id!r}. There are: {', '.join(known)}.")
    return case.tasks[task_id], case


def sound_cases() -> list[records.Case]:
    """Return the cases without a fault, in the order of their ids."""
    return [case for case_id in case_ids() if (case := _read(case_id)[0]) and not _read(case_id)[1]]


def stand_ins() -> dict[str, str]:
    """Return the assignments that stand in place of others: assignment, then the one it may be done instead of."""
    return {one.assignment: one.instead_of for case in sound_cases() for one in case.choices}


def choice_of(assignment: str) -> set[str]:
    """Return the assignments one of which a student does, this one among them.

    >>> sorted(choice_of("mosul-note"))
    ['mosul-note', 'twin-note']
    """
    pairs = stand_ins()
    first = pairs.get(assignment, assignment)
    return {first, *(name for name, other in pairs.items() if other == first)}


def open_gold(case: records.Case) -> records.Gold:
    """Return the gold of the case's open items."""
    return records.Gold(
        assignment="",
        standing="open practice key, read by the team only",
        claims={claim.id: claim.gold for claim in case.claims.values() if claim.gold},
        spans=tuple(case.spans.values()),
        edges=tuple(edge for edge in case.edges.values() if edge.article),
    )
