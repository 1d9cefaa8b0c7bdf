"""A class full of damaged and hostile hand-ins, graded by `whosaidso grade`: nobody gains, nobody is lost, nothing runs."""

import hashlib
import json
import os
import re
import shutil
import stat
import unicodedata
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from attrs import frozen

from tests.course.courses import ASSIGNMENTS, gradebook_records, released, run
from tests.hostile import builders
from tests.hostile.builders import AT_MOST, LEVELS, NOTHING, OPERATORS, SAME, UNREAD, Builder, Case, HandIn, told
from whosaidso.answers import MOST_MEANT
from whosaidso.cases import task_case
from whosaidso.grading import notebooks
from whosaidso.grading.literals import read_literal
from whosaidso.grading.notebooks import HandedIn, Unreadable, read_notebook, rebuild
from whosaidso.kinds import part

pytestmark = pytest.mark.slow
ALL_NAMES = {*builders.NAMES.values(), *builders.REFUSED.values()}
SOUND = tuple(f"sound-{level}" for level in LEVELS)
EVERYWHERE = re.compile("deleted|stripped|anew|exchanged|saved by|curly|hard spaces|line ends|conflict")
"""What may come out differently in another assignment; the benchmark tries all of it on all of them."""


def chosen() -> list[Case]:
    """Every operator on an assignment, some on all; full, half and untouched in turn."""
    turn = builders.cases(lambda number, column: (LEVELS[(number // 3 + column) % 3],))
    numbers = {operator.name: number for number, operator in enumerate(OPERATORS.values())}

    def wanted(case: Case) -> bool:
        if case.student in ALL_NAMES:
            return case.assignment != ASSIGNMENTS[1]
        name = case.operators[0].name
        return bool(EVERYWHERE.search(name)) or ASSIGNMENTS[numbers[name] % 3] == case.assignment

    return [*(case for case in turn if wanted(case)), *builders.composed(40, seed=4)]


def snapshot(folder: Path) -> dict[str, str]:
    """Return what a folder holds: sort and content of everything, links not followed."""
    found = {}
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(root, name)
            mode = path.lstat().st_mode
            content = os.readlink(path) if stat.S_ISLNK(mode) else ""
            if stat.S_ISREG(mode):
                content = hashlib.sha256(path.read_bytes()).hexdigest()
            found[os.fsencode(path.relative_to(folder)).decode("utf-8", "backslashreplace")] = (
                f"{stat.S_IFMT(mode)} {content}"
            )
    return found


@frozen
class Graded:
    """What a run left behind."""

    course: Path
    cases: list[Case]
    before: dict[str, str]
    after: dict[str, str]
    records: dict
    alone: dict
    """The records of the sound hand-ins, graded without the others."""
    said: str
    attention: dict[tuple[str, str], list[dict]]

    def grades(self, case: Case, student: str = "") -> dict[str, tuple] | None:
        """Return a hand-in's records of grades by cell; None if the gradebook does not have it."""
        found = {
            key[3]: row
            for key, row in self.of.get((case.assignment, student or case.student), {}).items()
            if key[4] == "grade"
        }
        return found or None

    of: dict[tuple[str, str], dict]
    """The records by assignment and student."""


@pytest.fixture(scope="module")
def graded(course_template, tmp_path_factory):
    """Two classes, graded by the command: the sound hand-ins alone, and among all the others."""
    ground = tmp_path_factory.mktemp("hostile")
    course = Path(shutil.copytree(course_template, ground / "course"))
    for name in ("home", "temp"):
        (ground / name).mkdir()
    env = {"HOME": str(ground / "home"), "TMPDIR": str(ground / "temp")}
    builder = Builder(course, ground / "it-ran")
    builder.write_sound()
    lone = Path(shutil.copytree(course, ground / "alone"))
    done = run(lone, "whosaidso.cli", "grade", **env)
    assert done.returncode == 0, done.stdout + done.stderr
    cases = chosen()
    for case in cases:
        builder.write(case)
    before = snapshot(ground)
    done = run(course, "whosaidso.cli", "grade", "--all", "--json", **env)
    assert done.returncode == 1, done.stdout[-3000:] + done.stderr[-3000:]
    assert done.stderr == ""
    said, _, figures = done.stdout.rstrip().rpartition("\n")
    attention: dict[tuple[str, str], list[dict]] = {}
    for figure in json.loads(figures):
        for trouble in figure["attention"]:
            attention.setdefault((figure["assignment"], trouble["student"]), []).append(trouble)
    records = gradebook_records(course)
    of: dict[tuple[str, str], dict] = {}
    for key, row in records.items():
        if len(key) == 5:
            of.setdefault(key[:2], {})[key] = row
    return Graded(course, cases, before, snapshot(ground), records, gradebook_records(lone), said, attention, of)


def test_hostile_cases_are_many_and_of_every_sort(graded):
    expected = Counter(case.earns for case in graded.cases)
    assert len(graded.cases) >= 120
    assert min(expected[earns] for earns in (SAME, AT_MOST, NOTHING, UNREAD)) >= 30, expected
    assert len({(case.student, case.assignment) for case in graded.cases}) == len(graded.cases)


def test_hostile_sound_hand_ins_differ_in_their_marks(graded):
    for assignment in ASSIGNMENTS:
        full, half, none = (graded.grades(Case("", assignment, "", (), SAME), student) for student in SOUND)
        checks = [name for name in full if name.endswith("-check")]
        assert checks
        for name in checks:
            assert full[name][0] == full[name][4]
            assert full[name][0] > half[name][0] > none[name][0] == 0, name


def test_hostile_hand_ins_earn_what_can_be_read_of_them_and_no_more(graded):
    wrong = [
        fault
        for case in graded.cases
        for fault in builders.wrong_marks(case, graded.grades(case), graded.grades(case, f"sound-{case.level}"))
    ]
    assert wrong == []


def test_hostile_computed_answers_wait_for_a_person(graded):
    for case in graded.cases:
        if len(case.operators) == 1 and case.operators[0].name.startswith("answer computed"):
            grades = graded.grades(case)
            assert all(row[3] for name, row in grades.items() if name.endswith("-check")), told(case)


def test_hostile_hand_ins_change_nothing_for_the_others(graded):
    def ours(records):
        return {key: row for key, row in records.items() if any(student in key for student in SOUND)}

    assert len(ours(graded.alone)) > 50
    assert ours(graded.records) == ours(graded.alone)


def test_hostile_hand_ins_are_graded_or_in_needs_attention(graded):
    wrong = [
        fault
        for case in graded.cases
        for fault in builders.wrong_words(
            case, graded.grades(case) is not None, graded.attention.get((case.assignment, case.student), [])
        )
    ]
    assert wrong == []


def test_hostile_hand_ins_run_nothing_and_write_nowhere(graded):
    assert "it-ran" not in graded.after
    changed = {
        name for name in graded.before.keys() | graded.after.keys() if graded.before.get(name) != graded.after.get(name)
    }
    written = re.compile(r"course/(autograded|outcomes|backups)(/|\Z)|course/whosaidso-gradebook\.db\Z")
    assert {name for name in changed if not written.match(name)} == set()
    folders = {key[1] for key in graded.of}
    places = {name.split("/")[2] for name in changed if name.startswith("course/autograded/")}
    assert places == folders
    file = re.compile(
        r"course/autograded/[^/]+(/(?P<a>mosul-\w+)(/((?P=a)\.ipynb|timestamp\.txt|submission_secret\.txt))?)?\Z"
    )
    assert [name for name in changed if name.startswith("course/autograded/") and not file.match(name)] == []


class Tags(HTMLParser):
    """Collects the tags of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[tuple] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.add((tag, *attrs))


OURS = {
    ("div", ("class", "tex2jax_ignore mathjax_ignore")),
    ("section", ("class", "wss-feedback")),
    ("h4",),
    ("p",),
    ("ul",),
    ("li",),
}
TEXT = re.compile(
    r'(\*Added by the student(?: \(code, not run\))?:\*\n\n)?<pre style="[a-z:;, -]+">(?:[\w .,;:?\'()\n-]|&#\d+;)*</pre>',
    re.ASCII,
)
MORE = re.compile(r"\*Added by the student: [\d,]+ more cells, too long to show; [\w ,;]+\.\*", re.ASCII)


def odd_cell(cell: dict, blank: dict | None, scheme: str | None) -> str:
    """Say what is in a cell that neither the release nor our own hand put there."""
    plain = {key: cell[key] for key in cell if key not in ("source", "outputs")}
    if blank is None:
        if (
            set(cell) != {"cell_type", "id", "metadata", "source"}
            or cell["metadata"]
            or cell["cell_type"] != "markdown"
        ):
            return "an added cell is more than text"
        return "" if TEXT.fullmatch(cell["source"]) or MORE.fullmatch(cell["source"]) else "an added cell is alive"
    if plain != {key: blank[key] for key in blank if key not in ("source", "outputs")}:
        return "a cell is not the released one"
    marks = blank["metadata"]["nbgrader"]
    if marks["task"]:
        return "" if cell["source"] == scheme else "a criterion has other words than the instructor's"
    if cell["source"] != blank["source"]:
        if not marks["solution"]:
            return "a locked cell has other words"
        if cell["cell_type"] == "markdown" and not TEXT.fullmatch(cell["source"]):
            return "a written part is alive"
        if len(cell["source"]) > notebooks.MOST_ANSWER * 4:
            return "a cell is too long for a page"
    if not marks["grade"] or marks["solution"]:
        return "there are outputs" if cell.get("outputs") else ""
    shown, result = cell["outputs"]
    if not (set(shown["data"]) == {"text/plain", "text/html"} and set(result["data"]) == {"text/plain"}):
        return "there are other outputs"
    if (shown["output_type"], result["output_type"]) != ("display_data", "execute_result") or shown["metadata"]:
        return "there are other outputs"
    if not 0 <= float(result["data"]["text/plain"]) <= marks["points"]:
        return "the points are none"
    return "" if Tags(shown["data"]["text/html"]).found <= OURS else "the reasons are alive"


def test_hostile_hand_ins_leave_only_text_in_autograded(graded):
    blanks = {name: json.loads(json.dumps(released(graded.course, name))) for name in ASSIGNMENTS}
    schemes = {}
    for name in ASSIGNMENTS:
        source = graded.course / "solutions" / name / f"{name}.ipynb"
        schemes |= {key: cell["source"] for key, cell in notebooks.mark_schemes(source).items()}
    wrong = []
    seen = 0
    for case in graded.cases:
        path = graded.course / "autograded" / case.student / case.assignment / f"{case.assignment}.ipynb"
        if not path.is_file():
            continue
        seen += 1
        blank = blanks[case.assignment]
        made = json.loads(path.read_bytes(), parse_constant=pytest.fail)
        by_name = {cell["id"]: cell for cell in blank["cells"]}
        faults = [odd_cell(cell, by_name.get(cell["id"]), schemes.get(cell["id"])) for cell in made["cells"]]
        if [cell["id"] for cell in made["cells"] if cell["id"] in by_name] != list(by_name):
            faults.append("the released cells are not all there in order")
        if {key: made[key] for key in made if key != "cells"} != {key: blank[key] for key in blank if key != "cells"}:
            faults.append("the notebook's metadata are not the release's")
        if path.stat().st_size > 3_000_000:
            faults.append("too large for a page")
        wrong += [f"{told(case)}: {fault}" for fault in set(faults) - {""}]
    assert seen > 400
    assert wrong == []


def test_hostile_hand_ins_leave_sound_outcomes(graded):
    for assignment in ASSIGNMENTS:
        data = (graded.course / "outcomes" / f"{assignment}.jsonl").read_bytes()
        lines = [json.loads(line, parse_constant=pytest.fail) for line in data.decode("ascii").splitlines()]
        students = {line["student"] for line in lines if line["of"] == "hand-in"}
        assert students == {case.student for case in graded.cases if case.assignment == assignment} | set(SOUND)
        read = {line["student"] for line in lines if line["of"] == "hand-in" and line["read"]}
        assert read == {line["student"] for line in lines if line["of"] == "task"}
        for line in lines:
            for note in line.get("differently", {}).values():
                assert all(hidden(text) == "" for text in note.values())


def hidden(text: str) -> str:
    """Return the characters that steer a terminal or a line instead of being seen."""
    steering = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    return "".join(
        c
        for c in text
        if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(c) in steering
        or c in "\u061c\u200e\u200f"
    )


def test_hostile_hand_ins_do_not_steer_the_terminal(graded):
    assert hidden(graded.said.replace("\n", "")) == ""
    assert builders.NAMES["markup"] in graded.said
    assert f"{builders.NAMES['letters of many scripts']}. mosul-claims.ipynb is empty." in graded.said


# --- how much work a hand-in can make: counted, not timed -----------------------------------------------------


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@pytest.mark.parametrize("operator", [name for name in OPERATORS if name.startswith("thousands of things")])
def test_hostile_answers_are_not_searched_for_ever(operator, assignment, course_template, tmp_path, monkeypatch):
    it = Builder(course_template, tmp_path / "it-ran").hand_in(assignment, "full", "seed")
    OPERATORS[operator].act(it)
    searches: list[str] = []
    monkeypatch.setattr("difflib.get_close_matches", lambda word, known, **_: searches.append(word) or [])
    for cell in it.answers:
        task, case = task_case(cell["id"].removesuffix("-answer"))
        reading = read_literal(cell["source"], it.names[cell["id"]])
        parsed = part(task.kind, "answer").parse(reading.value, task, case)
        assert len(parsed.problems) > (0 if "long" in operator else MOST_MEANT) or not searches
    assert len(searches) <= len(it.answers) * 2 * MOST_MEANT
    assert all(len(word) <= 80 for word in searches)


def spoiled(operator: str, course: Path, tmp_path: Path) -> bytes:
    it: HandIn = Builder(course, tmp_path / "it-ran").hand_in("mosul-claims", "full", "seed")
    return OPERATORS[operator].act(it, json.dumps(it.notebook).encode())


@pytest.mark.parametrize("operator", ["six million lists", "over a million keys"])
def test_hostile_files_of_too_many_parts_are_read_cell_by_cell(operator, course_template, tmp_path, monkeypatch):
    data = spoiled(operator, course_template, tmp_path)
    cells = len(released(course_template, "mosul-claims").cells)
    monkeypatch.setattr(json, "loads", lambda *_, **__: pytest.fail("the whole file was read"))
    read = read_notebook(data, "x.ipynb")
    assert len(read.cells) == cells
    assert "damaged" in read.notes[0]


def test_hostile_beginnings_of_cells_are_given_up(course_template, tmp_path, monkeypatch):
    data = b"{" + spoiled("thousands of beginnings of cells", course_template, tmp_path)
    read = []
    decode = json.JSONDecoder.raw_decode

    def counted(self, text, idx=0):
        read.append(len(text) - idx)
        return decode(self, text, idx)

    monkeypatch.setattr(json.JSONDecoder, "raw_decode", counted)
    with pytest.raises(Unreadable):
        read_notebook(data, "x.ipynb")
    most = notebooks.MOST_IN_VAIN
    assert most <= sum(read[1:]) <= most + notebooks.LONGEST_CELL


def test_hostile_lines_of_a_conflict_are_not_gone_through(monkeypatch):
    monkeypatch.setattr(notebooks, "_first_side", lambda text: pytest.fail("millions of lines were gone through"))
    with pytest.raises(Unreadable):
        read_notebook(b"<<<<<<<\n" + b"\n" * notebooks.MOST_LINES, "x.ipynb")


def test_hostile_additions_are_shown_up_to_a_length(course_template):
    added = [HandedIn("markdown", f"{number:04} " + "x" * 9_995, "") for number in range(1_000)]
    made = rebuild(released(course_template, "mosul-claims"), added).notebook
    *shown, more = [cell for cell in made.cells if cell.id.startswith("extra-")]
    assert len(shown) == notebooks.MOST_ADDED // 10_000
    assert f"{1_000 - len(shown):,} more cells" in more.source
