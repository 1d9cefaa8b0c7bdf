"""What a feedback page says, as data: from the key, the graded notebook, the gradebook and the rulings.

Nothing of the key goes into a page's facts unless it may be shown: an item's reason and what stands
beside the key are left out here, not hidden later.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from attrs import define, evolve, field, frozen
from nbformat import NotebookNode

from whosaidso.grading.batch import KEPT
from whosaidso.grading.gradebook import GradeRow, Handed, Sheet
from whosaidso.grading.keys import Key, asked_of, concerns
from whosaidso.grading.literals import read_literal
from whosaidso.grading.marking import CheckCall, checks_of
from whosaidso.grading.notebooks import grade_id_of
from whosaidso.grading.outcomes import Line
from whosaidso.kinds import part
from whosaidso.records import Case
from whosaidso.scores import Item, Score
from whosaidso.vocabulary import MISCONCEPTIONS

BY_MACHINE, BY_TEACHER, WAITS = "by machine", "by your teacher", "waits for your teacher"
BY_MACHINE_AND = "by machine; your teacher looks at it, too"
WRITES = "Your teacher writes"
WROTE_OF_TEXT = "Your teacher wrote this about your earlier text:"
WROTE_BEFORE = "Your teacher wrote this before:"
AGAIN = "your teacher looks at it again"
LOST = "not in your file"
NOTHING = "nothing written"
MOST_PROBLEMS = 30
MOST_ALIKE = 20
"""So many may have handed in one file before it is no group's."""
UNREAD = "Your file could not be read, so nothing in it has been marked yet. Please ask your teacher."

