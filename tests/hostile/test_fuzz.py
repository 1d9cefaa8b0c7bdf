"""Anything at all, put before the readers of hand-ins and answers: read as plain data or refused in a sentence.

WHOSAIDSO_FUZZ multiplies the number of examples; the benchmark sets it.
"""

import ast
import json
import math
import os
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.course.courses import ASSIGNMENTS, released
from tests.hostile.builders import Builder
from tests.hostile.test_hostile import OURS, TEXT, Tags, hidden
from whosaidso.answers import Parsed
from whosaidso.cases import case_ids, load_case
from whosaidso.check import mark
from whosaidso.gold import read_gold
from whosaidso.grading import batch, notebooks, stamps
from whosaidso.grading.literals import read_literal
from whosaidso.grading.notebooks import HandedIn, Unreadable, grade_id_of, is_solution, read_notebook, rebuild
from whosaidso.grading.outcomes import outcomes_bytes, read_differently, task_line
from whosaidso.records import Gold
from whosaidso.scores import Score

ROOT = Path(__file__).resolve().parents[2]
FACTOR = float(os.environ.get("WHOSAIDSO_FUZZ", "1"))
ANY = st.text(st.characters(exclude_categories=()), max_size=60)


def examples(count: int) -> settings:
    """Return settings for so many examples, the same ones in every run."""
    checks = [
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
        HealthCheck.function_scoped_fixture,
    ]
    return settings(
        max_examples=int(count * FACTOR), derandomize=True, database=None, deadline=None, suppress_health_check=checks
    )


@cache
def blank(assignment: str = "mosul-claims"):
    return released(ROOT, assignment)


@cache
def sound() -> bytes:
    return json.dumps(Builder(ROOT, Path("it-ran")).sound["mosul-claims", "full"][0]).encode()


# --- files ----------------------------------------------------------------------------------------------------

WORDS = [
    "cells",
    "worksheets",
    "metadata",
    "nbgrader",
    "grade_id",
    "cell_type",
    "source",
    "input",
    "id",
    "outputs",
    "whosaidso",
    "assignment",
]
VALUES = [
    "code",
    "markdown",
    "mosul-claims-1-answer",
    "mosul-claims-who",
    "claims = {}",
    "# mosul-claims-2: x\nclaims = {}",
    "\ud800",
    "\u202e\x1b[1m; x. ",
]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(VALUES) | ANY
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(WORDS) | ANY, inner, max_size=6),
    max_leaves=25,
)
CELL = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": JSON,
        "source": JSON,
        "metadata": JSON | st.fixed_dictionaries({"nbgrader": st.fixed_dictionaries({"grade_id": JSON})}),
        "id": JSON,
    },
)
NOTEBOOK = st.fixed_dictionaries(
    {"cells": st.lists(CELL | JSON, max_size=8)},
    optional={"metadata": st.fixed_dictionaries({"whosaidso": st.fixed_dictionaries({"assignment": JSON})}) | JSON},
)
SPLICES = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 40),
        st.binary(max_size=8)
        | st.sampled_from([b"\n<<<<<<< a\n", b"\n=======\n", b"\n>>>>>>> b\n", b'"', b"}", b"\\ud800"]),
    ),
    min_size=1,
    max_size=6,
)


def spliced(changes) -> bytes:
    data = sound()
    for place, lost, put in changes:
        at = int(place * len(data))
        data = data[:at] + put + data[at + lost :]
    return data


BYTES = (
    st.binary(max_size=400)
    | SPLICES.map(spliced)
    | (JSON | NOTEBOOK).map(lambda value: json.dumps(value).encode())
    | st.tuples(NOTEBOOK.map(lambda value: json.dumps(value).encode()), st.binary(max_size=5), st.floats(0, 1)).map(
        lambda parts: parts[0][: int(len(parts[0]) * parts[2])] + parts[1]
    )
    | st.tuples(st.sampled_from(["utf-16", "utf-16-le", "utf-8-sig", "utf-32"]), NOTEBOOK.map(json.dumps)).map(lambda parts: parts[1].encode(parts[0]))
)  # fmt: skip


