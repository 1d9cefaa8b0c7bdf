"""`whosaidso forget`: nothing of the student is left, everything of the others is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from tests.course.courses import GRADEBOOK, cell_of, gradebook_records, hand_in, model
from tests.report.test_explore import done_by
from whosaidso.cli import app
from whosaidso.grading.folder import read_course
from whosaidso.keeping.forget import traces

GONE, STAYS = "student0003", "student0004"


@pytest.fixture
def used(small_class: Path, tmp_path: Path) -> Path:
    """Return a course with marking pages, marks, attempts, an appeal, feedback and an export."""
    course = Path(shutil.copytree(small_class, tmp_path / "course"))
    with Gradebook(f"sqlite:///{course / GRADEBOOK}") as book:
        book.update_or_create_student(GONE, first_name="Amal", last_name="Ḥaddād")
    notebook = model(course, "mosul-claims")
    cell_of(notebook, "mosul-claims-1-answer").source += '\ndifferently = {"c01": {"why": "Please look again."}}'
    sent = hand_in(tmp_path / "sent", GONE, "mosul-claims", notebook)
    done_by(course, "collect", str(sent), "--as", f"{sent.name}={GONE}")
    done_by(course, "grade")
    done_by(course, "disputes", "decline", "mosul-claims", "c01", GONE, "--why", "The key stands.")
    done_by(course, "marking", "sample", "mosul-note", "--markers", "anna,ben", "--size", "24")
    code = traces(read_course(course), GONE).code
    texts = json.loads((course / "marking/mosul-note/sample.json").read_text())
    assert GONE in texts
    page = (course / "marking/mosul-note/anna-sample.html").read_text("utf-8")
    spec = json.loads(page.split('id="marking-data">')[1].split("</script>")[0])
    rows = {
        one["code"]: {"digest": one["digest"], "points": {spec["criteria"][0]["cell"]: 1}, "comments": {}}
        for one in spec["scripts"]
    }
    assert code in rows
    saved = tmp_path / "mosul-note-anna.json"
    saved.write_text(
        json.dumps({"format": spec["format"], "assignment": "mosul-note", "marker": "anna", "marks": rows})
    )
    done_by(course, "marking", "add", str(saved))
    done_by(course, "feedback")
    CliRunner().invoke(app, ["export", "--to", "csv", str(course / "marks.csv"), "--course", str(course)])
    friend = course / "submitted" / STAYS / "mosul-note" / "mosul-note.ipynb"
    friend.write_text(friend.read_text("utf-8").replace("who = ", f"# with {GONE}\\nwho = ", 1), encoding="utf-8")
    return course


def holds(course: Path, *words: str) -> list[str]:
    """Return the files whose bytes have one of the words, by any spelling."""
    spelled = {form for word in words for form in (word.encode(), json.dumps(word)[1:-1].encode())}
    return sorted(
        path.relative_to(course).as_posix()
        for path in course.rglob("*")
        if path.is_file() and (any(form in path.read_bytes() for form in spelled) or any(w in str(path) for w in words))
    )


def test_nothing_is_left_but_what_is_listed(used: Path) -> None:
    others = {row for row in gradebook_records(used) if GONE not in str(row)}
    code = traces(read_course(used), GONE).code
    before = holds(used, GONE, "Ḥaddād", code)
    marked = len(json.loads((used / "marking/mosul-note/marks/anna.json").read_text("utf-8"))["marks"])
    said = done_by(used, "forget", GONE, "--dry-run")
    assert "submitted/student0003" in said
    assert holds(used, GONE, "Ḥaddād", code) == before
    assert "Nothing was removed" in done_by(used, "forget", GONE, code=1)  # nobody answered the question
    said = done_by(used, "forget", GONE, "--yes")
    for name in ("attempts/student0003", "feedback/student0003", "rulings.toml", "marking/mosul-note/marks/anna.json"):
        assert name in said
    assert holds(used, GONE, "Ḥaddād", code) == ["marks.csv", f"submitted/{STAYS}/mosul-note/mosul-note.ipynb"]
    assert f"submitted/{STAYS}/mosul-note/mosul-note.ipynb" in said
    assert {row for row in gradebook_records(used) if GONE not in str(row)} == others
    assert len(json.loads((used / "marking/mosul-note/marks/anna.json").read_text("utf-8"))["marks"]) == marked - 1
    assert "nothing to undo" in done_by(used, "undo", code=1).lower()
    assert "holds nothing of" in done_by(used, "forget", GONE, "--yes", code=1)
    done_by(used, "grade")
    done_by(used, "report", "--out", str(used / "report.html"))


def test_a_removal_cut_short_is_finished_by_saying_it_again(used: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whosaidso.keeping.forget.remove_student", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left", "x")))  # fmt: skip
    assert "Not finished" in done_by(used, "forget", GONE, "--yes", code=1)
    monkeypatch.undo()
    done_by(used, "forget", GONE, "--yes")
    assert holds(used, GONE) == ["marks.csv", f"submitted/{STAYS}/mosul-note/mosul-note.ipynb"]


def test_a_name_leads_to_the_id(used: Path) -> None:
    assert f"say `whosaidso forget {GONE}`" in done_by(used, "forget", "amal ḥaddād", code=1)
    assert "holds nothing of 'student00'" in done_by(used, "forget", "student00", code=1)
