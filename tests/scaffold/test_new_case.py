"""`whosaidso new-case` as a teacher meets it: what it makes, what it refuses, and that a filled-in case can be graded."""

import json
import re
import shutil
import tomllib
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from tests.course.courses import ROOT, run
from tests.scaffold.cases import ASSIGNMENTS, NAME, THIRD, cases_of, third_case
from whosaidso.cases import FILES, case_of, read_case
from whosaidso.check import mark_task
from whosaidso.cli import app
from whosaidso.gold import read_gold
from whosaidso.grading.audit import audit
from whosaidso.grading.literals import read_literal
from whosaidso.scaffold import cases as scaffold
from whosaidso.scaffold.cases import Refused, new_case
from whosaidso.scaffold.notebooks import renew


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_case_has_every_file_with_notes_and_numbers(tmp_path: Path):
    new_case("school-canteen", tmp_path, cases=cases_of(tmp_path))
    public = cases_of(tmp_path) / "school_canteen"
    assert {path.stem for path in public.iterdir()} == set(FILES)
    for end in ASSIGNMENTS:
        made = {path.name for path in (tmp_path / "solutions" / f"school-canteen-{end}").iterdir()}
        assert made == {"gold.toml", "debrief.md", f"school-canteen-{end}.ipynb"}
    for path in (*public.iterdir(), *tmp_path.glob("solutions/*/gold.toml")):
        text = path.read_text("utf-8")
        assert text.startswith("# "), f"{path.name} does not begin with a note"
        assert "$" not in text
        tomllib.loads(text)
    case, _ = read_case(public)
    assert {task.assignment for task in case.tasks.values()} == {"", *(f"school-canteen-{end}" for end in ASSIGNMENTS)}


def test_the_check_of_a_new_case_says_only_what_is_still_to_be_written(tmp_path: Path):
    new_case("school-canteen", tmp_path, cases=cases_of(tmp_path))
    found = audit(tmp_path, cases_of(tmp_path))
    said = [str(fault) for fault in found.faults]
    assert (
        "school-canteen-claims/gold.toml: c103: has no gold verdict. Choose one of: supported, contradicted, missing_context, not_shown."
        in said
    )
    waiting = ("is still the worked example", "has no words", "is not filled in", "is not told", "has no text", "has no name", "without ends", "has no gold verdict", "has no model answer", "debrief.md: is still the example", "Run `whosaidso release")  # fmt: skip
    assert [line for line in said if not any(words in line for words in waiting)] == []
    assert found.by_case["school_canteen"] == found.faults


def test_numbers_are_those_that_no_other_case_uses(tmp_path: Path):
    shutil.copytree(ROOT / "src/whosaidso/cases/helicopter_2017", cases_of(tmp_path) / "helicopter_2017")
    new_case("one", tmp_path, cases=cases_of(tmp_path))
    new_case("two", tmp_path, cases=cases_of(tmp_path))
    ids = [set(read_case(cases_of(tmp_path) / name)[0].records) for name in ("helicopter_2017", "one", "two")]
    assert len(set.union(*ids)) == sum(map(len, ids))
    assert min(ids[1]) == "r601"


