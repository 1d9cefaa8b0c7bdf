"""One damaged or hostile hand-in never stops, alters or delays another, and nothing of it runs."""

import json
import shutil
from html.parser import HTMLParser

import nbformat
import pytest
from nbformat import NotebookNode

from tests.course.courses import GRADEBOOK, cell_of, gradebook_records, hand_in, model, released, run, student_of

ASSIGNMENT = "mosul-sourcing"
CHECK = "mosul-sourcing-1-check"
HOSTILE = (
    '<script>window.run=1</script><img src=x onerror="window.run=1"> [link](javascript:run) $$\\href{x}{y}$$ ![i](a:b)'
)


class Outside(HTMLParser):
    """Tell the text within <pre> from the rest."""

    def __init__(self):
        super().__init__()
        self.depth = 0
        self.inside = self.outside = ""

    def handle_starttag(self, tag, attrs):
        self.depth += tag == "pre"

    def handle_endtag(self, tag):
        self.depth -= tag == "pre"

    def handle_data(self, data):
        if self.depth:
            self.inside += data
        else:
            self.outside += data


def extra(kind, source, **more):
    return NotebookNode(cell_type=kind, id=f"extra-{kind}", metadata=NotebookNode(), source=source, **more)


def damaged(course, folder):
    """Return hand-ins by student; those that hold a model answer must earn its points."""
    whole = {}
    for name in ("twice", "gone", "flags", "retyped", "schema", "renamed-kernel", "tags", "prose", "running"):
        whole[name] = model(course, ASSIGNMENT)
    nb = whole["twice"]
    nb.cells.insert(3, NotebookNode({**cell_of(nb, CHECK), "id": "copy-1"}))
    nb.cells.append(NotebookNode({**cell_of(nb, "mosul-sourcing-1-answer"), "id": "copy-2"}))
    nb = whole["gone"]
    nb.cells = [c for c in nb.cells if c.metadata.nbgrader.grade_id != CHECK]
    for cell in whole["flags"].cells:
        cell.metadata.nbgrader.update(grade=True, solution=True, points=100)
    cell_of(whole["retyped"], CHECK).cell_type = "raw"
    for cell in whole["schema"].cells:
        cell.metadata.nbgrader.schema_version = 99
    whole["renamed-kernel"].metadata.kernelspec = {"name": "none", "display_name": "none", "language": "x"}
    for cell in whole["tags"].cells:
        cell.metadata.tags = ["one", "two"]
    nb = whole["prose"]
    cell_of(nb, "mosul-sourcing-why").source = HOSTILE
    nb.cells.insert(0, extra("markdown", HOSTILE))
    nb.cells.append(extra("raw", HOSTILE))
    output = {"output_type": "display_data", "data": {"text/html": HOSTILE}, "metadata": {}}
    nb.cells.append(extra("code", "1", outputs=[NotebookNode(output)], execution_count=1))
    command = f"open({str(folder / 'it-ran')!r}, 'w').close()"
    nb = whole["running"]
    nb.cells.insert(0, extra("code", command, outputs=[], execution_count=None))
    cell_of(nb, CHECK).source = f"{command}\n999"
    whole["computing"] = released(course, ASSIGNMENT)
    cell_of(whole["computing"], "mosul-sourcing-1-answer").source = f"sourcing = {command} or {{}}"
    broken = {
        "empty": b"",
        "list": b"[]",
        "text": b"hello",
        "cut": json.dumps(model(course, ASSIGNMENT)).encode()[:900],
    }
    broken["bom"] = b"\xef\xbb\xbf" + nbformat.writes(model(course, ASSIGNMENT)).replace("\n", "\r\n").encode()
    return whole, broken


