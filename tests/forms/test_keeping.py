"""What Python keeps of an answer where no labextension does, and what it never writes."""

import errno
import json
import os
import tempfile
from types import SimpleNamespace

import pytest

from whosaidso.check import answer_now
from whosaidso.forms import draft as drafts
from whosaidso.forms import live, widget
from whosaidso.forms.draft import Draft, NotKept
from whosaidso.forms.widget import form_of

TASK = "mosul-claims-1"
SKELETON = 'claims = {\n    "c01": {"verdict": "", "evidence": ["", ""], "gap": "", "confidence": ""},\n}'
FIRST = 'claims = {"c01": {"verdict": "supported", "evidence": ["r001"]}}'
SECOND = 'claims = {"c01": {"verdict": "contradicted", "evidence": ["r001"]}}'
TYPED = f"# {TASK}: mine\nclaims = {{'c04': 'not_shown'}}"


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """A student's folder, on a machine that does not grade."""
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(live, "_texts", {})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def entries(folder):
    return json.loads((folder / ".whosaidso" / f"{TASK}-answer.json").read_text(encoding="utf-8"))["texts"]


def test_the_last_texts_are_kept_with_their_times(folder, monkeypatch):
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(drafts.time, "time", lambda: clock.now)
    draft = Draft(TASK, folder)
    for number in range(30):
        clock.now += 60
        draft.keep(f"text {number}")
        clock.now += 1
        draft.keep(f"text {number}, one letter more")
    kept = entries(folder)
    assert len(kept) == drafts.MOST_TEXTS
    assert kept[-1] == {"at": clock.now - 1, "text": "text 29, one letter more"}
    assert [path.name for path in (folder / ".whosaidso").iterdir()] == [f"{TASK}-answer.json"]
    assert Draft(TASK, folder).waiting == "text 29, one letter more"


@pytest.mark.parametrize("place", ["solutions/mosul-claims", "autograded/anna/mosul-claims"])
def test_never_in_folders_of_the_course(folder, place):
    inside = folder / place
    inside.mkdir(parents=True)
    with pytest.raises(NotKept, match="no drafts are kept in this folder"):
        Draft(TASK, inside).keep(FIRST)
    assert list(inside.iterdir()) == []


def test_never_while_grading(folder, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(NotKept):
        Draft(TASK, folder).keep(FIRST)
    form_of(TASK, "claim_check")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EROFS, "may not be written to"), (errno.ENOSPC, "the disk is full"), (errno.EIO, "could not be kept")],
)
def test_what_keeps_a_draft_from_the_disk_is_said(folder, monkeypatch, number, words):
    Draft(TASK, folder).keep(FIRST)

    def refuse(*args, **more):
        raise OSError(number, os.strerror(number))

    form = form_of(TASK, "claim_check")
    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    form.set_state({"text": SECOND, "serial": 7})
    assert form.kept["serial"] == 7
    assert words in form.kept["why"]
    monkeypatch.undo()
    assert [entry["text"] for entry in entries(folder)] == [FIRST]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"texts": 3}', '{"texts": [3], "cell": 1}'])
def test_a_damaged_draft_is_no_draft(folder, text):
    (folder / ".whosaidso").mkdir()
    path = folder / ".whosaidso" / f"{TASK}-answer.json"
    path.write_text(text)
    draft = Draft(TASK, folder)
    assert draft.waiting == ""
    draft.keep(FIRST)
    assert Draft(TASK, folder).waiting == FIRST


def test_python_says_what_it_kept_and_offers_it_to_the_next_form(folder):
    form = form_of(TASK, "claim_check")
    assert form.draft == ""
    form.set_state({"text": FIRST, "serial": 5})
    assert form.kept["serial"] == 5
    assert form.kept["at"] > 1e12
    assert form_of(TASK, "claim_check").draft == FIRST
    assert answer_now(TASK).value == {"c01": {"verdict": "supported", "evidence": ["r001"]}}


def test_a_program_without_widgets_gets_the_sheet():
    data, _ = form_of(TASK, "claim_check")._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "<section" in data["text/html"]
    assert "Announced, open" in data["text/plain"]


def test_what_goes_wrong_in_python_reaches_the_student(monkeypatch):
    form = form_of(TASK, "claim_check")
    monkeypatch.setattr(Draft, "keep", lambda *args: 1 / 0)
    form.set_state({"text": FIRST, "serial": 5})
    assert form.kept == {"serial": 5, "why": "ZeroDivisionError: division by zero"}


