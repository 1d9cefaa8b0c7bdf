"""Feedback pages: every mark explained and contestable, no key by accident, nothing a student wrote alive."""

import json
import os
import re
import shutil
import tomllib
import zipfile
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from tests.course.courses import ASSIGNMENTS, GRADEBOOK, ROOT, case_of, cell_of, hand_in, model, released, run
from whosaidso.cases import load_case
from whosaidso.cli import app
from whosaidso.files import write_whole
from whosaidso.grading import batch
from whosaidso.grading.collect.index import Attempt, write_index
from whosaidso.grading.demo import write_class
from whosaidso.grading.feedback import run as feedback_run
from whosaidso.grading.feedback.facts import Entry, Page, Section, minus, page_of, plans_of, text_of
from whosaidso.grading.feedback.handback import LONG_AGO, name_of
from whosaidso.grading.feedback.pages import html_of
from whosaidso.grading.feedback.run import prepare, write_feedback
from whosaidso.grading.folder import CourseFolder, Stopped, read_course
from whosaidso.grading.gradebook import connected, read_sheet
from whosaidso.grading.outcomes import read_outcomes
from whosaidso.grading.safe import safe_markdown
from whosaidso.vocabulary import VERDICTS

CLAIMS, SOURCING, WORDING, NOTE = "mosul-claims", "mosul-sourcing", "mosul-wording", "mosul-note"
CASE = load_case("mosul_2016")
STUDENTS = 10
HOSTILE = (
    "<script>window.run=1</script></style></title></textarea></pre><img src=x onerror='window.run=2'>"
    '<a href="javascript:window.run=3">k</a> &lt;b&gt; &#x202e; &amp;amp; \u202edlrow\u202c \u2066 \x00 \x1b[31m '
    "[x](https://evil.example/) $\\href{javascript:1}{x}$ <!-- --> ]]> שלום "
)


def quietly(items, words, total):
    return items