@pytest.mark.slow
def test_damaged_and_hostile_hand_ins_leave_the_others_alone(course, tmp_path):
    for student in ("anna", "zora"):
        hand_in(course, student, ASSIGNMENT, model(course, ASSIGNMENT))
    alone = tmp_path / "alone"
    shutil.copytree(course, alone)
    whole, broken = damaged(course, tmp_path)
    for student, content in {**whole, **broken}.items():
        hand_in(course, student, ASSIGNMENT, content)
    assert run(alone, "nbgrader", "autograde", ASSIGNMENT).returncode == 0
    done = run(course, "nbgrader", "autograde", ASSIGNMENT)
    records, before = gradebook_records(course), gradebook_records(alone)
    assert before
    honest = ("anna", "zora")
    assert {key: row for key, row in records.items() if student_of(key) in honest} == {
        key: row for key, row in before.items() if student_of(key)
    }
    for student in (*whole, "bom"):
        score = records[ASSIGNMENT, student, ASSIGNMENT, CHECK, "grade"][0]
        assert score == (0 if student == "computing" else 12), student
    for student in ("empty", "list", "text", "cut"):
        assert not (course / "autograded" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").exists()
    assert done.stderr.count("is not a readable notebook") >= 3
    assert not (tmp_path / "it-ran").exists()

    assert run(course, "nbgrader", "generate_feedback", ASSIGNMENT, "--student=prose").returncode == 0
    page = (course / "feedback" / "prose" / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")
    reader = Outside()
    reader.feed(page)
    for alive in ("<script>window.run", "<img src=x", 'href="javascript:run', 'src="a:b"'):
        assert alive not in page
    assert "href{x}" in reader.inside  # MathJax leaves <pre> alone
    assert "href{x}" not in reader.outside


def test_missing_gold_stops_before_the_first_student(course):
    hand_in(course, "anna", ASSIGNMENT, model(course, ASSIGNMENT))
    (course / "solutions" / ASSIGNMENT / "gold.toml").unlink()
    before = (course / GRADEBOOK).read_bytes()
    done = run(course, "nbgrader", "autograde", ASSIGNMENT)
    assert done.returncode != 0
    assert f"{ASSIGNMENT}/gold.toml: is missing" in done.stderr
    assert (course / GRADEBOOK).read_bytes() == before
    assert not (course / "autograded").exists()


def test_faulty_gold_stops_before_the_first_student(course):
    hand_in(course, "anna", ASSIGNMENT, model(course, ASSIGNMENT))
    path = course / "solutions" / ASSIGNMENT / "gold.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('told_by = "rt"', 'told_by = "nobody"'), encoding="utf-8")
    before = (course / GRADEBOOK).read_bytes()
    done = run(course, "nbgrader", "autograde", ASSIGNMENT)
    assert done.returncode != 0
    assert "told_by is 'nobody', which is no article or source" in done.stderr
    assert (course / GRADEBOOK).read_bytes() == before


def test_a_grader_that_cannot_be_imported_stops_and_runs_nothing(course, tmp_path):
    notebook = model(course, ASSIGNMENT)
    cell_of(notebook, "mosul-sourcing-1-answer").source = f"open({str(tmp_path / 'it-ran')!r}, 'w').close()"
    hand_in(course, "anna", ASSIGNMENT, notebook)
    config = course / "nbgrader_config.py"
    config.write_text(
        config.read_text(encoding="utf-8").replace("whosaidso.grading", "whosaidso.missing"), encoding="utf-8"
    )
    done = run(course, "nbgrader", "autograde", ASSIGNMENT)
    assert done.returncode != 0
    assert not (tmp_path / "it-ran").exists()
    assert not list((course / "autograded").rglob("*.ipynb"))


@pytest.mark.parametrize(
    "broken", ["", "import nothing_of_that_name\n"], ids=["no configuration", "faulty configuration"]
)
def test_without_its_configuration_nbgrader_runs_nothing(course, tmp_path, broken):
    notebook = model(course, ASSIGNMENT)
    cell_of(notebook, "mosul-sourcing-1-answer").source = f"open({str(tmp_path / 'it-ran')!r}, 'w').close()"
    hand_in(course, "anna", ASSIGNMENT, notebook)
    (course / "nbgrader_config.py").write_text(broken, encoding="utf-8")
    done = run(course, "nbgrader", "autograde", ASSIGNMENT)
    assert done.returncode != 0
    assert not (tmp_path / "it-ran").exists()
    assert not list((course / "autograded").rglob("*.ipynb"))
