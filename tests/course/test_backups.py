"""What others write into the gradebook meanwhile is never taken back unasked, whatever fails or is killed."""

import os
import shutil
import sqlite3

import pytest

from tests.course.courses import GRADEBOOK, gradebook_records, hand_in, model, released
from tests.course.test_grade import ASSIGNMENT, WHY, files, grade_of, mark_by_hand, text_of, whosaidso
from whosaidso.grading import backups, batch
from whosaidso.grading.folder import read_course


@pytest.fixture
def graded(course):
    hand_in(course, "anna", ASSIGNMENT, text_of(model(course, ASSIGNMENT), "I asked who could know."))
    hand_in(course, "cem", ASSIGNMENT, released(course, ASSIGNMENT))
    whosaidso(course, "grade")
    return course


def again(course):
    """Hand something in so that the next grading has gradebook and files to write."""
    hand_in(course, "dora", ASSIGNMENT, model(course, ASSIGNMENT))


@pytest.fixture
def marking_meanwhile(monkeypatch):
    """Let a teacher mark by hand just when the files of a grading are moved, and then let the disk be full, if wished."""

    def arrange(course, *, full):
        move = batch.move_whole

        def moving(source, target):
            if grade_of(course, "anna", WHY)[1] is None:
                mark_by_hand(course, "anna", 4.5)
            if full:
                raise OSError(28, "No space left on device", str(target))
            move(source, target)

        monkeypatch.setattr(batch, "move_whole", moving)

    return arrange


def test_a_grading_that_fails_leaves_marks_entered_meanwhile(graded, marking_meanwhile):
    again(graded)
    before = files(graded)
    marking_meanwhile(graded, full=True)
    whosaidso(graded, "grade", code=1)
    assert grade_of(graded, "anna", WHY)[1] == 4.5
    after = files(graded)
    assert {n: d for n, d in after.items() if n != GRADEBOOK} == {n: d for n, d in before.items() if n != GRADEBOOK}


def test_undo_asks_about_marks_entered_while_the_files_were_moved(graded, marking_meanwhile):
    again(graded)
    marking_meanwhile(graded, full=False)
    whosaidso(graded, "grade")
    assert grade_of(graded, "anna", WHY)[1] == 4.5
    assert "undo --force" in whosaidso(graded, "undo", code=1)
    assert grade_of(graded, "anna", WHY)[1] == 4.5


def test_redo_asks_about_marks_entered_since_the_undo(graded):
    again(graded)
    whosaidso(graded, "grade")
    whosaidso(graded, "undo")
    mark_by_hand(graded, "anna", 5.0)
    said = whosaidso(graded, "undo", "--redo", code=1)
    assert "undo --redo --force" in said
    assert grade_of(graded, "anna", WHY)[1] == 5.0
    whosaidso(graded, "undo", "--redo", "--force")
    assert grade_of(graded, "anna", WHY)[1] is None
    whosaidso(graded, "undo")
    assert grade_of(graded, "anna", WHY)[1] == 5.0, "nothing is thrown away"


class Killed(BaseException):
    pass


def kill_at(monkeypatch, name):
    """Let the next swap of backups end as if the computer had stopped at this function."""

    def stop(*_, **__):
        raise Killed

    monkeypatch.setattr(backups, name, stop)


@pytest.mark.parametrize("place", ["_finish_swap", "put_gradebook", "_restore_files"])
def test_an_interrupted_undo_is_finished_or_given_up_and_no_mark_is_lost(graded, monkeypatch, place):
    again(graded)
    whosaidso(graded, "grade")
    folder = read_course(graded)
    kill_at(monkeypatch, place)
    with pytest.raises(Killed):
        backups.undo(folder)
    monkeypatch.undo()
    copy = shutil.copytree(graded, graded.parent / "copy")

    assert "was undone" in whosaidso(graded, "undo")
    assert ("submission", ASSIGNMENT, "dora") not in gradebook_records(graded)
    assert not (graded / "autograded" / "dora").exists()
    assert "was done again" in whosaidso(graded, "undo", "--redo")
    assert (graded / "autograded" / "dora" / ASSIGNMENT).is_dir()

    mark_by_hand(copy, "anna", 5.0)
    assert "given up, so that no mark is lost" in " ".join(whosaidso(copy, "grade", code=1).split())
    whosaidso(copy, "grade")
    assert grade_of(copy, "anna", WHY)[1] == 5.0
    assert ("submission", ASSIGNMENT, "dora") in gradebook_records(copy)