def make_course(root: Path) -> Path:
    """A course as `new-course` makes it, without its commands: folders, and a gradebook that knows every cell."""
    for name in ("solutions", "exercises"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy2(ROOT / "nbgrader_config.py", root)
    with Gradebook(f"sqlite:///{root / GRADEBOOK}") as book:
        for assignment in ASSIGNMENTS:
            register(book, assignment, released(root, assignment))
    return root


def register(book, assignment, release):
    book.update_or_create_assignment(assignment)
    book.update_or_create_notebook(assignment, assignment)
    for cell in release.cells:
        marks = cell.metadata.get("nbgrader", {})
        place = (marks.get("grade_id"), assignment, assignment)
        if marks.get("grade"):
            book.update_or_create_grade_cell(*place, max_score=marks.points, cell_type=cell.cell_type)
        if marks.get("solution"):
            book.update_or_create_solution_cell(*place)
        if marks.get("task"):
            book.update_or_create_task_cell(*place, max_score=marks.points, cell_type=cell.cell_type)


@pytest.fixture(scope="module", autouse=True)
def own_environment():
    """nbgrader_config.py sets variables; they must not reach other tests."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def all_wrong(course, assignment):
    """Return a hand-in with an answer to everything and as little as possible right."""
    notebook = model(course, assignment)
    gold = tomllib.loads((course / "solutions" / assignment / "gold.toml").read_text(encoding="utf-8"))
    for task in case_of(assignment).tasks.values():
        if task.assignment != assignment:
            continue
        if task.kind == "claim_check":
            keys = {row["id"]: row for row in gold["claim"]}
            wrong = {name: next(iter(keys[name]["wrong"])) for name in task.items}
            gaps = {
                name: {"gap": "records_conflict"} if verdict == "not_shown" else {} for name, verdict in wrong.items()
            }
            value: object = {
                name: {"verdict": verdict, "evidence": [], **gaps[name]} for name, verdict in wrong.items()
            }
            text = f"claims = {value!r}"
        elif task.kind == "span_label":
            lures = [span for span in gold["span"] if span["grade"] == "lure"]
            value = [(s["article"], s["paragraph"], s["exact"], s.get("occurrence", 1), "name_calling") for s in lures]
            text = f"wording = {value!r}"
        elif task.voices:
            text = (
                'sourcing = {"voices": {"k1": ["reuters"], "k2": ["reuters"]}, "independent": {"k1": "3", "k2": "3"}}'
            )
        else:
            text = 'sourcing = {"edges": [("trueactivist-bombshell", "reuters", "cites", "p1")]}'
        cell_of(notebook, f"{task.id}-answer").source = text
    return notebook


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """A graded class: ten simulated students, one who got all right, one all wrong, one who did nothing, two in trouble."""
    root = make_course(tmp_path_factory.mktemp("feedback") / "course")
    write_class(root, students=STUDENTS, seed=3)
    for assignment in ASSIGNMENTS:
        hand_in(root, "able", assignment, model(root, assignment))
        hand_in(root, "astray", assignment, all_wrong(root, assignment))
        hand_in(root, "idle", assignment, released(root, assignment))
    hand_in(root, "broken", CLAIMS, b"%PDF-1.4 no notebook")
    hand_in(root, "evil", CLAIMS, hostile(root, CLAIMS))
    for other in (SOURCING, WORDING, NOTE):
        hand_in(root, "evil", other, hostile(root, other))
    batch.grade(read_course(root), list(ASSIGNMENTS), track=quietly)
    return root


def hostile(course, assignment):
    """Return a hand-in with hostile words in every place a student can write to."""
    notebook = model(course, assignment)
    long = HOSTILE + "W" * 10_000
    words = repr(HOSTILE + "W" * 500)
    claims = (
        f'claims = {{"c01": {{"verdict": {words}, {words}: 1}}, {words}: 1, "c04": {{"verdict": "supported", "evidence": [{words}]}}}}\n'
        f'differently = {{"c01": {{"why": {words}, "record": {words}}}}}'
    )
    answers = {
        CLAIMS: claims,
        NOTE: claims.replace("c01", "c60").replace("c04", "c61"),
        SOURCING: f'sourcing = {{"edges": [({words}, "fars", {words}, {words}), ("fars", "abadi", {words}, "{"p" * 3000}:p1")], {words}: 1}}',
        WORDING: f'wording = [("trueactivist-bombshell", "p2", {words}, 1, {words}), ({words},)]',
    }
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("solution") and cell.cell_type == "markdown":
            cell.source = long
    cell_of(notebook, f"{assignment}-1-answer").source = answers[assignment]
    return notebook


@pytest.fixture
def course(template, tmp_path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "course"))


def write(root: Path, *assignments: str, **options):
    options = {"shows_key": False, "track": quietly, **options}
    return write_feedback(read_course(root), list(assignments or ASSIGNMENTS), **options)


@pytest.fixture(scope="module")
def pages(template, tmp_path_factory) -> Path:
    """The class with its pages written."""
    root = Path(shutil.copytree(template, tmp_path_factory.mktemp("pages") / "course"))
    write(root)
    return root


@pytest.fixture(scope="module")
def keyed(template, tmp_path_factory) -> Path:
    """The class with pages that show the key."""
    root = Path(shutil.copytree(template, tmp_path_factory.mktemp("keyed") / "course"))
    write(root, shows_key=True)
    return root


def path_of(root: Path, student: str, assignment: str = CLAIMS) -> Path:
    return root / "feedback" / student / assignment / f"{assignment}.html"


class Reader(HTMLParser):
    """Reads a page as a browser would: its tags with attributes, its text outside the head."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.headings: list[int] = []
        self._body = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._body |= tag == "body"
        if re.fullmatch(r"h\d", tag):
            self.headings.append(int(tag[1]))
        if tag in ("p", "li", "td", "th", "h2", "h3", "div", "dd", "dt"):
            self.words.append("\n")

    def handle_data(self, data):
        if self._body:
            self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


def shown(root: Path, student: str, assignment: str = CLAIMS) -> str:
    return Reader(path_of(root, student, assignment).read_text(encoding="utf-8")).text


def gold_of(root: Path, assignment: str):
    return prepare(read_course(root), assignment, shows_key=False)[1].key.gold


def facts(root: Path, student: str, assignment: str = CLAIMS, *, shows_key: bool = False) -> Page:
    _, ready = prepare(read_course(root), assignment, shows_key=shows_key)
    path = root / "autograded" / student / assignment / f"{assignment}.ipynb"
    return page_of(ready, student, json.loads(path.read_bytes()) if path.is_file() else None)


def by_hand(root: Path, student: str, assignment: str, cell: str, score: float | None, comment: str = "") -> None:
    with Gradebook(f"sqlite:///{root / GRADEBOOK}") as book:
        place = (cell, assignment, assignment, student)
        if score is not None:
            grade = book.find_grade(*place)
            grade.manual_score, grade.needs_manual_grade = score, False
        if comment:
            book.find_comment(*place).manual_comment = comment
        book.db.commit()


def hand_ins(root: Path) -> set[tuple[str, str]]:
    return {path.relative_to(root / "submitted").parts for path in (root / "submitted").glob("*/*")}


def test_every_hand_in_has_a_page_with_what_nbgrader_needs(pages):
    for student, assignment in hand_ins(pages):
        page = path_of(pages, student, assignment)
        assert page.is_file()
        assert {file.name for file in page.parent.iterdir()} == {page.name, "timestamp.txt", "submission_secret.txt"}
        assert len((page.parent / "submission_secret.txt").read_text()) == 128
        datetime.strptime((page.parent / "timestamp.txt").read_text(), "%Y-%m-%d %H:%M:%S.%f UTC")


def test_points_on_the_page_are_the_gradebooks(pages):
    with connected(read_course(pages)) as db:
        for assignment in ASSIGNMENTS:
            sheet = read_sheet(db, assignment)
            most = sum(sheet.points.values())
            scores = set()
            for student, handed in sheet.handed.items():
                score = handed.score(assignment)
                scores.add(score)
                found = re.search(r"([\d.]+) of ([\d.]+) points", shown(pages, student, assignment))
                assert found, student
                assert float(found[1]) == pytest.approx(score, abs=0.005)
                assert float(found[2]) == most
                page = facts(pages, student, assignment)
                assert sum(s.points for s in page.sections) == pytest.approx(score)
            assert len(scores) > STUDENTS / 2


def test_page_says_rule_arithmetic_items_standing_and_how_to_appeal(pages):
    said = shown(pages, "astray")
    assert "Claims meet records" in said
    assert "half of it if one of two records cannot carry it" in said
    assert re.search(r"0 of 5 is 0%; \d+% is taken off for blind guessing", said)
    for name in ("c01", "c02", "c10"):
        assert CASE.claims[name].text in said
    assert said.count("Not right") == 10
    assert "Asking never lowers a mark." in said
    assert "draft key, read by the team only" in said
    assert "2 for what it cannot show" in said  # how the text is marked
    assert said.count("How marks are made.") == 3


def test_arithmetic_leads_to_the_points(pages):
    for number in range(1, STUDENTS + 1):
        for assignment in ASSIGNMENTS:
            said = shown(pages, f"student{number:04d}", assignment)
            for share, most, points in re.findall(r"In points: ([\d.]+) × (\d+) = ([\d.]+)\.", said):
                assert float(share) * float(most) == pytest.approx(float(points), abs=0.0051)
                assert f"{points} of {most} points" in said


def test_what_was_not_done_is_said_without_blame(pages):
    said = shown(pages, "idle")
    assert "0 of 30 points" in said
    assert "so far" not in said  # nothing is left for the teacher to read
    assert "You wrote nothing here." in said
    assert said.count("You gave no answer here.") == 2
    assert "nothing written" in said


def test_what_waits_for_the_teacher_is_not_counted_as_lost(pages):
    page = facts(pages, "able")
    why = page.sections[-1]
    assert (why.open, why.waits, why.by) == (True, True, "waits for your teacher")
    assert page.open_points == 6
    said = shown(pages, "able")
    assert "24 of 30 points so far" in said
    assert "Your teacher has not yet read parts worth 6 points." in said
    assert (
        text_of(
            cell_of(nbformat.read(pages / "autograded/able" / CLAIMS / f"{CLAIMS}.ipynb", 4), "mosul-claims-why").source
        )
        in said
    )


def test_headings_are_in_order_and_each_page_has_one_first(pages, keyed):
    for root in (pages, keyed):
        for student, assignment in hand_ins(root):
            found = Reader(path_of(root, student, assignment).read_text(encoding="utf-8"))
            assert found.headings[0] == 1
            assert found.headings.count(1) == 1
            assert all(b <= a + 1 for a, b in zip(found.headings, found.headings[1:], strict=False))
            ids = [attrs["id"] for _, attrs in found.tags if "id" in attrs]
            links = [attrs["href"] for tag, attrs in found.tags if tag == "a"]
            assert len(ids) == len(set(ids))
            assert {f"#{name}" for name in ids} >= set(links)


# --- the key


def reasons(gold):
    rows = (*gold.claims.values(), *gold.spans, *gold.voices.values(), *gold.accepted, *gold.lures)
    return {row.reason for row in rows if row.reason} | {edge.evidence for edge in gold.edges}


def test_no_reason_of_the_key_is_on_any_page(pages):
    for assignment in ASSIGNMENTS:
        keys = reasons(gold_of(pages, assignment))
        assert len(keys) >= 6
        for student, name in hand_ins(pages):
            if name == assignment:
                page = path_of(pages, student, name).read_text(encoding="utf-8")
                said = Reader(page).text
                assert not [reason for reason in keys if reason in said or reason in page]
                assert "beside the key" not in said
                assert "The key:" not in page


def test_no_verdict_or_record_that_the_student_did_not_give(pages):
    gold = gold_of(pages, CLAIMS)
    labels = [word for verdict in VERDICTS.values() for word in (verdict.label, verdict.id)]
    for student, assignment in hand_ins(pages):
        if assignment != CLAIMS or student == "broken":
            continue
        lines = read_outcomes(read_course(pages), CLAIMS)
        given = {task: lines[student, task]["answer"] or {} for task in ("mosul-claims-1", "mosul-claims-2")}
        own = {record for answer in given.values() for one in answer.values() for record in one["evidence"]}
        page = facts(pages, student)
        text = " ".join(part for part in (page.sections[-1].text or "",))
        assert set(re.findall(r"\br\d{3}\b", shown(pages, student).replace(text, ""))) <= own
        for section in page.sections[:2]:
            assert section.beside is None
            assert {entry.asked[:3] for entry in section.entries} <= set(gold.claims)
            for entry in section.entries:
                assert entry.asked or entry.said
                answer = given[f"mosul-claims-{section.title[0]}"].get(entry.asked[:3])
                assert entry.said.startswith(VERDICTS[answer["verdict"]].label if answer else "")
                assert not [label for label in labels if label in entry.message and entry.outcome != "right"], entry


def test_no_span_that_the_student_did_not_mark(pages):
    spans = gold_of(pages, WORDING).spans
    lines = read_outcomes(read_course(pages), WORDING)
    for student, assignment in hand_ins(pages):
        if assignment != WORDING:
            continue
        marks = " | ".join(mark["exact"] for mark in lines[student, "mosul-wording-1"]["answer"] or [])
        texts = " | ".join(section.text or "" for section in facts(pages, student, WORDING).sections)
        said = shown(pages, student, WORDING)
        entries = facts(pages, student, WORDING).sections[0].entries
        assert len(entries) <= len(lines[student, "mosul-wording-1"]["answer"] or [])
        for span in spans:
            bare = span.exact.strip("“”")  # the page puts what was marked in such marks itself
            if bare not in marks and span.exact not in texts and len(span.exact) > 5:
                assert span.exact not in said, (student, span.id)


def test_no_link_or_voice_that_the_student_did_not_name(pages):
    gold = gold_of(pages, SOURCING)
    lines = read_outcomes(read_course(pages), SOURCING)
    for student, assignment in hand_ins(pages):
        if assignment != SOURCING:
            continue
        links = (lines[student, "mosul-sourcing-1"]["answer"] or {}).get("links", [])
        pairs = {frozenset((link["teller"], link["told_by"])) for link in links}
        entries = [entry for section in facts(pages, student, SOURCING).sections for entry in section.entries]
        for edge in gold.edges:
            if frozenset((edge.teller, edge.told_by)) not in pairs:
                assert not [e for e in entries if edge.teller in e.said.split() and edge.told_by in e.said.split()]
        named = (lines[student, "mosul-sourcing-2"]["answer"] or {}).get("voices", {})
        said = "\n".join(e.said + e.message for e in entries if e.asked)
        for key in gold.voices.values():
            for voice in key.voices:
                assert voice in str(named) or not re.search(rf"\b{voice}\b", said), (student, voice)


def test_key_stands_beside_the_answer_when_it_is_wanted(keyed):
    for assignment in ASSIGNMENTS:
        keys = reasons(gold_of(keyed, assignment))
        said = shown(keyed, "idle", assignment)
        asked = {r for r in keys if r in said}
        gold = gold_of(keyed, assignment)
        wanted = {row.reason for row in (*gold.claims.values(), *gold.spans, *gold.voices.values())}
        wanted |= {edge.evidence for edge in gold.edges}
        assert wanted == asked, wanted - asked
        assert "This page shows the key" in said
    said = shown(keyed, "astray", SOURCING)
    assert "Reuters stands under the picture." in said  # why a lure is none


def test_rows_beside_the_key_say_what_both_say(keyed):
    section = facts(keyed, "astray", shows_key=True).sections[0]
    assert section.beside
    rows = {row["cells"][0][:3]: row for row in section.beside["rows"]}
    gold = gold_of(keyed, CLAIMS).claims
    assert set(rows) == set(CASE.tasks["mosul-claims-1"].items)
    for name, row in rows.items():
        assert row["outcome"] == "wrong"
        assert row["cells"][1].startswith(VERDICTS[next(iter(gold[name].wrong))].label)
        assert row["cells"][2].lower().startswith(VERDICTS[gold[name].verdict].label)
        assert row["cells"][3] == gold[name].reason
    links = facts(keyed, "astray", SOURCING, shows_key=True).sections[0].beside
    assert links
    assert [row["outcome"] for row in links["rows"]] == ["invented"] + ["missed"] * 9
    able = facts(keyed, "able", SOURCING, shows_key=True)
    for section in able.sections[:2]:
        assert section.beside
        assert {row["outcome"] for row in section.beside["rows"]} == {"right"}


def test_texts_beside_the_key_are_whole_and_marked_by_both(keyed):
    gold = gold_of(keyed, WORDING).spans
    for student, marked in (("idle", None), ("astray", "lure"), ("able", "core")):
        beside = facts(keyed, student, WORDING, shows_key=True).sections[0].beside
        assert beside
        parts = [part for passage in beside["passages"] for part in passage["parts"]]
        texts = [part.text for item in CASE.tasks["mosul-wording-1"].items for part in CASE.passages[item].part]
        assert ["".join(run["text"] for run in part["runs"]) for part in parts] == texts
        runs = [run for part in parts for run in part["runs"]]
        for grade in ("core", "lure", "arguable"):
            words = "".join(run["text"] for run in runs if run[grade])
            assert len(words) == sum(len(span.exact) for span in gold if span.grade == grade)
            if grade != "arguable":
                assert {run["own"] for run in runs if run[grade]} == {marked == grade}
        outcomes = {row["outcome"] for row in beside["rows"]}
        wanted = {"able": {"right"}, "idle": {"right", "missed"}, "astray": {"wrong", "missed"}}
        assert outcomes == wanted[student] | {"neither"}


def test_flag_and_variable_decide_together(course, monkeypatch):
    runner = CliRunner()
    monkeypatch.setenv("WHOSAIDSO_SHOW_GOLD", "1")
    words = ["feedback", CLAIMS, "--student", "astray", "--course", str(course)]
    done = runner.invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "These pages show the key" in done.output
    assert "beside the key" in shown(course, "astray")
    assert runner.invoke(app, [*words, "--no-show-gold"]).exit_code == 0
    assert "beside the key" not in shown(course, "astray")
    monkeypatch.setenv("WHOSAIDSO_SHOW_GOLD", "0")
    assert runner.invoke(app, [*words, "--show-gold"]).exit_code == 0
    assert "beside the key" in shown(course, "astray")
    assert os.environ["WHOSAIDSO_SHOW_GOLD"] == "0"


# --- words and figures


def test_headline_claims_are_told_where_they_are_first_named(pages):
    for student in ("able", "astray", "idle"):
        said = shown(pages, student, SOURCING)
        for claim in ("k1", "k2"):
            text = f"{claim}: {CASE.headline_claims[claim].text}"
            assert said.count(text) == 1
            assert re.search(rf"\b{claim}\b", said).start() == said.index(text)
    assert "k1: how many of the voices are independent?\nYou said: 3" in shown(pages, "astray", SOURCING)


def test_links_read_as_sentences_and_every_source_is_explained(course):
    notebook = model(course, SOURCING)
    edges = [
        ("fars", "abadi", "vague", "p1"),
        ("fars", "experts", "quotes_anonymous", "p1"),
        ("southfront", "trump", "quotes_named", ""),
        ("southfront", "rt", "cites", "p2"),
    ]
    cell_of(notebook, "mosul-sourcing-1-answer").source = f"sourcing = {{'edges': {edges!r}}}"
    hand_in(course, "able", SOURCING, notebook)
    batch.grade(read_course(course), [SOURCING], track=quietly)
    write(course, SOURCING)
    said = shown(course, "able", SOURCING)
    assert "fars points vaguely at abadi" in said
    assert "fars quotes an unnamed speaker, experts" in said
    assert "southfront quotes a named speaker, trump" in said
    assert "southfront cites rt" in said
    names = dict(facts(course, "able", SOURCING).names)
    assert names["experts"] == CASE.sources["experts"].what
    assert names["abadi"] == "Haider al-Abadi"


def test_marks_that_count_neither_way_stand_in_one_line(course):
    part = CASE.passages[CASE.tasks["mosul-wording-1"].items[-1]].part[0]
    words = [word for word in dict.fromkeys(part.text.split()) if word.isalpha() and len(word) < 6][::2]
    notebook = model(course, WORDING)
    marks = [(part.article, part.paragraph, word, 1, "") for word in words]
    cell_of(notebook, "mosul-wording-1-answer").source = f"wording = {marks!r}"
    hand_in(course, "able", WORDING, notebook)
    batch.grade(read_course(course), [WORDING], track=quietly)
    write(course, WORDING)
    section = facts(course, "able", WORDING).sections[0]
    (gathered,) = [entry for entry in section.entries if entry.outcome == "neither"]
    assert len(gathered.alike) > 2
    assert gathered.said == ""
    said = shown(course, "able", WORDING)
    assert said.count("Arguable or plain: it counts neither way.") == 1
    for one in gathered.alike:
        assert said.count(one) == 1
    assert part.article in dict(facts(course, "able", WORDING).names)


def test_signs_and_figures_agree():
    section = Section("a", "A", 2, points=-1)
    section.entries = (
        Entry("half", 0.25, "c01", "supported", ""),
        Entry("half", 0.5, "c02", "supported", ""),
        Entry("invented", -0.5, "", "a cites b", ""),
    )
    row = {"outcome": "half", "credit": 0.25, "cells": ["c01", "x"]}
    section.beside = {"title": "Beside", "heads": ["Claim", "You"], "rows": [row]}
    page = Page("T", "jo", "", "draft", sections=[section], score=1, shows_key=True)
    said = html_of(page).decode()
    signs = re.findall(r'<span class="sign" aria-hidden="true">(.)</span>', said)
    assert signs == ["¼", "½", "✗", "¼"]
    assert re.findall(r'<span class="credit">(.+?)</span>', said) == ["+¼", "+½", "−½"]
    assert "−1 of 2 points" in said
    assert [minus(text) for text in ("c -0.4", "(-.5)", "2026-11-20, r001-2", "scored -0.31")] == [
        "c −0.4", "(−.5)", "2026-11-20, r001-2", "scored −0.31"
    ]  # fmt: skip


# --- a person's marks


def test_marks_and_comments_by_hand_are_shown(course):
    by_hand(course, "able", CLAIMS, "mosul-claims-why", 4.5, "Clear.\nأحسنت — <b>keep</b> the می‌خواهم apart.")
    by_hand(course, "able", CLAIMS, "mosul-claims-1-check", 9)
    by_hand(course, "able", CLAIMS, "mosul-claims-1-answer", None, "I count c06 otherwise.")
    by_hand(course, "able", CLAIMS, "mosul-claims-who", None, "You have come a long way.")
    write(course)
    said = shown(course, "able")
    assert "25.5 of 30 points\n" in said
    assert "9 of 12 points, by your teacher" in said
    assert "Below is how the machine counted: 12. Your teacher’s mark counts instead." in said
    assert "4.5 of 6 points, by your teacher" in said
    for words in ("I count c06 otherwise.", "You have come a long way.", "<b>keep</b> the می‌خواهم apart."):
        assert said.count(words) == 1
    assert said.index("You have come a long way.") < said.index("1. Five claims")
    assert "\ufffd" not in said
    with Gradebook(f"sqlite:///{course / GRADEBOOK}") as book:
        book.find_grade("mosul-claims-why", CLAIMS, CLAIMS, "able").needs_manual_grade = True
        book.db.commit()
    assert facts(course, "able").sections[-1].by == "your teacher looks at it again"


def test_a_text_handed_in_again_is_not_shown_as_marked(course):
    by_hand(course, "able", CLAIMS, "mosul-claims-why", 5, "Say whose count it is.")
    by_hand(course, "able", CLAIMS, "mosul-claims-1-check", 7)
    by_hand(course, "able", CLAIMS, "mosul-claims-1-answer", None, "c06 stands.")
    write(course, CLAIMS)
    before = shown(course, "able")
    assert "24 of 30 points\n" in before  # 7, 12 and 5
    assert "Your teacher writesSay whose count it is." in before.replace("\n", "")
    notebook = model(course, CLAIMS)
    cell_of(notebook, "mosul-claims-why").source = "Another text altogether."
    cell_of(notebook, "mosul-claims-1-answer").source = "claims = {}"
    hand_in(course, "able", CLAIMS, notebook)
    batch.grade(read_course(course), [CLAIMS], track=quietly)
    write(course, CLAIMS)
    said = shown(course, "able").replace("\n", "")
    assert "24 of 30 points so far" in said
    assert "Your teacher looks again at parts worth 18 points; until then the earlier marks stand." in said
    assert said.count("your teacher looks at it again") == 4  # two in the table, two above the parts
    assert "Your teacher wrote this about your earlier text:Say whose count it is." in said
    assert "Your teacher wrote this before:c06 stands." in said
    assert "Your teacher writes" not in said
    assert "the machine counted: 0. Your teacher’s mark counts until your teacher has looked again." in said
    assert said.index("Another text altogether.") < said.index("Say whose count it is.")
    with Gradebook(f"sqlite:///{course / GRADEBOOK}") as book:
        for cell in ("mosul-claims-why", "mosul-claims-1-check"):
            book.find_grade(cell, CLAIMS, CLAIMS, "able").needs_manual_grade = False
        book.db.commit()
    write(course, CLAIMS)
    assert "24 of 30 points\n" in shown(course, "able")
    assert "Your teacher writesSay whose" in shown(course, "able").replace("\n", "")


def test_late_hand_ins_say_how_late_and_what_it_cost(course):
    (course / "submitted/able" / CLAIMS / "timestamp.txt").write_text("2026-11-22 13:05:00 UTC")
    with Gradebook(f"sqlite:///{course / GRADEBOOK}") as book:
        book.find_assignment(CLAIMS).duedate = datetime(2026, 11, 20, 12, 0)
        book.db.commit()
    batch.grade(read_course(course), [CLAIMS], track=quietly)
    write(course, CLAIMS)
    said = shown(course, "able")
    assert (
        "Handed in on Sunday, 22 November 2026, 13:05 (UTC). That is 2 days and 1 hour after the due date. Nothing is taken off."
        in said
    )
    with Gradebook(f"sqlite:///{course / GRADEBOOK}") as book:
        book.find_submission_notebook(CLAIMS, CLAIMS, "able").late_submission_penalty = 2
        book.db.commit()
    with (course / "nbgrader_config.py").open("a") as file:
        file.write('\nc.Exchange.timezone = "Asia/Baghdad"\n')
    write(course, CLAIMS)
    said = shown(course, "able")
    assert "22 November 2026, 16:05 (Asia/Baghdad)" in said
    assert "Nothing is taken off" not in said
    assert "24 − 2 = 22." in said
    assert "22 of 30 points so far" in said
    assert (course / "feedback/able" / CLAIMS / "timestamp.txt").read_text() == "2026-11-22 13:05:00 UTC"


def test_a_criterion_marked_apart_from_its_text_is_a_part_of_its_own():
    marks = {"grade": True, "solution": True, "locked": False, "points": 4}
    cells = [
        ("# A note\n\nWrite.", {"grade": False, "solution": False, "locked": True}),
        (
            "## 1. The note (10 points)\n\n**Marks.** 4 for *what* is [known](x.md).",
            {"grade": False, "solution": False},
        ),
        ("YOUR ANSWER HERE", {**marks, "grade_id": "note"}),
        (
            "**Fairness (6 points).** Names who says so.",
            {"grade": False, "solution": False, "task": True, "points": 6, "grade_id": "fair"},
        ),
    ]
    nodes = [
        NotebookNode(cell_type="markdown", source=source, metadata=NotebookNode(nbgrader=NotebookNode(told)))
        for source, told in cells
    ]
    title, plans = plans_of(NotebookNode(cells=nodes))
    assert title == "A note"
    assert [(p.id, p.title, p.most, p.rule, p.text) for p in plans] == [
        ("note", "1. The note", 4, "4 for what is known.", True),
        ("fair", "Fairness (6 points). Names who says so.", 6, "", False),
    ]


# --- files in trouble


def test_unreadable_file_gets_a_page_that_says_what_to_do(pages):
    said = shown(pages, "broken")
    assert "Nothing is marked yet" in said
    assert "save it again" in said
    assert "check that the file’s name ends in .ipynb" in said
    assert "draft key, read by the team only" in said
    assert "points" not in said
    assert "earlier" not in said


def test_unreadable_file_after_a_good_one_keeps_its_marks(course):
    hand_in(course, "able", CLAIMS, b"<html>")
    batch.grade(read_course(course), [CLAIMS], track=quietly)
    write(course, CLAIMS)
    assert "the marks of what you handed in before stay as they are" in shown(course, "able")


def test_repairs_are_said_in_words_a_student_knows(course):
    notebook = model(course, CLAIMS)
    notebook.cells = [
        c for c in notebook.cells if c.metadata.nbgrader.grade_id not in ("mosul-claims-2-answer", "mosul-claims-why")
    ]
    hand_in(course, "able", CLAIMS, notebook)
    batch.grade(read_course(course), [CLAIMS], track=quietly)
    write(course, CLAIMS)
    said = shown(course, "able")
    assert (
        "The cell with the answer to “2. Five more, one of them from the coalition” was missing; it counts as unanswered."
        in said
    )
    assert "The cell with the text of “3. Explain one verdict” was missing" in said


def cut_off(course, assignment, cell):
    """Return a hand-in cut off in the middle of a cell."""
    text = nbformat.writes(model(course, assignment))
    return text[: text.index(f'"grade_id": "{cell}"')].encode()


def test_what_a_damaged_file_lost_is_not_a_mark_of_nothing(course):
    hand_in(course, "able", CLAIMS, cut_off(course, CLAIMS, "mosul-claims-2-answer"))
    batch.grade(read_course(course), [CLAIMS], track=quietly)
    write(course, CLAIMS)
    page = facts(course, "able")
    assert [section.by for section in page.sections] == ["by machine", "not in your file", "not in your file"]
    assert [section.open for section in page.sections] == [False, True, True]
    said = shown(course, "able")
    assert "12 of 30 points so far" in said
    assert "Parts worth 18 points are not in your file." in said
    assert "has not yet read" not in said
    assert "Please hand in your file again" in said
    assert "of its cells are whole, and they count. The rest cannot be read." in said
    assert "Please hand the whole file in again" in said
    assert said.count("2. Five more, one of them from the coalition") == 3  # table, box and heading
    assert said.count("This part is not in your file.") == 2
    for wrong in ("0 of 12", "it counts as unanswered", "You gave no answer here.", "You wrote nothing here."):
        assert wrong not in said


def test_a_mark_by_hand_stays_when_the_new_file_came_damaged(course):
    by_hand(course, "able", CLAIMS, "mosul-claims-why", 5, "Clear.")
    hand_in(course, "able", CLAIMS, cut_off(course, CLAIMS, "mosul-claims-why"))
    batch.grade(read_course(course), [CLAIMS], track=quietly)
    write(course, CLAIMS)
    said = shown(course, "able")
    assert "29 of 30 points so far" in said
    assert "5 of 6 points, your teacher looks at it again" in said
    assert "This part is not in your file." in said
    assert "Your teacher wrote this about your earlier text:" in said


def test_answers_that_cannot_be_read_say_why(course):
    notebook = model(course, CLAIMS)
    cell_of(notebook, "mosul-claims-1-answer").source = 'claims = {"c01": {"verdict": "supported"'
    cell_of(notebook, "mosul-claims-2-answer").source = "claims = dict()"
    hand_in(course, "able", CLAIMS, notebook)
    batch.grade(read_course(course), [CLAIMS], track=quietly)
    write(course, CLAIMS)
    said = shown(course, "able")
    assert "Often a comma, a quote mark or a bracket is missing" in said
    assert "computed by code, which is not run here" in said
    assert "by machine; your teacher looks at it, too" in said


def test_changed_key_stops_before_the_first_page(course):
    path = course / "solutions" / CLAIMS / "gold.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("usable = [[", "accept_full = []\nusable = [[", 1), encoding="utf-8"
    )
    with pytest.raises(Stopped, match="key of mosul-claims has changed since it was graded"):
        write(course)
    assert not (course / "feedback").exists()


def test_a_fault_in_one_page_costs_nobody_else_theirs(course, monkeypatch):
    def one_fails(ready, student, notebook):
        if student == "astray":
            raise ZeroDivisionError("a fault of ours")
        return page_of(ready, student, notebook)

    monkeypatch.setattr(feedback_run, "page_of", one_fails)
    (result,) = write(course, CLAIMS)
    assert [student for student, _ in result.left_out] == ["astray"]
    assert result.written == STUDENTS + 4
    assert "ZeroDivisionError: a fault of ours; please report" in result.left_out[0][1]


def test_nothing_graded_stops(course):
    shutil.rmtree(course / "outcomes")
    with pytest.raises(Stopped, match=r"has not been graded\. Run `whosaidso grade mosul-claims` first"):
        write(course, CLAIMS)


def test_hand_ins_that_were_not_graded_get_no_page(course):
    hand_in(course, "new", CLAIMS, model(course, CLAIMS))
    hand_in(course, "able", CLAIMS, released(course, CLAIMS))
    shutil.rmtree(course / "autograded/idle" / CLAIMS)
    (result,) = write(course, CLAIMS)
    assert dict(result.left_out) == {
        "new": "handed in, and not graded yet",
        "able": "another file was handed in since it was graded",
        "idle": "what was graded is not there any more",
    }
    for student in ("new", "able", "idle"):
        assert not path_of(course, student).exists()
    done = CliRunner().invoke(app, ["feedback", CLAIMS, "--course", str(course)])
    assert done.exit_code == 1
    assert "mosul-claims: new, handed in, and not graded yet" in done.output


# --- groups


def together(course, who, *students):
    """Hand in one file for several students, with these names typed in it."""
    notebook = model(course, CLAIMS)
    cell_of(notebook, f"{CLAIMS}-who").source = f"who = {who!r}"
    for student in students:
        hand_in(course, student, CLAIMS, notebook)


def test_partners_are_named_where_file_and_names_agree(course):
    with Gradebook(f"sqlite:///{course / GRADEBOOK}") as book:
        for name, first, last in (("u1", "Ada", "Lovelace"), ("u2", "Omar", "Said"), ("u3", "Ann", "Li")):
            book.update_or_create_student(name, first_name=first, last_name=last)
    together(course, "Ada Lovelace, Omar Said and u3", "u1", "u2", "u3", "able")
    together(course, "u4, u6", "u4", "u5")  # u5 has a copy, and is not named in it
    together(course, "u7, u8", "u7")
    together(course, "u7; u8", "u8")  # not the same file
    together(course, "", "u9", "astray")
    batch.grade(read_course(course), [CLAIMS], track=quietly)
    write(course, CLAIMS)
    assert "Handed in together with Omar Said and Ann Li." in shown(course, "u1")
    assert "Handed in together with Ada Lovelace and Omar Said." in shown(course, "u3")
    for student in ("able", "astray", "idle", "u4", "u5", "u7", "u8", "u9"):
        assert "together with" not in shown(course, student)


def test_partners_are_left_out_where_a_name_fits_two(course):
    with Gradebook(f"sqlite:///{course / GRADEBOOK}") as book:
        for name, last in (("u1", "Lovelace"), ("u2", "Byron"), ("u3", "Li")):
            book.update_or_create_student(name, first_name="Ada", last_name=last)
    together(course, "Ada, Ada Li", "u1", "u2", "u3")
    batch.grade(read_course(course), [CLAIMS], track=quietly)
    write(course, CLAIMS)
    for student in ("u1", "u2", "u3"):
        assert "together with" not in shown(course, student)


# --- old pages


def test_pages_behind_which_nothing_stands_are_listed_and_kept(course):
    write(course)
    nbgraders = course / "feedback/gone" / CLAIMS / "notes.html"
    write_whole(nbgraders, b"<!DOCTYPE html>\n<html><head><title>by nbgrader</title></head></html>")
    shutil.copytree(course / "feedback/idle" / CLAIMS, course / "feedback/left" / CLAIMS)
    (result,) = write(course, CLAIMS)
    assert result.old == [path_of(course, "left")]
    (course / "outcomes" / f"{WORDING}.jsonl").unlink()
    done = CliRunner().invoke(app, ["feedback", "--all", "--course", str(course)], env={"COLUMNS": "400"})
    assert done.exit_code == 0, done.output
    assert "Old pages: nothing graded stands behind them any more" in done.output
    listed = done.output.split("Old pages:")[1].replace("\n", "")
    assert {str(path_of(course, "left")), str(path_of(course, "able", WORDING))} <= set(
        re.findall(r"/\S+?\.html", listed)
    )
    assert str(path_of(course, "able")) not in listed
    assert str(nbgraders) not in listed
    assert path_of(course, "left").is_file()
    shutil.rmtree(course / "outcomes")
    done = CliRunner().invoke(app, ["feedback", "--course", str(course)], env={"COLUMNS": "400"})
    assert done.exit_code == 1
    assert "Old pages:" in done.output
    with pytest.raises(Stopped, match=rf"{STUDENTS + 6} old pages of it under .*feedback may say other marks"):
        write(course, CLAIMS)


def test_after_an_undo_no_page_keeps_later_marks_unsaid(course):
    hand_in(course, "new", CLAIMS, model(course, CLAIMS))
    batch.grade(read_course(course), [CLAIMS], track=quietly)
    write(course, CLAIMS)
    done = CliRunner().invoke(app, ["undo", "--course", str(course)])
    assert done.exit_code == 0, done.output
    (result,) = write(course, CLAIMS)
    assert dict(result.left_out) == {"new": "handed in, and not graded yet"}
    assert result.old == [path_of(course, "new")]


# --- appeals


def differently(course, student, item, why):
    notebook = model(course, CLAIMS)
    cell = cell_of(notebook, "mosul-claims-1-answer")
    cell.source += f"\ndifferently = {{{item!r}: {{'why': {why!r}}}}}\n"
    hand_in(course, student, CLAIMS, notebook)


def rule(course, **ruling):
    rows = {"assignment": CLAIMS, "who": "instructor", "when": "2026-11-25", **ruling}
    text = "[[ruling]]\n" + "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in rows.items())
    with (course / "rulings.toml").open("a", encoding="utf-8") as file:
        file.write(text)


def test_what_is_seen_differently_and_what_was_decided(course):
    differently(course, "able", "c06", "He did ask <b>why</b> they announced it.")
    batch.grade(read_course(course), [CLAIMS], track=quietly)
    write(course, CLAIMS)
    said = shown(course, "able")
    assert "He did ask <b>why</b> they announced it." in said
    assert "It waits for your teacher." in said
    assert "What was decided" not in said
    rule(course, item="c06", ruling="declined", why="He asked about the plan, not about the delay.", students=["able"])
    write(course, CLAIMS)
    said = shown(course, "able")
    assert "Declined, with a reason. (2026-11-25)" in said
    assert "He asked about the plan, not about the delay." in said
    assert "It waits for your teacher." not in said
    assert "He asked about the plan" not in shown(course, "astray")


def test_accepted_and_upheld_are_said_to_those_they_concern(course):
    change = {"table": "claim", "id": "c01", "key": "accept_full", "how": "append"}
    way = {"verdict": "contradicted", "usable": []}
    rule(course, item="c01", ruling="accepted", why="Well argued.", students=["astray"])
    with (course / "rulings.toml").open("a", encoding="utf-8") as file:
        pairs = {**change, "value": json.dumps(way)}
        file.write("[[ruling.change]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in pairs.items()))
    rule(course, item="c04", ruling="upheld", why="The road was open in part.")
    batch.grade(read_course(course), [CLAIMS], track=quietly)
    write(course, CLAIMS)
    astray, able = shown(course, "astray"), shown(course, "able")
    assert "Accepted for you: your mark counts it." in astray
    assert "Well argued." in astray
    assert "Well argued." not in able
    for said in (astray, able):
        assert "Upheld for all: the key was changed, and everybody was marked again. (2026-11-25)" in said
        assert "The road was open in part." not in said  # neither asked, and it may tell the key
    differently(course, "able", "c04", "Open.")
    batch.grade(read_course(course), [CLAIMS], track=quietly)
    write(course, CLAIMS)
    said = shown(course, "able")
    assert "The road was open in part." not in said  # who asks after a ruling is not answered by it
    assert "It waits for your teacher." in said


def test_mark_kept_after_an_appeal_is_explained(course):
    rule(course, item="c04", ruling="upheld", why="x")
    batch.grade(read_course(course), [CLAIMS], track=quietly)
    with Gradebook(f"sqlite:///{course / GRADEBOOK}") as book:
        book.find_grade("mosul-claims-1-check", CLAIMS, CLAIMS, "astray").auto_score = 7
        book.db.commit()
    write(course, CLAIMS)
    assert "Kept at 7 points, as before an appeal was upheld" in shown(course, "astray")
    assert "7 of 12 points, by machine" in shown(course, "astray")


# --- nothing alive

ALLOWED = {
    "html": {"lang"}, "head": set(), "meta": {"charset", "http-equiv", "content", "name"}, "title": set(), "style": set(),
    "body": set(), "header": set(), "main": set(), "footer": set(), "section": {"id", "class"}, "h1": set(), "h2": set(),
    "h3": set(), "h4": set(), "p": {"class", "dir"}, "b": {"dir"}, "q": set(), "div": {"class", "dir"}, "figure": {"class"},
    "figcaption": set(), "table": {"class", "role"}, "caption": {"class"}, "thead": {"role"}, "tbody": {"role"},
    "tfoot": set(), "tr": {"role", "class"}, "th": {"scope", "role"}, "td": {"role", "data-head"}, "a": {"href"},
    "span": {"class", "aria-hidden", "lang"}, "ul": {"class"}, "li": {"class"}, "details": set(), "summary": set(),
    "dl": set(), "dt": set(), "dd": {"dir"},
}  # fmt: skip
"""Every tag and attribute that a page may have."""
UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What turns text around or steers a machine."""


def test_pages_are_made_of_harmless_tags_only(pages, keyed):
    for root in (pages, keyed):
        for student, assignment in hand_ins(root):
            page = path_of(root, student, assignment).read_text(encoding="utf-8")
            found = Reader(page)
            for tag, attrs in found.tags:
                assert tag in ALLOWED, (student, tag)
                assert set(attrs) <= ALLOWED[tag], (student, tag, attrs)
                assert tag != "a" or re.fullmatch(r"#part-\d+", attrs["href"] or "")
            assert page.count("<style>") == page.count("</style>") == page.count("<title>") == 1
            assert "default-src 'none'; style-src 'sha256-" in page
            assert not UNSEEN.search(page)
            assert "url(" not in page
            assert "@import" not in page


def test_hostile_words_are_there_as_words(pages):
    for assignment in ASSIGNMENTS:
        said = shown(pages, "evil", assignment)
        assert (
            "<script>window.run=1</script></style></title></textarea></pre><img src=x onerror='window.run=2'>" in said
        )
        assert "&lt;b&gt; &#x202e; &amp;amp; \ufffddlrow\ufffd" in said
        assert "W" * 10_000 in said


def test_names_and_comments_cannot_break_out(course):
    by_hand(course, "able", CLAIMS, "mosul-claims-why", 6, HOSTILE)
    with Gradebook(f"sqlite:///{course / GRADEBOOK}") as book:
        student = book.find_student("able")
        student.first_name, student.last_name = HOSTILE[:60], '"><i>\u202e'
        book.db.commit()
    rule(course, item="c04", ruling="declined", why=HOSTILE, students=["able"])
    batch.grade(read_course(course), [CLAIMS], track=quietly)
    write(course, CLAIMS)
    page = path_of(course, "able").read_text(encoding="utf-8")
    found = Reader(page)
    assert {tag for tag, _ in found.tags} <= set(ALLOWED)
    assert found.text.count("window.run=3") >= 2
    assert not UNSEEN.search(page)


SEEN = st.characters(exclude_categories=["Cc", "Cf", "Cn", "Cs", "Zl", "Zp"])


@given(
    st.lists(st.sampled_from(["\n", "\n\n", " \n", "<b>", "&#8203;", "</pre>"]) | st.text(SEEN, max_size=20)).map(
        "".join
    )
)
def test_what_a_student_wrote_comes_back_from_its_cell(text):
    assert text_of(safe_markdown(text)) == text


@given(st.text(max_size=200), st.text(max_size=40))
def test_any_words_make_a_page_of_harmless_tags(words, name):
    page = Page(words, name, words, words, unread=(words,), remarks=(words,))
    shown = html_of(page).decode()
    found = Reader(shown)
    assert not UNSEEN.search(shown)
    assert {tag for tag, _ in found.tags} <= set(ALLOWED)
    assert all(set(attrs) <= ALLOWED[tag] for tag, attrs in found.tags)


# --- files


def times(root: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (root / "feedback").rglob("*") if path.is_file()}


def test_only_what_says_something_new_is_written(course):
    first = write(course)
    assert sum(result.written for result in first) == len(hand_ins(course))
    before = times(course)
    again = write(course)
    assert [result.written for result in again] == [0] * len(ASSIGNMENTS)
    assert times(course) == before
    by_hand(course, "able", CLAIMS, "mosul-claims-why", 5)
    written = {result.assignment: result.written for result in write(course)}
    assert written == {**dict.fromkeys(ASSIGNMENTS, 0), CLAIMS: 1}
    after = times(course)
    assert {path for path in after if after[path] != before[path]} == {path_of(course, "able")}


def test_timestamp_and_secret_are_the_hand_ins_own_where_it_has_them(course):
    folder = course / "submitted/able" / CLAIMS
    (folder / "timestamp.txt").write_text("2026-11-20 10:00:00.000000 UTC")
    (folder / "submission_secret.txt").write_text("s" * 128)
    for name in ("timestamp.txt", "submission_secret.txt"):
        (course / "submitted/astray" / CLAIMS / name).write_bytes(b"\xff\xfe\x00")
        (course / "submitted/idle" / CLAIMS / name).symlink_to(course / "solutions" / CLAIMS / "gold.toml")
    write(course, CLAIMS)
    own = course / "feedback/able" / CLAIMS
    assert (own / "timestamp.txt").read_text() == "2026-11-20 10:00:00.000000 UTC"
    assert (own / "submission_secret.txt").read_text() == "s" * 128
    for student in ("astray", "idle"):
        made = course / "feedback" / student / CLAIMS
        assert re.fullmatch("[0-9a-f]{128}", (made / "submission_secret.txt").read_text())
        assert re.fullmatch(r"20\d\d-.* UTC", (made / "timestamp.txt").read_text())


def test_one_student_only(course):
    (result,) = write(course, CLAIMS, student="able")
    assert (result.written, result.pages) == (1, 1)
    assert {path.name for path in (course / "feedback").iterdir()} == {"able"}
    with pytest.raises(Stopped, match="There is no hand-in of nobody at mosul-claims"):
        write(course, CLAIMS, student="nobody")


def test_a_place_that_cannot_be_written_ends_in_a_sentence(course, monkeypatch):
    (course / "feedback").write_text("in the way")
    with pytest.raises(Stopped, match=r"could not be written \(.+\); the pages written before it are whole"):
        write(course, CLAIMS)
    (course / "feedback").unlink()

    def full(path, data):
        if path.parent.parent.name == "evil":
            raise OSError(28, "No space left on device", str(path))
        write_whole(path, data)

    monkeypatch.setattr(feedback_run, "write_whole", full)
    done = CliRunner().invoke(app, ["feedback", CLAIMS, "--zip", str(course / "out.zip"), "--course", str(course)])
    assert done.exit_code == 1
    assert "No space left on device" in done.output
    assert "Traceback" not in done.output
    assert not (course / "out.zip").exists()
    assert not list(course.rglob(".writing-*"))
    assert path_of(course, "able").is_file()


# --- handing back


def attempt(course: CourseFolder, student: str, assignment: str, **facts: object) -> Attempt:
    sha = read_outcomes(course, assignment)[student, ""]["sha"]
    return Attempt(student, assignment, f"{student}/{assignment}/{sha}.ipynb", sha + "0" * 48, **facts)


def test_zip_names_are_those_the_lms_gave_out(course):
    folder = read_course(course)
    write_index(folder, [
        attempt(folder, "able", CLAIMS, layout="canvas", prefix="doejane_1234", order="56789"),
        attempt(folder, "astray", CLAIMS, layout="canvas", prefix="roejim_99", order="98", shared=True),
        attempt(folder, "idle", CLAIMS, layout="moodle", prefix="José Núñez_4242"),
        Attempt("student0001", CLAIMS, "x", "f" * 64, layout="moodle", prefix="Old_1"),
        attempt(folder, "student0002", CLAIMS, layout="moodle", prefix="../../up_7"),
        attempt(folder, "student0003", CLAIMS, layout="blackboard", prefix="Claims_jdoe_attempt_2026-11-20-10-00-00"),
        attempt(folder, "broken", CLAIMS, layout="canvas", prefix="anon_q1", order="77"),
        attempt(folder, "student0004", CLAIMS, layout="canvas", prefix="doejane_1234", order="56789"),
    ])  # fmt: skip
    target = course / "back.zip"
    write(course, CLAIMS, parcel=target)
    with zipfile.ZipFile(target) as file:
        names = set(file.namelist())
        assert file.testzip() is None
        assert {entry.date_time for entry in file.infolist()} == {LONG_AGO}
        assert file.read("doejane_1234_56789_mosul-claims.html") == path_of(course, "able").read_bytes()
    assert names >= {
        "doejane_1234_56789_mosul-claims.html",
        "astray/mosul-claims.html",
        "José Núñez_4242_assignsubmission_file_/mosul-claims.html",
        "student0001/mosul-claims.html",
        "..-..-up_7_assignsubmission_file_/mosul-claims.html",
        "student0003/mosul-claims.html",
        "anon_q1_77_mosul-claims.html",
        "student0004/mosul-claims.html",  # the name was taken
    }
    assert len(names) == STUDENTS + 5
    done = CliRunner().invoke(
        app, ["feedback", CLAIMS, "--zip", str(target), "--all", "--json", "--course", str(course)]
    )
    output = " ".join(done.output.split())
    others = sorted(f"student{number:04d}" for number in (1, *range(4, STUDENTS + 1)))
    by_hand = sorted(["astray", "evil", *others])
    assert f"{len(by_hand)} pages have no upload of their own; give them back by hand: {', '.join(by_hand)}" in output
    assert "1 page is for Blackboard, which takes no such zip; give it back by hand: student0003" in output
    assert json.loads(done.output.strip().splitlines()[-1])[0]["by_hand"] == [*by_hand, "student0003"]
    done = CliRunner().invoke(
        app, ["feedback", CLAIMS, "--zip", str(target), "--student", "able", "--course", str(course)]
    )
    assert "by hand" not in done.output
    write(course, CLAIMS, parcel=target)
    first = target.read_bytes()
    os.utime(target, (1, 1))
    write(course, CLAIMS, parcel=target)
    assert target.read_bytes() == first


@given(st.text(max_size=30), st.sampled_from(["canvas", "moodle", "loose"]), st.text("0123456789./\\", max_size=8))
def test_no_name_leads_outside_the_zip(prefix, layout, order):
    name = name_of(Attempt("jo", CLAIMS, "f", "a", layout=layout, prefix=prefix, order=order), CLAIMS)
    parts = name.split("/")
    assert len(parts) <= 2
    assert all(part.strip(". ") for part in parts)
    assert not set(name) & set('\\:*?"<>|\n\r\x00')
    assert name.endswith(".html")


def test_zip_never_replaces_anything_but_pages(course):
    target = course / "submissions.zip"
    with zipfile.ZipFile(target, "w") as file:
        file.writestr("doejane_1_2_mosul-claims.ipynb", "{}")
    before = target.read_bytes()
    for place in (target, course / "nbgrader_config.py", course / "submitted", course / "no/such/folder.zip"):
        with pytest.raises(Stopped, match=r"name (another file|a place)"):
            write(course, CLAIMS, parcel=place)
    assert target.read_bytes() == before
    assert not (course / "feedback").exists()


# --- the command


def test_command_sums_up_and_warns_of_what_waits(course):
    runner = CliRunner()
    done = runner.invoke(app, ["feedback", "--course", str(course), "--json"])
    assert done.exit_code == 0, done.output
    assert "have a part that waits for you" in done.output
    assert "mosul-claims: broken" in done.output
    figures = {row["assignment"]: row for row in json.loads(done.output.strip().splitlines()[-1])}
    assert figures[CLAIMS]["written"] == STUDENTS + 5
    assert figures[CLAIMS]["unread"] == ["broken"]
    assert figures[WORDING]["unchanged"] == 0
    for assignment, cells in (
        (CLAIMS, ["why"]),
        (SOURCING, ["why"]),
        (WORDING, ["rewrite-1", "rewrite-2", "unmarked"]),
        (NOTE, ["text", "evidence", "fairness", "writing"]),
    ):
        for student, name in hand_ins(course):
            if name == assignment and student != "broken":
                for cell in cells:
                    by_hand(course, student, assignment, f"{assignment}-{cell}", 1)
    done = runner.invoke(app, ["feedback", "--course", str(course), "--json"])
    assert "waits for you. Mark it" not in done.output
    assert {row["waiting"] for row in json.loads(done.output.strip().splitlines()[-1])} == {0}


def test_command_explains_itself():
    done = CliRunner().invoke(app, ["feedback", "--help"])
    assert done.exit_code == 0
    assert "whosaidso feedback mosul-claims --zip" in done.output


def test_command_with_nothing_graded_says_so(course):
    shutil.rmtree(course / "outcomes")
    done = CliRunner().invoke(app, ["feedback", "--course", str(course)])
    assert done.exit_code == 1
    assert "run `whosaidso grade` first" in done.output


# --- nbgrader's own way of handing back


@pytest.mark.slow
def test_nbgrader_releases_the_pages_and_a_student_fetches_them(course, tmp_path):
    exchange, cache, home = tmp_path / "exchange", tmp_path / "cache", tmp_path / "home"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    for folder in (cache, home):
        folder.mkdir()
    with (course / "nbgrader_config.py").open("a") as file:
        file.write(f'\nc.Exchange.root = {str(exchange)!r}\nc.CourseDirectory.course_id = "wss"\n')
    student = tmp_path / "student"
    student.mkdir()
    (student / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.Exchange.root = {str(exchange)!r}\nc.CourseDirectory.course_id = "wss"\nc.Exchange.cache = {str(cache)!r}\n'
    )

    def nbgrader(where, *words):
        env = {"HOME": str(home), "WHOSAIDSO_SHOW_GOLD": "0", "JUPYTER_CONFIG_DIR": str(home / "none")}
        done = run(where, "nbgrader", *words, **env)
        assert done.returncode == 0, done.stderr[-3000:]

    nbgrader(course, "release_assignment", CLAIMS)
    nbgrader(student, "fetch_assignment", CLAIMS)
    work = student / CLAIMS / f"{CLAIMS}.ipynb"
    work.chmod(0o644)
    work.write_text(nbformat.writes(model(course, CLAIMS)), encoding="utf-8")
    nbgrader(student, "submit", CLAIMS)
    nbgrader(course, "collect", CLAIMS)
    (me,) = {p.parent.parent.name for p in (course / "submitted").glob("*/*/submission_secret.txt")}
    for words in (["grade", CLAIMS], ["feedback", CLAIMS]):
        done = run(course, "whosaidso.cli", *words)
        assert "Traceback" not in done.stderr, done.stderr
    nbgrader(course, "release_feedback", CLAIMS)
    out = list((exchange / "wss/feedback").glob("*.html"))
    assert len(out) == STUDENTS + 6  # everybody's, the unreadable one's too
    nbgrader(student, "fetch_feedback", CLAIMS)
    (got,) = (student / CLAIMS / "feedback").rglob("*.html")
    assert got.read_bytes() == path_of(course, me).read_bytes()
    assert "24 of 30 points so far" in Reader(got.read_text(encoding="utf-8")).text
