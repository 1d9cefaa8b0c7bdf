"""Hand-ins are read whatever is wrong with them, and rebuilt on the release."""

import json

import nbformat
import pytest
from nbformat import NotebookNode

from whosaidso.grading.notebooks import HandedIn, Unreadable, cells_of, read_cells, rebuild


def cell(cell_type: str, source: str, grade_id: str = "", **marks: object) -> NotebookNode:
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}[cell_type]
    made = make(source, id=f"id-{grade_id or 'read'}")
    if grade_id:
        made.metadata["nbgrader"] = {"grade_id": grade_id, "grade": False, "locked": False, "solution": False, **marks}
    return made


def release() -> NotebookNode:
    """The four sorts of cell a task has: read, locked, answer, check; and a written one."""
    return nbformat.v4.new_notebook(
        cells=[
            cell("markdown", "# Read this"),
            cell("code", "form = 1", "form", locked=True),
            cell("code", "claims = {}", "answer", solution=True),
            cell("code", 'check("t", claims, points=3)', "check", grade=True, locked=True, points=3),
            cell("markdown", "YOUR ANSWER HERE", "text", solution=True, grade=True, points=4),
        ]
    )


def handed_in(**changed: str) -> list[HandedIn]:
    return [
        HandedIn(c.cell_type, changed.get(c.metadata.get("nbgrader", {}).get("grade_id", ""), c.source), c.metadata.get("nbgrader", {}).get("grade_id", ""))
        for c in release().cells
    ]  # fmt: skip