@pytest.mark.parametrize(
    "name", ["", "Bridge", "9lives", "a b", "a_b", "a--b", "-a", "a-", "../a", "a/b", "é", "x" * 31, "con", "test"]
)
def test_names_that_could_not_stand_everywhere_are_refused(tmp_path: Path, name: str):
    with pytest.raises(Refused, match=r"\.$"):
        new_case(name, tmp_path, cases=cases_of(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("taken", ["src/whosaidso/cases/a_story", "solutions/a-story-wording", "articles/a_story"])
def test_nothing_is_overwritten(tmp_path: Path, taken: str):
    (tmp_path / taken).mkdir(parents=True)
    (tmp_path / taken / "mine.txt").write_text("mine", "utf-8")
    with pytest.raises(Refused, match="is there already, and nothing is overwritten"):
        new_case("a-story", tmp_path, cases=cases_of(tmp_path))
    assert files(tmp_path) == {f"{taken}/mine.txt": b"mine"}


def test_nothing_is_left_where_something_goes_wrong(tmp_path: Path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(scaffold.notebooks, "write", full)
    with pytest.raises(OSError, match="No space"):
        new_case("a-story", tmp_path, cases=cases_of(tmp_path))
    assert files(tmp_path) == {}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the project that a teacher may change."""
    for name in ("src/whosaidso", "solutions", "exercises", "book"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        )
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    return tmp_path


def say(checkout: Path, *words: str, monkey: pytest.MonkeyPatch):
    monkey.setenv("PYTHONPATH", str(checkout / "src"))
    return run(checkout, "whosaidso.cli", *words)


@pytest.mark.slow
def test_a_teacher_goes_from_nothing_to_a_grade(checkout: Path, monkeypatch):
    """The road of book/bring-your-own.md, by its commands."""
    done = say(checkout, "new-case", NAME, monkey=monkeypatch)
    assert done.returncode == 0, done.stderr
    assert "whosaidso check --case north_bridge" in done.stdout
    again = say(checkout, "new-case", NAME, monkey=monkeypatch)
    assert again.returncode == 1
    assert re.fullmatch(r"src/whosaidso/cases/north_bridge is there already, .*\.\n", again.stderr)
    first = say(checkout, "check", "--case", "north_bridge", monkey=monkeypatch)
    assert first.returncode == 1
    assert "to mend. Begin at the top." in first.stdout
    assert "mosul" not in first.stdout
    shutil.copytree(THIRD / "public", checkout / "src/whosaidso/cases/north_bridge", dirs_exist_ok=True)
    shutil.copytree(THIRD / "texts", checkout / "articles/north_bridge", dirs_exist_ok=True)
    names = [f"{NAME}-{end}" for end in ASSIGNMENTS]
    for end, name in zip(ASSIGNMENTS, names, strict=True):
        shutil.copy(THIRD / "keys" / f"{end}.toml", checkout / "solutions" / name / "gold.toml")
    sealed = say(
        checkout, "check", "--case", "north_bridge", "--articles", "articles/north_bridge", "--seal", monkey=monkeypatch
    )
    assert "every quotation is word for word in its article" in sealed.stdout
    for name in names:
        (checkout / "solutions" / name / "debrief.md").unlink()
        path = checkout / "solutions" / name / f"{name}.ipynb"
        path.write_text(path.read_text("utf-8").replace("EXAMPLE. ", ""), "utf-8")
    for words in (("model-answers", *names), ("release", *names)):
        done = say(checkout, *words, monkey=monkeypatch)
        assert done.returncode == 0, done.stdout + done.stderr
    last = say(checkout, "check", "--json", monkey=monkeypatch)
    assert last.returncode == 0, last.stdout
    assert json.loads(last.stdout.splitlines()[-1])["faults"] == 0
    submitted = checkout / "submitted" / "ana" / names[2]
    submitted.mkdir(parents=True)
    book = nbformat.read(checkout / "solutions" / names[2] / f"{names[2]}.ipynb", 4)
    handed = nbformat.read(checkout / "exercises" / names[2] / f"{names[2]}.ipynb", 4)
    for cell, mine in zip(handed.cells, book.cells, strict=True):
        if cell.id.endswith("-answer"):
            cell.source = mine.source
    nbformat.write(handed, submitted / f"{names[2]}.ipynb")
    graded = say(checkout, "grade", names[2], monkey=monkeypatch)
    assert graded.returncode == 0, graded.stdout + graded.stderr
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{checkout / 'whosaidso-gradebook.db'}") as gradebook:
        grades = gradebook.find_submission(names[2], "ana").notebooks[0].grades
        assert {grade.name: grade.auto_score for grade in grades}[f"{names[2]}-1-check"] == 14


def test_a_half_made_case_stops_nobody_else(checkout: Path, monkeypatch):
    assert say(checkout, "new-case", "a-story", monkey=monkeypatch).returncode == 0
    (checkout / "src/whosaidso/cases/a_story/records.toml").write_text("[[record\n", "utf-8")
    done = say(checkout, "hand-in", "pages", "mosul-claims", monkey=monkeypatch)
    assert done.returncode == 0, done.stdout + done.stderr
    page = say(checkout, "check", monkey=monkeypatch)
    assert "mosul_2016: no faults." in page.stdout
    assert "records.toml: is not TOML" in page.stdout


def test_outside_the_project_it_says_where_to_go(course: Path):
    done = CliRunner().invoke(app, ["new-case", "a-story", "--course", str(course)])
    assert done.exit_code == 1
    assert "is made in the project's own folder" in " ".join(done.output.split())


@pytest.mark.slow
def test_a_new_kind_works_from_the_start(checkout: Path, monkeypatch):
    shutil.copytree(ROOT / "tests", checkout / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", checkout)
    done = say(checkout, "new-kind", "claim_type", monkey=monkeypatch)
    assert done.returncode == 0, done.stderr
    samples = ["tests/kinds/test_claim_type.py", "tests/kinds/test_samples.py", "-k", "claim_type or loads or broken"]
    tried = run(checkout, "pytest", "-q", "-n0", "-p", "no:cacheprovider", *samples)
    assert tried.returncode == 0, tried.stdout
    assert "passed" in tried.stdout
    assert say(checkout, "check", monkey=monkeypatch).returncode == 0
    for name, why in (("claim_type", "already"), ("check", "meaning"), ("Bad-Name", "cannot be"), ("class", "meaning")):
        again = say(checkout, "new-kind", name, monkey=monkeypatch)
        assert (again.returncode, again.stderr.count("\n")) == (1, 1)
        assert why in again.stderr


def test_help_has_examples():
    for verb in ("new-case", "model-answers", "new-kind", "check"):
        assert f"whosaidso {verb} " in CliRunner().invoke(app, [verb, "--help"]).output


def test_model_answers_follow_tasks_and_key_and_leave_the_rest_alone(tmp_path: Path):
    public = third_case(tmp_path)
    name = f"{NAME}-claims"
    path = tmp_path / "solutions" / name / f"{name}.ipynb"
    book = nbformat.read(path, 4)
    why = next(cell for cell in book.cells if cell.id == f"{name}-why")
    why.source = "### BEGIN SOLUTION\nmine\n### END SOLUTION"
    tasks = public / "tasks.toml"
    text = tasks.read_text("utf-8").replace("points = 14\nminutes = 35", "points = 7\nminutes = 35")
    extra = '\n[[task]]\nid = "north-bridge-claims-2"\nassignment = "north-bridge-claims"\nkind = "claim_check"\ntitle = "More"\nitems = ["c107"]\npoints = 2\nminutes = 5\nask = "Judge."\noptions = ["r607"]\n'
    tasks.write_text(text.replace(', "c107"]', "]") + extra, "utf-8")
    case, _ = read_case(public)
    gold, _ = read_gold(path.parent / "gold.toml", name, case)
    done = renew(book, name, case, gold)
    assert any("north-bridge-claims-2 was put in" in line for line in done)
    ids = [cell.id for cell in book.cells]
    assert ids.index("north-bridge-claims-2-check") < ids.index(f"{name}-why-task")
    assert next(cell for cell in book.cells if cell.id == f"{name}-1-check").metadata.nbgrader.points == 7
    assert next(cell for cell in book.cells if cell.id == f"{name}-why").source == why.source
    for cell in book.cells:
        if cell.id.endswith("-answer"):
            task = case.tasks[cell.id.removesuffix("-answer")]
            value = read_literal(cell.source, "claims").value
            assert mark_task(task, case, value, points=task.points, gold=gold).points == task.points
    assert renew(book, name, case, gold) == []


def test_the_third_case_is_not_in_the_package():
    assert case_of(f"{NAME}-claims") is None