# With the labextension


def found(form, cell):
    form.set_state({"linked": True, "found": {"text": cell, "serial": 1}})
    return form.offer.get("text")


def test_a_linked_form_takes_the_cell_and_writes_no_draft(folder):
    form = form_of(TASK, "claim_check")
    assert found(form, FIRST) is None
    assert live.current_text(TASK) == FIRST
    form.set_state({"text": SECOND})
    assert live.current_text(TASK) == SECOND
    assert list(folder.iterdir()) == []


def test_a_waiting_draft_is_offered_to_an_empty_cell_once(folder):
    Draft(TASK, folder).keep(FIRST)
    assert found(form_of(TASK, "claim_check"), SKELETON) == FIRST
    assert found(form_of(TASK, "claim_check"), FIRST) is None  # it has reached the notebook
    assert found(form_of(TASK, "claim_check"), SKELETON) is None


@pytest.mark.parametrize("cell", [TYPED, SECOND, f"{SKELETON}\ndifferently = {{'c01': {{'why': 'x'}}}}", "claims = {("])
def test_a_cell_with_an_answer_of_its_own_is_never_replaced(folder, cell):
    Draft(TASK, folder).keep(FIRST)
    assert found(form_of(TASK, "claim_check"), cell) is None
    assert live.current_text(TASK) == cell


def test_a_second_tab_that_opens_an_older_file_gets_what_the_first_one_holds():
    form = form_of(TASK, "claim_check")
    found(form, SKELETON)
    form.set_state({"text": FIRST})
    form.set_state({"found": {"text": SKELETON, "serial": 2}})
    assert form.offer["text"] == FIRST
    form.set_state({"found": {"text": TYPED, "serial": 3}})
    assert form.text == TYPED


# Without it: the answer cell is run


class Shell:
    def __init__(self):
        self.put = []

    def set_next_input(self, text, replace):
        assert replace
        self.put.append(text)


@pytest.fixture
def run(monkeypatch):
    """Run a cell, as IPython tells us of it, and return what it is replaced with."""
    shell = Shell()
    monkeypatch.setattr(widget, "get_ipython", lambda: shell)

    def run(source):
        shell.put = []
        widget._after_cell(SimpleNamespace(info=SimpleNamespace(raw_cell=source)))
        return shell.put

    monkeypatch.setattr(widget, "preset", lambda task: None)
    return run


def marked(text):
    return f"# {TASK}: a first line\n{text}"


def test_running_the_skeleton_or_the_forms_own_text_puts_the_newer_one_there(run, folder):
    form = form_of(TASK, "claim_check")
    form.set_state({"text": marked(FIRST), "serial": 1})
    assert run(marked(SKELETON)) == [marked(FIRST)]
    assert form.kept["put"]
    assert run(marked(FIRST)) == []
    form.set_state({"text": marked(SECOND), "serial": 2})
    assert run(marked(FIRST)) == [marked(SECOND)]
    # and on another day, in another Python
    again = form_of(TASK, "claim_check")
    again.set_state({"text": marked(FIRST), "serial": 3})
    assert run(marked(SECOND)) == [marked(FIRST)]


def test_running_a_typed_cell_hands_it_to_the_form(run):
    form = form_of(TASK, "claim_check")
    form.set_state({"text": marked(FIRST), "serial": 1})
    for typed in (TYPED, f"{TYPED}\nclaims[", marked(f"{SKELETON}\ndifferently = {{'c01': {{'why': 'x'}}}}")):
        assert run(typed) == []
        assert form.text == typed == live.current_text(TASK)
        assert run(typed) == []


def test_other_cells_and_linked_forms_are_left_alone(run):
    form = form_of(TASK, "claim_check")
    form.set_state({"text": marked(FIRST), "serial": 1})
    teachers = marked(f"{SKELETON}\n### BEGIN SOLUTION\n{SECOND}\n### END SOLUTION")
    for source in ("", "x = 1", SKELETON, "# mosul-claims-2: x\nclaims = {}", "# note: x", teachers):
        assert run(source) == []
    form.set_state({"linked": True})
    assert run(marked(SKELETON)) == []
    assert form.text == marked(FIRST)
