"""`whosaidso grade` as an instructor uses it: a class, a correction, a new hand-in, an appeal, an undo."""

import json
import shutil
import sqlite3
from datetime import datetime, timedelta

import pytest
import tomlkit
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from tests.course.courses import GRADEBOOK, cell_of, gradebook_records, hand_in, model, released, run
from whosaidso.cli import app

ASSIGNMENT = "mosul-claims"
CHECK, WHY = "mosul-claims-1-check", "mosul-claims-why"
ANSWER = "mosul-claims-1-answer"
STUDENTS = ("anna", "bilal", "cem")


def whosaidso(course, *words, code=0):
    """Run the command and return what it prints, errors after the rest."""
    done = CliRunner().invoke(app, [*words, "--course", str(course)])
    assert done.exit_code == code, done.output
    return done.output


def answer_with(notebook, item, judgement):
    """Replace the judgement of one claim in a model hand-in."""
    cell = cell_of(notebook, ANSWER)
    names: dict = {}
    exec(cell.source, names)  # our own model answer
    names["claims"][item] = judgement
    cell.source = f"claims = {names['claims']!r}"
    return notebook


def text_of(notebook, words):
    cell_of(notebook, WHY).source = words
    return notebook


WRONG = {"verdict": "supported", "evidence": ["r021"]}


@pytest.fixture
def handed(course):
    """A course with three hand-ins: a model, one with a wrong claim, an untouched one."""
    hand_in(course, "anna", ASSIGNMENT, text_of(model(course, ASSIGNMENT), "I asked who could know."))
    hand_in(course, "bilal", ASSIGNMENT, answer_with(model(course, ASSIGNMENT), "c06", WRONG))
    hand_in(course, "cem", ASSIGNMENT, released(course, ASSIGNMENT))
    return course


def mark_by_hand(course, student, points, comment="Good."):
    with Gradebook(f"sqlite:///{course / GRADEBOOK}") as gradebook:
        place = (WHY, ASSIGNMENT, ASSIGNMENT, student)
        grade = gradebook.find_grade(*place)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.find_comment(*place).manual_comment = comment
        gradebook.db.commit()


def grade_of(course, student, cell):
    return gradebook_records(course)[ASSIGNMENT, student, ASSIGNMENT, cell, "grade"]