def test_an_interrupted_redo_says_that_it_was_done_again(graded, monkeypatch):
    again(graded)
    whosaidso(graded, "grade")
    whosaidso(graded, "undo")
    kill_at(monkeypatch, "_restore_files")
    with pytest.raises(Killed):
        backups.redo(read_course(graded))
    monkeypatch.undo()
    assert "was done again" in whosaidso(graded, "undo")


def test_a_backup_that_was_half_removed_is_never_put_back(graded, monkeypatch):
    again(graded)
    whosaidso(graded, "grade")
    folder = read_course(graded)
    oldest = backups.entries(folder)[0].folder
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    backups._remove(oldest)
    monkeypatch.undo()
    assert oldest not in [entry.folder for entry in backups.entries(folder)]
    (backups.entries(folder)[-1].folder / backups.STATE / "gradebook.db").write_bytes(b"")
    records = gradebook_records(graded)
    assert "nothing was put back" in whosaidso(graded, "undo", "--force", code=1)
    assert gradebook_records(graded) == records


def test_undoing_a_ruling_leaves_the_gradebook_alone(graded):
    whosaidso(graded, "disputes", "uphold", ASSIGNMENT, "c06", "--by-hand", "--why", "A note.")
    mark_by_hand(graded, "anna", 3.0)
    assert (graded / "rulings.toml").exists()
    gold = graded / "solutions" / ASSIGNMENT / "gold.toml"
    assert "A note." in gold.read_text(encoding="utf-8")
    assert "disputes uphold c06" in whosaidso(graded, "undo", "--list")
    whosaidso(graded, "undo")
    assert not (graded / "rulings.toml").exists()
    assert "A note." not in gold.read_text(encoding="utf-8")
    assert grade_of(graded, "anna", WHY)[1] == 3.0


def test_half_written_keys_are_cleared_away_before_anything_else(graded):
    left = graded / "solutions" / ASSIGNMENT / ".writing-abc"
    left.write_text("the key")
    (graded / "backups" / ".gone-0001-grade").mkdir()
    again(graded)
    whosaidso(graded, "grade")
    assert not left.exists()
    assert not list((graded / "backups").glob(".gone-*"))


def test_two_writers_wait_for_one_another(graded):
    again(graded)
    other = sqlite3.connect(graded / GRADEBOOK, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE grade SET manual_score = 1.5 WHERE auto_score IS NULL")
    try:
        said = whosaidso(graded, "grade", code=1)
        assert "close formgrader or wait" in " ".join(said.split())
        other.execute("COMMIT")
    finally:
        other.close()
    assert grade_of(graded, "anna", WHY)[1] == 1.5
    whosaidso(graded, "grade")
    assert grade_of(graded, "anna", WHY)[1] == 1.5


def test_files_keep_who_may_read_them(graded):
    gold = graded / "solutions" / ASSIGNMENT / "gold.toml"
    gold.chmod(0o600)
    whosaidso(graded, "disputes", "uphold", ASSIGNMENT, "c06", "--by-hand", "--why", "A note.")
    if os.name == "posix":
        assert gold.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("killed", ["before it is written", "before it is noted as written"])
def test_a_grading_killed_around_its_transaction_and_the_one_after_it_are_both_undone_unasked(
    graded, monkeypatch, killed
):
    again(graded)
    before = gradebook_records(graded)

    def dies(*anything):
        raise Killed

    with monkeypatch.context() as patch:
        if killed == "before it is written":
            foresee = backups.Backup.foresee
            patch.setattr(backups.Backup, "foresee", lambda self, db: (foresee(self, db), dies()))
        else:
            patch.setattr(backups.Backup, "committed", dies)
        patch.setattr(backups.Backup, "_take_back", lambda self: None)  # a process that is killed takes nothing back
        with pytest.raises(Killed):
            whosaidso(graded, "grade")
    whosaidso(graded, "grade")
    whosaidso(graded, "undo")
    whosaidso(graded, "undo")
    assert gradebook_records(graded) == before


def test_a_grading_stopped_between_its_transaction_and_the_note_of_it_is_taken_back_whole(graded, monkeypatch):
    again(graded)
    kept, records = files(graded), gradebook_records(graded)

    def stopped(*anything):
        raise Killed  # as by Ctrl-C: what stands in `with` is left in order

    with monkeypatch.context() as patch:
        patch.setattr(backups.Backup, "committed", stopped)
        with pytest.raises(Killed):
            whosaidso(graded, "grade")
    assert gradebook_records(graded) == records
    assert {**files(graded), GRADEBOOK: b""} == {**kept, GRADEBOOK: b""}