_HEADING = re.compile(r"^#{1,6}[ \t]+(.+)$", re.MULTILINE)
_POINTS = re.compile(r"\s*\([^()]*\bpoints?\b[^()]*\)\s*$")
_MARKS = re.compile(r"^\*\*Marks(?: for each)?\.\*\*\s*(.+?)(?:\n\s*\n|\Z)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_CURIOUS = re.compile(r"\s*\(((?:d′|κ)[^()]*)\)")
_PRE = re.compile(r"<pre[^>]*>(.*)</pre>", re.DOTALL)
_NAME = re.compile(r"[\w-]+")
_QUOTED = re.compile("“.*”", re.DOTALL)
_HYPHEN = re.compile(r"(?<![\w-])-(?=[\d.])")
_DAMAGED = re.compile(r"The file is damaged: (\d+) of its cells")
_MISSING = re.compile(r"The cell (\S+) was missing")


@frozen
class Entry:
    """One item of an answer."""

    outcome: str
    credit: float | None
    """What it adds to the mark; None where the mark is no sum."""
    asked: str
    said: str
    message: str
    alike: tuple[str, ...] = ()
    """What was said to each of several items that nothing else tells apart; `said` is empty then."""


@define
class Section:
    """One part of an assignment: a task marked by machine, a text, or one more criterion of a text."""

    id: str
    title: str
    most: float
    points: float = 0.0
    by: str = WAITS
    waits: bool = False
    """Will a person still look at it?"""
    open: bool = False
    """Has it no points yet?"""
    lost: bool = False
    """Was it in the part of the file that was damaged?"""
    again: bool = False
    """Does an earlier mark by hand stand until a person has looked again?"""
    rule: str = ""
    arithmetic: str = ""
    entries: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    curious: tuple[str, ...] = ()
    """Figures for those who know them."""
    text: str | None = None
    """What the student wrote, where this part is a text."""
    remarks: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    """What the teacher says."""
    introduced: str = WRITES
    """How the comments are introduced."""
    beside: dict[str, Any] | None = None
    """The answer beside the key, only where the key may be shown."""


@frozen
class Appeal:
    """What the student sees differently."""

    item: str
    why: str
    record: str
    ruled: bool


@frozen
class Ruled:
    """A ruling that concerns the student."""

    item: str
    ruling: str
    why: str
    when: str


@define
class Page:
    """All that one page says."""

    title: str
    student: str
    name: str
    standing: str
    partners: tuple[str, ...] = ()
    """Who handed in together with the student."""
    sections: list[Section] = field(factory=list)
    unread: tuple[str, ...] = ()
    """Why nothing was marked, and what to do; empty for a hand-in that was read."""
    earlier: bool = False
    """Nothing was marked now, and the gradebook has marks of an earlier hand-in."""
    score: float = 0.0
    """Before any penalty."""
    most: float = 0.0
    penalty: float = 0.0
    handed_in: str = ""
    late: float = 0.0
    """Seconds."""
    whole: int | None = None
    """How many cells of a damaged file could be read; None for a sound one."""
    repairs: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    """What the teacher says of the whole."""
    again: tuple[tuple[str, int], ...] = ()
    """What came up more than once, and how often."""
    appeals: tuple[Appeal, ...] = ()
    rulings: tuple[Ruled, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    """Short names on the page and what they stand for."""
    shows_key: bool = False

    @property
    def total(self) -> float:
        """Points that count."""
        return max(0.0, self.score - self.penalty)

    @property
    def open_points(self) -> float:
        """Points that nobody has given or refused yet."""
        return sum(section.most for section in self.sections if section.open and not section.lost)

    @property
    def again_points(self) -> float:
        """Points of the parts whose mark is one of an earlier hand-in."""
        return sum(section.most for section in self.sections if section.again)

    @property
    def so_far(self) -> bool:
        """Can the total still change without an appeal?"""
        return self.whole is not None or any(section.waits or section.open for section in self.sections)


@frozen
class Plan:
    """One part as the release has it, the same for everybody."""

    id: str
    title: str
    most: float
    rule: str
    released: str
    call: CheckCall | None = None
    answer: str = ""
    """Name of the answer cell, where the part is marked by machine."""
    text: bool = False
    """Does the student write here, for a person to read?"""


@define
class Ready:
    """One assignment, with all that its pages need."""

    key: Key
    notebook: str
    title: str
    plans: list[Plan]
    sheet: Sheet
    timezone: str
    shows_key: bool
    lines: dict[str, dict[str, Line]] = field(factory=dict)
    """What grading found: by student, then by task; the hand-in's own line has the task ""."""
    alike: dict[str, list[str]] = field(factory=dict)
    """Students by the digest of the file they handed in."""


def plans_of(release: NotebookNode) -> tuple[str, list[Plan]]:
    """Return the title of a released notebook and its parts that bear points."""
    title, heading, rule = "", "", ""
    calls = {check.grade_id: check for check in checks_of(release)}
    plans: list[Plan] = []
    for cell in release["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        source, name = cell["source"], grade_id_of(cell)
        points = marks.get("points")
        if cell["cell_type"] == "markdown" and points is None:
            found = _HEADING.findall(source)
            title = title or (_plain(found[0]) if found else "")
            heading = _POINTS.sub("", _plain(found[-1])) if found else heading
            ruled = _MARKS.search(source)
            rule = _plain(ruled[1]) if ruled else rule if not found else ""
        if points is None:
            continue
        check = calls.get(name)
        if marks.get("task"):
            first = next((line for line in source.splitlines() if line.strip()), name)
            plans.append(Plan(name, _POINTS.sub("", _plain(first.lstrip("# ")))[:120], points, "", source))
        elif check is not None:
            plans.append(Plan(name, heading or name, points, "", source, check.call, check.answer_id))
        else:
            plans.append(Plan(name, heading or name, points, rule, source, text=True))
    titles = told_apart([plan.title for plan in plans])
    return title, [evolve(plan, title=told) for plan, told in zip(plans, titles, strict=True)]


def told_apart(titles: list[str]) -> list[str]:
    """Return titles in which those that stand there several times are numbered.

    >>> told_apart(["Rewrite", "Explain", "Rewrite"])
    ['Rewrite: 1 of 2', 'Explain', 'Rewrite: 2 of 2']
    """
    often = Counter(titles)
    seen: Counter[str] = Counter()
    found = []
    for title in titles:
        seen[title] += 1
        found.append(f"{title}: {seen[title]} of {often[title]}" if often[title] > 1 else title)
    return found


def _plain(text: str) -> str:
    """Return our own Markdown as plain words."""
    text = re.sub(r"[*`]", "", _LINK.sub(r"\1", text))
    return " ".join(text.split())


def text_of(source: str) -> str:
    """Return the words that `safe_markdown` made a literal cell of.

    >>> from whosaidso.grading.safe import safe_markdown
    >>> text_of(safe_markdown("<b>Who?</b>\\n\\nNobody."))
    '<b>Who?</b>\\n\\nNobody.'
    """
    found = _PRE.search(source)
    return html.unescape(found[1]).replace("\u200b", "") if found else source


def page_of(ready: Ready, student: str, notebook: dict[str, Any] | None) -> Page:
    """Return what the page of a student says; without a notebook, why there is nothing to say."""
    lines = ready.lines[student]
    handed = ready.sheet.handed.get(student)
    line = lines[""]
    page = Page(ready.title, student, ready.sheet.students.get(student, ""), ready.key.gold.standing)
    told = tuple(one["to_student"] for one in line["attention"] if one.get("to_student"))
    page.most = sum(plan.most for plan in ready.plans)
    if notebook is None:
        page.unread = told or (UNREAD,)
        page.earlier = handed is not None
        return page
    page.shows_key = ready.shows_key
    damaged = next(filter(None, map(_DAMAGED.match, line["notes"])), None)
    page.whole = int(damaged[1]) if damaged else None
    lost = _lost(line, ready.plans) if damaged else set()
    page.repairs = (*told, *_repairs(line["notes"], ready.plans, damaged=bool(damaged)))
    if handed is None:
        return page
    _put_time(page, ready, handed)
    sources = _sources(notebook)
    page.partners = _partners(ready, student, line["sha"], sources)
    page.sections = [_section(ready, plan, student, sources, handed, lost) for plan in ready.plans]
    page.score = handed.score(ready.notebook)
    page.penalty = handed.penalties.get(ready.notebook) or 0.0
    own = {plan.id for plan in ready.plans} | {plan.answer for plan in ready.plans}
    page.remarks = tuple(
        said
        for (name, cell), (_, _, said) in handed.comments.items()
        if name == ready.notebook and cell not in own and said and said.strip()
    )
    page.again = _again(ready, lines)
    page.appeals, page.rulings = _appeals(ready, lines, student)
    page.names = _names(page, ready.key.case)
    return page


def _sources(notebook: dict[str, Any]) -> dict[str, str]:
    found = {}
    for cell in notebook["cells"]:
        source = cell["source"]
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        found[name] = source if isinstance(source, str) else "".join(source)
    return found


def _lost(line: Line, plans: Sequence[Plan]) -> set[str]:
    """Return the parts of a damaged file that are gone; a criterion is gone with the text before it."""
    missing = {found[1] for note in line["notes"] if (found := _MISSING.match(note))}
    lost, text = set(), ""
    for plan in plans:
        text = plan.id if plan.text else text
        if (plan.answer or (plan.id if plan.text else text)) in missing:
            lost.add(plan.id)
    return lost


def _repairs(notes: Sequence[str], plans: Sequence[Plan], *, damaged: bool) -> list[str]:
    """Return the notes for a student; what a damaged file has lost is said at the parts themselves."""
    return [_named(note, plans) for note in notes if not (damaged and (_DAMAGED.match(note) or _MISSING.match(note)))]


def _partners(ready: Ready, student: str, sha: str, sources: dict[str, str]) -> tuple[str, ...]:
    """Return who handed in the same file and is named in it together with the student; nobody where that is not clear."""
    others = [other for other in ready.alike.get(sha, ()) if other != student]
    if not sha or not 0 < len(others) <= MOST_ALIKE:
        return ()
    from whosaidso.grading.collect.names import MOST_NAMES, Owner, agrees, split_names

    cell = next((source for name, source in sources.items() if name.endswith("-who")), "")
    reading = read_literal(cell, "who")
    value = reading.value if reading.found else ""
    typed = [str(one) for one in value] if isinstance(value, list | tuple) else split_names(str(value))
    if len(typed) > MOST_NAMES:
        return ()
    names = ready.sheet.students
    found = {}
    for one in (student, *others):
        owner = Owner(one, (names[one],) if names.get(one) else ())
        found[one] = {place for place, name in enumerate(typed) if agrees(name, owner)}
    if any(len(places) > 1 for places in found.values()):
        return ()
    named = [one for one, places in found.items() if places]
    if student not in named or len(set.union(*found.values())) < len(named):
        return ()
    return tuple(names.get(one) or one for one in named if one != student)


def _named(note: str, plans: Sequence[Plan]) -> str:
    """Say of which part a cell is that a note names."""
    for plan in plans:
        for cell, what in ((plan.answer, "the answer to"), (plan.id, "the text of")):
            if cell and f"The cell {cell} " in note:
                return note.replace(f"The cell {cell} ", f"The cell with {what} “{plan.title}” ")
    return re.sub(r"^The cell \S+-who ", "The cell with your name ", note)


def _put_time(page: Page, ready: Ready, handed: Handed) -> None:
    if handed.timestamp is None:
        return
    try:
        zone, name = ZoneInfo(ready.timezone), ready.timezone
    except (KeyError, ValueError, OSError):
        zone, name = ZoneInfo("UTC"), "UTC"
    moment = handed.timestamp.replace(tzinfo=UTC).astimezone(zone)
    page.handed_in = f"{in_words(moment)} ({name})"
    page.late = ready.sheet.late(page.student, handed.timestamp)


def in_words(moment: datetime) -> str:
    """Return a moment as a reader says it, whatever language the machine speaks.

    >>> in_words(datetime(2026, 11, 20, 14, 5))
    'Friday, 20 November 2026, 14:05'
    """
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    months = (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    )  # fmt: skip
    day = f"{days[moment.weekday()]}, {moment.day} {months[moment.month - 1]} {moment.year}"
    return f"{day}, {moment.hour:02}:{moment.minute:02}"


def _section(
    ready: Ready, plan: Plan, student: str, sources: dict[str, str], handed: Handed, lost: set[str]
) -> Section:
    row = handed.grades.get((ready.notebook, plan.id))
    source = sources.get(plan.id, plan.released)
    untouched = plan.text and source.strip() == plan.released.strip()
    section = Section(plan.id, plan.title, plan.most, rule=plan.rule)
    if row is not None:
        section.points = row.score
        section.open = row.manual is None and row.auto is None
        section.waits = row.needs or section.open
        section.by = _by(row, untouched)
        section.again = row.needs and row.manual is not None
        if row.extra:
            section.remarks = (minus(f"{row.extra:+g} of it is extra credit."),)
    if plan.id in lost:
        section.lost = True
        if not section.again and not section.points:
            section.by, section.open = LOST, True
    cells = (plan.answer, plan.id) if plan.answer else (plan.id,)
    comments = (handed.comments.get((ready.notebook, cell), ("", None, None))[2] for cell in cells)
    section.comments = tuple(said for said in comments if said and said.strip())
    if section.again:
        section.introduced = WROTE_BEFORE if plan.call else WROTE_OF_TEXT
    if section.lost:
        return section
    if plan.call is not None:
        _mark(section, ready, plan.call, student, sources.get(plan.answer), row)
    elif plan.text:
        section.text = "" if untouched else text_of(source)
    return section


def _by(row: GradeRow, untouched: bool) -> str:
    if row.manual is not None:
        return AGAIN if row.needs else BY_TEACHER
    if row.auto is None:
        return WAITS
    if untouched:
        return NOTHING
    return BY_MACHINE_AND if row.needs else BY_MACHINE


def _mark(
    section: Section, ready: Ready, call: CheckCall, student: str, source: str | None, row: GradeRow | None
) -> None:
    """Put into a section why the machine gave what it gave."""
    if source is None:
        section.problems = ("There is no answer cell before this part.",)
        return
    reading = read_literal(source, call.name)
    if not reading.found:
        section.problems = (reading.problem,)
        return
    marked = ready.key.marker(student)(call.task, reading.value, call.points)
    score, parsed = marked.score, marked.parsed
    if score is None or parsed is None:
        section.problems = (marked.text,)
        return
    task = ready.key.case.tasks[call.task]
    kind = part(task.kind, "beside")
    section.rule, section.arithmetic = score.rule, score.arithmetic
    if 0 < score.share < 1:
        section.arithmetic += f" In points: {score.share:.4f} × {call.points:g} = {marked.points:g}."
    entries = [_entry(item, kind.told(item, ready.key.case), kind.ADDS) for item in score.items if item.what]
    section.entries = _gathered(entries)
    section.notes, section.curious = _notes(score)
    more = len(parsed.problems) - MOST_PROBLEMS
    section.problems = parsed.problems[:MOST_PROBLEMS] + ((f"And {more:,} more like these.",) if more > 0 else ())
    if row is not None and row.manual is not None:
        until = " until your teacher has looked again" if row.needs else " instead"
        section.remarks += (f"Below is how the machine counted: {marked.points:g}. Your teacher’s mark counts{until}.",)
    elif row is not None and row.auto is not None and abs(row.auto - marked.points) > 0.005:
        kept = ready.key.upheld and row.auto > marked.points
        gradebook = f"The gradebook has {row.auto:g} points for this part, and that is the mark that counts."
        section.remarks += (KEPT.format(points=row.auto) if kept else gradebook,)
    if ready.shows_key:
        section.beside = kind.beside(parsed.answer, score.items, ready.key.gold, task, ready.key.case)


def _entry(item: Item, told: tuple[str, str], adds: bool) -> Entry:
    message = "" if item.message in ("Right.", "No answer.") else item.message
    return Entry(item.outcome, item.credit if adds else None, *told, message)


def _gathered(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Put what counts neither way, for the same reason, into one entry where the first of it stood."""
    gathered: list[Entry] = []
    first: dict[str, int] = {}
    for entry in entries:
        place = first.get(entry.message)
        if entry.outcome != "neither":
            gathered.append(entry)
        elif place is None:
            first[entry.message] = len(gathered)
            gathered.append(entry)
        else:
            one = gathered[place]
            gathered[place] = evolve(one, said="", alike=(*(one.alike or (one.said,)), entry.said))
    return tuple(gathered)


def minus(text: str) -> str:
    """Return a text whose negative figures have a minus, not a hyphen.

    >>> minus("c -0.4, on 2026-11-20")
    'c −0.4, on 2026-11-20'
    """
    return _HYPHEN.sub("−", text)


def _notes(score: Score) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what is said in words, and apart from it the figures of the field."""
    words: list[str] = []
    curious: list[str] = []
    for note in map(minus, score.notes):
        if note.startswith("Span F1"):
            curious.append(note)
            continue
        curious += [f"{figures.strip().rstrip('.')}." for figures in _CURIOUS.findall(note)]
        words.append(_CURIOUS.sub("", note))
    return tuple(words), tuple(curious)


def _again(ready: Ready, lines: dict[str, Line]) -> tuple[tuple[str, int], ...]:
    """Return the misunderstanding that came up most often, if it came up more than once."""
    weak = ("wrong", "half", "reversed", "invented")
    found = Counter(
        item["misconception"]
        for task, line in lines.items()
        if task
        for item in line["items"]
        if item["misconception"] not in ("", "D0") and item["outcome"] in weak
    )
    return tuple((MISCONCEPTIONS[name].definition, times) for name, times in found.most_common(1) if times > 1)


def _appeals(ready: Ready, lines: dict[str, Line], student: str) -> tuple[tuple[Appeal, ...], tuple[Ruled, ...]]:
    """Return what the student sees differently, and the rulings that concern it.

    Of a ruling for all everybody learns; why, only those who asked: the reason may tell the key.
    """
    key = ready.key
    said = {item: note for line in lines.values() for item, note in line.get("differently", {}).items()}
    rulings, ruled = [], set()
    for ruling in key.rulings:
        item = asked_of(key.gold, ruling.item)
        asked = concerns(ruling, student) and (bool(ruling.students) or item in said)
        if asked:
            ruled.add(item)
        if asked or ruling.ruling == "upheld":
            why = ruling.why if asked or ready.shows_key else ""
            rulings.append(Ruled(_item(key.case, item), ruling.ruling, why, ruling.when))
    appeals = tuple(
        Appeal(_item(key.case, item), note.get("why", ""), note.get("record", ""), item in ruled)
        for item, note in said.items()
    )
    return appeals, tuple(rulings)


def _item(case: Case, item: str) -> str:
    """Return an item as a student knows it."""
    if item in case.claims:
        return f"{item}: {case.claims[item].text}"
    if item in case.headline_claims:
        return f"{item}: {case.headline_claims[item].text}"
    if item in case.passages:
        return case.passages[item].title
    return f"the article {item}" if item in case.articles else item


def _names(page: Page, case: Case) -> tuple[tuple[str, str], ...]:
    """Return the short names that stand in what is said of the answers, with what they stand for."""
    answers = [one for s in page.sections for entry in s.entries for one in (entry.said, *entry.alike)]
    said = {word for answer in answers for word in _NAME.findall(_QUOTED.sub("", answer))}
    rows = [row for section in page.sections for row in (section.beside or {}).get("rows", ())]
    shown = said | {word for row in rows for cell in row["cells"] for word in _NAME.findall(cell)}
    found = []
    for name in sorted(shown):
        if name in case.records:
            record = case.records[name]
            found.append((name, f"{record.publisher}, “{record.title}”, {record.date}"))
        elif name in case.articles:
            found.append((name, f"the article by {case.articles[name].outlet}"))
        elif name in case.texts:
            found.append((name, f"{case.texts[name].title}, {case.texts[name].publisher}"))
        elif name in case.sources and name in said:
            source = case.sources[name]
            found.append((name, source.what if name == source.name else source.name))
    return tuple(found)