def assert_rebuilt(cells: list[HandedIn], assignment: str = "mosul-claims") -> None:
    """The released cells are there in order, and only what was the student's to fill is theirs."""
    ours = blank(assignment)
    before = json.dumps(ours)
    made = rebuild(ours, cells)
    assert json.dumps(ours) == before
    names = {grade_id_of(cell) for cell in ours.cells}
    kept = [cell for cell in made.notebook.cells if grade_id_of(cell)]
    assert [grade_id_of(cell) for cell in kept] == [grade_id_of(cell) for cell in ours.cells]
    for cell, theirs in zip(ours.cells, kept, strict=True):
        if is_solution(cell):
            assert {**cell, "source": ""} == {**theirs, "source": ""}
            assert theirs.cell_type == "code" or theirs.source == cell.source or TEXT.fullmatch(theirs.source)
        else:
            assert cell == theirs
    for cell in made.notebook.cells:
        if not grade_id_of(cell):
            assert (cell.cell_type, cell.metadata) == ("markdown", {})
            assert TEXT.fullmatch(cell.source)
    assert {key: made.notebook[key] for key in made.notebook if key != "cells"} == {
        key: ours[key] for key in ours if key != "cells"
    }
    assert len({cell.id for cell in made.notebook.cells}) == len(made.notebook.cells)
    assert all(any(name in note for name in names) for note in made.notes)
    json.dumps(made.notebook, ensure_ascii=False, allow_nan=False).encode()


@examples(150)
@given(BYTES)
def test_fuzz_any_file_is_read_or_refused_in_a_sentence(data):
    said = ""
    try:
        read = read_notebook(data, "x.ipynb")
    except Unreadable as error:
        said = str(error)
    if said:
        assert said.startswith("x.ipynb is ")
        assert said.endswith(".")
        return
    assert len(read.cells) <= notebooks.MOST_CELLS
    assert hidden(read.assignment) == ""
    assert all(note.endswith(".") and hidden(note) == "" for note in read.notes)
    assert_rebuilt(read.cells)


@cache
def known(assignment: str) -> tuple[list[str], list[str]]:
    return [grade_id_of(cell) for cell in blank(assignment).cells], [cell.source for cell in blank(assignment).cells]


@st.composite
def handed_in(draw, assignment):
    """Cells with names, words and places of the release, and with others."""
    names, sources = known(assignment)
    name = st.sampled_from([*names, "", "other"]) | ANY
    text = st.sampled_from([*sources, "", "who = 1", f"# {assignment}-1: x\nclaims = {{}}", "# other-1: x"]) | ANY.map(
        lambda text: text.encode("utf-8", "replace").decode()
    )
    made = st.builds(HandedIn, st.sampled_from(["code", "markdown", "raw"]), text, name, name)
    return draw(st.lists(made, max_size=25))


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@examples(60)
@given(st.data())
def test_fuzz_any_cells_leave_the_release_whole(assignment, data):
    assert_rebuilt(data.draw(handed_in(assignment)), assignment)


@examples(80)
@given(text=ANY | st.from_regex(stamps._MOMENT, fullmatch=True))
def test_fuzz_any_time_of_hand_in_is_a_time_or_none(text, tmp_path):
    (tmp_path / "timestamp.txt").write_bytes(text.encode("utf-8", "surrogatepass"))
    when, why = batch._timestamp(tmp_path)
    assert when is not None or why
    assert when is None or when.tzinfo is None


# --- answers --------------------------------------------------------------------------------------------------

LITERALS = st.sampled_from(
    [
        "1",
        "-2",
        "1.5",
        "1e999",
        "'a'",
        "'''b\n'''",
        "b'c'",
        "None",
        "True",
        "...",
        "1j",
        "1+2j",
        "[]",
        "{}",
        "()",
        "set()",
        "''",
        "“d”",
        "\u00a01",
        r"'\ud800'",
    ]
)
NAMES = st.sampled_from(["claims", "other", "print", "len", "RUN", "__builtins__", "ａ", "check"])
FORMS = ["[{}, {}]", "({}, {})", "({},)", "{{{}: {}}}", "{{{}, {}}}", "[*{}, {}]", "{{**{}, 'x': {}}}", "{} + {}", "{}({})", "{}[{}]", "{}.x({})", "-{} or {}", "lambda: ({}, {})", "[{} for x in {}]",
         "(claims := {}, {})", "f'{{{}}}' + {}", "{} if {} else 1", "({} == {})", "(yield {}, {})", "(await {}, {})"]  # fmt: skip
