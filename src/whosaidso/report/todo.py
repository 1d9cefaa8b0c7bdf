"""The first thing on the page: what to do, in sentences, the most pressing first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whosaidso.report.analysis import Analysis, AssignmentReport
from whosaidso.report.items import DEFAULT_MANY, FEW, FEWEST_SHARED, ItemRow, misconception_rates, rows_by
from whosaidso.report.pieces import Bullets, Cell, Fold, Grid, Piece, counted, listing, number, percent
from whosaidso.vocabulary import MISCONCEPTIONS

REVERSED_MANY = 0.3
OVERCONFIDENT = 0.15
SUSPICIOUS = 0.25
"""Three of the four verdicts doubt a claim, so that a low c alone is no finding."""
TEACH_FROM = 0.25
"""A misconception that this share of the class showed is worth class time."""
MOST_TAUGHT = 5
MANY_LOW = 0.25
"""From this share of the class on, low marks are no matter of single students."""


PEOPLE = "Who may need help"


def todo(analysis: Analysis) -> list[Piece]:
    """Return the list of things to do, under headings; a sentence where there is nothing."""
    parts = (
        ("Before anything else", [*analysis.data.left_out, *_urgent(analysis)]),
        ("Keys and items to look at", list(_items(analysis))),
        ("Rulings and marking that wait for you", list(_waiting(analysis))),
        (PEOPLE, list(_people(analysis))),
        ("What to teach next", list(_teach(analysis))),
    )
    pieces: list[Piece] = []
    for title, lines in parts:
        if lines:
            pieces += [f"## {title}", Bullets(lines)]
        if title == PEOPLE and (found := _table(analysis)).rows:
            pieces.append(Fold("All of them, as a table", [found]))
    return pieces or ["Nothing waits for you: every hand-in was read, and no item stands out."]


def _urgent(analysis: Analysis) -> Iterator[str]:
    if not any(one.data.handed for one in analysis.assignments):
        yield "Nobody has handed anything in yet, so there is nothing to report on."
    for one in analysis.assignments:
        data = one.data
        if data.unread:
            yield f"{data.name}: {counted(len(data.unread), 'hand-in')} could not be read: {_who(analysis, data.unread)}. Ask for the file again."
        others = [student for student in data.attention if student not in data.unread]
        if others:
            yield f"{data.name}: look at {counted(len(others), 'hand-in')} that grading could not settle alone: {_who(analysis, others)}."
        if data.stale:
            yield f"{data.name}: the key was changed after {counted(data.stale, 'hand-in')} were marked, so nothing is said of its items here. Run `whosaidso grade {data.name}`, then this report again."
        if data.handed and data.tasks and not any(task.lines or task.blank for task in data.tasks):
            yield f"{data.name}: there are hand-ins, but no outcomes of grading; outcomes/{data.name}.jsonl is missing or damaged. Run `whosaidso grade {data.name}`."


def _items(analysis: Analysis) -> Iterator[str]:
    settled = [one for one in analysis.assignments if not one.data.stale]
    for one in settled:
        for row in rows_by(one.rows, "key"):
            yield f"{name_of(one, row)}: the key may be wrong. {row.evidence} Read the item and its records again; correct gold.toml or rule with `whosaidso disputes`."
        for extra in one.extras:
            if extra.suspicious:
                yield f"{one.data.name}: {percent(extra.upper)} of the upper third draw {extra.teller} ← {extra.told_by}, which the key does not have. Does the article say so?"
        for row in rows_by(one.rows, "flat"):
            if row.r is not None:
                yield f"{name_of(one, row)}: it does not tell stronger students from weaker ones (r = {number(row.r.value)}, {number(row.r.low)} to {number(row.r.high)}). Is it ambiguous?"
        hard = [row for row in rows_by(one.rows, "hard") if "key" not in row.flags]
        if hard:
            yield f"{one.data.name}: fewer than one in five earn {_ids(hard)}. Too hard, or not taught yet?"
        easy = rows_by(one.rows, "easy")
        if easy:
            yield f"{one.data.name}: nearly everybody earns {_ids(easy)}. Nothing is wrong with that; they measure little."
        vague = rows_by(one.rows, "default")
        if vague:
            yield f"{one.data.name}: more than {DEFAULT_MANY:.0%} of the answers to {_ids(vague)} fell to the default message. A message of their own would help."
        for place, words, share in one.outside[:3]:
            yield f"{one.data.name}: {percent(share)} of the class marked “{words}” ({place}), which the key knows nothing of. Arguable, perhaps?"
    few = [one.data.name for one in settled if 0 < _largest(one) < FEW]
    if few:
        yield f"{listing(few)}: fewer than {FEW} students answered, so nothing can be said of how well single items tell students apart, nor of their keys."


def _waiting(analysis: Analysis) -> Iterator[str]:
    for one in analysis.assignments:
        undecided = [dispute for dispute in one.data.disputes if dispute.open]
        if undecided:
            items = listing([f"{dispute.item} ({dispute.open})" for dispute in undecided])
            yield f"{one.data.name}: {counted(sum(dispute.open for dispute in undecided), 'appeal')} without a ruling: {items}. Run `whosaidso disputes`."
        cells = [cell for cell in one.data.waiting if cell.waiting]
        if cells:
            words = listing([f"{cell.cell} ({cell.waiting} of {cell.waiting + cell.marked})" for cell in cells])
            yield f"{one.data.name}: to be marked by hand: {words}. Open Formgrader, or run `whosaidso marking pages {one.data.name} --markers YOUR-NAME`."


def _people(analysis: Analysis) -> Iterator[str]:
    began = [one for one in analysis.assignments if one.data.handed]
    for one in began:
        if one.data.missing:
            share = len(one.data.missing) / max(1, len(one.data.missing) + len(one.data.handed))
            yield f"{one.data.name}: nothing from {counted(len(one.data.missing), 'student')} ({percent(share)}): {_who(analysis, one.data.missing)}."
        blank = sorted({student for data in one.data.tasks for student in data.blank})
        if blank:
            yield f"{one.data.name}: {counted(len(blank), 'student')} handed in with a whole task open: {_who(analysis, blank)}."
    if analysis.struggling:
        people = [analysis.data.shown.get(student, student) for student in analysis.struggling]
        verb = "has" if len(people) == 1 else "have"
        who = f"{counted(len(people), 'student')} {verb} less than a third of the machine-marked points of what they handed in"
        active = len({student for one in began for student in one.data.handed})
        if len(people) > MANY_LOW * active >= MANY_LOW * FEWEST_SHARED:
            yield f"{who}, {percent(len(people) / active)} of all. So many say more about the tasks, or about what was taught, than about single students. The lowest: {listing(people)}."
        else:
            yield f"{who}, the lowest first: {listing(people)}. Marks are a rough measure: talk to them before you conclude anything."


def _table(analysis: Analysis) -> Grid:
    """Return those from whom something is missing or whose points are low, those with most missing first."""
    began = [one.data for one in analysis.assignments if one.data.handed]
    low = set(analysis.struggling)
    rows: list[tuple[int, str, Sequence[str | Cell]]] = []
    for student, shown in analysis.data.shown.items():
        missing = [data.name for data in began if student in data.missing]
        blank = [task.task.id for data in began for task in data.tasks if student in task.blank]
        if missing or blank or student in low:
            row = (
                shown,
                ", ".join(missing) or "–",
                ", ".join(blank) or "–",
                "below a third" if student in low else "–",
            )
            rows.append((-len(missing), shown, row))
    heads = ("student", "handed nothing in for", "task left open", "points by machine")
    return Grid(
        "t-people",
        "Students from whom something is missing, or whose points are low",
        heads,
        [row for _, _, row in sorted(rows)],
    )


def _teach(analysis: Analysis) -> Iterator[str]:
    rates: list[tuple[float, str, str, str, int]] = []
    for one in analysis.assignments:
        doubted = {row.id for row in rows_by(one.rows, "key")}
        for data in one.data.tasks:
            n = len(data.lines)
            if n >= FEWEST_SHARED:
                rates += [
                    (count / n, note, data.task.id, where, count)
                    for note, (count, where) in misconception_rates(data, doubted).items()
                    if note in MISCONCEPTIONS and note != "D0" and count / n >= TEACH_FROM
                ]
    for share, note, task, where, _ in sorted(rates, reverse=True)[:MOST_TAUGHT]:
        term = MISCONCEPTIONS[note]
        place = f", most at {where}" if where else ""
        yield f"{task}: {percent(share)} showed {note}, “{term.label}”{place}. {term.definition}"
    for one in analysis.assignments:
        turned = [
            row
            for row in one.rows
            if row.n >= FEWEST_SHARED and any(c.name == "reversed" and c.share > REVERSED_MANY for c in row.choices)
        ]
        if turned:
            yield f"{one.data.name}: more than {REVERSED_MANY:.0%} turned {_ids(turned)} round. Practise who reports and who is reported."
        found = one.detection
        if found is not None and found.c is not None and found.n >= FEWEST_SHARED:
            false_alarms = found.false_alarms.value if found.false_alarms else 0.0
            if found.c.high < -0.1 and false_alarms >= SUSPICIOUS:
                yield f"{one.data.name}: the class leans to suspecting too much (c = {number(found.c.value)}, {percent(false_alarms)} of what is sound was doubted). Show sound items that passed."
            elif found.c.low > 0.1:
                yield f"{one.data.name}: the class leans to trusting too much (c = {number(found.c.value)}). Practise the test that the missed items fail."
        bets = sum(step.n for step in one.steps)
        if one.overconfidence is not None and one.overconfidence > OVERCONFIDENT and bets >= FEWEST_SHARED:
            yield f"{one.data.name}: stated confidence is {one.overconfidence * 100:.0f} points above what was right. Talk about what a 75% should mean."


def name_of(one: AssignmentReport, row: ItemRow) -> str:
    """Return an item with its place and its first words."""
    text = row.text if len(row.text) <= 80 else row.text[:77] + "…"
    return f"{one.data.name} {row.id} ({text})"


def _ids(rows: Sequence[ItemRow]) -> str:
    return listing([row.id for row in rows])


def _who(analysis: Analysis, students: Sequence[str]) -> str:
    return listing(sorted(analysis.data.shown.get(student, student) for student in students), 20)


def _largest(one: AssignmentReport) -> int:
    return max((len(data.lines) for data in one.data.tasks), default=0)
