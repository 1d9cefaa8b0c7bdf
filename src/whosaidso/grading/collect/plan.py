"""Decide what is to become of every file. Nothing is written here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import define, evolve, field, frozen

from whosaidso.cases import choice_of
from whosaidso.grading.collect.archives import MOST_READ, Piles, shown
from whosaidso.grading.collect.compare import EMPTY, identical
from whosaidso.grading.collect.extensions import find_extensions
from whosaidso.grading.collect.index import Attempt, Placed, file_of, read_index, which_counts
from whosaidso.grading.collect.names import Claim, Desk, Owner, Verdict, agrees, named, plain, read_as, split_names
from whosaidso.grading.collect.problems import NOTHING, Problem
from whosaidso.grading.collect.reading import read_releases
from whosaidso.grading.collect.scan import PAPERS, HandIn, Scan, Spot, stamp_of
from whosaidso.grading.collect.sent import Stray, find_strays
from whosaidso.grading.collect.students import Enrolled, read_enrolled, rows_for
from whosaidso.grading.folder import CourseFolder, Stopped
from whosaidso.grading.roster import Roster


@frozen
class Choices:
    """What the instructor said beside the sources."""

    roster: Roster | None = None
    rulings: tuple[str, ...] = ()
    """NAME=ID, for hand-ins that would be set aside."""
    trust_lms: bool = False
    assignment: str = ""
    """Of files that do not say what they are of."""
    timezone: str = ""


@frozen
class Late:
    """A hand-in after its due date."""

    student: str
    assignment: str
    by: timedelta
    """How long after; nothing where the LMS only says that it was late."""


@frozen
class Placement:
    """What counts for one student and assignment."""

    student: str
    assignment: str
    action: str
    """new, updated or unchanged."""
    attempt: Attempt


@define
class Plan:
    """What is to become of a pile."""

    enrolled: Enrolled
    attempts: list[Attempt] = field(factory=list)
    """The whole index, as it will be."""
    fresh: dict[str, Spot | Path] = field(factory=dict)
    """Where the bytes of each new file of attempts/ come from."""
    placements: list[Placement] = field(factory=list)
    students: dict[str, dict[str, str]] = field(factory=dict)
    """Rows of the gradebook to write."""
    looked_at: int = 0
    problems: list[Problem] = field(factory=list)
    foreign: list[tuple[str, str]] = field(factory=list)
    """Other files: name, and what it is if that is known."""
    strays: list[Stray] = field(factory=list)
    """Students of whom only other files came."""
    systems: int = 0
    """Files that an LMS adds by itself."""
    late: list[Late] = field(factory=list)
    notes: list[str] = field(factory=list)
    identical: list[str] = field(factory=list)
    missing: dict[str, list[str]] = field(factory=dict)
    """By assignment: who of the class list has not handed in."""
    set_aside: dict[str, set[str]] = field(factory=dict)
    """By assignment: ids of whom a hand-in came that needs attention."""
    extensions: list[str] = field(factory=list)
    """What the LMS says of extensions, one sentence each."""
    names: dict[str, str] = field(factory=dict)
    """How students of the class list are called in a report."""
    clock: str = ""
    """The zone in which local times were read; "" where there were none."""
    uncompared: int = 0
    changed: bool = False
    """Is there anything to write?"""

    def call(self, student: str) -> str:
        """Return how a student is called in a report."""
        return self.names.get(student, student)


def zone_of(name: str) -> tzinfo:
    """Return a time zone, or stop."""
    if name.upper() == "UTC":
        return UTC  # some systems carry no table of zones
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Stopped(f"{shown(name)!r} is no time zone; write one like Europe/Berlin or UTC.") from error


def make_plan(
    course: CourseFolder, piles: Piles, choices: Choices, tick: Callable[[int, int], None] = lambda done, total: None
) -> Plan:
    """Look at every file of the piles and decide. `tick` is told how many of how many files were looked at.

    Raises
    ------
    Stopped
        If there is nothing to look at, nothing was released, or a choice makes no sense.
    """
    releases = read_releases(course)
    if choices.assignment and choices.assignment not in releases:
        raise Stopped(f"--assignment {choices.assignment!r} is not released here; there are: {', '.join(releases)}.")
    rulings = read_as(choices.rulings, choices.roster)
    clock = choices.timezone or course.timezone
    zone = zone_of(clock)
    before = read_index(course)
    blank = {release.sha for release in releases.values()} | {EMPTY}
    placed = Placed.of(before, blank)
    desk = Desk(choices.roster, rulings, choices.trust_lms, placed=placed)
    scan = Scan(releases, zone, choices.assignment, call=desk.call, placed=placed)
    scan.go_through(piles, tick)
    piles.budget.left = MOST_READ  # what counts is read a second time
    if not scan.looked_at and not scan.problems:
        raise Stopped("There is no file in what was named; see that it is the right zip or folder.")
    plan = Plan(read_enrolled(course), looked_at=scan.looked_at, systems=scan.systems)
    if choices.roster is not None:
        plan.names = {person.id: named(person) for person in choices.roster.people}
    if choices.roster is None:
        numbers = {id: row["lms_user_id"] for id, row in plan.enrolled.students.items()}
        desk.learn(before, plan.enrolled.owners(), numbers)
    else:
        desk.learn(before, (), {})
    decided = _decide(plan, desk, scan.hand_ins)
    _place(course, plan, before, decided, choices.roster)
    plan.problems += scan.problems
    touched = {(one.student, one.assignment) for one in plan.placements}
    pairs = {(attempt.student, attempt.assignment) for attempt in plan.attempts}
    gone = {pair for pair in pairs - touched if not course.place("submitted", *pair).is_dir()}
    standing = [attempt for attempt in plan.attempts if (attempt.student, attempt.assignment) not in gone]
    plan.identical = identical(standing, touched, blank, plan.call)
    handed_in: dict[str, set[str]] = {}
    for attempt in plan.attempts:
        handed_in.setdefault(attempt.student, set()).add(attempt.assignment)
    plan.strays, plan.foreign = find_strays(scan.foreign, scan.hand_ins, desk, handed_in)
    if scan.clocked or any(one.attempt.time and one.attempt.layout == "moodle" for one in plan.placements):
        plan.clock = clock
    if choices.roster is not None:
        _find_missing(course, plan, choices.roster, handed_in)
        listed = {person.lms_id for person in choices.roster.people}
        theirs = {one.assignment for one in scan.hand_ins if one.found.layout == "moodle" and one.found.key in listed}
        plan.extensions = find_extensions(
            choices.roster, theirs, plan.enrolled, lms=zone, course=zone_of(course.timezone)
        )
    _take_note(course, plan, desk, decided)
    return plan


def _decide(plan: Plan, desk: Desk, hand_ins: Sequence[HandIn]) -> list[tuple[HandIn, Verdict]]:
    """Return whose each hand-in is; what cannot be said is set aside."""
    claims = [
        Claim(one.found, one.assignment, one.facts.typed, one.spot.pile.name, one.spot.path, one.facts.sha)
        for one in hand_ins
    ]
    uploaders = desk.uploaders(claims)
    verdicts = [desk.decide(claim, uploader) for claim, uploader in zip(claims, uploaders, strict=True)]

    def open_questions() -> dict[int, Problem]:
        return {**desk.side_by_side(claims, uploaders, verdicts), **desk.clashes(claims, verdicts)}

    for number in open_questions():
        claim = claims[number]
        verdicts[number] = desk.ruling(claim, uploaders[number]) or desk.before(claim) or verdicts[number]
    clashes = open_questions()
    decided = []
    for number, (hand_in, verdict) in enumerate(zip(hand_ins, verdicts, strict=True)):
        uploader = uploaders[number]
        if (number in clashes or not verdict.owners) and isinstance(uploader, Owner):
            plan.set_aside.setdefault(hand_in.assignment, set()).add(uploader.id)
        if number in clashes:
            plan.problems.append(clashes[number])
            continue
        plan.problems += verdict.problems
        plan.uncompared += verdict.uncompared
        if verdict.owners:
            decided.append((hand_in, verdict))
    return decided


def _place(
    course: CourseFolder,
    plan: Plan,
    before: Sequence[Attempt],
    decided: Sequence[tuple[HandIn, Verdict]],
    roster: Roster | None,
) -> None:
    """Join the new attempts with those that were there, and find which counts for each student and assignment."""
    new: dict[tuple[str, str], dict[tuple[str, ...], Attempt]] = {}
    called: dict[str, tuple[str, str]] = {}
    for hand_in, verdict in decided:
        for owner in verdict.owners:
            attempt = _attempt(hand_in, owner, shared=owner.id in verdict.shared)
            new.setdefault((owner.id, hand_in.assignment), {})[attempt.same] = attempt
            plan.fresh.setdefault(attempt.file, hand_in.spot)
            if not attempt.shared:
                called[owner.id] = _name_and_number(hand_in, owner)
            called.setdefault(owner.id, ("", ""))
    there = _join(course, plan, before, new)
    by_pair: dict[tuple[str, str], list[Attempt]] = {}
    for attempt in plan.attempts:
        by_pair.setdefault((attempt.student, attempt.assignment), []).append(attempt)
    for pair, theirs in new.items():
        counts = which_counts(by_pair[pair])
        stands = there[pair] == counts.sha and _papers_stand(course, counts)
        action = "new" if not there[pair] else "unchanged" if stands else "updated"
        plan.placements.append(Placement(*pair, action, counts))
        by = plan.enrolled.late(*pair, counts.when)
        if by or counts.late:
            plan.late.append(Late(*pair, by))
        if not counts.shared and any(attempt.shared for attempt in theirs.values()):
            plan.notes.append(
                f"{plan.call(pair[0])} is named in a group's {pair[1]} and keeps the one handed in alone."
            )
    plan.students = rows_for(plan.enrolled, roster, called)
    plan.fresh = {file: spot for file, spot in plan.fresh.items() if not (course.attempts / file).is_file()}
    acts = any(placement.action != "unchanged" for placement in plan.placements)
    plan.changed = acts or bool(plan.students or plan.fresh) or plan.attempts != list(before)


def _join(
    course: CourseFolder,
    plan: Plan,
    before: Sequence[Attempt],
    new: dict[tuple[str, str], dict[tuple[str, ...], Attempt]],
) -> dict[tuple[str, str], str]:
    """Add the new attempts to the list, and what lies in submitted/ from elsewhere; return what lies there."""
    plan.attempts = list(before)
    place_of = {attempt.same: place for place, attempt in enumerate(before)}
    shas: dict[tuple[str, str], set[str]] = {}
    for attempt in before:
        shas.setdefault((attempt.student, attempt.assignment), set()).add(attempt.sha)
    there: dict[tuple[str, str], str] = {}
    for pair, theirs in new.items():
        target = course.place("submitted", *pair) / f"{pair[1]}.ipynb"
        there[pair] = _sha_of(target)
        known = shas.get(pair, set()) | {attempt.sha for attempt in theirs.values()}
        added = list(theirs.values())
        if there[pair] and there[pair] not in known:
            kept = _kept(target, *pair, there[pair])
            plan.fresh[kept.file] = target
            added.insert(0, kept)
        for attempt in added:
            if attempt.same in place_of:
                place = place_of[attempt.same]
                plan.attempts[place] = _joined(plan.attempts[place], attempt)
            else:
                place_of[attempt.same] = len(plan.attempts)
                plan.attempts.append(attempt)
    return there


def _attempt(hand_in: HandIn, owner: Owner, *, shared: bool) -> Attempt:
    found, facts = hand_in.found, hand_in.facts
    time = hand_in.time
    person = owner.person
    if found.layout == "moodle" and person is not None and person.submitted is not None and person.lms_id == found.key:
        # the number belongs to person and assignment, so the worksheet is this assignment's
        time = person.submitted.replace(microsecond=0).isoformat()
    return Attempt(
        student=owner.id,
        assignment=hand_in.assignment,
        file=file_of(owner.id, hand_in.assignment, facts.sha),
        sha=facts.sha,
        source=hand_in.spot.pile.name,
        path=hand_in.spot.path,
        layout=found.layout,
        lms_name=found.name,
        key=found.key,
        prefix=found.prefix,
        time=time,
        late=found.late,
        who=facts.typed,
        order=found.order,
        shared=shared,
        stamp=hand_in.stamp,
        secret=hand_in.secret,
        written=facts.written,
        whole=facts.whole,
    )


def _name_and_number(hand_in: HandIn, owner: Owner) -> tuple[str, str]:
    """Return what the gradebook may say of someone no class list knows: the name, and the LMS's number."""
    found, typed = hand_in.found, hand_in.facts.typed
    if found.anonymous:
        return "", ""
    number = found.key if found.layout in ("canvas", "blackboard") else ""
    if found.name and found.layout != "canvas":  # Canvas runs names together
        return found.name, number
    whole = len(typed.split()) > 1 and len(split_names(typed)) == 1 and agrees(typed, owner)
    return typed if whole else "", number


