"""Every chapter has the shape that the course promises, and can be read with ease."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from tests.book import reading
from whosaidso.cases import load_case
from whosaidso.records import Case

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("Start", "Skills", "Putting it together")
TWELVE = (
    "before-you-start", "ten-facts", "five-articles", "sourcing", "growth", "wording", "leave-the-page", "claims",
    "what-was-true", "write-it-up", "same-trick", "looking-back",
)  # fmt: skip
NO_QUIZ = ("before-you-start",)
"""Nothing has been taught yet."""
OWN = "mosul_2016"


def page(name: str) -> tuple[str, Case]:
    """Return a chapter's Markdown, and the case it shows."""
    text = (ROOT / "book" / f"{name}.md").read_text("utf-8")
    front = re.match(r"\A---\n(.*?)\n---\n", text, re.S)
    return text, load_case((yaml.safe_load(front[1]) if front else {}).get("case", OWN))


def headings(text: str) -> list[str]:
    return re.findall(r"^#+ .*$", re.sub(r"^(`{3,}).*?^\1\s*$", "", text, flags=re.S | re.M), re.M)


def quizzes(text: str, case: Case) -> list[tuple[str, int]]:
    asked = [case.tasks[name] for name in re.findall(r"\{exercise\} (\S+)", text) if name in case.tasks]
    return [(task.id, len(task.items)) for task in asked if task.kind == "quick_check"]


def residents(text: str, case: Case) -> list[str]:
    found = []
    for target in re.findall(r"\{rec\}`(?:[^`<]*<)?([^`>]+)>?`", text):
        named, _, records = target.rpartition(":")
        held = load_case(named) if named else case
        found += [r.strip() for r in records.split(",") if held.records[r.strip()].resident]
    return found


def test_the_contents_name_the_twelve_chapters_in_order():
    parts = {
        part["caption"]: part["chapters"] for part in yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))["parts"]
    }
    assert tuple(Path(one["file"]).name for caption in PARTS for one in parts[caption]) == TWELVE


@pytest.mark.parametrize("name", TWELVE)
def test_a_chapter_has_its_shape(name):
    text, case = page(name)
    missing = []
    heads = headings(text)
    levels = [len(head.split()[0]) for head in heads]
    if levels.count(1) != 1 or levels[0] != 1:
        missing.append(f"one first heading at the top: it has {levels.count(1)}")
    if any(after > before + 1 for before, after in pairwise(levels)):
        missing.append("headings in order: a level is left out")
    objectives = re.search(r"After this chapter you can\W*\n\s*\n((?:[*-] .*\n(?:  .*\n)*)+)", text)
    goals = len(re.findall(r"^[*-] ", objectives[1], re.M)) if objectives else 0
    if not 3 <= goals <= 4:
        missing.append(f"three or four objectives after 'After this chapter you can': it has {goals}")
    if not re.search(r"\*\*Time:?\*\*:? *\d+ minutes", text):
        missing.append("'**Time:** … minutes'")
    quiz = quizzes(text, case)
    if name not in NO_QUIZ and not any(3 <= items <= 5 for _, items in quiz):
        missing.append(f"a quick_check of 3 to 5 items: it has {quiz}")
    if not residents(text, case):
        missing.append("a record of a resident or an Iraqi civil body, cited with {rec}")
    second = [head for head in heads if head.startswith("## ")]
    if not second or second[-1] != "## What we can rely on":
        missing.append(f"'## What we can rely on' as the last section: it is {second[-1:]}")
    assert not missing, f"book/{name}.md lacks " + "; ".join(missing)


@pytest.mark.parametrize("name", TWELVE)
def test_a_chapter_can_be_read_with_ease(name):
    grade = reading.grade(ROOT / "book" / f"{name}.md")
    assert grade <= reading.HARDEST, f"book/{name}.md reads at grade {grade:.1f}; at most {reading.HARDEST}"


def test_prose_is_what_we_wrote():
    text = (
        "---\ncase: x\n---\n# Head\n\nWe say so ({rec}`r001`). See\n[the page](a.md) **now**:\n\n* one thing;\n* {q}`q001`\n\n"
        "```{exercise} hard-words\n:level: 4\n```\n\n````{dropdown} Unfold\nInside it is ours.\n````\n\n"
        "| a | b |\n|---|---|\n| short | a cell with more than five words |\n"
    )
    assert reading.prose(text) == [
        "We say so. See the page now.", "one thing.", "it.", "Inside it is ours.", "a cell with more than five words.",
    ]  # fmt: skip


def test_hard_prose_is_hard_and_names_are_not(tmp_path):
    hard = tmp_path / "hard.md"
    hard.write_text(
        "Institutional considerations necessitated organisational restructuring notwithstanding opposition.\n"
    )
    assert reading.grade(hard) > 15
    assert reading.names().sub("Name", "Qayyarah and Tal Afar") == "Name and Name"
