"""Item analysis: how hard each item is, whom it tells apart, what was chosen instead, and whether its key is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from math import sqrt
from typing import Any

import numpy as np
from attrs import field, frozen

from whosaidso.grading.outcomes import Line
from whosaidso.records import SpanGold
from whosaidso.report.data import AssignmentData, TaskData
from whosaidso.report.statistics import (
    Interval,
    Numbers,
    correlation_interval,
    discrimination,
    rest_scores,
    thirds,
    welch_t,
)
from whosaidso.vocabulary import INDEPENDENCE, VERDICTS

FEW = 50
"""Below this many answers a correlation says more about chance than about the item."""
FEW_FOR_FLAT = 150
"""Below this many answers a weak item cannot be told from an unlucky one."""
FEWEST_SHARED = 10
"""Below this many students no share is printed."""
FLAT = 0.15
HARD, EASY = 0.2, 0.95
TELLING = 1.2
"""Welch's t in a class of `FEW` from which on those who chose another answer did better than those who chose the key's.

In a larger class the same effect has a larger t: `telling` lets the border grow with the class.
"""
TELLING_MAJORITY = 0.75
"""The same against all others, where most of the upper third chose it, and few what the key has: that speaks already."""
MAJORITY, FEW_WITH_KEY = 0.5, 1 / 3
TELLING_RECORDS = 2.1
DEFAULT = "D0"
DEFAULT_MANY = 0.2
MOST_OPTIONS = 6


@frozen
class Choice:
    """One answer that was given to an item, and by whom."""

    name: str
    n: int
    share: float
    keyed: bool
    lower: float | None
    """Share of the lower third that chose it."""
    upper: float | None
    standing: float | None
    """How those who chose it did on everything else, in standard deviations of the class."""


@frozen
class ItemRow:
    """What is known about one item."""

    task: str
    id: str
    kind: str
    """claim, link, voices, count, core or lure."""
    text: str
    n: int
    open: int
    """Who answered the task, but not this item."""
    difficulty: float | None
    """Mean credit, in [0, 1]: 1 is easy."""
    r: Interval | None = None
    choices: tuple[Choice, ...] = ()
    misconceptions: dict[str, int] = field(factory=dict)
    default: float | None = None
    """Share of all answers that fell to the default message."""
    flags: tuple[str, ...] = ()
    """key, flat, hard, easy, default."""
    evidence: str = ""
    """Why the key is suspected."""
    disputes: int = 0
    open_disputes: int = 0
    credits: tuple[float, ...] = ()
    """Everybody's credit, in no order that tells who."""


@frozen
class Column:
    """How to read one item off a line."""

    task: TaskData
    id: str
    kind: str
    text: str
    keyed: frozenset[str]
    read: Callable[[Line], tuple[float | None, str, str]]
    """Credit (None where not answered), what was chosen, misconception."""


@frozen
class Answers:
    """All answers to the items of an assignment."""

    columns: tuple[Column, ...]
    students: tuple[str, ...]
    credits: Numbers
    """Students by items; NaN where the task was left open."""
    chosen: tuple[tuple[str, ...], ...]
    """By item, then student; "" where the task was left open or not answered."""
    said: tuple[tuple[str, ...], ...]
    """Misconceptions, in the same way."""


def columns(data: TaskData) -> list[Column]:
    """Return the items of a task that tell who is right: arguable words tell nothing."""
    task, gold = data.task, data.gold
    if task.kind == "claim_check":
        return [_claim(data, item) for item in task.items if item in gold.claims]
    if task.kind == "span_label":
        return [_span(data, span) for span in gold.spans if span.passage in task.items and span.grade != "arguable"]
    if task.voices:
        made = [(_voices(data, claim), _count(data, claim)) for claim in task.voices if claim in gold.voices]
        return [column for pair in made for column in pair]
    return [_link(data, edge) for edge in gold.edges if edge.article in task.items]


def entry_of(line: Line, item: str) -> dict[str, Any]:
    """Return an item's outcome on a line; {} where it has none."""
    known = line.get("_by_id")
    if known is None:
        known = line["_by_id"] = {entry["id"]: entry for entry in line.get("items", ())}
    return known.get(item, {})