def _kept(target: Path, student: str, assignment: str, sha: str) -> Attempt:
    """Return the attempt for a file that lay in submitted/ and did not come from here."""
    stamp, secret = (_small(target.parent / name) for name in PAPERS)
    time = stamp_of(stamp)
    return Attempt(
        student=student,
        assignment=assignment,
        file=file_of(student, assignment, sha),
        sha=sha,
        source="submitted",
        path=f"{student}/{assignment}/{target.name}",
        layout="submitted",
        time=time,
        stamp=stamp if time else "",
        secret=secret,
    )


def _joined(old: Attempt, new: Attempt) -> Attempt:
    """Return an attempt that was collected again, with what is known better now."""
    # a worksheet gives the time of the last attempt, whichever this one is
    time = old.time or new.time if new.layout == "moodle" else new.time or old.time
    return evolve(
        old,
        time=time,
        late=new.late or old.late,
        shared=old.shared and new.shared,
        stamp=new.stamp or old.stamp,
        secret=new.secret or old.secret,
        written=new.written,
        whole=new.whole,
    )


def _sha_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _small(path: Path) -> str:
    try:
        return path.read_bytes()[:1_000].decode("utf-8", "replace")
    except OSError:
        return ""


def papers_of(attempt: Attempt) -> dict[str, str]:
    """Return the small files beside an attempt in submitted/, by name; "" for one that must not be there."""
    stamp = attempt.stamp or (f"{attempt.time.replace('T', ' ')} UTC" if attempt.time else "")
    return dict(zip(PAPERS, (stamp, attempt.secret), strict=True))


