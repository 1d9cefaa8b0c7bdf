"""What programs, merges and slips of the mouse do to a notebook: what can be read is found again."""

import copy
import json

import pytest

from tests.course.courses import ASSIGNMENTS, ROOT, model
from whosaidso.grading.notebooks import HandedIn, Unreadable, identify, read_notebook, read_released, rebuild

NAME = "n.ipynb"


def plain(notebook):
    return json.loads(json.dumps(notebook))


def without_marks(notebook):
    """As a program saves it that keeps no metadata but the cell's own id."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return notebook


def without_ids(notebook):
    for cell in without_marks(notebook)["cells"]:
        cell.pop("id")
    notebook["nbformat_minor"] = 4
    return notebook


def as_colab(notebook):
    """Ids move into the metadata, nbgrader's marks stay, outputs get ids of their own."""
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"]["id"] = cell.pop("id")
        if cell["cell_type"] == "code":
            cell["metadata"]["outputId"] = f"{number:032x}"
            cell["execution_count"] = number
    notebook["metadata"]["colab"] = {"provenance": []}
    notebook["nbformat_minor"] = 0
    return notebook


def as_vs_code(notebook):
    for cell in notebook["cells"]:
        cell["metadata"]["vscode"] = {"languageId": "python"}
    notebook["metadata"]["language_info"] = {"name": "python", "codemirror_mode": {"name": "ipython", "version": 3}}
    return notebook


def as_jupyterlite(notebook):
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
        cell["metadata"]["trusted"] = True
    notebook["metadata"]["kernelspec"] = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
    return notebook


def as_nbformat_3(notebook):
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
    return {"nbformat": 3, "metadata": notebook["metadata"], "worksheets": [{"cells": notebook["cells"]}]}


def renumbered(notebook):
    for cell in notebook["cells"]:
        cell["metadata"]["nbgrader"]["grade_id"] += "-copy"
        cell["id"] += "-copy"
    return notebook


def reordered(notebook):
    notebook["cells"].reverse()
    return notebook


def retyped(notebook):
    for cell in notebook["cells"]:
        cell["cell_type"] = {"code": "markdown", "markdown": "code"}[cell["cell_type"]]
    return notebook


def doubled(notebook):
    notebook["cells"] = [cell for cell in notebook["cells"] for _ in range(2)]
    return notebook


def of_schema_99(notebook):
    for cell in notebook["cells"]:
        cell["metadata"]["nbgrader"]["schema_version"] = 99
    return notebook


CHANGES = [
    without_marks, without_ids, as_colab, as_vs_code, as_jupyterlite, as_nbformat_3, renumbered, reordered, retyped, doubled, of_schema_99,
]  # fmt: skip


def written(name):
    """Return a model hand-in with a text in every text cell."""
    notebook = plain(model(ROOT, name))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and cell["metadata"]["nbgrader"]["solution"]:
            cell["source"] = f"My answer in {cell['id']}."
    return notebook


@pytest.mark.parametrize("name", ASSIGNMENTS)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_repair_finds_every_answer_again(change, name):
    release = read_released(ROOT / "exercises" / name / f"{name}.ipynb")
    sound = written(name)
    expected = rebuild(release, read_notebook(json.dumps(sound).encode(), NAME).cells).notebook
    changed = change(copy.deepcopy(sound))
    for data in (json.dumps(changed), "\ufeff" + json.dumps(changed, indent=1).replace("\n", "\r\n")):
        found = read_notebook(data.encode(), NAME)
        assert rebuild(release, found.cells).notebook["cells"] == expected["cells"]
        assert found.assignment == name


def conflict(notebook, mine, theirs):
    lines = json.dumps(notebook, indent=1).split("\n")
    place = next(n for n, line in enumerate(lines) if mine in line)
    other = lines[place].replace(mine, theirs)
    lines[place : place + 1] = ["<<<<<<< HEAD", lines[place], "||||||| base", "=======", other, ">>>>>>> theirs"]
    return "\n".join(lines).encode()


def test_repair_of_a_merge_conflict_takes_its_first_side_and_says_so():
    name = "mosul-claims"
    release = read_released(ROOT / "exercises" / name / f"{name}.ipynb")
    sound = written(name)
    found = read_notebook(conflict(sound, f"My answer in {name}-why", "Their answer in -why"), NAME)
    assert "merge conflict" in found.notes[0]
    expected = rebuild(release, read_notebook(json.dumps(sound).encode(), NAME).cells).notebook
    assert rebuild(release, found.cells).notebook["cells"] == expected["cells"]


def test_repair_of_a_file_that_was_cut_off_takes_the_cells_that_are_whole():
    name = "mosul-claims"
    release = read_released(ROOT / "exercises" / name / f"{name}.ipynb")
    text = json.dumps(written(name), indent=1)
    cut = text.index("mosul-claims-2-answer")
    found = read_notebook(text[:cut].encode(), NAME)
    assert "damaged" in found.notes[0]
    rebuilt = rebuild(release, found.cells)
    sources = {cell["id"]: cell["source"] for cell in rebuilt.notebook["cells"]}
    assert "'c01'" in sources["mosul-claims-1-answer"]
    assert "The cell mosul-claims-2-answer was missing; it counts as unanswered." in rebuilt.notes


@pytest.mark.parametrize("length", [1, 200, 900])
def test_repair_refuses_what_holds_no_cell_of_the_students(length):
    text = json.dumps(written("mosul-claims"), indent=1)
    with pytest.raises(Unreadable, match="is not a readable notebook"):
        read_notebook(text[:length].encode(), NAME)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"<!DOCTYPE html><html>", "a web page under a notebook's name"),
        (b"PK\x03\x04abc", "a zip archive under a notebook's name"),
        (b"%PDF-1.7", "a PDF under a notebook's name"),
        (b"\x00" * 900, "is empty"),
    ],
)
def test_repair_says_what_a_file_is_that_is_no_notebook(data, what):
    with pytest.raises(Unreadable, match=what):
        read_notebook(data, NAME)


def test_repair_never_gives_a_mark_to_an_answer_that_says_it_is_another():
    """A cell that was added is no answer cell while the answer cell is there."""
    name = "mosul-claims"
    release = read_released(ROOT / "exercises" / name / f"{name}.ipynb")
    cells = read_notebook(json.dumps(plain(release)).encode(), NAME).cells
    extra = HandedIn("code", "# mosul-claims-1: mine\nclaims = {'c01': {'verdict': 'supported'}}", "")
    named, notes = identify(release, [*cells, extra])
    assert named == [*cells, extra]
    assert notes == []
