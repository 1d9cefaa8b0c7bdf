"""The third case, made as a teacher makes one: `new-case`, its own data written over the example, seals, model answers."""

import shutil
from pathlib import Path

import nbformat

from whosaidso.articles import quotation_faults, renew_seals
from whosaidso.cases import read_case
from whosaidso.gold import read_gold
from whosaidso.grading.assignments import student_version
from whosaidso.scaffold import notebooks
from whosaidso.scaffold.cases import ASSIGNMENTS, new_case

THIRD = Path(__file__).parent / "third"
NAME = "north-bridge"


def cases_of(course: Path) -> Path:
    return course / "src" / "whosaidso" / "cases"


def third_case(course: Path) -> Path:
    """Make the case in an empty folder and return the case's own folder; nothing in it is faulty."""
    public = new_case(NAME, course, cases=cases_of(course))[0]
    shutil.copytree(THIRD / "public", public, dirs_exist_ok=True)
    for end in ASSIGNMENTS:
        shutil.copy(THIRD / "keys" / f"{end}.toml", course / "solutions" / f"{NAME}-{end}" / "gold.toml")
    finish(course)
    return public


def finish(course: Path) -> None:
    """Seal the quotations, write the model answers, and put something where the releases would be."""
    public = cases_of(course) / "north_bridge"
    case, _ = read_case(public)
    assert case is not None
    assert quotation_faults(case, THIRD / "texts") == []
    renew_seals(public, case, THIRD / "texts")
    for end in ASSIGNMENTS:
        assignment = f"{NAME}-{end}"
        path = course / "solutions" / assignment / f"{assignment}.ipynb"
        gold, _ = read_gold(path.parent / "gold.toml", assignment, case)
        notebook = nbformat.read(path, as_version=4)
        notebooks.renew(notebook, assignment, case, gold)
        for cell in notebook.cells:
            cell.source = cell.source.replace("EXAMPLE. Write a model answer here", "A model answer stands here")
        notebooks.write(notebook, path)
        (path.parent / "debrief.md").write_text("# Debrief\n", encoding="utf-8")
        released = course / "exercises" / assignment / path.name
        released.parent.mkdir(parents=True, exist_ok=True)
        notebooks.write(student_version(course, notebook), released)