def _claim(data: TaskData, item: str) -> Column:
    gold = data.gold.claims[item]
    keyed = {gold.verdict, *(accept.verdict for accept in gold.accept_full)}

    def read(line: Line) -> tuple[float | None, str, str]:
        entry = entry_of(line, item)
        if not entry or entry["outcome"] == "blank":
            return (0.0 if entry else None), "", ""
        verdict = line["answer"].get(item, {}).get("verdict", "")
        return entry["credit"], VERDICTS[verdict].label if verdict in VERDICTS else verdict, entry["misconception"]

    labels = frozenset(VERDICTS[verdict].label for verdict in keyed)
    return Column(data, item, "claim", data.case.claims[item].text, labels, read)


def _span(data: TaskData, span: SpanGold) -> Column:
    core = span.grade == "core"

    def read(line: Line) -> tuple[float | None, str, str]:
        entry = entry_of(line, span.id)
        if not entry:
            return None, "", ""
        right = entry["outcome"] == "right"
        return float(right), "marked" if right == core else "left alone", "" if right or core else span.misconception

    keyed = frozenset({"marked" if core else "left alone"})
    return Column(data, span.id, span.grade, f"{span.passage}: {span.exact}", keyed, read)


def _link(data: TaskData, edge: Any) -> Column:
    backwards = (edge.told_by, edge.teller)

    def read(line: Line) -> tuple[float | None, str, str]:
        entry = entry_of(line, edge.id)
        if not entry:
            return None, "", ""
        if entry["outcome"] == "right":
            return 1.0, "found", ""
        if backwards in pairs_of(line):
            return 0.0, "reversed", "A3"
        return 0.0, "not found", ""

    text = f"{edge.teller} got it from {edge.told_by} ({edge.article} {edge.paragraph})"
    return Column(data, edge.id, "link", text, frozenset({"found"}), read)


def pairs_of(line: Line) -> set[tuple[str, str]]:
    """Return the (teller, told by) pairs of a traced line."""
    known = line.get("_pairs")
    if known is None:
        links = line["answer"].get("links", ()) if isinstance(line.get("answer"), dict) else ()
        known = line["_pairs"] = {(link["teller"], link["told_by"]) for link in links}
    return known


def _voices(data: TaskData, claim: str) -> Column:
    gold = data.gold.voices[claim]
    name = f"voices {claim}"
    keyed = frozenset(", ".join(sorted(voices)) for voices in (gold.voices, *gold.also_voices))

    def read(line: Line) -> tuple[float | None, str, str]:
        entry = entry_of(line, name)
        given = ", ".join(sorted(line["answer"].get("voices", {}).get(claim, ())))
        return (entry["credit"] if entry else None), given, entry.get("misconception", "")

    return Column(data, name, "voices", f"Whose voices stand behind: {_headline(data, claim)}", keyed, read)


def _count(data: TaskData, claim: str) -> Column:
    gold = data.gold.voices[claim]
    name = f"independent {claim}"
    keyed = frozenset(INDEPENDENCE[count].label for count in gold.independent)

    def read(line: Line) -> tuple[float | None, str, str]:
        entry = entry_of(line, name)
        given = line["answer"].get("independent", {}).get(claim, "")
        given = INDEPENDENCE[given].label if given in INDEPENDENCE else given
        return (entry["credit"] if entry else None), given, entry.get("misconception", "")

    return Column(data, name, "count", f"How many independent voices: {_headline(data, claim)}", keyed, read)


def _headline(data: TaskData, claim: str) -> str:
    known = data.case.headline_claims.get(claim)
    return known.text if known else claim


def answers_of(assignment: AssignmentData) -> Answers:
    """Return the answers to all items of an assignment, students in order of their ids."""
    made = [column for data in assignment.tasks for column in columns(data)]
    students = sorted({student for data in assignment.tasks for student in data.lines})
    credits = np.full((len(students), len(made)), np.nan)
    chosen: list[tuple[str, ...]] = []
    said: list[tuple[str, ...]] = []
    for place, column in enumerate(made):
        choices, notes = [], []
        for row, student in enumerate(students):
            line = column.task.lines.get(student)
            credit, choice, misconception = column.read(line) if line is not None else (None, "", "")
            if credit is not None:
                credits[row, place] = credit
            choices.append(choice)
            notes.append(misconception)
        chosen.append(tuple(choices))
        said.append(tuple(notes))
    return Answers(tuple(made), tuple(students), credits, tuple(chosen), tuple(said))


