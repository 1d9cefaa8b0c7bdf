"""Every kind comes with sample answers and the marks they must get, on the open practice sets."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import whosaidso.kinds
from whosaidso.cases import open_gold, task_case
from whosaidso.check import mark
from whosaidso.grading.literals import read_literal
from whosaidso.kinds import kind_names, part

NEEDED = {"right", "partly_right", "wrong", "malformed", "empty"}


def samples(kind: str) -> list[dict]:
    path = Path(whosaidso.kinds.__file__).parent / kind / "samples.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))["sample"] if path.is_file() else []


ALL = [pytest.param(kind, sample, id=f"{kind}-{sample['id']}") for kind in kind_names() for sample in samples(kind)]
PRACTICE = sorted({(kind, sample["task"]) for kind in kind_names() for sample in samples(kind)})


@pytest.mark.parametrize("kind", kind_names())
def test_samples_show_every_kind_right_wrong_and_broken(kind):
    ids = [sample["id"] for sample in samples(kind)]
    assert set(ids) >= NEEDED
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("kind", "sample"), ALL)
def test_samples_get_the_share_and_the_problems_they_say(kind, sample):
    task, case = task_case(sample["task"])
    assert (task.kind, task.assignment) == (kind, ""), "samples are public, so they use open practice sets only"
    name = part(kind, "answer").NAME
    reading = read_literal(f"{name} = {sample['answer']}", name)
    assert reading.found
    parsed = part(kind, "answer").parse(reading.value, task, case)
    score = part(kind, "scoring").score(answer=parsed.answer, gold=open_gold(case), task=task, case=case)
    assert len(parsed.problems) == sample["problems"], parsed.problems
    assert score.share == pytest.approx(sample["share"], abs=5e-5), score.arithmetic


WORDS = st.sampled_from(
    ["c11", "supported", "not_shown", "no_record", "r024", "edges", "voices", "independent", "southfront-raqqa", "lavrov",
     "globalresearch-southfront", "p3", "ISIS terrorists", "verdict", "evidence", "gap", "confidence", "cites", "k1", ""]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS
DATA = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=5) | st.tuples(inner, inner, inner) | st.dictionaries(LEAVES, inner, max_size=5)
    ),
    max_leaves=25,
)
HUGE = 16**6000  # Python refuses to write it in decimal digits


@settings(max_examples=150, deadline=None)
@given(raw=DATA, points=st.sampled_from([1, 7, 10.0]))
def test_samples_of_any_plain_data_are_marked_without_an_error(raw, points):
    for _, name in PRACTICE:
        _, case = task_case(name)
        for answer in (
            raw,
            {"c11": raw, "edges": raw, "voices": {"k1": raw}},
            [raw],
            {"c11": {"verdict": raw, "evidence": raw, "confidence": raw}},
        ):
            marked = mark(name, answer, points=points, gold=open_gold(case))
            assert type(marked.points) is float
            assert 0 <= marked.points <= points
            (marked.text + marked.html).encode()


@pytest.mark.parametrize(("kind", "name"), PRACTICE)
@pytest.mark.parametrize(
    "raw",
    [
        HUGE, {HUGE: 1}, [HUGE], [[HUGE] * 4], {"edges": [[HUGE, HUGE]]}, {"c11": HUGE}, {"c11": {"verdict": HUGE, "confidence": HUGE}},
        [["globalresearch-southfront", "p3", HUGE, HUGE, HUGE]], {str(n): n for n in range(10_000)}, [["x"]] * 10_000, ["\ud800"], {"\ud800": "\ud800"},
        {"edges": [["\ud800", "\ud800"]] * 300}, [["globalresearch-southfront", "p3", "x" * 50_000, 1, "x"]] * 2,
    ],
    ids=lambda raw: f"{type(raw).__name__}",
)  # fmt: skip
def test_samples_of_hostile_size_get_nothing(kind, name, raw):
    _, case = task_case(name)
    marked = mark(name, raw, points=10, gold=open_gold(case))
    assert marked.points == 0
    assert len(marked.text.encode()) < 100_000, "a feedback page has to stay readable"