def source(notebook: NotebookNode, grade_id: str) -> str:
    return next(c.source for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def added(notebook: NotebookNode) -> list[NotebookNode]:
    return [c for c in notebook.cells if c.id.startswith("extra-")]


@pytest.mark.parametrize(
    "data",
    [
        b"", b" \n", b"[]", b"{", b"null", b"3", b'"x"', b"{}", b'{"cells": null}', b'{"cells": 5}', b'{"cells": {}}', b'{"worksheets": []x}',
        b"\xff\xfe{\x00}\x00", b"PK\x03\x04", b"[" * 100_000, b'{"cells": [' + b"9" * 10_000 + b"]}", b"<html>", b'{"cells": [}',
    ],
)  # fmt: skip
def test_notebooks_refuses_what_is_none_in_one_sentence(data, tmp_path):
    path = tmp_path / "mosul-claims.ipynb"
    path.write_bytes(data)
    with pytest.raises(Unreadable, match=r"^mosul-claims\.ipynb .*ask for .*\.$"):
        read_cells(path)


def test_notebooks_refuses_what_is_not_there(tmp_path):
    for path in (tmp_path, tmp_path / "gone.ipynb"):
        with pytest.raises(Unreadable, match=r"cannot be opened|is not a file of its own"):
            read_cells(path)


ONE = {"cell_type": "code", "source": "claims = 1\nx", "metadata": {"nbgrader": {"grade_id": "answer"}}}


@pytest.mark.parametrize(
    "data",
    [
        json.dumps({"cells": [ONE]}).encode(),
        b"\xef\xbb\xbf" + json.dumps({"cells": [ONE]}).encode(),
        json.dumps({"cells": [{**ONE, "source": ["claims = 1\n", "x"]}]}, indent=1).replace("\n", "\r\n").encode(),
        json.dumps({"cells": [{**ONE, "source": "claims = 1\r\nx"}]}).encode(),
        json.dumps({"cells": ["a string", 5, None, ONE, []]}).encode(),
        json.dumps({"nbformat": 3, "worksheets": [{"cells": [{"input" if k == "source" else k: v for k, v in ONE.items()}]}, 7, {"cells": 5}, {"cells": None}]}).encode(),
        json.dumps({"nbformat": 3, "worksheets": [{"cells": [{"input" if k == "source" else k: v for k, v in ONE.items()}]}]}).encode(),
        json.dumps({"cells": [{**ONE, "source": ["claims = 1\n", None, 5, "x"]}], "metadata": 5, "nbformat": "99"}).encode(),
        json.dumps({"cells": [{**ONE, "outputs": "x" * 1_000_000, "attachments": {"a": 1}}]}).encode(),
    ],
    ids=["plain", "BOM", "lines", "CRLF", "cells as strings", "nbformat 3, odd sheets", "nbformat 3", "odd lines", "big output"],
)  # fmt: skip
def test_notebooks_reads_what_other_programs_make_of_them(data):
    assert cells_of(data, "n.ipynb") == [HandedIn("code", "claims = 1\nx", "answer")]


@pytest.mark.parametrize(
    "odd",
    [
        {"cell_type": ["x"]}, {"cell_type": "heading", "source": 5}, {"metadata": []}, {"metadata": {"nbgrader": 5}}, {"metadata": {"nbgrader": {"grade_id": {}}}},
        {"source": {"a": 1}}, {"source": None}, {},
    ],
)  # fmt: skip
def test_notebooks_reads_odd_cells_as_text_without_a_name(odd):
    found = cells_of(json.dumps({"cells": [odd]}).encode(), "n.ipynb")
    assert found == [HandedIn("markdown", "", "")]


def test_notebooks_with_lone_surrogates_can_be_written_again():
    data = json.dumps(
        {"cells": [{**ONE, "source": "claims = '\ud800'"}, {"cell_type": "code", "source": "\udfff x"}]}
    ).encode()
    rebuilt = rebuild(release(), cells_of(data, "n.ipynb")).notebook
    assert "\ufffd" in source(rebuilt, "answer")
    nbformat.writes(rebuilt).encode("utf-8")


def test_notebooks_untouched_hand_in_is_the_release_byte_for_byte():
    rebuilt = rebuild(release(), handed_in())
    assert nbformat.writes(rebuilt.notebook) == nbformat.writes(release())
    assert rebuilt.notes == ()


def test_notebooks_rebuild_takes_answers_and_nothing_else():
    theirs = handed_in(form="import evil", answer="claims = {'c01': 1}", check="4.0", text="My <b>note</b>")
    rebuilt = rebuild(release(), theirs).notebook
    assert (source(rebuilt, "form"), source(rebuilt, "check")) == ("form = 1", 'check("t", claims, points=3)')
    assert source(rebuilt, "answer") == "claims = {'c01': 1}"
    assert "<b>" not in source(rebuilt, "text")
    assert "note" in source(rebuilt, "text")
    assert added(rebuilt) == []
    for ours, now in zip(release().cells, rebuilt.cells, strict=True):
        assert {**ours, "source": ""} == {**now, "source": ""}


def test_notebooks_rebuild_drops_outputs_attachments_and_tags():
    notebook = release()
    for one in notebook.cells:
        one.metadata["tags"] = ["one", "two"]
        one["attachments"] = {"a.svg": {"image/svg+xml": "<svg onload=x>"}}
        if one.cell_type == "code":
            one["outputs"] = [
                {"output_type": "execute_result", "data": {"text/plain": "99"}, "metadata": {}, "execution_count": 1}
            ]
    notebook.metadata["widgets"] = {"state": "evil"}
    rebuilt = rebuild(release(), cells_of(json.dumps(notebook).encode(), "n.ipynb")).notebook
    assert nbformat.writes(rebuilt) == nbformat.writes(release())


def test_notebooks_rebuild_takes_the_last_changed_of_two():
    theirs = handed_in()
    copies = [HandedIn("code", text, "answer") for text in ("claims = 1", "claims = 2", "claims = {}")]
    rebuilt = rebuild(release(), [*theirs, *copies])
    assert source(rebuilt.notebook, "answer") == "claims = 2"
    assert rebuilt.notes == ("The cell answer was there 4 times; the last changed one counts.",)
    assert len(rebuilt.notebook.cells) == 5


def test_notebooks_rebuild_puts_missing_cells_back():
    rebuilt = rebuild(release(), [c for c in handed_in() if c.grade_id in ("form", "text")])
    assert nbformat.writes(rebuilt.notebook) == nbformat.writes(release())
    assert rebuilt.notes == ("The cell answer was missing; it counts as unanswered.",)
    assert nbformat.writes(rebuild(release(), []).notebook) == nbformat.writes(release())


def test_notebooks_rebuild_keeps_what_was_added_where_it_stood_as_text():
    theirs = handed_in()
    theirs.insert(0, HandedIn("markdown", "<script>first</script>", ""))
    theirs.insert(4, HandedIn("code", "import os  # <img src=x>", "answer-2"))
    theirs.append(HandedIn("raw", "last", ""))
    rebuilt = rebuild(release(), theirs).notebook
    assert [c.cell_type for c in rebuilt.cells] == [
        "markdown",
        "markdown",
        "code",
        "code",
        "markdown",
        "code",
        "markdown",
        "markdown",
    ]
    first, code, last = added(rebuilt)
    assert (rebuilt.cells[0], rebuilt.cells[4], rebuilt.cells[7]) == (first, code, last)
    assert "script>" not in first.source
    assert "<img" not in code.source
    assert "code, not run" in code.source
    assert all("nbgrader" not in c.metadata for c in (first, code, last))
    nbformat.validate(rebuilt)