def standings(tables: Sequence[Answers]) -> list[Numbers]:
    """Return, table by table, how each student did on everything but each item, in standard deviations.

    Every assignment weighs the same, whatever its number of items. NaN where there is nothing else to go by.
    """
    means: list[dict[str, float]] = []
    for one in tables:
        answered = ~np.isnan(one.credits)
        if not one.columns or not one.students:
            means.append({})
            continue
        centred = np.where(answered, one.credits - _column_means(one.credits), 0.0)
        mean = _standardised(centred.sum(axis=1) / np.maximum(answered.sum(axis=1), 1))
        means.append({student: float(value) for student, value in zip(one.students, mean, strict=True)})
    found = []
    for number, one in enumerate(tables):
        others = [means[other] for other in range(len(tables)) if other != number]
        elsewhere = [[known[student] for known in others if student in known] for student in one.students]
        rest = rest_scores(one.credits) if one.columns else one.credits
        result: Numbers = np.full(one.credits.shape, np.nan)
        away_sum = np.array([sum(values) for values in elsewhere])
        away_n = np.array([len(values) for values in elsewhere])
        for item in range(len(one.columns)):
            here = rest[:, item]
            own = _standardised(here)
            known_here = ~np.isnan(own)
            n = away_n + known_here
            result[:, item] = np.where(n > 0, (away_sum + np.where(known_here, own, 0.0)) / np.maximum(n, 1), np.nan)
        found.append(result)
    return found


def _column_means(credits: Numbers) -> Numbers:
    answered = ~np.isnan(credits)
    sums: Numbers = np.where(answered, credits, 0.0).sum(axis=0)
    result: Numbers = sums / np.maximum(answered.sum(axis=0), 1)
    return result


def _standardised(values: Numbers) -> Numbers:
    known = values[~np.isnan(values)]
    spread = float(np.std(known)) if len(known) else 0.0
    middle = float(np.mean(known)) if len(known) else 0.0
    result: Numbers = (values - middle) / spread if spread > 1e-12 else np.where(np.isnan(values), np.nan, 0.0)
    return result


def item_rows(assignment: AssignmentData, found: Answers, standing: Numbers) -> list[ItemRow]:
    """Return the analysis of every item of an assignment."""
    correlations = discrimination(found.credits) if found.students else [None] * len(found.columns)
    disputed: Counter[tuple[str, str]] = Counter()
    undecided: Counter[tuple[str, str]] = Counter()
    for dispute in assignment.disputes:
        disputed[dispute.task, dispute.item] += len(dispute.said)
        undecided[dispute.task, dispute.item] += dispute.open
    rows = []
    for place, column in enumerate(found.columns):
        asked = column.id.split()[-1] if column.kind in ("voices", "count") else column.id
        place_of = (column.task.task.id, asked)
        rows.append(
            _row(column, found, place, standing[:, place], correlations[place], disputed[place_of], undecided[place_of])
        )
    return rows


def _row(
    column: Column, found: Answers, place: int, standing: Numbers, r: float | None, disputed: int, undecided: int
) -> ItemRow:
    credits = found.credits[:, place]
    use = ~np.isnan(credits)
    n = int(use.sum())
    task = column.task.task.id
    if not n:
        return ItemRow(
            task, column.id, column.kind, column.text, 0, 0, None, disputes=disputed, open_disputes=undecided
        )
    credits, standing = credits[use], standing[use]
    chosen = np.array(found.chosen[place], dtype=object)[use]
    said = [note for note, used in zip(found.said[place], use, strict=True) if used]
    standing = np.where(np.isnan(standing), 0.0, standing)
    choices = _choices(chosen, column.keyed, standing)
    difficulty = float(credits.mean())
    misconceptions = dict(Counter(note for note in said if note).most_common())
    default = misconceptions.get(DEFAULT, 0) / n
    flags, evidence = [], ""
    if n >= FEW:
        evidence = suspicion(chosen, credits, column.keyed, standing)
        flags += ["key"] if evidence else []
        if n >= FEW_FOR_FLAT and not evidence and r is not None and r < FLAT:
            flags.append("flat")
    if n >= FEWEST_SHARED:
        flags += ["hard"] if difficulty < HARD else ["easy"] if difficulty > EASY else []
        flags += ["default"] if default > DEFAULT_MANY else []
    return ItemRow(
        task,
        column.id,
        column.kind,
        column.text,
        n,
        int((chosen == "").sum()),
        difficulty,
        correlation_interval(r, n) if r is not None and n >= FEW else None,
        choices,
        misconceptions,
        default,
        tuple(flags),
        evidence,
        disputed,
        undecided,
        tuple(sorted(map(float, credits))),
    )


