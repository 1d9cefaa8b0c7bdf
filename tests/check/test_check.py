"""The contract of the check cell: what nbgrader turns into full marks or none must never leave it."""

import math
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy
import pytest

import whosaidso
from whosaidso.cases import CASES, read_case, task_case
from whosaidso.check import check, mark
from whosaidso.gold import GoldNotFound, load_gold
from whosaidso.vocabulary import VERDICTS

ROOT = Path(__file__).parents[2]
CASE = read_case(CASES / "mosul_2016")[0]
GRADED = [(task.id, task.points) for task in CASE.tasks.values() if task.assignment]
CLAIMS = [task.id for task in CASE.tasks.values() if task.assignment and task.kind == "claim_check"]


@pytest.fixture
def student(monkeypatch, tmp_path):
    """A machine without gold."""
    monkeypatch.chdir(tmp_path)
    for name in ("NBGRADER_EXECUTION", "WHOSAIDSO_SOLUTIONS", "WHOSAIDSO_SHOW_GOLD"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def grading(monkeypatch, student):
    """An autograding run with the course's gold."""
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setenv("WHOSAIDSO_SOLUTIONS", str(ROOT / "solutions"))


class Text(str):
    def __str__(self):
        raise RuntimeError("evil")


class Table(dict):
    def items(self):
        raise RuntimeError("evil")


class Thing:
    def __repr__(self):
        raise RuntimeError("evil")

    def __getattr__(self, name):
        raise RuntimeError("evil")

    __hash__ = None


def circle() -> list:
    round_and_round: list = []
    round_and_round.append(round_and_round)
    return round_and_round


ANSWERS = {
    "None": None, "nan": math.nan, "inf": math.inf, "negative": -1.0, "true": True, "pair": (2.5, 5), "text": "2.5", "bytes": b"2.5",
    "numpy number": numpy.float64(2.5), "numpy nan": numpy.float64("nan"), "numpy array": numpy.ones(3), "numpy inside": {"c01": numpy.float64(1)},
    "own text": Text("x"), "own dict": Table(c01=1), "own thing": Thing(), "own inside": {"c01": {"verdict": Text("supported")}}, "class": Thing,
    "thing inside": [Thing()], "function": check, "circle": circle(), "deep": eval("[" * 80 + "]" * 80), "generator": (n for n in "ab"), "complex": 1j,
    "huge": 16**6000, "surrogate": ["\ud800"], "empty dict": {}, "empty list": [], "frozen": frozenset({1}),
}  # fmt: skip


@pytest.mark.parametrize(("task", "points"), GRADED)
def test_check_outside_grading_prints_and_returns_nothing(student, capsys, task, points):
    assert check(task, {}, points=points) is None
    said = capsys.readouterr()
    assert said.out.startswith("0 of ")
    assert said.err == ""


def test_check_outside_grading_says_nothing_of_right_or_wrong(student, capsys):
    said = []
    for verdict in VERDICTS:
        given = {"c01": {"verdict": verdict, "evidence": ["r001"], "gap": "no_record"}}
        assert check("mosul-claims-1", given, points=10) is None
        said.append(capsys.readouterr().out)
    assert len(set(said)) == 1
    assert said[0].startswith("1 of ")


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_check_in_grading_gives_nothing_for_what_is_no_answer(grading, capsys, recwarn, answer):
    for task, points in GRADED:
        earned = check(task, answer, points=points)
        assert type(earned) is float
        assert earned == 0
    assert capsys.readouterr().err == ""
    assert len(recwarn) == 0


def test_check_in_grading_returns_a_float_between_nothing_and_all(grading):
    given = {"c01": {"verdict": "supported", "evidence": ["r001", "r002"], "confidence": 0.75}}
    gold = load_gold("mosul-claims", task_case("mosul-claims-1")[1])
    for points in (10, 10.0, 1, 0):
        earned = check("mosul-claims-1", given, points=points)
        assert type(earned) is float
        assert 0 <= earned <= points
        assert math.isfinite(float(repr(earned)))
    full = {}
    for item in CASE.tasks["mosul-claims-1"].items:
        key = gold.claims[item]
        full[item] = {"verdict": key.verdict, "evidence": list((*key.usable, ())[0]), "gap": (*key.gaps, "")[0]}
    assert check("mosul-claims-1", full, points=10) == 10.0


@pytest.mark.parametrize("with_folder", [True, False])
def test_check_in_grading_stops_without_gold(grading, monkeypatch, tmp_path, with_folder):
    if with_folder:
        monkeypatch.setenv("WHOSAIDSO_SOLUTIONS", str(tmp_path))
    else:
        monkeypatch.delenv("WHOSAIDSO_SOLUTIONS")
    with pytest.raises(GoldNotFound, match=r"solutions/mosul-claims/gold\.toml"):
        check("mosul-claims-1", {}, points=10)


def test_check_names_the_exercises_there_are(student):
    with pytest.raises(KeyError, match="mosul-claims-1"):
        check("mosul-claim", {}, points=10)


def secrets(task_id: str) -> list[str]:
    """Every sentence of the key that belongs to a task."""
    task, case = task_case(task_id)
    gold = load_gold(task.assignment, case)
    claims = [gold.claims[item].reason for item in task.items if item in gold.claims]
    spans = [span.reason for span in gold.spans if span.passage in task.items]
    voices = [gold.voices[claim].reason for claim in task.voices]
    edges = [
        f"Missed: {e.teller} got it from {e.told_by}" for e in gold.edges if e.article in task.items and not task.voices
    ]
    found = [secret for secret in (*claims, *spans, *voices, *edges) if secret]
    assert found
    return found


def guesses(task_id: str) -> list[object]:
    task, _ = task_case(task_id)
    if task.kind == "claim_check":
        return [
            {},
            *(
                {item: {"verdict": v, "gap": "no_record", "evidence": list(task.options[:2])} for item in task.items}
                for v in VERDICTS
            ),
        ]
    if task.kind == "source_trace":
        edges = [(article, name) for article in task.items for name in task.options]
        return [
            {},
            {
                "edges": edges,
                "voices": {claim: [task.options[0]] for claim in task.voices},
                "independent": dict.fromkeys(task.voices, "3"),
            },
        ]
    return [[]]


class Words(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen = ""
        self.tags: set[str] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.seen += data


@pytest.mark.parametrize(("task", "points"), GRADED)
def test_check_shows_the_key_only_where_the_course_says_so(grading, monkeypatch, task, points):
    for answer in guesses(task):
        marked = mark(task, answer, points=points)
        for text in (marked.text, Words(marked.html).seen):
            assert "Key:" not in text
            assert not [secret for secret in secrets(task) if secret in text]
    monkeypatch.setenv("WHOSAIDSO_SHOW_GOLD", "1")
    marked = mark(task, guesses(task)[0], points=points)
    for text in (marked.text, Words(marked.html).seen):
        assert all(secret in text for secret in secrets(task))


@pytest.mark.parametrize("task", CLAIMS)
def test_check_of_nothing_shows_the_claims_and_no_more(grading, task):
    marked = mark(task, {}, points=7)
    lines = [line for line in marked.text.splitlines() if line.startswith("– ")]
    claims = [CASE.claims[item] for item in CASE.tasks[task].items]
    assert lines == [f"– {claim.id}: {claim.text.rstrip('.')}. No answer." for claim in claims]


def test_check_shows_hostile_text_as_text(grading):
    hostile = "<img src=x onerror=alert(1)><script>x</script>"
    marked = mark(
        "mosul-claims-1",
        {hostile: 1, "c01": {"verdict": hostile, hostile: 1}, "c04": {"verdict": "supported", "evidence": [hostile]}},
        points=10,
    )
    assert "&lt;img" in marked.html
    assert Words(marked.html).tags <= {"section", "h4", "p", "ul", "li"}


HEAVY = (
    "IPython",
    "anywidget",
    "ipywidgets",
    "matplotlib",
    "nbconvert",
    "nbformat",
    "nbgrader",
    "networkx",
    "numpy",
    "rich",
    "sphinx",
    "typer",
)
LIGHT = f"""
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {HEAVY!r}:
            raise ImportError(name + " is too heavy")
sys.meta_path.insert(0, Blocked())
import whosaidso
assert not [name for name in sys.modules if name.startswith("whosaidso.")], "importing the package loads no room"
case = whosaidso.load_case("mosul_2016")
from whosaidso.check import advice, mark
for task in case.tasks.values():
    print(advice(task.id, {{}}))
    if task.assignment:
        print(mark(task.id, {{}}, points=task.points).points)
"""


def test_check_needs_no_heavy_package():
    package = str(Path(whosaidso.__file__).parents[1])
    environment = {
        **os.environ,
        "PYTHONPATH": package,
        "WHOSAIDSO_SOLUTIONS": str(ROOT / "solutions"),
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        [sys.executable, "-c", LIGHT], env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("0.0\n") >= len(GRADED)
