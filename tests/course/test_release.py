import ast
import sys
from pathlib import Path

import nbformat
import pytest

from tests.course.courses import case_of, run
from whosaidso.cases import case_ids, load_case
from whosaidso.grading.literals import read_literal
from whosaidso.grading.marking import check_call
from whosaidso.kinds import part

ROOT = Path(__file__).resolve().parents[2]
ASSIGNMENTS = sorted(path.name for path in (ROOT / "solutions").iterdir() if path.is_dir())


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def notebooks(kind):
    return [path for path in sorted((ROOT / kind).glob("*/*.ipynb")) if ".ipynb_checkpoints" not in path.parts]


def test_release_is_what_solutions_release_byte_for_byte(course_template):
    again = files(course_template / "exercises")
    assert again == files(ROOT / "exercises"), "Run `whosaidso release` and commit exercises/."


def test_release_holds_notebooks_only():
    assert set(files(ROOT / "exercises")) == {f"{name}/{name}.ipynb" for name in ASSIGNMENTS}


@pytest.mark.parametrize("path", notebooks("exercises"), ids=lambda p: p.stem)
def test_release_asks_and_does_not_answer(path):
    notebook = nbformat.read(path, as_version=4)
    case = case_of(path.stem)
    who, *answers = [c for c in notebook.cells if c.metadata.nbgrader.solution and c.cell_type == "code"]
    assert read_literal(who.source, "who").value == ""
    calls = [check_call(c.source) for c in notebook.cells if c.metadata.nbgrader.grade and c.cell_type == "code"]
    assert len(answers) == len(calls) > 0
    for cell, call in zip(answers, calls, strict=True):
        reading = read_literal(cell.source, call.name)
        assert reading.found
        task = case.tasks[call.task]
        parsed = part(task.kind, "answer").parse(reading.value, task, case)
        assert parsed.done == 0
    for cell in notebook.cells:
        assert "SOLUTION" not in cell.source


@pytest.mark.parametrize("path", notebooks("solutions"), ids=lambda p: p.stem)
def test_source_notebook_is_thin(path):
    notebook = nbformat.read(path, as_version=4)
    checks = [cell for cell in notebook.cells if cell.cell_type == "code" and check_call(cell.source)]
    assert len(notebook.cells) <= 12 * len(checks)
    for cell in notebook.cells:
        assert cell.id == cell.metadata.nbgrader.grade_id
        if cell.cell_type == "code":
            own = cell.source.split("### BEGIN SOLUTION")[0]
            lines = [line for line in own.splitlines() if line.strip() and not line.startswith("#")]
            assert len(lines) <= (14 if cell.metadata.nbgrader.solution else 6)  # two for each of six claims
            tree = ast.parse(cell.source)
            nodes = list(ast.walk(tree))
            assert not any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in nodes)
            # the one-line stand-in for a missing package is the only lambda there is
            assert sum(isinstance(node, ast.Lambda) for node in nodes) == cell.id.endswith("-form")


def test_tasks_stay_within_a_lesson():
    for case_id in case_ids():
        for task in load_case(case_id).tasks.values():
            assert task.minutes <= 35


def test_points_of_the_assignments():
    totals = {}
    for path in notebooks("exercises"):
        cells = nbformat.read(path, as_version=4).cells
        totals[path.stem] = sum(c.metadata.nbgrader.get("points") or 0 for c in cells)
    assert totals == {
        "mosul-sourcing": 20, "mosul-wording": 20, "mosul-claims": 30, "mosul-note": 20,
        "twin-sourcing": 20, "twin-wording": 20, "twin-claims": 30, "twin-note": 20,
    }  # fmt: skip


def test_links_of_the_notebooks_lead_to_the_site_that_is_named(course):
    done = run(course, "whosaidso.cli", "release", "mosul-wording", "--site", "https://example.org/course/")
    assert done.returncode == 0, done.stderr
    path = course / "exercises" / "mosul-wording" / "mosul-wording.ipynb"
    text = path.read_text(encoding="utf-8")
    assert "](https://example.org/course/book/hand-in.html)" in text
    assert "../../book" not in text
    assert nbformat.reads(text, as_version=4)
    again = run(course, "whosaidso.cli", "release", "mosul-wording", "--site", "javascript:alert(1)")
    assert again.returncode == 1
    assert "--site wants an address" in again.stderr
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("path", notebooks("exercises"), ids=lambda p: p.stem)
def test_without_the_package_a_notebook_says_what_to_do(path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "whosaidso", None)
    names = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
            said = capsys.readouterr().err
            if cell.id.endswith(("-form", "-check", "-picture")):
                assert "hand-in page" in said
                # nbgrader gives nothing for a check that writes to stderr, so nobody gets marks without the package
                assert said.count("\n") == 1
            else:
                assert said == ""