def _choices(chosen: Any, keyed: frozenset[str], standing: Numbers) -> tuple[Choice, ...]:
    lower, upper = thirds(standing)
    counts = Counter(choice for choice in chosen if choice)
    for name in keyed:
        counts.setdefault(name, 0)
    first = [name for name, _ in counts.most_common(MOST_OPTIONS)]
    first += [name for name in sorted(keyed) if name not in first]
    made = []
    for name in first:
        here = chosen == name
        made.append(
            Choice(
                name,
                int(here.sum()),
                float(here.mean()),
                name in keyed,
                float(here[lower].mean()) if lower.any() else None,
                float(here[upper].mean()) if upper.any() else None,
                float(standing[here].mean()) if here.any() else None,
            )
        )
    return tuple(made)


def suspicion(chosen: Any, credits: Numbers, keyed: frozenset[str], standing: Numbers) -> str:
    """Return why an item's key may be wrong, in a sentence; "" where nothing speaks against it.

    Two ways. Another answer is chosen by more of the upper third than the key's, and those who chose it did better
    on everything else. Or the key's answer is chosen, and those whom it did not pay did clearly better.
    """
    _, upper = thirds(standing)
    if not upper.any():
        return ""
    with_key = np.isin(chosen, list(keyed))
    best: tuple[float, str] = (0.0, "")
    for name in sorted({choice for choice in chosen if choice} - keyed):
        here = chosen == name
        if here.sum() < max(5, 0.05 * len(chosen)) or here[upper].mean() <= with_key[upper].mean():
            continue
        over_key = welch_t(standing[here], standing[with_key]) if with_key.sum() >= 5 else None
        most = here[upper].mean() >= MAJORITY and with_key[upper].mean() <= FEW_WITH_KEY * here[upper].mean()
        over_all = welch_t(standing[here], standing[~here]) if most else None
        strength = max(
            over_key if over_key is not None and telling(over_key, TELLING, len(chosen)) else 0.0,
            over_all if over_all is not None and telling(over_all, TELLING_MAJORITY, len(chosen)) else 0.0,
        )
        if strength > best[0]:
            best = (
                strength,
                (
                    f"{here[upper].mean():.0%} of the upper third answered “{name}”, {with_key[upper].mean():.0%} as the key has it; "
                    f"those {here.sum()} stand {standing[here].mean() - standing[~here].mean():+.1f} standard deviations from "
                    "the others on everything else."
                ),
            )
    if best[1]:
        return best[1]
    unpaid, paid = with_key & (credits == 0), with_key & (credits > 0)
    if unpaid.sum() >= 5 and paid.sum() >= 5 and unpaid[upper].mean() > paid[upper].mean():
        t = welch_t(standing[unpaid], standing[paid])
        if t is not None and telling(t, TELLING_RECORDS, len(chosen)):
            return (
                f"{unpaid[upper].mean():.0%} of the upper third gave the key's answer and were not paid for it, because of "
                f"what they gave with it; they stand {standing[unpaid].mean() - standing[paid].mean():+.1f} standard "
                "deviations higher on everything else than those who were paid."
            )
    return ""


def telling(t: float, border: float, n: int) -> bool:
    """Is an effect as large as `border` is in a class of `FEW`?"""
    return t > border * sqrt(n / FEW)


def misconception_rates(data: TaskData, without: Collection[str] = ()) -> dict[str, tuple[int, str]]:
    """Return for each misconception how many students showed it in a task, and the item it showed in most.

    `without` are items that are not to count, such as those whose key may be wrong.
    """
    who: Counter[str] = Counter()
    where: dict[str, Counter[str]] = {}
    for line in data.lines.values():
        seen: set[str] = set()
        for entry in line.get("items", ()):
            note = entry["misconception"]
            if note and entry["id"] not in without:
                seen.add(note)
                name = entry["id"]
                if not name.startswith(("link ", "mark ")):
                    where.setdefault(note, Counter())[name] += 1
        who.update(seen)
    return {note: (n, where[note].most_common(1)[0][0] if note in where else "") for note, n in who.most_common()}


def rows_by(rows: Iterable[ItemRow], flag: str) -> list[ItemRow]:
    """Return the items with a flag."""
    return [row for row in rows if flag in row.flags]
