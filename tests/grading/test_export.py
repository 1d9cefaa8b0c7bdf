"""Marks leave the gradebook whole: every number nbgrader's own, nobody lost, nothing that runs, the LMS's file as it was."""

import csv
import hashlib
import io
import json
import os
import random
import re
import time
from datetime import datetime
from pathlib import Path

import pytest
from attrs import define
from nbgrader.api import (
    Assignment,
    Base,
    BaseCell,
    Grade,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from tests.course.courses import run
from whosaidso.cli import app
from whosaidso.grading.export import Choices, Known, Mark, Marks, Task, export_lms, number, read_marks, safe_cell
from whosaidso.grading.folder import read_course
from whosaidso.grading.notebooks import read_notebook
from whosaidso.grading.outcomes import hand_in_line, write_outcomes
from whosaidso.grading.roster import read_roster

CONFIG = """\
from pathlib import Path
c = get_config()
root = Path(__file__).resolve().parent
c.CourseDirectory.root = str(root)
c.CourseDirectory.db_url = "sqlite:///" + (root / "marks.db").as_posix()
c.CourseDirectory.release_directory = "exercises"
"""


@define
class Class:
    """A course of two assignments, 30 and 20 points, each with a part by machine and a part by hand."""

    root: Path
    session: Session

    def student(self, ident: str, **known: str) -> Student:
        there = self.session.get(Student, ident)
        if there is None:
            there = Student(id=ident, **known)
            self.session.add(there)
        return there

    def mark(
        self, ident: str, task: str = "mosul-claims", *, auto: float | None = 10, hand: float | None = 5, extra: float | None = None,
        waits: bool = False, late: float | None = None, when: datetime | None = None, **known: str,
    ) -> None:  # fmt: skip
        """Give a student a hand-in."""
        assignment = self.session.query(Assignment).filter_by(name=task).one()
        notebook, student = assignment.notebooks[0], self.student(ident, **known)
        by_machine, by_hand = self.session.query(BaseCell).filter_by(notebook=notebook).order_by(BaseCell.name)
        submitted = SubmittedAssignment(student=student, assignment=assignment, timestamp=when)
        inside = SubmittedNotebook(assignment=submitted, notebook=notebook, late_submission_penalty=late)
        self.session.add_all(
            [
                submitted,
                inside,
                Grade(cell=by_machine, notebook=inside, auto_score=auto, needs_manual_grade=False),
                Grade(cell=by_hand, notebook=inside, manual_score=hand, extra_credit=extra, needs_manual_grade=waits),
            ]
        )

    def crowd(self, size: int) -> None:
        """Give many students a hand-in in every assignment, by few statements."""
        rows: dict[type, list[dict]] = {Student: [], SubmittedAssignment: [], SubmittedNotebook: [], Grade: []}
        cells = self.session.query(BaseCell).all()
        for n in range(size):
            rows[Student].append({"id": f"s{n:04d}"})
            for notebook in self.session.query(Notebook):
                ident = f"{n}-{notebook.name}"
                rows[SubmittedAssignment].append(
                    {"id": ident, "assignment_id": notebook.assignment_id, "student_id": f"s{n:04d}"}
                )
                rows[SubmittedNotebook].append({"id": ident, "assignment_id": ident, "notebook_id": notebook.id})
                rows[Grade] += [
                    {
                        "id": f"{ident}-{cell.name}",
                        "cell_id": cell.id,
                        "notebook_id": ident,
                        "auto_score": 5,
                        "needs_manual_grade": False,
                    }
                    for cell in cells
                    if cell.notebook_id == notebook.id
                ]
        for table, values in rows.items():
            self.session.execute(table.__table__.insert(), values)

    def hand_in(self, ident: str, task: str = "mosul-claims") -> None:
        """Put a hand-in under submitted/ that nobody has graded."""
        (self.root / "submitted" / ident / task).mkdir(parents=True)

    def outcomes(self, task: str = "mosul-claims", *, unread: list[str], **notes: tuple[str, ...]) -> None:
        """Write what grading said: whose file (an empty one) it could not read, and what it noted of whose."""
        lines = []
        for ident in unread:
            (self.root / "submitted" / ident / task / "n.ipynb").write_bytes(b"")
            sha = hashlib.sha256(b"").hexdigest()[:16]
            lines.append(hand_in_line(ident, file="n.ipynb", sha=sha, key="k", read=False))
        lines += [hand_in_line(ident, file="n.ipynb", sha="s", key="k", notes=said) for ident, said in notes.items()]
        write_outcomes(read_course(self.root), task, lines)

    def export(self, to: str, *words: object, out: str = "out.csv") -> Result:
        self.session.commit()
        line = ["export", "--to", to, str(self.root / out), *map(str, words), "--course", str(self.root), "--json"]
        return CliRunner().invoke(app, line)

    def file(self, name: str, text: str, encoding: str = "utf-8") -> Path:
        path = self.root / name
        path.write_bytes(text.encode(encoding))
        return path

    def bytes(self, out: str = "out.csv") -> bytes:
        return (self.root / out).read_bytes()

    def rows(self, out: str = "out.csv", encoding: str = "utf-8-sig", delimiter: str = ",") -> list[list[str]]:
        text = self.bytes(out).decode(encoding)
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.fixture
def pupils(tmp_path: Path) -> Class:
    (tmp_path / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    engine = create_engine(f"sqlite:///{(tmp_path / 'marks.db').as_posix()}")
    Base.metadata.create_all(engine)
    session = Session(engine)
    for name, points in (("mosul-claims", 30), ("mosul-wording", 20)):
        notebook = Notebook(name=name, assignment=Assignment(name=name))
        session.add_all(
            [
                GradeCell(name="a", notebook=notebook, max_score=points - 8, cell_type="code"),
                TaskCell(name="b", notebook=notebook, max_score=8, cell_type="markdown"),
            ]
        )
    folder = tmp_path / "exercises" / "mosul-claims"
    folder.mkdir(parents=True)
    cells = [{"cell_type": "markdown", "source": "# Claims meet records\n", "metadata": {}}]
    (folder / "mosul-claims.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}))
    session.commit()
    return Class(tmp_path, session)


def figures(result: Result) -> dict:
    return json.loads(next(line for line in reversed(result.stdout.splitlines()) if line.startswith("{")))


CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Quiz (1),Claims meet records (998),Current Score
,,,,,,Manual Posting,
"    Points Possible",,,,,10,30,(read only)
"Doe, Jane",101,S1,jdoe,"9b",7,,70
"Núñez, José",102,S2,jnunez,"9b, 9c",8,,80
"Lee, Ann",103,S3,alee,"9b",9,12,90
"Student, Test",999,,0a1b,"9b",,,
"""
WORKSHEET = """\
Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed","Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 501","Jane Doe",jdoe@school.example,"Submitted for grading",,30.00,Yes,"Wednesday, 10 June 2026, 2:14 PM",-,"- good,
""very"" good"
"Participant 502","José Núñez",jnunez@school.example,"No submission",,30.00,Yes,-,-,
"Participant 503","Ann Lee",alee@school.example,"Submitted for grading",12.00,30.00,Yes,-,-,
"""
CENTRE = """\
"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Quiz [Total Pts: 10 Score] |1"\t"Mosul Claims [Total Pts: 30 Score] |12345"
"Doe"\t"Jane"\t"jdoe"\t"S1"\t"7"\t""
"Núñez"\t"José"\t"jnunez"\t"S2"\t"8"\t""
"Lee"\t"Ann"\t"alee"\t"S3"\t"9"\t"12.00"
"""


# the CSV


def test_csv_has_nbgraders_columns_and_numbers(pupils):
    when = datetime(2026, 6, 10, 14, 14)
    pupils.mark(
        "jdoe", auto=14.31, hand=None, waits=True, when=when, first_name="Jane", last_name="Doe", email="j@x.org"
    )
    pupils.mark("alee", auto=10, hand=5, extra=2.5, late=4.0)
    pupils.mark("zoe", auto=1, hand=0, late=9.0)
    pupils.student("nobody")
    result = pupils.export("csv", "mosul-claims")
    assert pupils.bytes().startswith(b"\xef\xbb\xbfassignment,duedate,")
    rows = {row[3]: dict(zip(pupils.rows()[0], row, strict=True)) for row in pupils.rows()[1:]}
    assert rows["jdoe"] == {
        "assignment": "mosul-claims", "duedate": "", "timestamp": "2026-06-10 14:14:00", "student_id": "jdoe", "last_name": "Doe",
        "first_name": "Jane", "email": "j@x.org", "raw_score": "14.31", "late_submission_penalty": "0.0", "score": "",
        "max_score": "30.0", "waiting": "1", "handed_in": "yes",
    }  # fmt: skip
    assert [rows["alee"][key] for key in ("raw_score", "late_submission_penalty", "score")] == ["17.5", "4.0", "13.5"]
    assert [rows["zoe"][key] for key in ("raw_score", "late_submission_penalty", "score")] == ["1.0", "9.0", "0.0"]
    assert [rows["nobody"][key] for key in ("raw_score", "score", "handed_in")] == ["0.0", "", "no"]
    assert result.exit_code == 1
    assert "Waits for a person, left blank (1)\n  mosul-claims: jdoe (Jane Doe)\n" in result.output
    assert "No hand-in, left blank (1)\n  mosul-claims: nobody\n" in result.output


def test_csv_writes_partial_marks_and_zeros_only_when_asked(pupils):
    pupils.mark("jdoe", auto=14.5, hand=None, waits=True)
    pupils.mark("alee")
    pupils.student("nobody")
    pupils.hand_in("late")
    pupils.student("late")
    scores = {}
    for word in ("--partial", "--zero-missing"):
        result = pupils.export("csv", "mosul-claims", word, "--force")
        scores[word] = {row[3]: (row[9], row[12]) for row in pupils.rows()[1:]}
        assert result.exit_code == 1
    whole = {"alee": ("15.0", "yes"), "late": ("", "not graded")}
    assert scores["--partial"] == {**whole, "jdoe": ("14.5", "yes"), "nobody": ("", "no")}
    assert scores["--zero-missing"] == {**whole, "jdoe": ("", "yes"), "nobody": ("0.0", "no")}


def test_csv_leaves_out_what_nobody_handed_in_unless_it_is_named(pupils):
    pupils.mark("jdoe")
    result = pupils.export("csv")
    assert {row[0] for row in pupils.rows()[1:]} == {"mosul-claims"}
    assert "Left out, because nobody has handed it in: mosul-wording." in result.output
    result = pupils.export("csv", "mosul-wording", "--zero-missing", "--force")
    assert [(row[0], row[9]) for row in pupils.rows()[1:]] == [("mosul-wording", "0.0")]
    assert "Left out" not in result.output
    pupils.hand_in("jdoe", "mosul-wording")
    pupils.export("csv", "--force")
    assert [(row[0], row[12]) for row in pupils.rows()[1:]] == [
        ("mosul-claims", "yes"),
        ("mosul-wording", "not graded"),
    ]


def test_csv_ends_well_only_where_nobody_waits(pupils):
    pupils.mark("jdoe")
    pupils.student("nobody")
    result = pupils.export("csv")
    assert result.exit_code == 0, result.output
    assert len(pupils.rows()) == 3
    assert figures(result)["assignments"]["mosul-claims"]["no_hand_in"] == 1
    pupils.hand_in("nobody")
    pupils.hand_in("stranger")
    result = pupils.export("csv", "--force")
    assert result.exit_code == 1
    assert {row[3]: row[12] for row in pupils.rows() if row[0] == "mosul-claims"} == {
        "jdoe": "yes",
        "nobody": "not graded",
    }
    assert (
        "Handed in and not graded, left blank: run `whosaidso grade` (2)\n"
        "  mosul-claims: nobody\n  mosul-claims: stranger\n" in result.output
    )


def test_csv_quotes_whatever_a_name_holds(pupils):
    names = ['Núñez, "Jr"', "Two\nlines", "Semi;colon", "李雷", "ends\r\n"]
    for n, name in enumerate(names):
        pupils.mark(f"s{n}", last_name=name)
    pupils.export("csv", "mosul-claims")
    assert [row[4] for row in sorted(pupils.rows()[1:], key=lambda row: row[3])] == names
    assert all(len(row) == 13 for row in pupils.rows())


def test_csv_takes_names_from_a_roster(pupils):
    pupils.mark("jdoe", email="mine@x.org")
    pupils.mark("ghost")
    roster = pupils.file("list.csv", "id,name,email\njdoe,Jane Doe,j@x.org\nalee,Ann Lee,a@x.org\n")
    result = pupils.export("csv", "mosul-claims", "--roster", roster)
    assert [row[3:7] for row in pupils.rows()[1:]] == [["ghost", "", "", ""], ["jdoe", "Doe", "Jane", "mine@x.org"]]
    assert result.exit_code == 1
    assert "list.csv does not know them (1)\n  ghost\n" in result.output
    assert "not in the gradebook (1)\n  alee (Ann Lee)\n" in result.output


@pytest.mark.slow
def test_csv_is_row_by_row_what_nbgrader_exports_but_for_scores_that_are_not_whole(pupils):
    pupils.mark(
        "jdoe", auto=14.309999, hand=None, waits=True, when=datetime(2026, 6, 10), first_name="Jane", last_name="Doe"
    )
    pupils.mark("alee", auto=0.1, hand=0.2, extra=0.3, late=0.05, email="a@x.org")
    pupils.mark("alee", "mosul-wording", auto=20, hand=8, extra=1)
    pupils.mark("zoe", auto=None, hand=None, waits=True, last_name="Abe")
    pupils.student("nobody", last_name="Núñez")
    assignment = pupils.session.query(Assignment).filter_by(name="mosul-claims").one()
    assignment.duedate = datetime(2026, 6, 9, 12)
    pupils.export("csv")
    done = run(pupils.root, "nbgrader", "export", "--to", "theirs.csv", PYTHONUTF8="1")
    assert done.returncode == 0, done.stderr
    ours, theirs = pupils.rows(), pupils.rows("theirs.csv", "utf-8")
    assert [row[:9] + row[10:11] for row in ours] == [row[:9] + row[10:] for row in theirs]
    whole = [row[12] in ("yes", "handed_in") and row[11] in ("0", "waiting") for row in ours]
    assert [row[9] for row in ours] == [row[9] if is_whole else "" for row, is_whole in zip(theirs, whole, strict=True)]
    assert (len(theirs), sum(whole)) == (9, 3)


# what a spreadsheet would run


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "=HYPERLINK(\"http://x\")", "+1+cmd|'/c calc'!A0", "-1+1", "@SUM(1)", "\tx", "\rx", "\n=1", " =1+x", "\u00a0=x", "\u200b=x", "\ufeff=x",
        "\uff1dcmd", "\uff0b1x", "\uff0dcmd", "\uff20x", "\u2212x", "'\n=x", "a;=x", "a,=x", "a\t=x", "a\r\n =x", "+49 170 1234", "=", "-x"
    ],
)  # fmt: skip
def test_safe_cell_puts_an_apostrophe_before_formulas(text):
    safe = safe_cell(text)
    if text == "=":
        assert safe == text  # a lone sign is no formula
        return
    assert safe != text
    assert safe.replace("'", "") == text.replace("'", "")
    assert safe_cell(safe) == safe
    assert safe[0] not in "=+-@\t\r\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "--",
        "Doe, Jane",
        "-4",
        "+4.5",
        "-4,5",
        "1e-5",
        "-1.5E+3",
        "5 %",
        "-5%",
        "a=b",
        "a-b",
        "jane@x.org",
        "- , -",
        "O'Neil",
        "12:30",
        "'=1",
    ],
)
def test_safe_cell_leaves_other_text_alone(text):
    assert safe_cell(text) == text


def test_hostile_names_run_in_no_file(pupils):
    hostile = ["=1+1", " +cmd|x", "\uff1dx", "a;=x", "\t@x"]
    for n, name in enumerate(hostile):
        pupils.mark(f"s{n}", first_name=name, last_name=name, email=f"{name}@x.org", lms_user_id=str(n + 1))
    for to in ("csv", "canvas", "moodle", "blackboard"):
        result = pupils.export(to, "mosul-claims", out=f"{to}.csv")
        cells = [cell for row in pupils.rows(f"{to}.csv") for cell in row]
        assert [cell for cell in cells if safe_cell(cell) != cell] == []
        assert figures(result)["apostrophes"] >= 5
    text = (
        CANVAS.replace('"Doe, Jane"', '"=Doe(), Jane"')
        .replace('"Lee, Ann"', '"\uff1dLee, Ann"')
        .replace(",alee,", ",=alee,")
    )
    pupils.mark("jdoe")
    result = pupils.export("canvas", "mosul-claims", "--roster", pupils.file("c.csv", text), out="filled.csv")
    rows = {row[1]: row for row in pupils.rows("filled.csv", "utf-8")}
    assert (rows["101"][0], rows["103"][0]) == ("'=Doe(), Jane", "'\uff1dLee, Ann")
    assert rows["103"][3] == "'=alee"
    assert rows["102"][0] == "Núñez, José"
    assert "id begins like a formula" in result.output
    assert figures(result)["unsafe"] == 1
    assert result.exit_code == 1


def test_nothing_hostile_reaches_the_terminal(pupils):
    pupils.mark("jdoe", first_name="\x1b[31m[bold]Jane\u202e", last_name="[/]Doe")
    result = pupils.export("csv", "mosul-claims", "--dry-run")
    assert "\ufffd[31m[bold]Jane\ufffd [/]Doe" in result.output
    roster = pupils.file("[red]list.csv", "id,name\nalee,Ann Lee\n")
    result = pupils.export("csv", "mosul-claims", "--roster", roster)
    assert "Handed in, but [red]list.csv does not know them (1)" in result.output
    assert "\x1b" not in result.output


# Canvas


def test_canvas_gradebook_comes_back_with_its_ids_and_the_marks(pupils):
    pupils.mark("jdoe", auto=14.309999999999999)
    pupils.mark("alee", auto=7, hand=None, waits=True)
    result = pupils.export("canvas", "--roster", pupils.file("c.csv", "\ufeff" + CANVAS.replace("\n", "\r\n")))
    assert pupils.bytes().decode() == (
        "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Claims meet records (998)\r\n"
        ",,,,,Manual Posting\r\n"
        '"    Points Possible",,,,,30\r\n'
        '"Doe, Jane",101,S1,jdoe,"9b",19.31\r\n'
        '"Núñez, José",102,S2,jnunez,"9b, 9c",\r\n'
        '"Lee, Ann",103,S3,alee,"9b",12\r\n'
    )
    assert result.exit_code == 1
    assert "Waits for a person, left as it was (1)\n  mosul-claims: alee (Lee, Ann)\n" in result.output
    assert "No hand-in, left as it was (1)\n  mosul-claims: jnunez (Núñez, José)\n" in result.output


def test_canvas_partial_and_zero_missing_write_what_is_asked_for(pupils):
    pupils.mark("jdoe", auto=7, hand=None, waits=True)
    pupils.mark("alee", auto=None, hand=None, waits=True)
    roster = pupils.file("c.csv", CANVAS)
    result = pupils.export("canvas", "--roster", roster, "--partial", "--zero-missing")
    assert [row[-1] for row in pupils.rows(encoding="utf-8")[3:]] == ["7", "0", "12"]  # of Ann nothing is marked yet
    assert result.exit_code == 1
    told = figures(result)["assignments"]["mosul-claims"]
    assert (told["partial"], told["waiting"], told["zero"]) == (1, 1, 1)


def test_canvas_gives_no_zero_to_who_may_be_somebody_else(pupils):
    pupils.mark("jdoe")
    pupils.mark("someone", auto=9)
    result = pupils.export("canvas", "--roster", pupils.file("c.csv", CANVAS), "--zero-missing")
    assert [row[-1] for row in pupils.rows(encoding="utf-8")[3:]] == ["15", "", "12"]
    assert "does not know them, so they are not in the file (1)\n  someone\n" in result.output
    assert result.exit_code == 1


def test_canvas_finds_people_by_id_number_address_and_name_and_never_guesses(pupils):
    pupils.mark("S1", auto=1)
    pupils.mark("x", auto=2, lms_user_id="102")
    pupils.mark("Ann-Lee", auto=3)
    pupils.mark("103", auto=4)
    pupils.hand_in("jnunez", "mosul-wording")
    result = pupils.export("canvas", "mosul-claims", "--roster", pupils.file("c.csv", CANVAS))
    assert [row[-1] for row in pupils.rows(encoding="utf-8")[3:]] == ["6", "7", "12"]
    assert "  103, 103, Ann-Lee would all be alee\n  Ann-Lee, 103, Ann-Lee would all be alee\n" in result.output
    assert result.exit_code == 1


def test_canvas_column_is_found_named_or_new(pupils):
    pupils.mark("jdoe")
    assert (
        "goes into the column 'Claims meet records (998)'"
        in pupils.export("canvas", "--roster", pupils.file("c.csv", CANVAS)).output
    )
    by_id = CANVAS.replace("Claims meet records (998)", "Unit 3: MOSUL claims (998)")
    pupils.export("canvas", "--roster", pupils.file("c.csv", by_id), "--force")
    assert pupils.rows(encoding="utf-8")[0][-1] == "Unit 3: MOSUL claims (998)"
    chosen = pupils.export(
        "canvas", "--roster", pupils.file("c.csv", by_id), "--force", "--column", "mosul-claims=Quiz (1)", "--no-scale"
    )
    assert chosen.exit_code == 0, chosen.output
    assert pupils.rows(encoding="utf-8")[3][-1] == "15"
    assert "jdoe (Doe, Jane) (15 of 10 in mosul-claims)" in chosen.output
    other = CANVAS.replace("Claims meet records", "Preclaims meet recordsets")
    new = pupils.export("canvas", "--roster", pupils.file("c.csv", other), "--force")
    assert pupils.rows(encoding="utf-8")[0][-1] == "mosul-claims"
    assert [row[-1] for row in pupils.rows(encoding="utf-8")[1:]] == ["", "30", "15", "", ""]
    assert "make a new assignment" in new.output


@pytest.mark.parametrize(
    ("words", "text", "says"),
    [
        ([], CANVAS.replace("Quiz (1)", "mosul-claims old (1)").replace("Claims meet", "mosul-claims"), "More than one column .* fits mosul-claims"),
        (["--column", "mosul-claims=Nope"], CANVAS, "has no one column 'Nope' for marks; it has 'Quiz .1.', 'Claims"),
        (["--column", "mosul-claims=Current Score"], CANVAS, "has no one column 'Current Score'"),
        (["--column", "mosul-claims=Section"], CANVAS, "has no one column 'Section'"),
        (["--column", "other=Quiz (1)"], CANVAS, "names the assignment 'other'"),
        (["--column", "Quiz (1)"], CANVAS, '--column wants "ASSIGNMENT=COLUMN"'),
        ([], CANVAS.replace(",30,", ",100,"), "30 points here and 100 in c.csv .*--scale.*--no-scale"),
        (["mosul-claims", "mosul-wording", "--column", "mosul-wording=Claims meet records (998)", "--scale"], CANVAS, "Two assignments fit"),
        (["mosul-nothing"], CANVAS, "has no assignment 'mosul-nothing'"),
        ([], WORKSHEET, "is a class list from Moodle: export --to moodle"),
        ([], "a,b\n1,2\n", "names nobody"),
    ],
)  # fmt: skip
def test_canvas_stops_where_it_would_have_to_guess(pupils, words, text, says):
    pupils.mark("jdoe")
    result = pupils.export("canvas", "--roster", pupils.file("c.csv", text), *words)
    assert result.exit_code == 1
    assert not (pupils.root / "out.csv").exists()
    assert len(result.output.strip().splitlines()) == 1
    assert re.search(says, result.output), result.output


def test_canvas_scales_when_told_to(pupils):
    pupils.mark("jdoe")
    pupils.export("canvas", "--roster", pupils.file("c.csv", CANVAS.replace(",30,", ",100,")), "--scale")
    assert pupils.rows(encoding="utf-8")[3][-1] == "50"


def test_canvas_without_roster_is_what_the_gradebook_knows(pupils):
    pupils.mark("jdoe", first_name="Jane", last_name="Doe", lms_user_id="101")
    pupils.mark("alee", auto=3, late=1.5)
    pupils.student("nobody", lms_user_id="104")
    result = pupils.export("canvas")
    assert pupils.bytes().startswith(b"\xef\xbb\xbfStudent,ID,SIS User ID,SIS Login ID,Section,mosul-claims\r\n")
    assert pupils.rows()[1] == ["    Points Possible", "", "", "", "", "30"]
    assert sorted(pupils.rows()[2:]) == [
        ["Doe, Jane", "101", "", "jdoe", "", "15"],
        ["alee", "", "", "alee", "", "6.5"],
        ["nobody", "104", "", "nobody", "", ""],
    ]
    assert "surely finds them: use --roster (1)\n  alee\n" in result.output
    assert result.exit_code == 1


# Moodle


def test_moodle_worksheet_comes_back_with_grades_and_else_byte_for_byte(pupils):
    pupils.mark("jdoe", auto=12.5)
    pupils.mark("alee", auto=7, hand=None, waits=True)
    text = "\ufeff" + WORKSHEET
    result = pupils.export("moodle", "--roster", pupils.file("m.csv", text))
    assert pupils.bytes().decode() == text.replace('grading",,30.00', 'grading",17.5,30.00')
    assert result.exit_code == 1
    assert figures(result)["apostrophes"] == 0


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_moodle_worksheet_keeps_encoding_delimiter_and_decimal_comma(pupils, encoding):
    pupils.mark("jdoe", auto=12.5)
    text = WORKSHEET.replace(",", ";").replace(".00", ",00").replace("\n", "\r\n")
    result = pupils.export("moodle", "--roster", pupils.file("m.csv", text, encoding))
    assert pupils.bytes() == text.replace('grading";;30', 'grading";17,5;30', 1).encode(encoding)
    assert result.exit_code == 0, result.output
    text = WORKSHEET.replace("30.00", '"30,00"')
    pupils.export("moodle", "--roster", pupils.file("m.csv", text, encoding), "--force")
    assert pupils.bytes() == text.replace('grading",,', 'grading","17,5",', 1).encode(encoding)


def test_moodle_stops_where_the_points_differ_and_scales_when_told_to(pupils):
    pupils.mark("jdoe")
    roster = pupils.file("m.csv", WORKSHEET.replace("30.00", "100.00"))
    result = pupils.export("moodle", "--roster", roster)
    assert result.exit_code == 1
    assert "mosul-claims has 30 points here and 100 in m.csv ('Grade'): say --scale" in result.output
    assert not (pupils.root / "out.csv").exists()
    assert pupils.export("moodle", "--roster", roster, "--scale").exit_code == 0
    assert pupils.rows(encoding="utf-8")[1][4] == "50"
    result = pupils.export("moodle", "--roster", pupils.file("m.csv", WORKSHEET.replace("30.00", "Pass")), "--force")
    assert "has no number as Maximum grade but 'Pass'" in result.output


def test_moodle_is_about_one_assignment(pupils):
    pupils.mark("jdoe")
    pupils.mark("jdoe", "mosul-wording")
    result = pupils.export("moodle")
    assert "about one assignment; name it after the file: one of mosul-claims, mosul-wording." in result.output
    assert pupils.export("moodle", "mosul-wording").exit_code == 1  # no address by which Moodle finds jdoe


def test_moodle_grade_that_cannot_be_changed_is_left_and_said(pupils):
    pupils.mark("jdoe")
    text = WORKSHEET.replace("30.00,Yes", "30.00,No", 1)
    result = pupils.export("moodle", "--roster", pupils.file("m.csv", text))
    assert pupils.bytes().decode() == text
    assert "cannot be changed, left as it was (1)\n  mosul-claims: jdoe (Jane Doe)\n" in result.output
    assert result.exit_code == 1


def test_moodle_without_worksheet_is_for_the_gradebook_import(pupils):
    pupils.mark("jdoe", email="j@x.org", first_name="Jane", last_name="Doe")
    result = pupils.export("moodle")
    assert pupils.rows() == [
        ["Email address", "ID number", "First name", "Last name", "mosul-claims"],
        ["j@x.org", "jdoe", "Jane", "Doe", "15"],
    ]
    assert result.exit_code == 0, result.output
    roster = pupils.file(
        "p.csv", "First name,Last name,ID number,Email address\nJane,Doe,S1,j@x.org\nAnn,Lee,S3,a@x.org\n"
    )
    assert pupils.export("moodle", "--roster", roster, "--force").exit_code == 0
    assert pupils.rows()[1:] == [["j@x.org", "S1", "Jane", "Doe", "15"], ["a@x.org", "S3", "Ann", "Lee", ""]]
    assert "need the LMS's own file" in pupils.export("moodle", "--roster", roster, "--force", "--scale").output


# Blackboard


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_blackboard_centre_comes_back_with_its_column_filled(pupils, encoding):
    pupils.mark("jdoe", auto=12.5)
    pupils.mark("alee", auto=1)
    text = CENTRE.replace("\n", "\r\n")
    result = pupils.export("blackboard", "--roster", pupils.file("gc.xls", text, encoding), out="back.xls")
    expected = text.replace('"7"\t""', '"7"\t"17.5"').replace('"12.00"', '"6"')
    assert pupils.bytes("back.xls") == expected.encode(encoding)
    assert result.exit_code == 0, result.output


def test_blackboard_gets_a_new_column_where_none_fits(pupils):
    pupils.mark("jdoe")
    text = CENTRE.replace("Mosul Claims", "Other")
    result = pupils.export("blackboard", "--roster", pupils.file("gc.xls", text))
    rows = pupils.rows(encoding="utf-8", delimiter="\t")
    assert [row[-1] for row in rows] == ["mosul-claims", "15", "", ""]
    assert [row[:-1] for row in rows] == [line.replace('"', "").split("\t") for line in text.splitlines()]
    assert "better make the column there first" in result.output


def test_blackboard_without_roster_is_username_and_column(pupils):
    pupils.mark("jdoe", first_name="Jane", last_name="Doe")
    assert pupils.export("blackboard").exit_code == 0
    assert pupils.rows() == [
        ["Last Name", "First Name", "Username", "mosul-claims [Total Pts: 30 Score]"],
        ["Doe", "Jane", "jdoe", "15"],
    ]


# any table comes back as it was


def test_every_cell_comes_back_whatever_is_in_it(tmp_path):
    chance = random.Random(7)
    pieces = ['"', '""', ",", ";", "\t", "\n", "\r\n", " ", "é", "李", "x", "'", "=", "-", "1"]
    for turn in range(150):
        delimiter, quoting = chance.choice(",;\t"), chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
        end, encoding = chance.choice(["\n", "\r\n"]), chance.choice(["utf-8", "utf-8-sig", "utf-16"])
        people = [["".join(chance.choices(pieces, k=chance.randrange(9))) for _ in range(3)] for _ in range(4)]
        rows = [["Identifier", "Full name", "Grade", "Status", "Note"]]
        rows += [[f"Participant {n}", f"{chr(97 + n)}{a}", "", f"s{b}", c] for n, (a, b, c) in enumerate(people)]
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
        path = tmp_path / f"{turn}.csv"
        path.write_bytes(text.getvalue().encode(encoding))
        roster = read_roster(path)
        points = {n: chance.choice([None, 1.5]) for n in range(4)}
        marks = Marks(
            (Task("a", "", None, 30.0),),
            tuple(Known(person.id) for person in roster.people),
            {("a", p.id): Mark(None, points[n], 0.0, 0, 1) for n, p in enumerate(roster.people) if points[n]},
            frozenset(),
        )
        made = export_lms("moodle", marks, roster, Choices())
        expected = [[safe_cell(cell) for cell in row] for row in rows]
        for n in range(4):
            expected[n + 1][2] = "1.5" if points[n] else ""
        back = list(csv.reader(io.StringIO(made.data.decode(encoding), newline=""), delimiter=delimiter))
        assert back == expected, turn
        if made.guarded == 0:
            plain = io.StringIO(newline="")
            csv.writer(plain, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(expected)
            assert made.data == plain.getvalue().encode(encoding)


# nobody lost, nothing overwritten


def test_hand_ins_that_are_not_graded_are_named_and_never_zero(pupils):
    pupils.mark("jdoe")
    pupils.hand_in("alee")
    pupils.hand_in("stranger")
    result = pupils.export("canvas", "--roster", pupils.file("c.csv", CANVAS), "--zero-missing")
    assert [row[-1] for row in pupils.rows(encoding="utf-8")[3:]] == ["15", "", "12"]
    assert (
        "Handed in and not graded, left as it was: run `whosaidso grade` (2)\n"
        "  mosul-claims: alee (Lee, Ann)\n  mosul-claims: stranger\n" in result.output
    )
    assert result.exit_code == 1


def test_a_file_that_could_not_be_read_is_asked_for_again_and_one_put_there_since_is_graded(pupils):
    pupils.mark("jdoe")
    pupils.mark("jnunez", auto=9)  # of an earlier file
    for ident in ("jnunez", "alee", "stranger"):
        pupils.hand_in(ident)
    pupils.outcomes(unread=["jnunez", "alee", "stranger"])
    roster = pupils.file("c.csv", CANVAS)
    result = pupils.export("canvas", "--roster", roster)
    assert [row[-1] for row in pupils.rows(encoding="utf-8")[3:]] == ["15", "", "12"]
    told = "Could not be read, left as it was: ask for the file again (`whosaidso grade` says why) (3)\n"
    assert told in result.output
    assert "not graded" not in result.output
    assert figures(result)["assignments"]["mosul-claims"]["unread"] == 3
    assert result.exit_code == 1
    result = pupils.export("canvas", "--roster", roster, "--partial", "--zero-missing", "--force")
    assert [row[-1] for row in pupils.rows(encoding="utf-8")[3:]] == ["15", "14", "12"]
    earlier = "Could not be read, the mark of an earlier file is written: ask for the file again (1)\n"
    assert f"{earlier}  mosul-claims: jnunez (Núñez, José)\n" in result.output
    pupils.export("csv", "--force")
    assert {row[3]: (row[7], row[9], row[12]) for row in pupils.rows()[1:]} == {
        "jdoe": ("15.0", "15.0", "yes"),
        "jnunez": ("14.0", "", "unreadable"),
    }
    (pupils.root / "submitted" / "alee" / "mosul-claims" / "n.ipynb").write_text("another")
    result = pupils.export("canvas", "--roster", roster, "--force")
    assert "not graded, left as it was: run `whosaidso grade` (1)\n  mosul-claims: alee (Lee, Ann)\n" in result.output


def test_a_damaged_file_is_in_part_and_left_as_it_was(pupils):
    whole = json.dumps({"cells": [{"cell_type": "code", "source": "x = 1", "metadata": {}}] * 3})
    notes = read_notebook(whole[:-30].encode(), "n.ipynb").notes
    pupils.mark("jdoe")
    pupils.mark("alee", auto=3)
    for ident in ("jdoe", "alee"):
        pupils.hand_in(ident)
    pupils.outcomes(unread=[], alee=notes, jdoe=("The cell a had lost its mark; it was known by its place.",))
    roster = pupils.file("c.csv", CANVAS)
    result = pupils.export("canvas", "--roster", roster)
    assert [row[-1] for row in pupils.rows(encoding="utf-8")[3:]] == ["15", "", "12"]
    assert "counts, left as it was: ask for the whole file (1)\n  mosul-claims: alee (Lee, Ann)\n" in result.output
    assert re.search(r"mosul-claims │ 30 │ 1 +│ 1 +│ 0 ", result.output)
    assert result.exit_code == 1
    result = pupils.export("canvas", "--roster", roster, "--partial", "--force")
    assert [row[-1] for row in pupils.rows(encoding="utf-8")[3:]] == ["15", "", "8"]
    assert "damaged, written as far as it goes: ask for the whole file (1)\n" in result.output
    assert result.exit_code == 1
    pupils.export("csv", "--force")
    assert {row[3]: (row[7], row[9], row[12]) for row in pupils.rows()[1:]} == {
        "jdoe": ("15.0", "15.0", "yes"),
        "alee": ("8.0", "", "in part"),
    }


@pytest.mark.parametrize("text", ["", "no json\n", "[1]\n", '{"of": "hand-in", "student": "jdoe"}\n'])
def test_outcomes_that_say_nothing_change_nothing(pupils, text):
    pupils.mark("jdoe")
    pupils.hand_in("jdoe")
    (pupils.root / "outcomes").mkdir()
    (pupils.root / "outcomes" / "mosul-claims.jsonl").write_text(text)
    assert pupils.export("csv").exit_code == 0
    assert pupils.rows()[1][9] == "15.0"


def test_long_lists_are_cut_and_the_table_is_not(pupils, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    pupils.mark("jdoe")
    for n in range(230):
        pupils.student(f"s{n:03d}")
    result = pupils.export("csv")
    assert "No hand-in, left blank (230)\n  mosul-claims: s000\n" in result.output
    assert "  mosul-claims: s019\n  … and 210 more: --all lists them.\n" in result.output
    assert "s020" not in result.output
    table = [line for line in result.output.splitlines() if line[:1] in "┏┃┡│└"]
    assert max(map(len, table)) <= 80
    assert "mosul-claims" in table[3]
    assert not any("…" in line for line in table)
    assert "mosul-claims: s229\n" in pupils.export("csv", "--all", "--force").output


@pytest.mark.parametrize("to", ["csv", "canvas", "moodle", "blackboard"])
def test_a_course_without_marks_ends_in_a_sentence(pupils, to):
    pupils.hand_in("jdoe")
    for words in ([], ["mosul-claims"]):
        result = pupils.export(to, *words)
        assert result.exit_code == 1
        assert result.output == (
            "There are no marks to export: nothing that was handed in is graded; run `whosaidso grade` first.\n"
        )
        assert not (pupils.root / "out.csv").exists()


def test_help_has_examples_once(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    told = CliRunner().invoke(app, ["export", "--help"]).output
    assert told.count("Example") == 1
    assert "   whosaidso export --to canvas for-canvas.csv --roster Grades-9b.csv" in told


def test_a_score_above_the_points_is_written_and_said(pupils):
    pupils.mark("jdoe", auto=30, hand=8)
    result = pupils.export("moodle", "--roster", pupils.file("m.csv", WORKSHEET))
    assert pupils.rows(encoding="utf-8")[1][4] == "38"
    assert "Above the points possible (1)\n  jdoe (Jane Doe) (38 of 30 in mosul-claims)\n" in result.output
    assert result.exit_code == 0


def test_dry_run_shows_what_would_be_written_for_whom(pupils):
    pupils.mark("jdoe")
    pupils.mark("alee", hand=None, waits=True)
    result = pupils.export("canvas", "--roster", pupils.file("c.csv", CANVAS), "--dry-run")
    assert not (pupils.root / "out.csv").exists()
    assert "mosul-claims: jdoe (Doe, Jane): 15 (mark)\n" in result.output
    assert "mosul-claims: alee (Lee, Ann): — (waiting)\n" in result.output
    assert "mosul-claims: jnunez (Núñez, José): — (no hand-in)\n" in result.output
    assert figures(result)["written"] is False


def test_a_file_that_is_there_is_replaced_only_when_told_to(pupils):
    pupils.mark("jdoe")
    roster = pupils.file("c.csv", CANVAS)
    there = pupils.file("out.csv", "mine")
    result = pupils.export("canvas", "--roster", roster)
    assert (result.exit_code, there.read_text()) == (1, "mine")
    assert "exists; say --force to replace it" in result.output
    assert pupils.export("canvas", "--roster", roster, "--force").exit_code == 0
    assert there.read_text(encoding="utf-8") != "mine"


@pytest.mark.parametrize(
    ("out", "says"),
    [
        ("c.csv", "is the class list itself"),
        ("marks.db", "should end in .csv"),
        ("marks.xlsx", "should end in .csv"),
        ("folder.csv", "is a folder"),
        ("out.csv/x.csv", "could not be written"),
    ],
)
def test_what_must_not_be_overwritten_is_not(pupils, out, says):
    pupils.mark("jdoe")
    (pupils.root / "folder.csv").mkdir()
    roster, before = pupils.file("c.csv", CANVAS), pupils.file("out.csv", "mine")
    result = pupils.export("canvas", "--roster", roster, "--force", out=out)
    assert result.exit_code == 1
    assert says in result.output
    assert (roster.read_text(encoding="utf-8"), before.read_text()) == (CANVAS, "mine")


def test_the_class_list_under_another_name_is_not_overwritten(pupils):
    pupils.mark("jdoe")
    roster = pupils.file("c.csv", CANVAS)
    os.link(roster, pupils.root / "out.csv")
    assert "is the class list itself" in pupils.export("canvas", "--roster", roster, "--force").output


def test_export_never_changes_the_gradebook(pupils):
    pupils.mark("jdoe")
    pupils.session.commit()
    before = pupils.bytes("marks.db")
    for to in ("csv", "canvas", "moodle", "blackboard"):
        pupils.export(to, out=f"{to}.csv")
    assert pupils.bytes("marks.db") == before


def test_a_gradebook_that_is_missing_damaged_or_empty_ends_in_a_sentence(pupils):
    assert "nothing that was handed in is graded" in pupils.export("canvas").output
    pupils.session.close()
    (pupils.root / "marks.db").write_bytes(b"no database" * 100)
    damaged = CliRunner().invoke(app, ["export", str(pupils.root / "o.csv"), "--course", str(pupils.root)])
    assert (damaged.exit_code, "is damaged" in damaged.output) == (1, True)
    (pupils.root / "marks.db").unlink()
    missing = CliRunner().invoke(app, ["export", str(pupils.root / "o.csv"), "--course", str(pupils.root)])
    assert (missing.exit_code, "marks.db is missing" in missing.output) == (1, True)
    assert not (pupils.root / "marks.db").exists()


def test_choices_of_an_lms_column_stop_the_csv(pupils):
    pupils.mark("jdoe")
    for words in (["--scale"], ["--no-scale"], ["--column", "mosul-claims=x"]):
        assert "--column and --scale are for --to canvas" in pupils.export("csv", *words).output
        assert not (pupils.root / "out.csv").exists()


def test_numbers_are_rounded_once_and_have_no_tail():
    values = [14.309999999999999, 30.0, 0.0, 1 / 3, 100.0, 1e-9, 12.005]
    assert [number(value) for value in values] == ["14.31", "30", "0", "0.33", "100", "0", "12.01"]


def test_a_thousand_students_take_a_handful_of_statements_and_little_time(pupils):
    pupils.crowd(1000)
    statements = []
    rows = "".join(f'"Doe{n}, Jane",{n},,s{n:04d},"9b",,,\n' for n in range(1000))
    text = CANVAS[: CANVAS.index('"Doe')] + rows

    @event.listens_for(Engine, "before_cursor_execute")
    def count(_db: object, _cursor: object, sql: str, *_rest: object) -> None:
        statements.append(sql)

    begin = time.process_time()
    try:
        result = pupils.export("canvas", "--roster", pupils.file("c.csv", text))
        took = time.process_time() - begin
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    assert took < 3
    assert result.exit_code == 0, result.output
    assert len(pupils.rows(encoding="utf-8")) == 1003
    assert len([sql for sql in statements if sql.startswith("SELECT")]) <= 6
    assert len(read_marks(read_course(pupils.root)).marks) == 2000