EXPRESSION = st.recursive(
    LITERALS | NAMES,
    lambda inner: st.builds(lambda form, a, b: form.format(a, b), st.sampled_from(FORMS), inner, inner),
    max_leaves=8,
)
STATEMENTS = ["claims = {}", "claims = {}", "claims = {}", "other = {}", "{}", "claims += {}", "claims: int = {}", "claims = other = {}", "claims, other = {}", "claims['x'] = {}", "del claims", "global claims",
              "for claims in {}: pass", "for x in {}:\n    claims = 1", "if {}:\n    claims = {{}}", "with {} as claims: pass", "def claims(x={}): pass", "class claims({}): pass", "import os as claims",
              "from os import claims", "try:\n    {}\nexcept E as claims:\n    pass", "match {}:\n    case claims:\n        pass", "match {}:\n    case {{**claims}}:\n        pass", "print({})", "claims", "# {}", "claims.update({})",
              "claims = {};", "\tclaims = {}", "claims = ({}", "async def f():\n    global claims\n    claims = {}", "@claims({})\ndef f(): pass", "assert {}", "raise {}", "x = (claims := {})"]  # fmt: skip
CELL_TEXT = st.lists(
    st.builds(lambda form, value: form.format(value), st.sampled_from(STATEMENTS), EXPRESSION), min_size=1, max_size=4
).map("\n".join)
PLAIN = (str, bytes, int, float, complex, bool, type(None), type(...))


def is_plain(value: object) -> bool:
    if type(value) in (list, tuple, set):
        return all(map(is_plain, value))
    if type(value) is dict:
        return all(is_plain(key) and is_plain(inner) for key, inner in value.items())
    return type(value) in PLAIN


def binders(node: ast.AST) -> set[str]:
    """Return the names that a statement gives a value to, or takes it from, or may change."""
    found = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
            found.add(inner.id)
        for key in ("name", "asname", "rest"):
            found.add(getattr(inner, key, None))
    return found


@examples(300)
@given(text=CELL_TEXT | st.text(st.sampled_from("claims=[](){}'\",:#\n \\1-“”\u2028\x0b\x00\ud800"), max_size=80) | ANY)
def test_fuzz_any_cell_is_read_as_data_or_not_at_all(text, tmp_path):
    text = text.replace("RUN", f"open({str(tmp_path / 'it-ran')!r}, 'w')")
    reading = read_literal(text, "claims")
    assert not (tmp_path / "it-ran").exists()
    assert reading.found != bool(reading.problem)
    if not reading.found:
        assert reading.value is None
        assert hidden(reading.problem) == ""
        assert len(reading.problem) < 300
        return
    assert is_plain(reading.value)
    assert not reading.computed
    if reading.forgiven:
        with pytest.raises((SyntaxError, ValueError)):
            ast.parse(text)
        return
    body = ast.parse(text).body
    last = max(
        n for n, line in enumerate(body) if isinstance(line, ast.Assign) and ast.unparse(line.targets) == "claims"
    )
    assert repr(reading.value) == repr(ast.literal_eval(body[last].value))
    assert not [line for line in body[last + 1 :] if "claims" in binders(line)]


@examples(150)
@given(EXPRESSION)
def test_fuzz_one_plain_assignment_is_read_as_python_reads_it(expression):
    try:
        wanted = ast.literal_eval(expression)
    except (ValueError, SyntaxError, TypeError):
        assume(not any(mark in expression for mark in "“”\u00a0"))
        assert not read_literal(f"claims = {expression}", "claims").found
        return
    reading = read_literal(f"claims = {expression}", "claims")
    assert reading.found
    assert repr(reading.value) == repr(wanted)


# --- marks ----------------------------------------------------------------------------------------------------


@cache
def tasks() -> list[tuple]:
    """Return every task of every case with its gold; open ones need none here but their own items."""
    found = []
    for case_id in case_ids():
        case = load_case(case_id)
        for task in case.tasks.values():
            gold = Gold(task.assignment, "draft")
            if task.assignment in ASSIGNMENTS:
                gold, faults = read_gold(ROOT / "solutions" / task.assignment / "gold.toml", task.assignment, case)
                assert faults == []
            elif task.kind != "quick_check":
                continue
            found.append((task, case, gold))
    return found


