"""The page says something sensible of any class: empty, one student, all alike, half missing, oddly named."""

import random
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from attrs import evolve

from benchmarks.report import golds, simulated
from whosaidso.cases import load_case
from whosaidso.report.analysis import analyse
from whosaidso.report.data import AssignmentData, ClassData, Waiting, task_data
from whosaidso.report.items import answers_of, suspicion
from whosaidso.report.page import html_of
from whosaidso.report.people import full_names, pseudonyms
from whosaidso.report.pieces import Cell, Figure, Fold, Grid, grids
from whosaidso.report.run import write_tables
from whosaidso.report.sections import sections

CASE = load_case("mosul_2016")
KEYS = golds(CASE)
VOID = {"meta", "link", "br", "img", "rect", "line", "circle", "polyline"}


def page_of(data, earlier=None):
    parts = sections(analyse(data, earlier))
    return parts, html_of(data.course, parts, students=data.students, named=data.named, when="1 May 2026").decode()


def a_class(students, *, wrong="", flat="", seed=1):
    assignments = simulated(CASE, KEYS, students=students, draw=random.Random(seed), wrong=wrong, flat=flat)
    filled = []
    for one in assignments:
        who = {student for data in one.tasks for student in (*data.lines, *data.blank)}
        machine = {student: float(n % 9) for n, student in enumerate(sorted(who))}
        filled.append(evolve(one, handed=frozenset(who), by_machine=machine, most_by_machine=8.0))
    ids = sorted({student for one in filled for student in one.handed})
    return ClassData("Media 101", pseudonyms(ids, b"secret"), tuple(filled))


def words_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


