"""Pictures of a student's own work: drawn from the answer alone, with the same in words, hostile words as text."""

import tomllib
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

import whosaidso
from whosaidso import picture
from whosaidso.cases import task_case
from whosaidso.check import SHOW_GOLD, answer_now
from whosaidso.forms import live
from whosaidso.grading.literals import read_literal
from whosaidso.kinds import kind_names, part

KINDS = [kind for kind in kind_names() if kind != "quick_check"]


def sample(kind: str, name: str) -> tuple[str, object]:
    path = Path(whosaidso.__file__).parent / "kinds" / kind / "samples.toml"
    found = next(s for s in tomllib.loads(path.read_text(encoding="utf-8"))["sample"] if s["id"] == name)
    answer = part(kind, "answer").NAME
    return found["task"], read_literal(f"{answer} = {found['answer']}", answer).value


@pytest.mark.parametrize("name", ["right", "partly_right", "wrong"])
@pytest.mark.parametrize("kind", KINDS)
def test_picture_shows_the_answer_and_says_it_in_words(kind, name, monkeypatch):
    task, answer = sample(kind, name)
    drawn = picture(task, answer)
    assert drawn.figure is not None
    texts = " ".join(text.get_text() for axes in drawn.figure.axes for text in axes.texts)
    assert len(texts) > 20
    assert drawn.words
    assert all(line.endswith(".") for line in drawn.words)
    page = drawn._repr_html_()
    assert 'alt="Your work:' in page
    assert "data:image/png;base64," in page
    monkeypatch.setenv(SHOW_GOLD, "1")
    assert picture(task, answer).words == drawn.words  # nothing of a key, whatever the settings


def test_picture_of_the_words_of_each_kind():
    assert picture(*sample("claim_check", "right")).words[0] == (
        "c11. ISIS took Mosul on 10 June 2014. You: supported; with r024; sure: 0.95."
    )
    assert picture(*sample("span_label", "partly_right")).words[0] == (
        "1. “According to some data” (southfront-raqqa p2): vague authority."
    )
    assert picture(*sample("source_trace", "partly_right")).words[0] == (
        "SouthFront: southfront-raqqa → Yusuf al-Kilabi: paraphrases, p3."
    )


@pytest.mark.parametrize("answer", [None, {}, [], "x", {"edges": "<b>"}, object()])
@pytest.mark.parametrize("kind", KINDS)
def test_picture_of_nothing_says_so(kind, answer):
    task, _ = sample(kind, "right")
    drawn = picture(task, answer)
    assert drawn.figure is None
    assert "nothing to draw yet" in drawn._repr_html_()


def test_picture_of_a_ring_and_of_many_links_is_drawn():
    names = ["southfront-raqqa", "fars", "interfax", "lavrov", "tass", "tasnim", "coalition"]
    edges = [(a, b, "", "") for a in names for b in names if a != b]
    drawn = picture("practice-sourcing", {"edges": edges})
    assert len(drawn.words) == len(edges)
    ring = picture("practice-sourcing", {"edges": [("fars", "tass"), ("tass", "fars")]})
    assert ring.figure is not None
    task, _ = task_case("mosul-sourcing-1")
    everyone = [*task.items, *task.options]
    chain = picture(task.id, {"edges": list(pairwise(everyone))}).figure
    boxes = [patch.get_bbox() for patch in chain.axes[0].patches]
    assert len(boxes) == len(everyone)
    assert min(box.width for box in boxes) > 1, "a long chain stays on the paper"


def test_picture_takes_what_the_form_holds(monkeypatch):
    monkeypatch.setattr(
        live, "current_text", lambda task: 'claims = {"c11": {"verdict": "contradicted", "evidence": []}}'
    )
    monkeypatch.setattr("whosaidso.check.current_text", live.current_text)
    assert "contradicted" in picture("practice-claims", {"c11": {"verdict": "supported"}}).words[0]
    monkeypatch.setattr("whosaidso.check.current_text", lambda task: "claims = {<img src=x>")
    said = picture("practice-claims", None)
    assert "cannot be read" in said.words[0]
    assert "<img" not in said._repr_html_()


def test_the_answer_is_that_of_its_own_exercise(monkeypatch):
    """Two exercises of one notebook call their answer `claims`."""
    cells = [f"# mosul-claims-{n}: the form writes\nclaims = {{'c0{n}': 'supported'}}" for n in (1, 2)]
    shell = SimpleNamespace(history_manager=SimpleNamespace(input_hist_raw=["", *cells, "check('x', claims)"]))
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setattr("whosaidso.check.current_text", lambda task: None)
    found = [answer_now(f"mosul-claims-{n}").value for n in (1, 2)]
    assert found == [{"c01": "supported"}, {"c02": "supported"}]
    shell.history_manager.input_hist_raw.append("# mine: better\nclaims = {}")
    assert answer_now("mosul-claims-1").value == {}


def test_picture_is_silent_while_grading_and_refuses_a_quiz(monkeypatch):
    with pytest.raises(ValueError, match="no picture"):
        picture("quiz-claims", {})
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert picture("practice-claims", {"c11": {"verdict": "supported"}}) is None