def words_of(task, case) -> list[str]:
    from whosaidso import vocabulary

    words = [
        *task.items,
        *task.options,
        *task.voices,
        "edges",
        "voices",
        "independent",
        "verdict",
        "evidence",
        "gap",
        "confidence",
        "why",
        "record",
        "a",
        "b",
        "<b>&",
        "0.75",
        "p1",
        "H",
    ]
    words += [
        word
        for table in (
            vocabulary.VERDICTS,
            vocabulary.GAPS,
            vocabulary.RELATIONS,
            vocabulary.TECHNIQUES,
            vocabulary.INDEPENDENCE,
        )
        for word in table
    ]
    if task.kind == "span_label":
        for item in task.items:
            for one in case.passages[item].part:
                words += [one.article, one.paragraph, *one.text.split()[:6], one.text[:40]]
    return words


def one_of(things: list) -> st.SearchStrategy:
    """Return a strategy for one of many things, which does not print them all."""
    return st.integers(0, len(things) - 1).map(things.__getitem__)


@cache
def data_for(name: str) -> st.SearchStrategy:
    """Return plain data for a task: any, of the right shape, with known words in it, or with rows of the best answer."""
    task, case, _ = next(entry for entry in tasks() if entry[0].id == name)
    word = one_of(sorted({*words_of(task, case)}))
    leaf = word | st.integers(-3, 120) | st.floats() | st.none() | st.booleans() | ANY | word.map(str.upper)
    inner = st.recursive(
        leaf,
        lambda deeper: (
            st.lists(deeper, max_size=5)
            | st.tuples(deeper, deeper, deeper, deeper)
            | st.dictionaries(word, deeper, max_size=5)
            | st.sets(word, max_size=4)
        ),
        max_leaves=20,
    )
    best = (
        Builder(ROOT, Path("it-ran")).sound[task.assignment, "full"][2][f"{name}-answer"]
        if task.assignment in ASSIGNMENTS
        else {}
    )
    row = st.tuples(word, word, word, st.integers(1, 3), word) | st.tuples(word, word, word, word) | inner
    judged = st.fixed_dictionaries(
        {}, optional={"verdict": leaf, "evidence": st.lists(leaf, max_size=4) | inner, "gap": leaf, "confidence": leaf}
    )
    if task.kind == "span_label":
        return st.lists(row | one_of(best), max_size=12) | inner
    if task.kind == "claim_check":
        return st.dictionaries(word, judged | inner | one_of(list(best.values())), max_size=12) | inner
    if task.kind == "quick_check":
        return st.dictionaries(word, st.lists(leaf, max_size=5) | inner, max_size=12) | inner
    rows = row | one_of(best["edges"]) if best.get("edges") else row
    voices = st.dictionaries(word, st.lists(leaf, max_size=4) | inner) | st.just(best.get("voices"))
    counts = st.dictionaries(word, leaf) | st.just(best.get("independent"))
    return (
        st.fixed_dictionaries(
            {}, optional={"edges": st.lists(rows, max_size=12) | inner, "voices": voices, "independent": counts}
        )
        | inner
    )


@pytest.mark.parametrize(("task", "case", "gold"), tasks(), ids=[task.id for task, _, _ in tasks()])
@examples(60)
@given(st.data())
def test_fuzz_any_data_earns_a_mark_within_its_bounds(task, case, gold, data):
    raw = data.draw(data_for(task.id))
    marked = mark(task.id, raw, points=task.points or 1, gold=gold)
    assert isinstance(marked.score, Score)
    assert isinstance(marked.parsed, Parsed)
    assert 0 <= marked.score.share <= 1
    assert math.isfinite(marked.points)
    assert 0 <= marked.points <= (task.points or 1)
    assert Tags(marked.html).found <= OURS
    assert hidden(marked.text.replace("\n", "")) == ""
    line = task_line("x", task.id, "cell", 1.0, marked, read_differently(raw, {*task.items}))
    assert json.loads(outcomes_bytes([line]), parse_constant=pytest.fail)["task"] == task.id
    again = mark(task.id, raw, points=task.points or 1, gold=gold)
    assert (again.points, again.text) == (marked.points, marked.text)


@pytest.mark.parametrize(("task", "case", "gold"), tasks(), ids=[task.id for task, _, _ in tasks()])
def test_fuzz_nothing_earns_nothing(task, case, gold):
    for raw in (
        None,
        {},
        [],
        (),
        "",
        0,
        {"edges": []},
        float("nan"),
        float("inf"),
        10**400,
        object(),
        {1: {2: {3: set()}}},
    ):
        assert mark(task.id, raw, points=5, gold=gold).points == 0