def files(folder):
    """Return every file of a course but the lock that keeps commands from writing at once."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != "backups/.lock"}


def snapshot(course):
    return {name: data for name, data in files(course).items() if not name.startswith("backups/")}


def outcome_lines(course):
    text = (course / "outcomes" / f"{ASSIGNMENT}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_a_class_is_graded_and_the_rest_is_said(handed):
    hand_in(handed, "dora", ASSIGNMENT, b"<html>Log in</html>")
    said = whosaidso(handed, "grade", "--json", code=1)
    assert "dora. mosul-claims.ipynb is a web page under a notebook's name" in said
    figures = json.loads(said.splitlines()[-1])
    assert [figures[0][key] for key in ("hand_ins", "graded", "new", "waiting")] == [4, 3, 3, 2]
    assert grade_of(handed, "anna", CHECK)[0] == 12
    assert 0 < grade_of(handed, "bilal", CHECK)[0] < 12
    assert grade_of(handed, "cem", CHECK)[:4] == (0.0, None, None, False)
    assert grade_of(handed, "cem", WHY)[:4] == (0.0, None, None, False)
    assert (ASSIGNMENT, "dora", ASSIGNMENT, CHECK, "grade") not in gradebook_records(handed)
    lines = outcome_lines(handed)
    assert [line["student"] for line in lines if line["of"] == "hand-in"] == ["anna", "bilal", "cem", "dora"]
    assert [line["read"] for line in lines if line["of"] == "hand-in"] == [True, True, True, False]
    items = next(line["items"] for line in lines if line["of"] == "task" and line["student"] == "bilal")
    assert {item["id"]: item["credit"] for item in items}["c06"] == 0
    assert "reason" not in items[0], "outcomes tell what came of an answer, and not why the key says so"


def test_grading_again_changes_nothing_and_keeps_no_backup(handed):
    whosaidso(handed, "grade")
    before = files(handed)
    said = whosaidso(handed, "grade")
    assert "nothing was written" in said
    assert files(handed) == before


def test_a_dry_run_writes_nothing(handed):
    before = files(handed)
    assert "Nothing was written" in whosaidso(handed, "grade", "--dry-run")
    assert files(handed) == before


def test_a_corrected_key_moves_marks_and_leaves_those_given_by_hand(handed):
    whosaidso(handed, "grade")
    mark_by_hand(handed, "anna", 4.5)
    before = grade_of(handed, "bilal", CHECK)[0]
    path = handed / "solutions" / ASSIGNMENT / "gold.toml"
    gold = tomlkit.parse(path.read_text(encoding="utf-8"))
    row = next(row for row in gold["claim"] if row["id"] == "c06")
    row["accept_full"] = [{"verdict": "supported", "usable": [["r021"]]}]
    path.write_text(tomlkit.dumps(gold), encoding="utf-8")

    said = whosaidso(handed, "grade", "--dry-run")
    assert "bilal" in said
    assert "the key or a ruling has changed: c06 0 → 1" in said
    assert grade_of(handed, "bilal", CHECK)[0] == before
    whosaidso(handed, "grade")
    assert grade_of(handed, "bilal", CHECK)[0] == 12
    assert grade_of(handed, "anna", WHY)[:4] == (None, 4.5, None, False)
    assert gradebook_records(handed)[ASSIGNMENT, "anna", ASSIGNMENT, WHY, "comment"] == (None, "Good.")


def test_a_text_that_changed_after_marking_is_listed_and_its_mark_kept(handed):
    whosaidso(handed, "grade")
    mark_by_hand(handed, "anna", 4.5)
    hand_in(handed, "anna", ASSIGNMENT, text_of(model(handed, ASSIGNMENT), "Something else."))
    said = whosaidso(handed, "grade")
    assert "mark again" in said
    assert f"{ASSIGNMENT}: anna, {WHY}" in said
    assert grade_of(handed, "anna", WHY)[:4] == (None, 4.5, None, True)
    assert "mark again" not in whosaidso(handed, "grade")
    assert grade_of(handed, "anna", WHY)[3], "it waits until somebody has looked"


def test_an_answer_made_by_code_waits_for_a_person_once(handed):
    notebook = model(handed, ASSIGNMENT)
    cell_of(notebook, ANSWER).source = "claims = dict(c01='supported')"
    hand_in(handed, "eve", ASSIGNMENT, notebook)
    assert "computed answer" in whosaidso(handed, "grade")
    assert grade_of(handed, "eve", CHECK)[:4] == (0.0, None, None, True)
    with Gradebook(f"sqlite:///{handed / GRADEBOOK}") as gradebook:
        grade = gradebook.find_grade(CHECK, ASSIGNMENT, ASSIGNMENT, "eve")
        grade.manual_score, grade.needs_manual_grade = 6.0, False
        gradebook.db.commit()
    whosaidso(handed, "grade")
    assert grade_of(handed, "eve", CHECK)[:4] == (0.0, 6.0, None, False)


def test_late_by_nbgraders_due_date_and_the_students_extension(handed):
    due = datetime(2026, 11, 20, 12)
    with Gradebook(f"sqlite:///{handed / GRADEBOOK}") as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=due)
    for student in ("anna", "bilal"):
        when = (due + timedelta(hours=30)).strftime("%Y-%m-%d %H:%M:%S UTC")
        (handed / "submitted" / student / ASSIGNMENT / "timestamp.txt").write_text(when)
    (handed / "submitted" / "cem" / ASSIGNMENT / "timestamp.txt").write_text("the other day")
    config = handed / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    said = whosaidso(handed, "grade", code=1)
    assert "anna, 1 day 6 hours late (2 late days)" in said
    assert "timestamp.txt holds no date" in said
    records = gradebook_records(handed)
    assert records[ASSIGNMENT, "anna", ASSIGNMENT, "", "notebook"][1] == 24
    more = whosaidso(handed, "extension", ASSIGNMENT, "anna", "--until", "2026-11-22 12:00")
    assert "until 2026-11-22 12:00 (UTC); it was due 2026-11-20 12:00" in more
    assert gradebook_records(handed)["submission", ASSIGNMENT, "anna"][1] == timedelta(days=2)
    said = whosaidso(handed, "grade", code=1)
    late = said.partition("Late (")[2].partition("Needs")[0]
    assert "bilal" in late
    assert "anna" not in late
    assert gradebook_records(handed)[ASSIGNMENT, "anna", ASSIGNMENT, "", "notebook"][1] is None
    whosaidso(handed, "extension", ASSIGNMENT, "anna", "--none")
    assert gradebook_records(handed)["submission", ASSIGNMENT, "anna"][1] is None
    whosaidso(handed, "undo")
    assert gradebook_records(handed)["submission", ASSIGNMENT, "anna"][1] == timedelta(days=2)


def test_undo_and_redo_one_after_the_other(handed):
    states = [snapshot(handed)]
    records = [gradebook_records(handed)]
    for round_ in range(2):
        hand_in(handed, "anna", ASSIGNMENT, text_of(model(handed, ASSIGNMENT), f"Version {round_}"))
        whosaidso(handed, "grade")
        states.append(snapshot(handed))
        records.append(gradebook_records(handed))
    same = {f"submitted/anna/{ASSIGNMENT}/{ASSIGNMENT}.ipynb", GRADEBOOK}

    def now():
        return {name: data for name, data in snapshot(handed).items() if name not in same}

    def then(state):
        return {name: data for name, data in state.items() if name not in same}

    for state, record in ((states[1], records[1]), (states[0], records[0])):
        whosaidso(handed, "undo")
        assert (now(), gradebook_records(handed)) == (then(state), record)
    assert "nothing to undo" in whosaidso(handed, "undo", code=1)
    for state, record in zip(states[1:], records[1:], strict=True):
        whosaidso(handed, "undo", "--redo")
        assert (now(), gradebook_records(handed)) == (then(state), record)
    assert "nothing to do again" in whosaidso(handed, "undo", "--redo", code=1)
    assert whosaidso(handed, "undo", "--list").count("grade") == 2


def test_undo_asks_before_it_takes_back_marks_given_by_hand(handed):
    whosaidso(handed, "grade")
    mark_by_hand(handed, "anna", 4.5)
    said = whosaidso(handed, "undo", code=1)
    assert "undo --force" in said
    assert grade_of(handed, "anna", WHY)[1] == 4.5
    whosaidso(handed, "undo", "--force")
    assert (ASSIGNMENT, "anna", ASSIGNMENT, WHY, "grade") not in gradebook_records(handed)
    whosaidso(handed, "undo", "--redo")
    assert grade_of(handed, "anna", WHY)[1] == 4.5


@pytest.mark.parametrize("spoil", [lambda path: path.write_bytes(b"no database" * 900), lambda path: path.unlink()])
def test_undo_puts_back_a_gradebook_that_was_damaged_or_lost(handed, spoil):
    whosaidso(handed, "grade")
    hand_in(handed, "anna", ASSIGNMENT, text_of(model(handed, ASSIGNMENT), "Another text."))
    records = gradebook_records(handed)
    whosaidso(handed, "grade")
    spoil(handed / GRADEBOOK)
    assert "Traceback" not in whosaidso(handed, "grade", code=1)
    whosaidso(handed, "undo", "--force")
    assert gradebook_records(handed) == records


def test_only_the_last_ten_backups_are_kept(handed):
    for number in range(12):
        hand_in(handed, "anna", ASSIGNMENT, text_of(model(handed, ASSIGNMENT), f"Version {number}"))
        whosaidso(handed, "grade")
    assert len(list((handed / "backups").glob("[0-9]*"))) == 10
    assert whosaidso(handed, "undo", "--list").count("grade") == 10


def differing(course, student, judgement, why):
    notebook = answer_with(model(course, ASSIGNMENT), "c06", judgement)
    cell_of(notebook, ANSWER).source += f"\ndifferently = {{'c06': {{'why': {why!r}, 'record': ''}}}}"
    hand_in(course, student, ASSIGNMENT, notebook)


def test_an_appeal_upheld_for_all_lifts_some_and_lowers_nobody(handed):
    differing(handed, "fay", WRONG, "It can be read that way.")
    whosaidso(handed, "grade")
    before = {student: grade_of(handed, student, CHECK)[0] for student in ("anna", "bilal", "cem", "fay")}
    said = whosaidso(handed, "disputes")
    assert "1 open of 1" in said
    assert "the key: contradicted; r021" in said
    assert "fay (supported, r021; 0 earned there): It can be read that way." in said
    assert "waits for a ruling 1 times" not in said
    rule = ("disputes", "uphold", ASSIGNMENT, "c06", "--like", "fay", "--why", "Fay is right.")
    assert "accept_full" in whosaidso(handed, *rule, "--dry-run")
    said = whosaidso(handed, *rule)
    assert "Nobody's mark goes down" in said
    gold = tomlkit.parse((handed / "solutions" / ASSIGNMENT / "gold.toml").read_text(encoding="utf-8"))
    row = next(row for row in gold["claim"] if row["id"] == "c06")
    assert row["history"][-1]["what"] == "upheld on appeal: Fay is right."
    whosaidso(handed, "grade")
    after = {student: grade_of(handed, student, CHECK)[0] for student in before}
    assert all(after[student] >= before[student] for student in before)
    assert after["fay"] == after["bilal"] == after["anna"] == 12
    assert "waits for a ruling" in whosaidso(handed, "disputes")
    assert "[upheld on" in whosaidso(handed, "disputes", "--all")


def test_after_an_appeal_a_mark_that_the_new_key_would_lower_is_kept(handed):
    whosaidso(handed, "grade")
    path = handed / "solutions" / ASSIGNMENT / "gold.toml"
    gold = tomlkit.parse(path.read_text(encoding="utf-8"))
    row = next(row for row in gold["claim"] if row["id"] == "c06")
    row["usable"], row["accept_full"] = [["r032"]], [{"verdict": "supported", "usable": [["r021"]]}]
    row["misused"] = {}
    path.write_text(tomlkit.dumps(gold), encoding="utf-8")
    assert "anna" in whosaidso(handed, "grade", "--dry-run").partition("Marks that move")[2]
    whosaidso(handed, "disputes", "uphold", ASSIGNMENT, "c06", "--by-hand", "--why", "The other record carries it.")
    said = whosaidso(handed, "grade").partition("Marks that moved")[2]
    assert "anna" not in said
    assert "bilal" in said
    assert grade_of(handed, "anna", CHECK)[0] == 12
    page = (handed / "autograded" / "anna" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_text(encoding="utf-8")
    assert "Kept at 12 points" in page
    # another answer is another matter
    hand_in(handed, "anna", ASSIGNMENT, answer_with(model(handed, ASSIGNMENT), "c06", {}))
    whosaidso(handed, "grade")
    assert grade_of(handed, "anna", CHECK)[0] < 12


def test_an_appeal_accepted_for_one_student_or_declined(handed):
    for student in ("fay", "gus"):
        differing(handed, student, WRONG, "Please look.")
    whosaidso(handed, "grade")
    before = grade_of(handed, "bilal", CHECK)[0]
    whosaidso(handed, "disputes", "accept", ASSIGNMENT, "c06", "fay", "--why", "You gave a reason.")
    whosaidso(handed, "disputes", "decline", ASSIGNMENT, "c06", "gus", "--why", "You gave none.")
    whosaidso(handed, "grade")
    assert grade_of(handed, "fay", CHECK)[0] == 12
    assert {grade_of(handed, student, CHECK)[0] for student in ("bilal", "gus")} == {before}
    said = whosaidso(handed, "disputes", "--all")
    assert "[accepted on" in said
    assert "[declined on" in said
    again = ("disputes", "accept", ASSIGNMENT, "c06", "anna", "--why", "x")
    assert "costs no mark already" in whosaidso(handed, *again, code=1)
    typo = ("disputes", "decline", ASSIGNMENT, "c06", "fey", "--why", "x")
    assert "fey has not disputed c06; disputed it was by fay, gus" in " ".join(whosaidso(handed, *typo, code=1).split())
    # what was accepted was that answer, not any answer
    differing(handed, "fay", {"verdict": "not_shown", "gap": "no_record"}, "Please look again.")
    whosaidso(handed, "grade")
    assert grade_of(handed, "fay", CHECK)[0] == before


def test_nbgraders_own_command_refuses_what_only_ours_knows(handed):
    differing(handed, "fay", WRONG, "Please look.")
    whosaidso(handed, "grade")
    whosaidso(handed, "disputes", "accept", ASSIGNMENT, "c06", "fay", "--why", "You gave a reason.")
    before = (handed / GRADEBOOK).read_bytes()
    done = run(handed, "nbgrader", "autograde", ASSIGNMENT, "--force")
    assert done.returncode != 0
    assert f"whosaidso grade {ASSIGNMENT}" in done.stderr
    assert (handed / GRADEBOOK).read_bytes() == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("disputes", "uphold", ASSIGNMENT, "c99", "--by-hand", "--why", "x"), "has no item 'c99'"),
        (("disputes", "uphold", ASSIGNMENT, "c06", "--why", "x"), "Say whose answer"),
        (("disputes", "decline", ASSIGNMENT, "c06", "--why", " "), "needs a reason"),
        (("disputes", "accept", ASSIGNMENT, "c06", "nobody", "--why", "x"), "No answer of nobody"),
        (("disputes", "decline", ASSIGNMENT, "c06", "--why", "x"), "Nobody has disputed c06"),
        (("extension", ASSIGNMENT, "anna", "--until", "2026-11-22"), "has no due date"),
        (("extension", ASSIGNMENT, "anna"), "Say until when"),
        (("demo-class", "--students", "1"), "this one has 3 other students"),
        (("grade", "mosul-nothing"), "There is no assignment 'mosul-nothing'"),
        (("grade", "mosul-wording"), "There is nothing to grade for mosul-wording"),
    ],
)
def test_bad_words_get_one_sentence_and_change_nothing(handed, words, sentence):
    before = files(handed)
    assert sentence in " ".join(whosaidso(handed, *words, code=1).split())
    assert files(handed) == before


def spoil_gold(course):
    (course / "solutions" / ASSIGNMENT / "gold.toml").unlink()


def spoil_release(course):
    (course / "exercises" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").unlink()


def spoil_source(course):
    (course / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").write_text("{", encoding="utf-8")


def spoil_gradebook(course):
    (course / GRADEBOOK).write_bytes(b"This is no database, and was one yesterday." * 200)


def remove_gradebook(course):
    (course / GRADEBOOK).unlink()


def spoil_config(course):
    (course / "nbgrader_config.py").write_text("import nothing_of_that_name\n")


def spoil_rulings(course):
    (course / "rulings.toml").write_text('[[ruling]]\nitem = "c06"\n')


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (spoil_gold, "gold.toml: is missing"),
        (spoil_release, "Run `whosaidso release mosul-claims`"),
        (spoil_source, f"the instructor's notebook {ASSIGNMENT}.ipynb, which holds the mark schemes, is damaged"),
        (spoil_gradebook, "it is damaged"),
        (remove_gradebook, "is missing"),
        (spoil_config, "could not be read"),
        (spoil_rulings, "lacks the key"),
    ],
)
def test_what_is_missing_or_damaged_stops_before_the_first_student(handed, spoil, sentence):
    spoil(handed)
    before = files(handed)
    done = CliRunner().invoke(app, ["grade", "--course", str(handed)])
    said = done.output + str(done.exception or "")
    assert done.exit_code == 1
    assert sentence in " ".join(said.split())
    assert "Traceback" not in said
    assert files(handed) == before


def test_a_locked_gradebook_is_said_and_nothing_is_half_done(handed, monkeypatch):
    monkeypatch.setattr("sqlite3.dbapi2.connect", lambda *a, **k: sqlite3.connect(*a, **{**k, "timeout": 0.1}))
    before = files(handed)
    other = sqlite3.connect(handed / GRADEBOOK, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        said = whosaidso(handed, "grade", code=1)
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert "close formgrader or wait" in " ".join(said.split())
    assert files(handed) == before


def test_undo_says_when_the_gradebook_is_locked(handed, monkeypatch):
    whosaidso(handed, "grade")
    monkeypatch.setattr(
        "sqlite3.connect", lambda *a, connect=sqlite3.connect, **k: connect(*a, **{**k, "timeout": 0.1})
    )
    other = sqlite3.connect(handed / GRADEBOOK, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        for words in (("undo",), ("undo", "--force")):
            assert "close formgrader or wait" in " ".join(whosaidso(handed, *words, code=1).split())
    finally:
        other.execute("ROLLBACK")
        other.close()
    whosaidso(handed, "undo")


@pytest.mark.parametrize("where", ["stage", "backup", "place", "outcomes"])
def test_a_full_disk_leaves_everything_as_it_was(handed, monkeypatch, where):
    whosaidso(handed, "grade")
    hand_in(handed, "anna", ASSIGNMENT, text_of(model(handed, ASSIGNMENT), "A new version."))
    hand_in(handed, "hedy", ASSIGNMENT, model(handed, ASSIGNMENT))
    before, records = files(handed), gradebook_records(handed)

    def full(*_, **__):
        raise OSError(28, "No space left on device", "somewhere")

    place = {
        "stage": "pathlib.Path.write_bytes",
        "backup": "shutil.copy2",
        "place": "whosaidso.grading.batch.move_whole",
        "outcomes": "whosaidso.grading.batch.write_whole",
    }[where]
    monkeypatch.setattr(place, full)
    said = whosaidso(handed, "grade", code=1)
    monkeypatch.undo()
    assert "No space left on device" in " ".join(said.split())
    assert gradebook_records(handed) == records
    after = files(handed)
    assert {n: d for n, d in after.items() if n != GRADEBOOK} == {n: d for n, d in before.items() if n != GRADEBOOK}
    whosaidso(handed, "grade")
    assert grade_of(handed, "hedy", CHECK)[0] == 12


def test_two_runs_do_not_write_at_once(handed):
    from filelock import FileLock

    (handed / "backups").mkdir()
    with FileLock(handed / "backups" / ".lock"):
        assert "Another whosaidso command is writing" in " ".join(whosaidso(handed, "grade", code=1).split())
    whosaidso(handed, "grade")


def test_links_and_strange_files_in_a_hand_in_are_left_alone(handed, tmp_path):
    secret = tmp_path / "secret.ipynb"
    shutil.copy(handed / "submitted" / "anna" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", secret)
    folder = handed / "submitted" / "ivan" / ASSIGNMENT
    folder.mkdir(parents=True)
    (folder / f"{ASSIGNMENT}.ipynb").symlink_to(secret)
    wrong = handed / "submitted" / "jo" / ASSIGNMENT
    wrong.mkdir(parents=True)
    shutil.copy(handed / "exercises" / "mosul-wording" / "mosul-wording.ipynb", wrong / f"{ASSIGNMENT}.ipynb")
    renamed = handed / "submitted" / "kim" / ASSIGNMENT
    renamed.mkdir(parents=True)
    shutil.copy(secret, renamed / "my claims (1).ipynb")
    said = " ".join(whosaidso(handed, "grade", code=1).split())
    assert "ivan. mosul-claims.ipynb is not a file of its own" in said
    assert "jo. mosul-claims.ipynb is a hand-in of mosul-wording" in said
    records = gradebook_records(handed)
    assert records[ASSIGNMENT, "kim", ASSIGNMENT, CHECK, "grade"][0] == 12
    assert ("submission", ASSIGNMENT, "ivan") not in records