class Checker(HTMLParser):
    """Knows which tags are open, all ids and links, and what each table has."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.faults = [], [], [], []
        self.heads = self.captions = self.tables = 0

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tables += tag == "table"
        self.captions += tag == "caption"
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.links += [attrs["href"]] if "href" in attrs else []
        if "style" in attrs or tag in ("script", "img", "iframe", "link"):
            self.faults.append((tag, attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()
        elif tag not in VOID:
            self.faults.append((tag, "closed, not open"))


def sound(page):
    """Check that a page is whole, asks for nothing, and says no number that is none."""
    checker = Checker()
    checker.feed(page)
    assert not checker.faults
    assert not checker.open
    assert len(checker.ids) == len(set(checker.ids))
    assert all(link.startswith("#") and link[1:] in checker.ids for link in checker.links)
    assert checker.tables == checker.captions
    assert page.count("<h1") == 1
    said = words_of(page)
    assert not re.search(r"\b(nan|inf|None|NaN|Traceback)\b", said)
    assert not re.search(r"[-−]0(\.0+)?(%|\b(?![.\d]))", said)
    return said


def test_an_empty_class():
    for shown in ({}, {"a": "S-1"}):
        data = ClassData("Media 101", shown, (AssignmentData("mosul-claims", (), missing=tuple(shown)),))
        _, page = page_of(data)
        assert "Nobody has handed anything in yet" in sound(page)
    assert "Nobody has handed anything in yet" in sound(page_of(ClassData("Media 101", {}, ()))[1])


@pytest.mark.parametrize("students", [1, 2, 3, 9, 10, 11])
def test_a_very_small_class_is_told_why_numbers_are_hidden(students):
    data = a_class(students)
    _parts, page = page_of(data)
    said = sound(page)
    assert "fewer than 50 students answered" in said
    assert not any(row.r or row.evidence for one in analyse(data).assignments for row in one.rows)
    if students < 9:
        assert "so nothing is said of the class" in said
        assert "heat" not in page.split("</style>")[1]


@pytest.mark.parametrize("students", [12, 60])
def test_a_class_in_which_all_are_alike(students):
    data = a_class(1)
    alike = []
    for one in data.assignments:
        lines = [line for task in one.tasks for line in task.lines.values()]
        copies = [{**line, "student": f"s{n}"} for line in lines for n in range(students)]
        tasks = tuple(task_data(task.task, CASE, task.gold, copies) for task in one.tasks)
        alike.append(evolve(one, tasks=tasks, handed=frozenset(f"s{n}" for n in range(students))))
    _, page = page_of(evolve(data, assignments=tuple(alike), shown={f"s{n}": f"S-{n}" for n in range(students)}))
    said = sound(page)
    assert ("all have the same total" in said) == (students >= 50)


def test_missing_blank_and_unreadable_hand_ins_are_named_by_pseudonym():
    data = a_class(12)
    one = data.assignments[0]
    lost = evolve(one, missing=("gone-1", "gone-2"), unread=("torn",), attention=("torn", "odd"), stale=3)
    shown = {**data.shown, **pseudonyms(["gone-1", "gone-2", "torn", "odd"], b"secret")}
    _, page = page_of(evolve(data, assignments=(lost, *data.assignments[1:]), shown=shown))
    said = sound(page)
    assert "mosul-sourcing: nothing from 2 students" in said
    assert shown["gone-1"] in said
    assert shown["torn"] in said
    assert shown["odd"] in said
    assert not any(student in said for student in ("gone-1", "torn", "s0001"))
    assert "the key was changed after 3 hand-ins" in said


def test_lost_outcomes_are_told_from_an_assignment_that_nobody_handed_in():
    one = a_class(12).assignments[0]
    lost = evolve(one, tasks=tuple(task_data(data.task, CASE, data.gold, []) for data in one.tasks))
    shown = {student: student for student in one.handed}
    said = sound(page_of(ClassData("Media 101", shown, (lost,)))[1])
    assert "outcomes/mosul-sourcing.jsonl is missing or damaged" in said
    assert "Nobody has handed anything in" not in said


def test_nothing_is_said_of_items_whose_key_is_newer_than_the_marks():
    data = a_class(120, wrong="c03", seed=4)
    said = sound(page_of(evolve(data, assignments=tuple(evolve(one, stale=1) for one in data.assignments)))[1])
    assert "the key may be wrong." not in said.split("Hits and false alarms")[1]


def test_partly_marked_notes():
    data = a_class(12)
    one = evolve(data.assignments[-1], waiting=(Waiting("note-text", 3.0, 5, 7), Waiting("note-fair", 3.0, 12, 0)))
    said = sound(page_of(evolve(data, assignments=(one,)))[1])
    assert "to be marked by hand: note-text (7 of 12). Open Formgrader, or run" in said


def test_names_are_shown_as_text_and_in_any_script():
    names = full_names({"s1": "Zoë <script>alert(1)</script>", "s2": "محمد الموصلي", "s3": "\u202e`rm`\ud800"})
    data = ClassData(
        "<b>9a</b> & Co", names, (evolve(a_class(12).assignments[2], missing=("s1", "s2", "s3")),), named=True
    )
    said = sound(page_of(data)[1])
    assert "محمد الموصلي (s2)" in said
    assert "&lt;script&gt;" in said
    assert "&lt;b&gt;9a" in said


def test_every_drawing_has_its_table_and_every_fold_a_title():
    parts, page = page_of(a_class(60))
    sound(page)
    figures = [piece for part in parts for piece in part.pieces if isinstance(piece, Figure)]
    tables = {grid.id for part in parts for grid in grids(part.pieces)}
    assert figures
    assert all(figure.twin in tables for figure in figures)
    assert page.count('class="heat"') == page.count("The same as a table</summary>") > 0
    assert all(piece.title for part in parts for piece in part.pieces if isinstance(piece, Fold))


@pytest.mark.parametrize("students", [12, 25, 60])
def test_the_part_that_may_be_shown_tells_nothing_of_one_student_or_of_the_key(students):
    data = a_class(students)
    share = [part for part in sections(analyse(data)) if part.shareable]
    assert len(share) == 1
    said = words_of(html_of("x", share, students=0, named=False, when="").decode().split("<main>")[1])
    assert not any(name in said for name in data.shown.values())
    claims = [item for gold in KEYS.values() for item in gold.claims]
    spans = [span.id for gold in KEYS.values() for span in gold.spans]
    assert not any(re.search(rf"\b{item}\b", said) for item in (*claims, *spans))
    assert "✓" not in said
    assert "key may be wrong" not in said
    for grid in grids(share[0].pieces):
        counts = [cell for row in grid.rows for cell in row[1:] if isinstance(cell, str) and cell.isdigit()]
        assert all(int(count) == 0 or int(count) >= 10 for count in counts)


def test_pseudonyms_do_not_change_and_do_not_tell_the_id():
    ids = [f"student{n}" for n in range(2000)]
    found = pseudonyms(ids, b"one")
    assert len(set(found.values())) == 2000
    assert found == pseudonyms(reversed(ids), b"one")
    assert found["student7"] != pseudonyms(ids, b"two")["student7"]


def test_a_planted_bad_key_leads_the_list_with_its_evidence():
    _parts, page = page_of(a_class(120, wrong="c03", seed=4))
    said = words_of(page.split('id="todo"')[1].split("</section>")[0])
    assert re.search(r"mosul-claims c03 \(.+?\): the key may be wrong\. \d+% of the upper third answered “", said)
    assert said.count("the key may be wrong") == 1


def test_below_fifty_no_key_is_doubted_and_no_correlation_or_reliability_shown():
    for students, seen in ((49, False), (60, True)):
        data = a_class(students, wrong="c03", seed=4)
        found = analyse(data)
        assert any("key" in row.flags for one in found.assignments for row in one.rows) is seen
        assert any(row.r is not None for one in found.assignments for row in one.rows) is seen
        assert any(task.alpha is not None for one in found.assignments for task in one.reliability) is seen
        choices = next(
            grid for part in sections(found) for grid in grids(part.pieces) if grid.id == "t-choices-mosul-claims"
        )
        assert any(cell != "–" for row in choices.rows for cell in row[4:]) is seen


def test_a_flat_item_is_named_in_a_large_class_and_not_in_a_small_one():
    for students, expected in ((300, True), (120, False)):
        rows = analyse(a_class(students, flat="c05", seed=8)).assignments[2].rows
        assert any(row.id == "c05" and "flat" in row.flags for row in rows) is expected
    assert "too early to call an item" in words_of(page_of(a_class(120))[1])


def test_a_popular_wrong_answer_of_the_weak_is_no_reason_to_doubt_the_key():
    draw = np.random.default_rng(5)
    standing = draw.normal(size=300)
    chosen = np.where(standing + draw.normal(size=300) > 0.6, "supported", "contradicted").astype(object)
    credits = (chosen == "supported").astype(float)
    assert credits.mean() < 0.4
    assert suspicion(chosen, credits, frozenset({"supported"}), standing) == ""
    assert "upper third answered “supported”" in suspicion(chosen, 1 - credits, frozenset({"contradicted"}), standing)


def test_what_was_not_answered_is_no_false_alarm_and_no_miss():
    one = a_class(12).assignments[1]
    line = next(iter(one.tasks[0].lines.values()))
    data = task_data(one.tasks[0].task, CASE, one.tasks[0].gold, [{**line, "student": "x", "answer": []}])
    assert data.blank == {"x"}
    assert not data.lines
    assert answers_of(evolve(one, tasks=(data,))).credits.shape[0] == 0


def test_an_earlier_run_is_compared_item_by_item():
    now, then = a_class(80, seed=2), a_class(70, seed=3)
    said = sound(page_of(now, {one.name: one for one in then.assignments})[1])
    assert "Compared with the earlier run" in said
    assert "no proof of what caused it" in said
    assert re.search(r"c01 .{10,200}? \d+% \d+% [+−]?\d+ \([+−]?\d+ to [+−]?\d+\)", said)


def test_tables_come_as_csv_that_no_spreadsheet_runs(tmp_path):
    parts, _ = page_of(a_class(12))
    written = write_tables(tmp_path, parts)
    assert len(written) == sum(1 for part in parts for _ in grids(part.pieces))
    odd = Grid("t-odd", "Odd", ("a", "b"), [("=1+1", Cell("@x")), ("+0.4 (0 to 1)", "−1")])
    (path,) = write_tables(tmp_path, [evolve(parts[0], pieces=[odd])])
    assert path.read_text("utf-8-sig").splitlines()[1:] == ["'=1+1,'@x", "+0.4 (0 to 1),−1"]
