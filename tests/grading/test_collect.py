"""From any pile to submitted/: everybody's work in the right place, nothing guessed, nothing lost."""

import json
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbgrader.api import Assignment, Base, Course, Student, SubmittedAssignment
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from tests.course.courses import ROOT
from tests.grading import piles
from tests.grading.piles import DRIVE_ZIP, JUNK, HandIn, class_of, folder, notebook, strip_marks, write, zipped
from whosaidso.cli import app
from whosaidso.grading.backups import undo
from whosaidso.grading.collect import Choices, Plan, carry_out, make_plan, open_sources
from whosaidso.grading.collect.index import Attempt, read_index, which_counts
from whosaidso.grading.collect.names import is_code, split_names
from whosaidso.grading.folder import CourseFolder, Stopped, read_course
from whosaidso.grading.roster import Roster, read_roster

CLAIMS, WORDING = "mosul-claims", "mosul-wording"
RELEASED = ROOT / "exercises" / CLAIMS / f"{CLAIMS}.ipynb"
WORDS = ROOT / "exercises" / WORDING / f"{WORDING}.ipynb"
LONG = "The article leans on one unnamed fighter, and no record that I could find says who gave the order or when it was given."


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course as far as collecting needs one: configuration, releases, an empty gradebook."""
    root = tmp_path_factory.mktemp("template") / "course"
    shutil.copytree(ROOT / "exercises", root / "exercises")
    shutil.copy2(ROOT / "nbgrader_config.py", root)
    engine = create_engine(read_course(root).db_url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Course(id="c"))
        session.add_all(Assignment(name=name, course_id="c") for name in (CLAIMS, WORDING, "mosul-sourcing"))
        session.commit()
    engine.dispose()
    return root


@pytest.fixture
def course(template: Path, tmp_path: Path) -> CourseFolder:
    return read_course(Path(shutil.copytree(template, tmp_path / "course")))


def session_of(course: CourseFolder) -> Session:
    return Session(create_engine(course.db_url))


def collect(course: CourseFolder, *sources: Path, dry: bool = False, **choices: object) -> Plan:
    with open_sources(course, sources) as opened:
        plan = make_plan(course, opened, Choices(**choices))
        if not dry:
            carry_out(course, plan)
    return plan


def submitted(course: CourseFolder) -> dict[str, bytes]:
    """What lies under submitted/, by path."""
    root = course.place("submitted")
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def who(course: CourseFolder) -> list[str]:
    return sorted({path.split("/")[0] for path in submitted(course)})


def everything(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def filled(name: str | None = "Jane Doe", **more: object) -> bytes:
    return notebook(RELEASED, who=name, **more)


def roster(tmp_path: Path, text: str) -> Roster:
    return read_roster(write(tmp_path / "class.csv", text.encode()))


PLAIN = "id,name,email\njdoe,Jane Doe,jane@example.org\njroe,John Roe,john@example.org\nnunez,José Núñez,\n"


# The piles

JANE, JOHN = HandIn("Jane Doe", filled(), "jdoe", 101), HandIn("John Roe", filled("John Roe"), "jroe", 102)


@pytest.mark.parametrize(
    ("files", "name", "ids"),
    [
        (piles.canvas([JANE, JOHN]), "x.zip", ["doejane-101", "roejohn-102"]),
        (piles.canvas([JANE, JOHN], anonymous=True), "x.zip", ["anon_x101", "anon_x102"]),
        (piles.moodle([JANE, JOHN]), "x.zip", ["Jane-Doe", "John-Roe"]),
        (piles.moodle([JANE, JOHN], old=False), "x.zip", ["Jane-Doe", "John-Roe"]),
        (piles.moodle([JANE, JOHN], folders=False), "x.zip", ["Jane-Doe", "John-Roe"]),
        (piles.blackboard([JANE, JOHN]), "x.zip", ["jdoe", "jroe"]),
        (piles.blackboard([JANE, JOHN], receipts=False), "x.zip", ["jdoe", "jroe"]),
        (piles.drive([JANE, JOHN]), DRIVE_ZIP, ["Jane-Doe", "John-Roe"]),
        (piles.teams([JANE, JOHN]), "x.zip", ["Jane-Doe", "John-Roe"]),
        (piles.teams([JANE, JOHN], top=""), "x.zip", ["Jane-Doe", "John-Roe"]),
        (piles.exchange([JANE, JOHN]), "x.zip", ["jdoe", "jroe"]),
        ({"a/one.ipynb": JANE.data, "b/one.ipynb": JOHN.data}, "x.zip", ["Jane-Doe", "John-Roe"]),
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_collect_finds_students_in_every_pile(course, tmp_path, files, name, ids, packed):
    files = {**files, **JUNK, "notes.pdf": b"%PDF-1.7"}
    packed = packed or name == DRIVE_ZIP  # an unpacked Drive folder has lost what Drive says
    source = write(tmp_path / name, zipped(files)) if packed else folder(tmp_path / "pile", files)
    plan = collect(course, source)
    assert not plan.problems
    assert who(course) == ids
    theirs = [submitted(course)[f"{student}/{CLAIMS}/{CLAIMS}.ipynb"] for student in ids]
    assert theirs == [JANE.data, JOHN.data]
    assert "notes.pdf" in [path for path, _ in plan.foreign]
    with session_of(course) as session:
        assert sorted(student.id for student in session.query(Student)) == ids


def test_collect_takes_several_piles_at_once(course, tmp_path):
    other = HandIn("Jane Doe", notebook(WORDS, who="Jane Doe"), "jdoe", 101)
    plan = collect(
        course,
        write(tmp_path / "a.zip", zipped(piles.canvas([JANE, JOHN]))),
        write(tmp_path / "b.zip", zipped(piles.canvas([other]))),
        write(tmp_path / "late.ipynb", filled("Ann Lee")),
        folder(tmp_path / "f", {"mosul-claims (1).ipynb": filled("Bo Li"), "c.zip": zipped(piles.canvas([HandIn("Cy Ng", filled("Cy Ng"), "", 7)]))}),
    )  # fmt: skip
    assert not plan.problems
    assert who(course) == ["Ann-Lee", "Bo-Li", "doejane-101", "ngcy-7", "roejohn-102"]
    assert sorted(path for path in submitted(course) if path.startswith("doejane")) == [
        f"doejane-101/{name}/{name}.ipynb" for name in (CLAIMS, WORDING)
    ]


@pytest.mark.parametrize("name", ["x.ipynb", "x.ipynb.txt", "x.json", "hand in", "mosul-wording.ipynb", "x.ipynb (2)", "x.IPYNB"])  # fmt: skip
def test_collect_knows_a_notebook_by_what_is_in_it(course, tmp_path, name):
    collect(course, write(tmp_path / name, filled()))
    assert submitted(course) == {f"Jane-Doe/{CLAIMS}/{CLAIMS}.ipynb": filled()}


@pytest.mark.parametrize(
    "data",
    [
        filled(change=strip_marks),
        filled(change=lambda content: content.pop("metadata")),
        b"\xef\xbb\xbf" + filled(),
        filled().replace(b"\n", b"\r\n"),
        filled()[:-400],
        filled().replace(b'"nbformat": 4', b'"nbformat": }4'),
    ],
)
def test_collect_takes_damaged_notebooks_of_ours(course, tmp_path, data):
    collect(course, write(tmp_path / "x.ipynb", data))
    assert submitted(course) == {f"Jane-Doe/{CLAIMS}/{CLAIMS}.ipynb": data}


def test_collect_knows_broken_text_by_our_marks(course, tmp_path):
    data = (
        b'{"cells": [{"metadata": {"nbgrader": {"grade_id": "mosul-claims-who", "source": "who = \\"Jane Doe\\"", "x": '
        * 3
    )
    collect(course, write(tmp_path / "x.ipynb", data))
    assert submitted(course) == {f"Jane-Doe/{CLAIMS}/{CLAIMS}.ipynb": data}


def test_collect_leaves_other_files_alone(course, tmp_path):
    theirs = json.dumps(
        {"cells": [{"cell_type": "code", "metadata": {}, "source": "1 + 1"}], "metadata": {}, "nbformat": 4}
    ).encode()
    elsewhere = notebook(RELEASED, change=lambda content: (strip_marks(content), content["metadata"].update(whosaidso={"assignment": "kyiv-claims"}), content.update(cells=content["cells"][:1])))  # fmt: skip
    source = folder(
        tmp_path / "f",
        {"homework.ipynb": theirs, "kyiv.ipynb": elsewhere, "a.json": b'{"x": 1}', "b.txt": b"", "c.docx": b"PK\3\4"},
    )
    plan = collect(course, source)
    assert sorted(plan.foreign) == [
        ("a.json", ""), ("b.txt", ""), ("c.docx", ""), ("homework.ipynb", ""), ("kyiv.ipynb", "of another assignment: kyiv-claims"),
    ]  # fmt: skip
    assert [problem.why for problem in plan.problems] == ["No hand-in of an assignment of this course was found."]
    assert not submitted(course)
    assert everything(source)["homework.ipynb"] == theirs


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"PK\3\4....", "a zip archive under a notebook's name"),
        (b"<!DOCTYPE html><p>", "a web page under a notebook's name"),
        (b"%PDF-1.7", "a PDF under a notebook's name"),
        (b"\x89PNG", "not a readable notebook"),
        (b'{"cells": 5}', "not a readable notebook"),
    ],
)
def test_collect_says_what_is_wrong_with_a_file_nobody_can_read(course, tmp_path, data, says):
    files = {**piles.canvas([JANE, JOHN]), "lican_103_700_x.ipynb": data}
    source = write(tmp_path / "x.zip", zipped(files))
    plan = collect(course, source)
    (problem,) = plan.problems
    assert says in problem.why
    assert problem.who == "lican"
    assert f"--assignment {CLAIMS} collects them" in problem.kind.advice
    assert plan.strays[0].who == "lican"
    assert who(course) == ["doejane-101", "roejohn-102"]
    plan = collect(course, source, assignment=CLAIMS)
    assert not plan.problems
    assert submitted(course)[f"lican-103/{CLAIMS}/{CLAIMS}.ipynb"] == data


def test_collect_looks_into_a_students_own_zip_but_no_deeper(course, tmp_path):
    inner = zipped(
        {
            "work/x.ipynb": filled(),
            "work/essay.docx": b"PK",
            "deep.zip": zipped({"y.ipynb": filled("Jane Doe", texts={})}),
        }
    )
    source = write(tmp_path / "x.zip", zipped({"doejane_101_701_work.zip": inner, **piles.canvas([JOHN])}))
    plan = collect(course, source)
    assert who(course) == ["doejane-101", "roejohn-102"]
    assert [problem.file for problem in plan.problems] == ["doejane_101_701_work.zip/deep.zip in x.zip"]
    assert read_index(course)[0].path == "doejane_101_701_work.zip/work/x.ipynb"


def test_collect_looks_into_a_zip_of_zips(course, tmp_path):
    inner = {
        "canvas.zip": zipped(piles.canvas([HandIn("Ann Lee", filled("Ann Lee"), "", 1)])),
        "bb.zip": zipped(piles.blackboard([evolve(JANE, login="j_doe")])),
        "Claims_r_roe_attempt_2026-11-20-14-33-12_work.zip": zipped({"x.ipynb": JOHN.data}),
        "Claims_r_roe_attempt_2026-11-20-14-33-12.txt": b"Name: John Roe (r_roe)\n",
    }
    plan = collect(course, write(tmp_path / "all.zip", zipped(inner)))
    assert not plan.problems
    assert who(course) == ["j_doe", "leeann-1", "r_roe"]
    assert stamp(course, "r_roe") == "2026-11-20 14:33:12 UTC"


def test_collect_notes_two_files_where_nothing_says_which_is_the_last(course, tmp_path):
    two = [evolve(JANE, file="draft.ipynb", data=filled("")), evolve(JANE, file="final.ipynb")]
    plan = collect(course, write(tmp_path / "x.zip", zipped(piles.moodle(two))))
    assert any("2 different files" in note for note in plan.notes)
    assert submitted(course)[f"Jane-Doe/{CLAIMS}/{CLAIMS}.ipynb"] == JANE.data


def test_collect_reads_split_zips_of_drive(course, tmp_path):
    sources = [
        write(tmp_path / f"Claims-20261120T143312Z-00{n}.zip", zipped(piles.drive([one])))
        for n, one in enumerate((JANE, JOHN), 1)
    ]
    plan = collect(course, *sources)
    assert who(course) == ["Jane-Doe", "John-Roe"]
    assert any("by Drive" in note for note in plan.notes)
    assert submitted(course)[f"Jane-Doe/{CLAIMS}/timestamp.txt"] == b"2026-11-20 12:00:00 UTC"


def test_collect_reads_names_of_every_kind(course, tmp_path):
    names = [
        "O'Brien, Máire",
        "Núñez, José",
        "محمد علي",
        "Nguyễn Văn A",
        "李小龍",
        "🦊 Fox",
        "Zoë-Ann van 't Hof",
        "CON",
        "Jr., Sam",
    ]
    source = write(
        tmp_path / "x.zip", zipped(piles.moodle([HandIn(name, filled(name), "", n) for n, name in enumerate(names)]))
    )
    plan = collect(course, source)
    assert not plan.problems
    assert len(who(course)) == len(names)
    assert all(all(c.isascii() and (c.isalnum() or c in "-_") for c in one) for one in who(course))
    with session_of(course) as session:
        found = {student.id: (student.first_name, student.last_name) for student in session.query(Student)}
    assert found["Nunez-Jose"] == ("José", "Núñez")


# Who is who


def test_collect_sets_aside_what_disagrees_with_the_lms(course, tmp_path):
    source = write(tmp_path / "x.zip", zipped(piles.canvas([evolve(JANE, data=filled("John Roe")), JOHN])))
    plan = collect(course, source)
    (problem,) = plan.problems
    assert problem.why == "The LMS says 'doejane', but 'John Roe' is typed in it, who is roejohn-102."
    assert problem.remedy == '--as "doejane_101=doejane-101"'
    assert "--trust-lms" in problem.kind.advice
    assert who(course) == ["roejohn-102"]
    plan = collect(course, source, rulings=("doejane_101=jdoe",))
    assert not plan.problems
    assert who(course) == ["jdoe", "roejohn-102"]


def test_collect_trusts_the_lms_when_told_to(course, tmp_path):
    source = write(tmp_path / "x.zip", zipped(piles.canvas([evolve(JANE, data=filled("Nobody Known")), JOHN])))
    assert not collect(course, source, trust_lms=True).problems
    assert who(course) == ["doejane-101", "roejohn-102"]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "Jane Doe",
        "DOE, JANE",
        "jane",
        "Jane Mary Doe",
        "doejane",
        "Jàne Döe",
        "101",
        "jane.doe@x.org",
        "Jane Doe (she/her)",
    ],
)
def test_collect_takes_names_that_contradict_nothing(course, tmp_path, typed):
    plan = collect(course, write(tmp_path / "x.zip", zipped(piles.canvas([evolve(JANE, data=filled(typed))]))))
    assert not plan.problems
    assert not plan.uncompared
    assert who(course) == ["doejane-101"]


@pytest.mark.parametrize("typed", ["Janet Roe", "John", "J", "Doe Roe", "Jane Doe John Roe", "x"])
def test_collect_doubts_names_that_are_not_the_lmss(course, tmp_path, typed):
    plan = collect(course, write(tmp_path / "x.zip", zipped(piles.canvas([evolve(JANE, data=filled(typed))]))))
    assert len(plan.problems) == 1
    assert not submitted(course)


@pytest.mark.parametrize("typed", ["A-17", "jd@x.org"])
def test_collect_counts_codes_that_cannot_be_compared(course, tmp_path, typed):
    plan = collect(course, write(tmp_path / "x.zip", zipped(piles.canvas([evolve(JANE, data=filled(typed))]))))
    assert (plan.uncompared, plan.problems) == (1, [])
    assert who(course) == ["doejane-101"]


def test_collect_compares_codes_with_the_class_list(course, tmp_path):
    people = roster(tmp_path, "id,name,code\njdoe,Jane Doe,A-17\njroe,John Roe,B-02\n")
    files = piles.canvas([evolve(JANE, data=filled("a17")), evolve(JOHN, data=filled("A-17"))])
    plan = collect(course, write(tmp_path / "x.zip", zipped(files)), roster=people)
    assert who(course) == ["jdoe"]
    assert plan.problems[0].why == "The LMS says John Roe (jroe), but 'A-17' is typed in it, who is Jane Doe (jdoe)."
    assert plan.problems[0].remedy == '--as "roejohn_102=jroe"'


@pytest.mark.parametrize("source", ["who = Jane Doe", "who = “Jane Doe”", "who = ['Jane Doe']", "who='Jane Doe' # me", "who = \"\"\nwho = 'Jane Doe'"])  # fmt: skip
def test_collect_reads_names_typed_without_care(course, tmp_path, source):
    data = filled(None, answers={f"{CLAIMS}-who": source})
    collect(course, write(tmp_path / "x.ipynb", data))
    assert who(course) == ["Jane-Doe"]


def test_collect_matches_with_a_class_list(course, tmp_path):
    people = roster(tmp_path, PLAIN)
    files = piles.canvas(
        [JANE, HandIn("José Núñez", filled("Jose Nunez"), "", 103), HandIn("Eve Stranger", filled("Eve"), "", 104)]
    )
    source = write(tmp_path / "x.zip", zipped({**files, "z.ipynb": filled("nobody@example.org")}))
    plan = collect(course, source, roster=people)
    assert who(course) == ["jdoe", "nunez"]
    assert plan.missing == {CLAIMS: ["John Roe (jroe)"]}
    assert sorted(problem.who for problem in plan.problems) == ["nobody@example.org", "strangereve"]
    with session_of(course) as session:
        found = {
            student.id: (student.first_name, student.last_name, student.email) for student in session.query(Student)
        }
    assert found == {
        "jdoe": ("Jane", "Doe", "jane@example.org"),
        "jroe": ("John", "Roe", "john@example.org"),
        "nunez": ("José", "Núñez", None),
    }


def test_collect_matches_numbers_before_names(course, tmp_path):
    people = roster(tmp_path, 'Student,ID,SIS Login ID,Section\n"Doe, Jane",101,jd1,A\n"Doe, Jane",202,jd2,B\n')
    files = piles.canvas(
        [
            JANE,
            evolve(JANE, number=202, data=filled("Jane Doe", texts={f"{CLAIMS}-why": "x"})),
            evolve(JANE, number=303),
        ]
    )
    plan = collect(course, write(tmp_path / "x.zip", zipped(files)), roster=people)
    assert who(course) == ["jd1", "jd2"]
    assert len(plan.problems) == 1  # a third Jane Doe, whom Canvas knows by a number that is not in the class list
    assert submitted(course)[f"jd2/{CLAIMS}/{CLAIMS}.ipynb"] != submitted(course)[f"jd1/{CLAIMS}/{CLAIMS}.ipynb"]


def test_collect_gives_a_groups_work_to_each(course, tmp_path):
    people = roster(tmp_path, PLAIN)
    data = filled("Jane Doe, Nunez José, Nobody Else")
    plan = collect(course, write(tmp_path / "x.zip", zipped(piles.canvas([evolve(JANE, data=data)]))), roster=people)
    assert who(course) == ["jdoe", "nunez"]
    assert [problem.who for problem in plan.problems] == ["Nobody Else"]
    assert [(attempt.student, attempt.shared) for attempt in read_index(course)] == [("jdoe", False), ("nunez", True)]
    assert not plan.identical


def test_collect_lets_a_member_of_a_group_keep_their_own(course, tmp_path):
    people = roster(tmp_path, PLAIN)
    group = filled("Jane Doe, John Roe", texts={f"{CLAIMS}-why": LONG})
    first = write(tmp_path / "a.zip", zipped(piles.canvas([JOHN])))
    second = write(tmp_path / "b.zip", zipped(piles.canvas([evolve(JANE, data=group)])))
    collect(course, first, roster=people)
    plan = collect(course, second, roster=people)
    assert submitted(course)[f"jroe/{CLAIMS}/{CLAIMS}.ipynb"] == JOHN.data
    assert submitted(course)[f"jdoe/{CLAIMS}/{CLAIMS}.ipynb"] == group
    assert any("jroe" in note for note in plan.notes)
    assert len(read_index(course)) == 3


def test_collect_gives_a_groups_work_without_class_list_to_those_it_knows(course, tmp_path):
    files = {
        **piles.canvas([evolve(JANE, data=filled("Jane Doe and Omar Sy")), JOHN]),
        "loose.ipynb": filled("John Roe; Li Wu"),
    }
    plan = collect(course, write(tmp_path / "x.zip", zipped(files)))
    assert who(course) == ["Li-Wu", "doejane-101", "roejohn-102"]
    assert [problem.who for problem in plan.problems] == ["Omar Sy"]
    assert submitted(course)[f"roejohn-102/{CLAIMS}/{CLAIMS}.ipynb"] == JOHN.data


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("A B, C D, E F, G H, I J", "5 names are typed"),
        ("", "No name is typed"),
        ("Doe, Jane", "one person, last name first, or two people"),
        (" , ; ", "No name is typed"),
    ],
)
def test_collect_sets_aside_loose_files_that_do_not_say_whose_they_are(course, tmp_path, typed, says):
    source = write(tmp_path / "x.ipynb", filled(typed))
    plan = collect(course, source)
    assert says in plan.problems[0].why
    assert not submitted(course)
    plan = collect(course, source, rulings=("x.ipynb=jane",))
    assert not plan.problems
    assert who(course) == ["jane"]


def test_collect_a_ruling_by_file_means_one_file(course, tmp_path):
    files = {
        "a/x.ipynb": filled("", texts={f"{CLAIMS}-why": "a"}),
        "b/x.ipynb": filled("", texts={f"{CLAIMS}-why": "b"}),
    }
    source = folder(tmp_path / "f", files)
    assert len(collect(course, source, rulings=("x.ipynb=jane",)).problems) == 2
    plan = collect(course, source, rulings=("a/x.ipynb=jane",))
    assert [problem.remedy for problem in plan.problems] == ['--as "b/x.ipynb=ID"']
    assert submitted(course) == {f"jane/{CLAIMS}/{CLAIMS}.ipynb": files["a/x.ipynb"]}
    other = evolve(JANE, data=filled("Nobody Here"), file="x.ipynb")
    assert (
        len(
            collect(
                course, write(tmp_path / "c.zip", zipped(piles.canvas([other]))), rulings=("x.ipynb=jane",)
            ).problems
        )
        == 1
    )


def test_collect_does_not_take_a_number_of_moodles_for_a_code(course, tmp_path):
    collect(course, write(tmp_path / "a.zip", zipped(piles.moodle([JANE]))))
    collect(course, write(tmp_path / "x.ipynb", filled("101")))
    assert who(course) == ["101", "Jane-Doe"]


def test_collect_knows_whom_an_earlier_class_list_put_into_the_gradebook(course, tmp_path):
    people = roster(tmp_path, 'Student,ID,SIS Login ID,Section\n"Doe, Jane",101,jd1,A\n"Roe, John",102,jr,A\n')
    collect(course, write(tmp_path / "a.zip", zipped(piles.canvas([JANE]))), roster=people)
    collect(course, write(tmp_path / "b.zip", zipped(piles.canvas([JANE, JOHN]))))
    assert who(course) == ["jd1", "jr"]


def test_collect_says_who_had_another_id_before(course, tmp_path):
    source = write(tmp_path / "a.zip", zipped(piles.canvas([JANE])))
    collect(course, source)
    plan = collect(course, source, roster=roster(tmp_path, PLAIN))
    assert who(course) == ["doejane-101", "jdoe"]
    assert any(note.startswith("Jane Doe (jdoe) was collected before as doejane-101") for note in plan.notes)


def test_collect_a_ruling_may_name_a_group(course, tmp_path):
    plan = collect(course, write(tmp_path / "x.ipynb", filled("Doe, Jane")), rulings=("doe, jane=doe, jane",))
    assert not plan.problems
    assert who(course) == ["doe", "jane"]


def test_collect_never_mixes_two_people(course, tmp_path):
    files = {
        "Jane Doe/Claims/Version 1/x.ipynb": filled("Jane Doe"),
        "Jané Doe/Claims/Version 1/x.ipynb": filled("Jané Doe", texts={f"{CLAIMS}-why": "x"}),
        "John Roe/Claims/Version 1/x.ipynb": filled("John Roe"),
    }
    source = write(tmp_path / "x.zip", zipped(files))
    plan = collect(course, source)
    assert who(course) == ["John-Roe"]
    assert len(plan.problems) == 2
    plan = collect(course, source, rulings=("jane doe=jane1", "jané doe=jane2"))
    assert not plan.problems, plan.problems
    assert who(course) == ["John-Roe", "jane1", "jane2"]


def test_collect_never_mixes_namesakes_of_moodle(course, tmp_path):
    two = [evolve(JANE, number=1), evolve(JANE, number=2, data=filled("Jane Doe", texts={f"{CLAIMS}-why": "x"}))]
    source = write(tmp_path / "x.zip", zipped(piles.moodle([*two, JOHN])))
    assert len(collect(course, source).problems) == 2
    assert who(course) == ["John-Roe"]
    assert not collect(course, source, rulings=("Jane Doe_1=jane-a", "Jane Doe_2=jane-b")).problems
    assert who(course) == ["John-Roe", "jane-a", "jane-b"]


def test_collect_knows_one_student_of_moodle_by_name_over_assignments(course, tmp_path):
    """Moodle gives the same student another number in each assignment."""
    one = write(tmp_path / "a.zip", zipped(piles.moodle([JANE])))
    two = write(
        tmp_path / "b.zip", zipped(piles.moodle([evolve(JANE, number=999, data=notebook(WORDS, who="Jane Doe"))]))
    )
    assert not collect(course, one, two).problems
    assert who(course) == ["Jane-Doe"]


@pytest.mark.parametrize("word", ["Participant", "Teilnehmer", "Whoever"])
def test_collect_tells_blind_marking_from_namesakes(course, tmp_path, word):
    many = [HandIn(word, filled("", texts={f"{CLAIMS}-why": str(n)}), "", n) for n in range(11, 15)]
    plan = collect(course, write(tmp_path / "x.zip", zipped(piles.moodle(many))))
    assert not plan.problems
    assert who(course) == [f"{word}-{n}" for n in range(11, 15)]


def test_collect_keeps_the_id_a_canvas_account_got_first(course, tmp_path):
    collect(course, write(tmp_path / "a.zip", zipped(piles.canvas([JANE]))))
    married = HandIn("Jane Smith", filled("Jane Smith"), "", 101, attempt=2)
    plan = collect(course, write(tmp_path / "b.zip", zipped(piles.canvas([married]))))
    assert not plan.problems
    assert who(course) == ["doejane-101"]
    assert submitted(course)[f"doejane-101/{CLAIMS}/{CLAIMS}.ipynb"] == married.data


def test_collect_finds_a_mailed_file_its_student(course, tmp_path):
    collect(course, write(tmp_path / "a.zip", zipped(piles.canvas([JANE]))))
    collect(course, write(tmp_path / "x.ipynb", notebook(WORDS, who="Jane Doe")))
    assert who(course) == ["doejane-101"]


@pytest.mark.parametrize("name", ["$(touch x)", "`touch x`", 'a"; touch x; "', "!x", "a\\b%PATH%", "O'Brien & Co"])
def test_collect_suggests_no_command_that_a_shell_would_run(course, tmp_path, name):
    source = write(
        tmp_path / "x.zip",
        zipped({"x.ipynb": filled(f"{name}, Li Wu, A B"), **piles.teams([evolve(JANE, data=filled(name))])}),
    )
    people = roster(tmp_path, PLAIN)
    plan = collect(course, source, roster=people)
    suggested = [part for problem in plan.problems for part in problem.remedy.split('--as "')[1:]]
    assert suggested
    for part in suggested:
        ruling = part.split('"')[0]
        assert not set(ruling) & set('$`"\\!%;|<>*~')
    (theirs,) = [problem for problem in plan.problems if problem.who == "Jane Doe (jdoe)"]
    ruling = theirs.remedy.split('--as "')[1].split('"')[0]
    assert "jdoe" not in who(course)
    collect(course, source, roster=people, rulings=(ruling,))
    assert "jdoe" in who(course)


def test_collect_takes_rulings_that_make_sense_only(course, tmp_path):
    source = write(tmp_path / "x.ipynb", filled())
    for rule, says in (("x", "NAME=ID"), ("=x", "NAME=ID"), ("x=", "NAME=ID"), ("x=../y", "a student id has letters"), ("x=a,b,c,d,e", "NAME=ID")):  # fmt: skip
        with pytest.raises(Stopped, match=says):
            collect(course, source, rulings=(rule,))
    with pytest.raises(Stopped, match="has nobody who is 'zed'"):
        collect(course, source, rulings=("x=zed",), roster=roster(tmp_path, PLAIN))
    assert any("not needed" in note for note in collect(course, source, rulings=("Jimmy=jim",)).notes)


# Namesakes, and what was settled before

ANNAS = "id,name\nu13,Anna Schmidt\nu14,Anna Schmidt\nu15,Bo Li\n"


def annas() -> dict[str, bytes]:
    return {f"{n}.ipynb": filled("Anna Schmidt", texts={f"{CLAIMS}-why": n}) for n in ("a", "b")}


def rulings_of(plan: Plan) -> list[str]:
    """What the advice says to give to the command."""
    return [part.split('"')[0] for problem in plan.problems for part in problem.remedy.split('--as "')[1:2]]


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("listed", [False, True])
def test_collect_never_gives_two_students_of_one_name_one_hint(course, tmp_path, apart, listed):
    people = roster(tmp_path, ANNAS) if listed else None
    root = folder(tmp_path / "f", annas())
    sources = sorted(root.iterdir()) if apart else [root]
    plan = collect(course, *sources, roster=people)
    assert not submitted(course)
    assert rulings_of(plan) == ["a.ipynb=ID", "b.ipynb=ID"]
    if listed:
        assert "class.csv has two people of that name: u13, u14." in plan.problems[0].why
    plan = collect(course, *sources, roster=people, rulings=("a.ipynb=u13", "b.ipynb=u14"))
    assert not plan.problems
    assert submitted(course) == {f"u1{n}/{CLAIMS}/{CLAIMS}.ipynb": data for n, data in zip("34", annas().values(), strict=True)}  # fmt: skip
    before = everything(course.root)
    for again in (people, None):
        plan = collect(course, *sources, roster=again)
        assert (plan.problems, [one.action for one in plan.placements]) == ([], ["unchanged"] * 2)
        assert everything(course.root) == before


def test_collect_puts_no_two_files_on_one_of_two_namesakes(course, tmp_path):
    source, people = folder(tmp_path / "f", annas()), roster(tmp_path, ANNAS)
    plan = collect(course, source, roster=people, rulings=("Anna Schmidt=u13",))
    assert len(plan.problems) == 2
    assert not submitted(course)
    plan = collect(course, source, roster=people, rulings=("a.ipynb=u13", "Anna Schmidt=u14"))
    assert who(course) == ["u13"]
    assert rulings_of(plan) == ["b.ipynb=ID"]


def test_collect_takes_two_files_of_one_student_when_told_so(course, tmp_path):
    source = folder(tmp_path / "f", annas())
    plan = collect(course, source)
    (ruling,) = {problem.remedy.split('"')[3] for problem in plan.problems}
    plan = collect(course, source, rulings=(ruling,))
    assert not plan.problems
    assert plan.notes == [f"Anna-Schmidt has 2 different files of {CLAIMS} in f, and nothing says which is the last: b.ipynb counts."]  # fmt: skip
    assert who(course) == ["Anna-Schmidt"]
    assert not collect(course, source).problems


def test_collect_asks_again_when_another_file_of_that_name_comes(course, tmp_path):
    source = folder(tmp_path / "f", {"a.ipynb": annas()["a.ipynb"]})
    assert not collect(course, source).problems
    write(source / "b.ipynb", annas()["b.ipynb"])
    plan = collect(course, source)
    assert rulings_of(plan) == ["b.ipynb=ID"]
    assert [one.action for one in plan.placements] == ["unchanged"]


def test_collect_says_who_is_not_in_the_class_list(course, tmp_path):
    people = roster(tmp_path, ANNAS)
    plan = collect(course, write(tmp_path / "x.ipynb", filled("Zed Zulu")), roster=people)
    assert plan.problems[0].why == "'Zed Zulu' is typed in it. class.csv has nobody of that name."
    assert plan.problems[0].remedy == '--as "Zed Zulu=ID"'


def test_collect_refuses_two_rulings_for_one_name(course, tmp_path):
    source = write(tmp_path / "x.ipynb", filled("Anna Schmidt"))
    with pytest.raises(Stopped, match=r"two things of 'anna schmidt', u13 and u14: name each file"):
        collect(course, source, rulings=("Anna Schmidt=u13", "anna schmidt=u14"))
    assert not collect(course, source, rulings=("Anna Schmidt=u13", "anna schmidt=u13")).problems


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("lms", ["canvas", "moodle", "teams", "blackboard", "exchange"])
def test_collect_does_not_ask_twice(course, tmp_path, lms, listed):
    """What was settled by --as, --trust-lms or --assignment counts as unchanged when the same zip comes again."""
    people = roster(tmp_path, PLAIN) if listed else None
    wrong = evolve(JANE, data=filled("Nobody Known", texts={f"{CLAIMS}-why": "x"}), login="doe_jane")
    empty = HandIn("José Núñez", b"", "nunez", 103)
    source = write(tmp_path / "x.zip", zipped(getattr(piles, lms)([wrong, JOHN, empty])))
    first = collect(course, source, roster=people)
    assert len(first.problems) >= 2
    rulings = tuple(one.replace("=ID", "=jdoe") for one in rulings_of(first))
    assert not collect(course, source, roster=people, rulings=rulings, assignment=CLAIMS).problems
    before = everything(course.root)
    plan = collect(course, source, roster=people)
    assert not plan.problems
    assert not plan.changed
    assert [one.action for one in plan.placements] == ["unchanged"] * 3
    assert everything(course.root) == before


def test_collect_a_file_settled_for_one_is_not_settled_for_another(course, tmp_path):
    data = filled("Nobody Known")
    collect(course, write(tmp_path / "a.zip", zipped(piles.canvas([evolve(JANE, data=data)]))), trust_lms=True)
    plan = collect(course, write(tmp_path / "b.zip", zipped(piles.canvas([evolve(JOHN, data=data)]))))
    assert [problem.who for problem in plan.problems] == ["roejohn"]
    nameless = write(tmp_path / "x.ipynb", RELEASED.read_bytes())
    collect(course, nameless, rulings=("x.ipynb=ann",))
    assert not collect(course, nameless).problems
    assert len(collect(course, write(tmp_path / "y.ipynb", RELEASED.read_bytes())).problems) == 1


def test_collect_asks_again_for_a_group_until_all_are_known(course, tmp_path):
    source = write(tmp_path / "x.zip", zipped(piles.canvas([evolve(JANE, data=filled("Jane Doe, Nobody Else")), JOHN])))
    for people in (roster(tmp_path, PLAIN), None):
        for _ in range(2):
            assert [problem.who for problem in collect(course, source, roster=people).problems] == ["Nobody Else"]
    people = roster(tmp_path, PLAIN)
    collect(course, source, roster=people, rulings=("Nobody Else=nunez",))
    assert not collect(course, source, roster=people).problems
    assert who(course) == ["jdoe", "jroe", "nunez"]


@pytest.mark.parametrize("loose", [False, True])
def test_collect_advises_what_works_for_a_group_with_a_namesake(course, tmp_path, loose):
    people = roster(tmp_path, ANNAS + "jdoe,Jane Doe\n")
    group = [filled("Jane Doe, Anna Schmidt", texts={f"{CLAIMS}-why": n}) for n in "12"]
    attempts = [evolve(JANE, data=data, attempt=n) for n, data in enumerate(group, 1)]
    files = dict(zip(("1.ipynb", "2.ipynb"), group, strict=True)) if loose else piles.canvas(attempts)
    source = write(tmp_path / "x.zip", zipped(files))
    plan = collect(course, source, roster=people)
    assert who(course) == ["jdoe"]
    assert all(
        "two people of that name: u13, u14. For the others it counts." in problem.why for problem in plan.problems
    )
    rulings = tuple(one.replace("ID", "u14") for one in rulings_of(plan))
    assert set(rulings) == ({"1.ipynb=jdoe,u14", "2.ipynb=jdoe,u14"} if loose else {"doejane_101=jdoe,u14"})
    assert not collect(course, source, roster=people, rulings=rulings).problems
    assert who(course) == ["jdoe", "u14"]
    assert not collect(course, source, roster=people).problems


def test_collect_a_ruling_goes_before_what_was_settled(course, tmp_path):
    source, people = write(tmp_path / "x.ipynb", filled("")), roster(tmp_path, PLAIN)
    collect(course, source, roster=people, rulings=("x.ipynb=jdoe",))
    plan = collect(course, source, roster=people, rulings=("x.ipynb=jroe",))
    assert who(course) == ["jdoe", "jroe"]
    assert plan.notes == [f"x.ipynb was given to Jane Doe (jdoe) before and is John Roe (jroe)'s now: remove submitted/jdoe/{CLAIMS} if it is not Jane Doe (jdoe)'s, too."]  # fmt: skip
    shutil.rmtree(course.place("submitted", "jdoe"))
    plan = collect(course, source, roster=people)
    assert (plan.notes, plan.identical) == ([], [])
    assert who(course) == ["jroe"]


@pytest.mark.parametrize("name", ["CON", "nul", "Com1", "LPT9"])
def test_collect_calls_no_folder_what_windows_calls_a_device(course, tmp_path, name):
    collect(course, write(tmp_path / "x.ipynb", filled(name)))
    assert who(course) == [f"{name}-"]
    with pytest.raises(Stopped, match=f"'{name}-' would be one"):
        collect(course, tmp_path / "x.ipynb", rulings=(f"x.ipynb={name}",))
    assert not collect(course, tmp_path / "x.ipynb", rulings=(f"x.ipynb={name}-",)).problems


# What is no hand-in


@pytest.mark.parametrize("listed", [False, True])
def test_collect_names_students_who_sent_something_else(course, tmp_path, listed):
    people = roster(tmp_path, PLAIN + "nadia,Nadia Kowalska,\nomar,Omar Sy,\n") if listed else None
    before = "_assignsubmission_file_"
    files = {
        **piles.moodle([JANE, JOHN]),
        f"Nadia Kowalska_7{before}/essay.pdf": b"%PDF",
        f"Omar Sy_8{before}/{CLAIMS}.ipynb": b"",
        f"José Núñez_9{before.replace('file', 'onlinetext')}/onlinetext.html": b"<p>My answer.</p>",
        f"Jane Doe_101{before}/screen.png": b"PNG",
    }
    plan = collect(course, write(tmp_path / "x.zip", zipped(files)), roster=people)
    names = [named if listed else named.partition(" (")[0] for named in ("Nadia Kowalska (nadia)", "Omar Sy (omar)", "José Núñez (nunez)")]  # fmt: skip
    assert sorted(stray.sentence for stray in plan.strays) == sorted([
        f"{names[0]}: sent only essay.pdf", f"{names[1]}: sent only {CLAIMS}.ipynb (which is empty)",
        f"{names[2]}: sent only onlinetext.html (text typed into Moodle)",
    ])  # fmt: skip
    assert [name for name, _ in plan.foreign] == [f"Jane Doe_101{before}/screen.png"]
    assert [problem.who for problem in plan.problems] == [names[1]]
    assert plan.systems == 3
    assert plan.missing == ({CLAIMS: []} if listed else {})


def test_collect_counts_what_systems_add(course, tmp_path):
    for number, (files, systems) in enumerate(((piles.teams([JANE, JOHN]), 2), (piles.blackboard([JANE, JOHN]), 2), (piles.canvas([JANE]), 0))):  # fmt: skip
        plan = collect(course, write(tmp_path / f"{number}.zip", zipped(files)))
        assert (plan.systems, plan.foreign, plan.strays) == (systems, [], [])


def test_collect_does_not_call_missing_whose_file_waits(course, tmp_path):
    source = write(tmp_path / "x.zip", zipped(piles.canvas([evolve(JANE, data=filled("Nobody Known")), JOHN])))
    plan = collect(course, source, roster=roster(tmp_path, PLAIN))
    assert [problem.who for problem in plan.problems] == ["Jane Doe (jdoe)"]
    assert plan.missing == {CLAIMS: ["José Núñez (nunez)"]}


def test_collect_shows_extensions_of_moodles_worksheet(course, tmp_path):
    sheet = (
        "Identifier,Full name,Email address,Status,Grade\n"
        'Participant 101,Jane Doe,jane@x.org,"Submitted for grading, Extension granted until: Sunday, 22 November 2026, 6:00 PM",\n'
        'Participant 102,John Roe,john@x.org,"No submission, Extension granted until: bientôt",\n'
        "Participant 103,Ann Lee,ann@x.org,Submitted for grading,\n"
    )
    people = read_roster(write(tmp_path / "sheet.csv", sheet.encode()))
    source = write(tmp_path / "a.zip", zipped(piles.moodle([JANE])))
    plan = collect(course, source, roster=people, timezone="Europe/Berlin")
    assert plan.extensions == [
        "Jane Doe (jane): the LMS granted an extension until Sunday, 22 November 2026, 6:00 PM; give it with: "
        f'whosaidso extension {CLAIMS} jane --until "2026-11-22 17:00"',
        f'John Roe (john): the LMS granted an extension until bientôt; give it with: whosaidso extension {CLAIMS} john --until "YYYY-MM-DD HH:MM"',
    ]
    with session_of(course) as session:
        claims = session.query(Assignment).filter_by(name=CLAIMS).one()
        claims.duedate = datetime(2026, 11, 21, 17, 0)
        session.add(SubmittedAssignment(assignment_id=claims.id, student_id="jane", extension=timedelta(days=1)))
        session.commit()
    plan = collect(course, source, roster=people, timezone="Europe/Berlin")
    assert [sentence[:8] for sentence in plan.extensions] == ["John Roe"]


# When, and which attempt


def stamp(course: CourseFolder, student: str) -> str:
    path = course.place("submitted", student, CLAIMS) / "timestamp.txt"
    return path.read_text() if path.exists() else ""


def test_collect_takes_times_from_the_lms_alone(course, tmp_path):
    collect(course, write(tmp_path / "a.zip", zipped(piles.blackboard([JANE]))), timezone="Europe/Berlin")
    assert stamp(course, "jdoe") == "2026-11-20 13:33:12 UTC"
    collect(course, write(tmp_path / "b.zip", zipped(piles.canvas([JANE]))))
    assert stamp(course, "doejane-101") == ""
    collect(course, write(tmp_path / "c.zip", zipped(piles.exchange([evolve(JOHN, login="john")]))))
    assert stamp(course, "john") == "2026-11-20 14:33:12.123456 UTC"
    assert (course.place("submitted", "john", CLAIMS) / "submission_secret.txt").read_bytes() == b"5ec2e7"


def test_collect_does_not_believe_a_students_timestamp(course, tmp_path):
    files = {**piles.moodle([JANE]), "Jane Doe_101_assignsubmission_file_/timestamp.txt": b"2020-01-01 00:00:00 UTC"}
    collect(course, write(tmp_path / "a.zip", zipped(files)))
    assert stamp(course, "Jane-Doe") == ""
    inner = zipped(
        {
            f"submitted/x/{CLAIMS}/x.ipynb": filled("Ann Lee"),
            f"submitted/x/{CLAIMS}/timestamp.txt": b"2020-01-01 00:00:00 UTC",
        }
    )
    collect(course, write(tmp_path / "b.zip", zipped({"leeann_5_500_work.zip": inner})))
    assert stamp(course, "leeann-5") == ""


@pytest.mark.parametrize("text", [b"yesterday", b"", b"\xff\xfe", b"99999-01-01 00:00:00 UTC", b"x" * 5000])
def test_collect_survives_a_broken_timestamp(course, tmp_path, text):
    files = {**piles.exchange([JANE]), f"submitted/jdoe/{CLAIMS}/timestamp.txt": text}
    assert not collect(course, write(tmp_path / "a.zip", zipped(files))).problems
    assert stamp(course, "jdoe") == ""


def test_collect_reads_moodles_worksheet(course, tmp_path):
    sheet = (
        "Identifier,Full name,Email address,Status,Grade,Last modified (submission)\n"
        'Participant 101,Jane Doe,jane@x.org,Submitted,,"Friday, 20 November 2026, 2:33 PM"\n'
        "Participant 102,John Roe,john@x.org,Submitted,,-\n"
    )
    people = read_roster(write(tmp_path / "sheet.csv", sheet.encode()), timezone="Europe/Berlin")
    zips = [
        write(tmp_path / "a.zip", zipped(piles.moodle([JANE, JOHN]))),
        write(
            tmp_path / "b.zip", zipped(piles.moodle([evolve(JANE, number=555, data=notebook(WORDS, who="Jane Doe"))]))
        ),
    ]
    plan = collect(course, *zips, roster=people)
    assert not plan.problems
    times = {(attempt.student, attempt.assignment): attempt.time for attempt in plan.attempts}
    assert times == {("jane", CLAIMS): "2026-11-20T13:33:00", ("john", CLAIMS): "", ("jane", WORDING): ""}


def test_collect_says_how_late_by_nbgraders_dates(course, tmp_path):
    with session_of(course) as session:
        claims = session.query(Assignment).filter_by(name=CLAIMS).one()
        claims.duedate = datetime(2026, 11, 18, 14, 0)
        session.add_all([Student(id="jdoe"), Student(id="jroe")])
        session.flush()
        session.add(SubmittedAssignment(assignment_id=claims.id, student_id="jroe", extension=timedelta(days=7)))
        session.commit()
    plan = collect(course, write(tmp_path / "a.zip", zipped(piles.blackboard([JANE, JOHN]))))
    assert [(one.student, one.by) for one in plan.late] == [("jdoe", timedelta(days=2, minutes=33, seconds=12))]
    plan = collect(course, write(tmp_path / "b.zip", zipped(piles.canvas([evolve(JANE, late=True)]))))
    assert [(one.student, one.by) for one in plan.late] == [("doejane-101", timedelta())]


def version(number: int, **more: object) -> HandIn:
    data = filled("Jane Doe", texts={f"{CLAIMS}-why": f"version {number}"})
    return HandIn("Jane Doe", data, "jdoe", 101, attempt=number, when=datetime(2026, 11, number, 9, 0), **more)


BUILDERS = {"canvas": piles.canvas, "teams": piles.teams, "blackboard": piles.blackboard, "exchange": piles.exchange}
IDS = {"canvas": "doejane-101", "teams": "Jane-Doe", "blackboard": "jdoe", "exchange": "jdoe"}


@pytest.mark.parametrize("lms", BUILDERS)
@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1), (3, 2, 1), (2, 12, 3)])
def test_collect_counts_the_last_attempt_whatever_comes_first(course, tmp_path, lms, order):
    for number in order:
        collect(course, write(tmp_path / f"{number}.zip", zipped(BUILDERS[lms]([version(number)]))))
    assert submitted(course)[f"{IDS[lms]}/{CLAIMS}/{CLAIMS}.ipynb"] == version(max(order)).data
    assert len(list((course.attempts / IDS[lms] / CLAIMS).iterdir())) == 3
    if lms in ("canvas", "teams", "blackboard"):
        together = {name: data for number in order for name, data in BUILDERS[lms]([version(number)]).items()}
        plan = collect(course, write(tmp_path / "all.zip", zipped(together)))
        assert [placement.action for placement in plan.placements] == ["unchanged"]
        assert len(read_index(course)) == 3


def test_collect_counts_the_later_collected_where_nothing_else_is_known(course, tmp_path):
    for number in (1, 2):
        collect(course, write(tmp_path / f"{number}.zip", zipped(piles.moodle([version(number)]))))
    assert submitted(course)[f"Jane-Doe/{CLAIMS}/{CLAIMS}.ipynb"] == version(2).data
    collect(course, tmp_path / "1.zip")
    assert submitted(course)[f"Jane-Doe/{CLAIMS}/{CLAIMS}.ipynb"] == version(2).data


def test_collect_counts_a_first_version_that_was_handed_in_again(course, tmp_path):
    again = evolve(version(3), data=version(1).data)
    for number, one in enumerate((version(1), version(2), again)):
        collect(course, write(tmp_path / f"{number}.zip", zipped(piles.canvas([one]))))
    assert submitted(course)[f"doejane-101/{CLAIMS}/{CLAIMS}.ipynb"] == version(1).data
    assert [attempt.order[-1] for attempt in read_index(course)] == ["1", "2", "3"]


def test_collect_mends_times_when_told_the_right_clock(course, tmp_path):
    source = write(tmp_path / "a.zip", zipped(piles.blackboard([JANE])))
    collect(course, source)
    assert stamp(course, "jdoe") == "2026-11-20 14:33:12 UTC"
    plan = collect(course, source, timezone="Europe/Berlin")
    assert [placement.action for placement in plan.placements] == ["updated"]
    assert stamp(course, "jdoe") == "2026-11-20 13:33:12 UTC"
    assert len(read_index(course)) == 1


def test_collect_index_holds_any_name(course, tmp_path):
    name = "Jane\u2028\x85Doe\u202e 🦊"
    source = write(tmp_path / "x.zip", zipped(piles.teams([evolve(JANE, name=name, data=filled(""))])))
    collect(course, source)
    (attempt,) = read_index(course)
    assert attempt.lms_name == name
    assert attempt.path == f"Submitted files/{name}/Claims/Version 1/{CLAIMS}.ipynb"
    assert len((course.attempts / "index.jsonl").read_text().splitlines()) == 1
    assert not collect(course, source).changed


@pytest.mark.parametrize("lms", BUILDERS)
def test_collect_the_same_pile_again_adds_nothing(course, tmp_path, lms):
    source = write(tmp_path / "a.zip", zipped(BUILDERS[lms]([version(1), version(2)])))
    collect(course, source)
    before = everything(course.root)
    plan = collect(course, source)
    assert not plan.changed
    assert everything(course.root) == before


def test_collect_keeps_what_it_finds_in_submitted(course, tmp_path):
    mine = write(course.place("submitted", "doejane-101", CLAIMS) / f"{CLAIMS}.ipynb", filled("put here by hand"))
    write(mine.parent / "timestamp.txt", b"2026-01-01 00:00:00 UTC")
    before = mine.read_bytes()
    plan = collect(course, write(tmp_path / "a.zip", zipped(piles.canvas([JANE]))))
    assert [placement.action for placement in plan.placements] == ["updated"]
    assert mine.read_bytes() == JANE.data
    assert stamp(course, "doejane-101") == ""
    kept, new = read_index(course)
    assert (kept.layout, new.layout) == ("submitted", "canvas")
    assert (course.attempts / kept.file).read_bytes() == before


def test_collect_restores_what_was_deleted_from_submitted(course, tmp_path):
    source = write(tmp_path / "a.zip", zipped(piles.canvas([JANE, JOHN])))
    collect(course, source)
    shutil.rmtree(course.place("submitted", "doejane-101"))
    shutil.rmtree(course.attempts / "roejohn-102")
    collect(course, source)
    assert who(course) == ["doejane-101", "roejohn-102"]
    assert (course.attempts / read_index(course)[1].file).read_bytes() == JOHN.data


ATTEMPTS = st.lists(
    st.builds(
        lambda n, time, order, layout, shared: Attempt("s", "a", f"{n}", f"{n}", layout=layout, time=time, order=order, shared=shared),
        st.integers(0, 9),
        st.sampled_from(["", "2026-11-20T10:00:00", "2026-11-21T10:00:00"]),
        st.sampled_from(["", "9", "10"]),
        st.sampled_from(["canvas", "teams"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip


@given(ATTEMPTS)
def test_collect_a_group_never_replaces_an_own_hand_in(attempts):
    counts = which_counts(attempts)
    assert counts in attempts
    own = [attempt for attempt in attempts if not attempt.shared]
    assert not (own and counts.shared)
    if all(attempt.time for attempt in attempts):
        assert counts.time == max(attempt.time for attempt in own or attempts)


# Worth a look


def test_collect_reports_one_file_from_two_students(course, tmp_path):
    same = filled("")
    files = piles.canvas(
        [
            evolve(JANE, data=same),
            evolve(JOHN, data=same),
            HandIn("Al Bo", RELEASED.read_bytes(), "", 3),
            HandIn("Cy Do", RELEASED.read_bytes(), "", 4),
        ]
    )
    plan = collect(course, write(tmp_path / "x.zip", zipped(files)))
    assert plan.identical == [
        f"{CLAIMS}: doejane-101 and roejohn-102 handed in the same file. Look at them side by side."
    ]


def test_collect_reports_a_groups_file_only_from_a_stranger(course, tmp_path):
    people = roster(tmp_path, PLAIN)
    group = evolve(JANE, data=filled("Jane Doe, John Roe"))
    assert not collect(course, write(tmp_path / "a.zip", zipped(piles.canvas([group]))), roster=people).identical
    stranger = HandIn("José Núñez", group.data, "", 103)
    plan = collect(course, write(tmp_path / "b.zip", zipped(piles.canvas([stranger]))), roster=people, trust_lms=True)
    assert plan.identical == [
        f"{CLAIMS}: Jane Doe (jdoe) and José Núñez (nunez) handed in the same file. Look at them side by side."
    ]


ANSWER = {f"{CLAIMS}-1-answer": 'claims = {"c03": {"verdict": "not_shown"}}'}


def test_collect_reports_one_text_from_two_students(course, tmp_path):
    short = {f"{CLAIMS}-why": "Too short to mean a thing."}
    files = piles.canvas([
        evolve(JANE, data=filled("Jane Doe", answers=ANSWER, texts={f"{CLAIMS}-why": LONG})),
        evolve(JOHN, data=filled("John Roe", texts={f"{CLAIMS}-why": f"  {LONG.upper()}!\n"})),
        HandIn("Al Bo", filled("Al Bo", answers=ANSWER, texts=short), "", 3),
        HandIn("Cy Do", filled("Cy Do", texts=short), "", 4),
    ])  # fmt: skip
    plan = collect(course, write(tmp_path / "x.zip", zipped(files)))
    assert plan.identical == [
        f"{CLAIMS}: doejane-101 and roejohn-102 handed in the same written text, word for word. Look at them side by side."
    ]


HEAD = "# mosul-claims-1: written by the form above; what you type here yourself, the form takes up\n"


@pytest.mark.parametrize(
    ("cells", "other", "named"),
    [
        ({f"{CLAIMS}-why": "I don't know."}, {f"{CLAIMS}-why": "i don’t know"}, True),
        ({f"{CLAIMS}-why": "???"}, {f"{CLAIMS}-why": "???"}, True),
        ({f"{CLAIMS}-why": "I don't know."}, {f"{CLAIMS}-why": "I do not know."}, False),
        ({f"{CLAIMS}-why": "Same.", f"{CLAIMS}-2-answer": "claims = {}"}, {f"{CLAIMS}-why": "Same."}, False),
        ({}, {}, False),
        ({f"{CLAIMS}-why": "YOUR ANSWER HERE\n"}, {f"{CLAIMS}-why": "  "}, False),
        ({f"{CLAIMS}-1-answer": HEAD + 'claims = {"c03": "#1"}'}, {f"{CLAIMS}-1-answer": 'claims = {"c03": "#1"}'}, False),
        ({f"{CLAIMS}-1-answer": HEAD + 'claims = {"c03": "#1"}'},) * 2 + (False,),
        ({f"{CLAIMS}-1-answer": "# my guess\nclaims = {}"}, {f"{CLAIMS}-1-answer": "claims = {}  # My guess"}, True),
        ({f"{CLAIMS}-1-answer": "# my guess\nclaims = {}"}, {f"{CLAIMS}-1-answer": "claims = {}"}, False),
        ({f"{CLAIMS}-1-answer": 'claims = {}\ndifferently = {"c03": {"why": "x"}}'},) * 2 + (True,),
        ({f"{CLAIMS}-1-answer": "claims = {}\ndifferently = {}"},) * 2 + (False,),
    ],
)  # fmt: skip
def test_collect_reports_copies_with_only_the_name_changed(course, tmp_path, cells, other, named):
    files = piles.canvas(
        [
            evolve(JANE, data=filled("Jane Doe", answers={**ANSWER, **cells})),
            evolve(JOHN, data=filled("John Roe", answers={**ANSWER, **other})),
        ]
    )
    plan = collect(course, write(tmp_path / "x.zip", zipped(files)))
    said = f"{CLAIMS}: doejane-101 and roejohn-102 handed in the same answers and texts, word for word. Look at them side by side."
    assert plan.identical == [said] * named


# Nothing but the course is written, all of it or none


def test_collect_dry_run_writes_nothing(course, tmp_path):
    before = everything(course.root)
    plan = collect(
        course, write(tmp_path / "x.zip", zipped(piles.canvas([JANE]))), roster=roster(tmp_path, PLAIN), dry=True
    )
    assert plan.changed
    assert everything(course.root) == before


def test_collect_can_be_undone(course, tmp_path):
    def state() -> dict[str, bytes]:
        return {
            path: data
            for path, data in everything(course.root).items()
            if not path.startswith("backups/") and not path.endswith(".db")
        }

    before = state()
    collect(course, write(tmp_path / "x.zip", zipped(piles.exchange([JANE, JOHN]))))
    undo(course)
    assert state() == before
    with session_of(course) as session:
        assert not session.query(Student).count()


class Killed(BaseException):
    pass


@pytest.mark.parametrize("step", [0, 2, 4, 6, 7])
def test_collect_killed_and_started_again_ends_the_same(course, tmp_path, monkeypatch, step):
    source = write(tmp_path / "x.zip", zipped(piles.blackboard([version(1), version(2), JOHN])))
    other = Path(shutil.copytree(course.root, tmp_path / "undisturbed"))
    undisturbed = read_course(other)
    collect(undisturbed, source)
    from whosaidso.grading.collect import write as writing

    done = 0
    really = writing.write_whole

    def stumbling(*given: object) -> None:
        nonlocal done
        done += 1
        if done > step:
            raise Killed
        really(*given)

    monkeypatch.setattr(writing, "write_whole", stumbling)
    monkeypatch.setattr(writing, "write_index", stumbling)
    # a real kill takes nothing back
    monkeypatch.setattr(writing.Backup, "__exit__", lambda self, *error: self.lock.release())
    with pytest.raises(Killed):
        collect(course, source)
    monkeypatch.undo()
    collect(course, source)
    assert submitted(course) == submitted(undisturbed)
    assert everything(course.attempts) == everything(undisturbed.attempts)


def test_collect_takes_everything_back_after_an_error(course, tmp_path, monkeypatch):
    collect(course, write(tmp_path / "a.zip", zipped(piles.canvas([version(1)]))))
    before = {path: data for path, data in everything(course.root).items() if not path.startswith("backups/")}
    from whosaidso.grading.collect import write as writing

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "x")

    monkeypatch.setattr(writing, "write_index", full)
    with pytest.raises(Stopped, match=r"No space left on device.*taken back"):
        collect(course, write(tmp_path / "b.zip", zipped(piles.canvas([version(2), JOHN]))))
    after = {path: data for path, data in everything(course.root).items() if not path.startswith("backups/")}
    assert {path for path in after if after[path] != before.get(path)} <= {"whosaidso-gradebook.db"}
    assert set(after) == set(before)
    with session_of(course) as session:
        assert [student.id for student in session.query(Student)] == ["doejane-101"]


def test_collect_notices_a_source_that_changes_meanwhile(course, tmp_path):
    source = folder(tmp_path / "f", {"x.ipynb": filled()})
    with open_sources(course, [source]) as opened:
        plan = make_plan(course, opened, Choices())
        write(source / "x.ipynb", filled("Jane Doe", texts={f"{CLAIMS}-why": "x"}))
        with pytest.raises(Stopped, match="was changed while it was collected"):
            carry_out(course, plan)
    assert not submitted(course)


@pytest.mark.parametrize(
    ("place", "says"),
    [("", "belongs to this course"), ("submitted", "belongs to this course"), ("submitted/jdoe", "belongs to this course"), ("attempts", "belongs to this course"), ("nowhere.zip", "is not there"), ("inbox", "There is no file")],
)  # fmt: skip
def test_collect_refuses_what_cannot_be_meant(course, place, says):
    for name in ("submitted/jdoe", "attempts", "inbox"):
        (course.root / name).mkdir(parents=True, exist_ok=True)
    with pytest.raises(Stopped, match=says):
        collect(course, course.root / place)


def test_collect_reads_a_folder_in_the_course_and_another_courses_submitted(course, tmp_path):
    source = write(course.root / "downloads" / "x.zip", zipped(piles.canvas([JANE])))
    collect(course, source.parent)
    other = tmp_path / "old-course"
    folder(
        other,
        {
            "nbgrader_config.py": b"raise SystemExit('never run')",
            "solutions/x.ipynb": filled("Eve"),
            **piles.exchange([JOHN]),
        },
    )
    collect(course, other)
    assert who(course) == ["doejane-101", "jroe"]


def test_collect_a_folder_around_the_course_leaves_the_course_alone(course, tmp_path):
    write(course.place("submitted", "eve", CLAIMS) / f"{CLAIMS}.ipynb", filled("Eve Adams"))
    write(tmp_path / "jane.ipynb", filled())
    collect(course, tmp_path)
    assert who(course) == ["Jane-Doe", "eve"]
    assert len(read_index(course)) == 1


def test_collect_stops_without_a_release_or_with_a_wrong_word(course, tmp_path):
    source = write(tmp_path / "x.ipynb", filled())
    with pytest.raises(Stopped, match="--assignment 'x' is not released"):
        collect(course, source, assignment="x")
    with pytest.raises(Stopped, match="is no time zone"):
        collect(course, source, timezone="Moon/Sea")
    with pytest.raises(Stopped, match="Name what is to be collected"):
        collect(course)
    write(course.attempts / "index.jsonl", b'{"x": 1}\n')
    with pytest.raises(Stopped, match=r"Line 1 of .* cannot be read"):
        collect(course, source)
    shutil.rmtree(course.root / "exercises")
    with pytest.raises(Stopped, match="run `whosaidso release` first"):
        collect(course, source)


def test_collect_goes_on_after_what_it_refuses(course, tmp_path):
    files = {**piles.canvas([JANE]), "../../evil.ipynb": filled("Eve"), "bomb_5_500_x.ipynb": b"\0" * 5_000_000}
    plan = collect(course, write(tmp_path / "x.zip", zipped(files)), write(tmp_path / "bad.zip", b"PK\3\4 no"))
    assert who(course) == ["doejane-101"]
    assert len(plan.problems) == 3
    assert not (tmp_path / "evil.ipynb").exists()


HOSTILE = st.text(st.sampled_from('./\\:_ \0aé\u202eA1-~$*?"<>|\n') | st.characters(), min_size=1, max_size=40)


@given(paths=st.lists(HOSTILE, min_size=1, max_size=4), names=st.lists(HOSTILE, min_size=4, max_size=4), lms=st.sampled_from(["", "canvas", "moodle", "teams", "exchange", "blackboard"]))  # fmt: skip
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_collect_writes_nothing_outside_its_places(course, tmp_path, paths, names, lms):
    entries = []
    for path, name in zip(paths, names, strict=False):
        one = HandIn(name, filled(name.encode("utf-8", "replace").decode()), name, 7)
        entries += list(getattr(piles, lms)([one]).items()) if lms else []
        entries.append((path, one.data))
    try:
        data = zipped([(name.encode("utf-8", "replace").decode(), data) for name, data in entries])
    except (ValueError, UnicodeError):
        return
    source = write(tmp_path / "x.zip", data)
    outside = {path for path in everything(tmp_path) if not path.startswith("course/")}
    try:
        plan = collect(course, source)
    except Stopped:
        plan = None
    assert {path for path in everything(tmp_path) if not path.startswith("course/")} == outside
    inside = {Path(path).parts[0] for path in everything(course.root)}
    assert inside <= {"submitted", "attempts", "backups", "exercises", "nbgrader_config.py", "whosaidso-gradebook.db"}
    for placement in plan.placements if plan else ():
        assert set(placement.student) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    assert all(len(Path(path).parts) == 3 for path in submitted(course))


@given(st.text(max_size=60))
def test_collect_splits_names_without_losing_one(typed):
    names = split_names(typed)
    assert all(name == name.strip() and name for name in names)
    assert len(names) == len(set(names))
    for name in names:
        assert name in typed
        assert is_code(name) in (True, False)


# The command


def cli(course: CourseFolder, *words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["collect", *map(str, words), "--course", str(course.root)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_collect_command_says_what_it_did(course, tmp_path):
    people = write(tmp_path / "class.csv", PLAIN.encode())
    source = write(tmp_path / "x.zip", zipped({**piles.canvas([JANE, evolve(JOHN, late=True)]), "a.pdf": b"%PDF"}))
    code, said = cli(course, source, "--roster", people, "--json")
    assert code == 0
    for words in (
        f"{CLAIMS} │ 2        │ 2",
        "3 files looked at, 2 hand-ins placed under submitted/.",
        "Late (extensions are counted)\n  John Roe (jroe), mosul-claims: late by the word of the LMS, which does not say how late",
        "Not handed in, mosul-claims (1)\n  José Núñez (nunez)",
        "José Núñez",
        "a.pdf",
    ):
        assert words in said
    assert json.loads(said.splitlines()[-1]) == {
        "dry_run": False, "files": 3, "placed": 2, "new": 2, "updated": 0, "unchanged": 0, "late": 1, "late_by_flag": 1, "attention": 0,
        "not_handed_in": {CLAIMS: 1}, "sent_something_else": 0, "identical": 0, "foreign": 1, "of_the_lms": 0, "uncompared": 0,
    }  # fmt: skip


def test_collect_command_ends_with_1_where_something_needs_attention(course, tmp_path):
    source = write(tmp_path / "x.zip", zipped({**piles.canvas([JANE]), "[red]\x1b[2J\u202e.ipynb": b""}))
    code, said = cli(course, source, "--dry-run")
    assert code == 1
    assert "[red]\ufffd[2J\ufffd.ipynb" in said
    assert "1 thing needs attention, listed above. Nothing was written." in said
    assert not course.place("submitted").exists()
    code, said = cli(course, source)
    assert "All the rest is done." in said
    assert who(course) == ["doejane-101"]


def test_collect_command_cuts_long_lists_unless_asked(course, tmp_path):
    source = write(tmp_path / "x.zip", zipped({**piles.canvas([JANE]), **{f"{n:03d}.txt": b"x" for n in range(50)}}))
    assert "… and 30 more: --all lists them." in cli(course, source)[1]
    assert "049.txt" in cli(course, source, "--all")[1]
    assert "049.txt" in cli(course, source, "--verbose")[1]


def test_collect_command_says_each_advice_once_and_counts_rightly(course, tmp_path):
    others = [HandIn(name, filled("Zed Zulu"), "", n) for n, name in enumerate(("Al Bo", "Cy Do", "Ed Fo"), 201)]
    source = write(tmp_path / "x.zip", zipped(piles.canvas([JANE, *others])))
    code, said = cli(course, source, "--dry-run")
    assert code == 1
    assert "Needs attention (3)\n  The LMS says one name, and another is typed (3)\n" in said
    assert said.count("--trust-lms") == 1
    assert "4 files looked at, 1 hand-in would be placed." in said
    single = write(tmp_path / "jane.ipynb", filled("Jane Q. Doe"))
    assert "1 file looked at, 1 hand-in would be placed." in cli(course, single, "--dry-run")[1]
    assert "1 file looked at, 1 hand-in placed under submitted/." in cli(course, single)[1]
    assert "1 file looked at, 1 hand-in unchanged." in cli(course, single)[1]
    assert "Times were read" not in said


def test_collect_command_says_how_late_and_by_which_clock(course, tmp_path):
    with session_of(course) as session:
        session.query(Assignment).filter_by(name=CLAIMS).one().duedate = datetime(2026, 11, 19, 0, 33)
        session.commit()
    source = write(tmp_path / "a.zip", zipped(piles.blackboard([JANE])))
    said = cli(course, source, "--dry-run")[1]
    assert "Late (extensions are counted)\n  jdoe, mosul-claims: 1 day 14 hours late" in said
    assert "Times were read as UTC; --timezone Europe/Berlin changes that." in said
    assert "Times were read as Europe/Berlin.\n" in cli(course, source, "--timezone", "Europe/Berlin")[1]


def test_collect_command_stops_in_one_sentence(course, tmp_path):
    code, said = cli(course, tmp_path / "gone.zip")
    assert code == 1
    assert said.strip().endswith("is not there; see that the path is right. Nothing was collected.")


def test_collect_a_class_is_quick_and_small(course, tmp_path):
    source = write(tmp_path / "x.zip", zipped(piles.canvas(class_of(200, RELEASED))))
    started = os.times().user
    plan = collect(course, source)
    assert not plan.problems
    assert len(who(course)) == 200
    assert os.times().user - started < 6  # a tenth of that on an idle machine


def test_a_display_name_is_no_markup_in_the_gradebook():
    from whosaidso.grading.collect.students import Enrolled, rows_for

    rows = rows_for(Enrolled({}, {}, {}), None, {"eve": ("Eve <img src=x onerror=run()> $\\href{x}{y}$", "7")})
    told = " ".join(rows["eve"].values())
    assert "<" not in told
    assert "\\" not in told
    assert "Eve" in told
