"""The written part: criteria read from the notebooks, markers' files kept apart, agreement, and marks in the gradebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from typer.testing import CliRunner

from tests.course.courses import ROOT, gradebook_records, hand_in, model, run, student_of
from whosaidso.cli import app
from whosaidso.grading.backups import undo
from whosaidso.grading.folder import Stopped, read_course
from whosaidso.grading.gradebook import connected, read_sheet
from whosaidso.report.statistics import weighted_kappa
from whosaidso.written.agreement import agreements, apart
from whosaidso.written.enter import settle
from whosaidso.written.marks import Mark, codes, marker_name, read_file
from whosaidso.written.scripts import Criterion, Script, ToMark, criteria, read_written

NOTE = "mosul-note"
CELLS = ("mosul-note-text", "mosul-note-evidence", "mosul-note-fairness", "mosul-note-writing")
SHORT = tuple(Criterion(cell, cell, 3.0) for cell in ("a", "b"))


def cells_of(assignment: str) -> list[nbformat.NotebookNode]:
    return nbformat.read(ROOT / "solutions" / assignment / f"{assignment}.ipynb", as_version=4).cells


def test_the_criteria_of_the_note_come_with_levels_and_examples() -> None:
    found = criteria(cells_of(NOTE), dict.fromkeys(CELLS, 3.0))
    assert [one.cell for one in found] == list(CELLS)
    assert [one.title for one in found] == [
        "Source chain", "Independent evidence", "Fairness and calibration", "Clear, careful writing",
    ]  # fmt: skip
    assert all([level.points for level in one.levels] == [0, 1, 2, 3] for one in found)
    assert all(level.says and level.example for one in found for level in one.levels)
    assert [bool(one.task) for one in found] == [True, False, False, False]


def test_other_texts_come_with_the_rule_they_are_marked_by() -> None:
    for assignment in ("mosul-claims", "mosul-sourcing", "mosul-wording"):
        found = criteria(cells_of(assignment), {})
        assert all(one.guide.startswith(("1 for", "2 for")) and one.task for one in found)
    assert [one.title for one in found] == [
        "Rewrite two sentences: 1 of 2", "Rewrite two sentences: 2 of 2", "One you left unmarked",
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_weighted_kappa_is_scikit_learns(seed: int) -> None:
    draw = np.random.default_rng(seed)
    one = draw.integers(0, 4, 40)
    other = np.clip(one + draw.integers(-1, 2, 40), 0, 3)
    mine = weighted_kappa([(float(a), float(b)) for a, b in zip(one, other, strict=True)])
    assert mine == pytest.approx(cohen_kappa_score(one, other, weights="quadratic", labels=[0, 1, 2, 3]))


def test_agreement_counts_what_both_marked_as_the_same_text() -> None:
    def mark(a: float, b: float, digest: str = "x") -> Mark:
        return Mark(digest, {"a": a, "b": b})

    anna = {f"S{n}": mark(n % 4, 2) for n in range(24)} | {"S99": mark(3, 3)}
    ben = {f"S{n}": mark(n % 4, 2) for n in range(24)} | {"S99": mark(0, 0, digest="another text")}
    ben["S0"] = mark(3, 2)
    rows = agreements(SHORT, {"anna": anna, "ben": ben, "agreed": {"S0": mark(1, 2)}})
    assert [(row.criterion.cell, row.markers, row.n, row.same, row.within) for row in rows] == [
        ("a", ("anna", "ben"), 24, 23, 23), ("b", ("anna", "ben"), 24, 24, 24),
    ]  # fmt: skip
    assert rows[0].kappa is not None
    assert rows[0].kappa < 1
    assert rows[0].good
    assert rows[1].kappa is None  # one and the same mark throughout
    assert rows[1].good
    assert not rows[0].too_few
    [(pair, talk)] = apart({"anna": anna, "ben": ben}).items()
    assert pair == ("anna", "ben")
    assert [(row.code, row.gaps) for row in talk] == [("S0", {"a": (0, 3)})]


def test_only_what_is_settled_may_be_entered_and_a_mark_belongs_to_its_text() -> None:
    scripts = {name: Script(name, {"a": text}) for name, text in (("s1", "one"), ("s2", "two"), ("s3", "one"), ("s4", "new"))}  # fmt: skip
    work = ToMark("note", SHORT, scripts)
    names = {"s1": "S1", "s2": "S2", "s3": "S3", "s4": "S4"}
    one, two = scripts["s1"].digest, scripts["s2"].digest
    marks = {
        "anna": {"S1": Mark(one, {"a": 1, "b": 2}), "S2": Mark(two, {"a": 3, "b": 1}, {"a": "Good."}), "S4": Mark("old", {"a": 3, "b": 3})},
        "ben": {"S2": Mark(two, {"a": 3, "b": 2}, {"a": "Yes."})},
    }  # fmt: skip
    found = settle(work, marks, names)
    assert found.given["s1"] == found.given["s3"] == {"a": (1, ""), "b": (2, "")}  # a group's note counts for all of it
    assert found.given["s2"] == {"a": (3, "Good.\n\nYes.")}
    assert found.apart == {"s2": ("b",)}
    assert found.changed == ("s4",)
    agreed = settle(work, marks | {"agreed": {"S2": Mark(two, {"b": 2})}}, names)
    assert agreed.given["s2"]["b"] == (2, "")
    assert not agreed.apart


def test_names_of_markers_are_names_of_files() -> None:
    assert marker_name(" Anna ") == "anna"
    for wrong in ("", "../x", "a b", "agreed", "Zoë", "-x", "x" * 41):
        with pytest.raises(Stopped, match="choose another"):
            marker_name(wrong)


# --- in a course ------------------------------------------------------------------------------------


@pytest.fixture
def graded(course: Path) -> Path:
    """Give a course in which three have handed in: a note, the same note, and no note."""
    for student, words in (
        ("st-ada", "A note of Ada’s <b>own</b>."),
        ("st-bob", "A note of Ada’s <b>own</b>."),
        ("st-cyd", ""),
    ):
        notebook = model(course, NOTE)
        cell = next(c for c in notebook.cells if c.metadata.nbgrader.grade_id == CELLS[0])
        released = nbformat.read(course / "exercises" / NOTE / f"{NOTE}.ipynb", as_version=4)
        given = next(c for c in released.cells if c.metadata.nbgrader.grade_id == CELLS[0])
        cell.source = words or given.source
        hand_in(course, student, NOTE, notebook)
    assert run(course, "whosaidso.cli", "grade", NOTE).returncode == 0
    return course


def marking(course: Path, *words: str) -> str:
    done = CliRunner().invoke(app, ["marking", *words, "--course", str(course)])
    assert done.exit_code == 0, done.output
    return done.output


def told(page: Path) -> dict[str, Any]:
    data = page.read_text("utf-8").split('id="marking-data">')[1].split("</script>")[0]
    return json.loads(data)


def file_of(folder: Path, spec: dict[str, Any], points: dict[str, float], **changes: Any) -> Path:
    rows = {one["code"]: {"digest": one["digest"], "points": points, "comments": {}} for one in spec["scripts"]}
    content = {"format": spec["format"], "version": 1, "assignment": spec["assignment"], "marker": spec["marker"], "marks": rows}  # fmt: skip
    path = folder / f"{spec['marker']}.json"
    path.write_text(json.dumps(content | changes))
    return path


def by_hand(course: Path) -> dict[tuple[str, str], float | None]:
    """Return the marks by hand, by student and cell."""
    rows = {key: row for key, row in gradebook_records(course).items() if key[-1] == "grade" and key[3] in CELLS}
    return {(student_of(key), key[3]): row[1] for key, row in rows.items()}  # type: ignore[index]


def test_marks_go_from_the_page_to_the_gradebook_and_back(graded: Path, tmp_path: Path) -> None:
    marking(graded, "pages", NOTE, "--markers", "Anna")
    page = graded / "marking" / NOTE / "anna-rest.html"
    spec = told(page)
    assert len(spec["scripts"]) == 1  # two with one text; nothing was written by the third
    assert spec["scripts"][0]["texts"] == {CELLS[0]: "A note of Ada’s <b>own</b>."}
    text = page.read_text("utf-8")
    assert not [name for name in ("st-ada", "st-bob", "st-cyd") if name in text]
    names = codes(read_course(graded), ("st-ada", "st-bob", "st-cyd"))
    assert spec["scripts"][0]["code"] == names["st-ada"]
    path = file_of(tmp_path, spec, dict(zip(CELLS, (3, 2, 1, 0), strict=True)))
    assert "1 scripts new" in marking(graded, "add", str(path))
    assert "8 marks of 2 students would be entered" in marking(graded, "enter", NOTE, "--dry-run")
    before = by_hand(graded)
    assert not any(before.values())
    assert "12 marks of 3 students entered" in marking(graded, "enter", NOTE, "--blank-zero")
    found = by_hand(graded)
    assert [found[who, cell] for who in ("st-ada", "st-bob") for cell in CELLS] == [3, 2, 1, 0, 3, 2, 1, 0]
    assert "0 marks of 0 students entered" in marking(graded, "enter", NOTE, "--blank-zero")
    path = file_of(tmp_path, spec, dict.fromkeys(CELLS, 3))
    assert "1 changed" in marking(graded, "add", str(path))
    assert "another mark by hand already" in marking(graded, "enter", NOTE)
    assert by_hand(graded) == found
    marking(graded, "enter", NOTE, "--replace")
    assert by_hand(graded)["st-ada", CELLS[3]] == 3
    for _ in range(3):  # both that entered nothing new, and this one
        undo(read_course(graded))
    assert by_hand(graded) == found


def test_what_is_no_file_of_marks_changes_nothing(graded: Path, tmp_path: Path) -> None:
    marking(graded, "pages", NOTE, "--markers", "anna")
    spec = told(graded / "marking" / NOTE / "anna-rest.html")
    good = dict.fromkeys(CELLS, 1)
    wrong: list[tuple[dict[str, float], dict[str, Any], str]] = [
        (good, {"format": "other"}, "is no file of marks"),
        (good, {"assignment": "mosul-chess"}, "was expected"),
        (good, {"marker": "../x"}, "not such a name"),
        (good, {"marks": {"S0000": {"digest": "x", "points": {}}}}, "nobody in this course is called so"),
        (good, {"marks": []}, "is no file of marks"),
        (good | {CELLS[0]: 4}, {}, "a number from 0 to 3"),
        (good | {CELLS[0]: float("nan")}, {}, "a number from 0 to 3"),
        (good | {"elsewhere": 1}, {}, "a number from 0 to 0"),
    ]
    folder = read_course(graded)
    with connected(folder) as db:
        work = read_written(folder, read_sheet(db, NOTE))
    for points, changes, said in wrong:
        with pytest.raises(Stopped, match=said):
            read_file(file_of(tmp_path, spec, points, **changes), work, [spec["scripts"][0]["code"]])
    done = run(graded, "whosaidso.cli", "marking", "add", str(file_of(tmp_path, spec, good, assignment="mosul-chess")))
    assert done.returncode == 1
    assert "no assignment" in done.stderr
    assert not (graded / "marking" / NOTE / "marks").exists()
    done = run(graded, "whosaidso.cli", "marking", "agreement", NOTE)
    assert done.returncode == 1
    assert "marked by two yet" in " ".join(done.stderr.split())


def test_two_who_differ_settle_it_on_a_page(graded: Path, tmp_path: Path) -> None:
    marking(graded, "sample", NOTE, "--markers", "anna,ben")
    folder = graded / "marking" / NOTE
    for marker, points in (("anna", (3, 2, 2, 2)), ("ben", (3, 2, 2, 0))):
        path = file_of(tmp_path, told(folder / f"{marker}-sample.html"), dict(zip(CELLS, points, strict=True)))
        marking(graded, "add", str(path))
    said = marking(graded, "agreement", NOTE)
    assert "Clear, careful writing 2 and 0" in said
    assert "too few" in said
    assert "6 marks of 2 students entered" in marking(graded, "enter", NOTE)  # the three they agree on
    spec = told(folder / "agreed-page.html")
    assert {who: row["points"][CELLS[3]] for who, row in spec["scripts"][0]["gave"].items()} == {"anna": 2, "ben": 0}
    marking(graded, "add", str(file_of(tmp_path, spec, {CELLS[3]: 1})))
    assert "2 marks of 2 students entered" in marking(graded, "enter", NOTE)
    assert by_hand(graded)["st-ada", CELLS[3]] == 1
    assert "left" in marking(graded, "progress")