def _papers_stand(course: CourseFolder, attempt: Attempt) -> bool:
    folder = course.place("submitted", attempt.student, attempt.assignment)
    return all(_small(folder / name) == text for name, text in papers_of(attempt).items())


def _find_missing(course: CourseFolder, plan: Plan, roster: Roster, handed_in: Mapping[str, set[str]]) -> None:
    """Say who of the class list has handed in nothing: nothing at all, or nothing that is not told of elsewhere."""
    for assignment in sorted({placement.assignment for placement in plan.placements}):
        sent = {stray.id for stray in plan.strays if not stray.assignments or assignment in stray.assignments}
        told = sent | plan.set_aside.get(assignment, set())
        either = choice_of(assignment)
        plan.missing[assignment] = [
            plan.call(person.id)
            for person in roster.people
            if not either & set(handed_in.get(person.id, ()))
            and person.id not in told
            and not any((course.place("submitted", person.id, one) / f"{one}.ipynb").is_file() for one in either)
        ]


def _take_note(course: CourseFolder, plan: Plan, desk: Desk, decided: Sequence[tuple[HandIn, Verdict]]) -> None:
    """Say what nobody has to act on, and that nothing at all was found."""
    together: dict[tuple[str, str, str], set[str]] = {}
    for hand_in, verdict in decided:
        if not hand_in.found.order and not hand_in.time:
            source = hand_in.spot.pile
            same = (verdict.owners[0].id, hand_in.assignment, source.name if source.kind != "file" else "")
            together.setdefault(same, set()).add(hand_in.facts.sha)
    counting = {(one.student, one.assignment): one.attempt for one in plan.placements}
    for (student, assignment, pile), files in together.items():
        counts = counting[student, assignment]
        if len(files) > 1 and counts.sha in files:
            plan.notes.append(
                f"{plan.call(student)} has {len(files)} different files of {assignment}{f' in {pile}' if pile else ''}, and "
                f"nothing says which is the last: {shown(counts.path)} counts."
            )
    for hand_in, verdict in decided:
        before = desk.by_key.get((hand_in.found.layout, plain(hand_in.found.key)), "")
        now = [owner.id for owner in verdict.owners if owner.id not in verdict.shared]
        if before and now and before not in now:
            plan.notes.append(
                f"{plan.call(now[0])} was collected before as {before}, which is left as it is: remove submitted/{before} if it is "
                "of no use any more."
            )
        for attempt in desk.placed.before(hand_in.found, hand_in.spot.path, hand_in.facts.sha) if now else ():
            old = attempt.student
            place = course.place("submitted", old, attempt.assignment)
            if old in (*now, before) or attempt.shared or attempt.assignment != hand_in.assignment:
                continue
            if _sha_of(place / f"{attempt.assignment}.ipynb") == attempt.sha:
                plan.notes.append(
                    f"{shown(hand_in.spot.path)} was given to {plan.call(old)} before and is {plan.call(now[0])}'s now: remove "
                    f"submitted/{old}/{attempt.assignment} if it is not {plan.call(old)}'s, too."
                )
    if any(hand_in.found.layout == "drive" and hand_in.time for hand_in, _ in decided):
        plan.notes.append(
            "Times from Google Drive say when a file was last modified, by Drive, not when it was handed in."
        )
    plan.notes = list(dict.fromkeys(plan.notes))
    for name in desk.rulings:
        if name not in desk.used:
            plan.notes.append(f"--as {shown(name)!r} was not needed: nothing set aside goes by that name.")
    if not plan.placements and not plan.problems:
        plan.problems.append(
            Problem(
                "",
                "all of it",
                "No hand-in of an assignment of this course was found.",
                kind=NOTHING,
            )
        )
