"""One look at a case with a fault of every kind names each of them, once, in a plain sentence."""

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from tests.scaffold.cases import NAME, cases_of, finish, third_case
from whosaidso.grading.audit import audit
from whosaidso.scaffold.notebooks import write

HISTORY = 'history = [{ when = "2026-11-26", who = "teacher", what = "for a test" }]'
Edit = Callable[[str], str]


def put(where: str, what: str) -> Edit:
    """Replace the one place where a pattern is found."""

    def edit(text: str) -> str:
        new, times = re.subn(where, what, text, count=1, flags=re.S | re.M)
        assert times, f"{where} is not in the file"
        return new

    return edit


def row(name: str, where: str, what: str) -> Edit:
    """Replace a line of the row with an id."""
    return put(rf'(^id = "{name}"\n(?:(?!\[)[^\n]*\n)*?){where}', rf"\1{what}")


def more(rows: str) -> Edit:
    return lambda text: f"{text.rstrip()}\n\n{rows}\n"


CARD = """
[[record]]
id = "{}"
publisher = "County"
title = "A list"
date = "2026-04-01"
url = "https://example.org/x"
how_read = "full"
kind = "dataset"
speaker = "The county"
carrier = "County"
party = false
origin_group = "independent"
shows = "Something."
cannot_show = "The rest."
link = "live"
"""
CLAIM = '[[claim]]\nid = "{}"\ntext = "It is so."\ntype = "event"\narticle = "north-bridge-b"\nparagraph = "p1"\nbank = "graded"\norigin_group = "{}"\n'
KEY = '[[claim]]\nid = "{}"\nverdict = "{}"\nreason = "So."\nusable = [["{}"]]\nwrong = {{ {} }}\n'
SECOND_TASK = """
[[task]]
id = "north-bridge-claims-2"
assignment = "north-bridge-claims"
kind = "claim_check"
title = "Two more"
items = ["c108", "c109"]
points = 4
minutes = 10
ask = "Judge each claim."
options = ["r610", "r611", "r612", "r613", "r614", "r615", "r616", "r617"]
"""
SPAN = '[[span]]\nid = "{}"\npassage = "{}"\narticle = "{}"\nparagraph = "{}"\nexact = "{}"\ngrade = "lure"\nmisconception = "B1"\nreason = "So."\n'
KEYS = {end: f"solutions/{NAME}-{end}/gold.toml" for end in ("sourcing", "wording", "claims")}
CLAIMS, WORDING, SOURCING = KEYS["claims"], KEYS["wording"], KEYS["sourcing"]

# What is wrong, in which file, how it came in, and what must be said of it.
FAULTS: dict[str, tuple[str, Edit, str]] = {
    "claim carried by nobody": ("case", put(r'carried_by = \[', 'carried_by = ["nobody", '), "k1: carried_by is 'nobody'"),
    "paragraph without words": ("articles", put(r'told = "The age[^\n]*', 'told = ""'), "north-bridge-c p3: is not told"),
    "inferred date without grounds": ("articles", put(r"date_grounds = [^\n]*", 'date_grounds = ""'), "north-bridge-d: has an inferred date without grounds"),
    "citation of nothing": ("articles", put(r"\{q103\}", "{q999}"), "north-bridge-a: a citation is 'q999'"),
    "quotation shown elsewhere": ("articles", put(r"\{q110\}", "{q109}"), "north-bridge-c p2: shows q109, which is from north-bridge-c p1"),
    "budget broken": ("articles", put("budget = 53", "budget = 40"), "north-bridge-b: holds 45 words; its budget is 40"),
    "budget above the words": ("articles", row("north-bridge-a", "budget = 51", "budget = 510"), "north-bridge-a: has a budget of 510 of 51 words"),
    "quotation without seal": ("quotations", row("q105", r'seal = "\w+"\n', ""), "q105: has no current seal"),
    "duplicate id": ("quotations", lambda text: f"{text}\n{text.split('[[quotation]]')[1].join(['[[quotation]]', ''])}", "q101: is used twice"),
    "missing paragraph": ("quotations", more('[[quotation]]\nid = "q120"\narticle = "north-bridge-b"\nparagraph = "p9"\ntext = "x"'), "q120: north-bridge-b has no paragraph 'p9'"),
    "gloss of another word": ("passages", more('[[passage.gloss]]\nword = "zebra"\nmeaning = "an animal"'), "w104: explains 'zebra', which it does not contain"),
    "short passage": (
        "passages",
        more('[[text]]\nid = "plain"\ntitle = "Plain"\npublisher = "us"\nrecord = "r608"\nrights = "ours"\nparty = false\n\n[[passage]]\nid = "w120"\nbank = "open"\nuse = "practice"\ntitle = "x"\n\n[[passage.part]]\narticle = "plain"\nparagraph = "p1"\ntext = "Only five words stand here."'),
        "w120: has 5 words",
    ),
    "words that are not in the passage": ("passages", row("s201", 'exact = "whole"', 'exact = "zebras"'), "s201: 'zebras' (occurrence 1) is not in w101"),
    "unknown kind of source": ("sources", row("north-bridge-police", 'kind = "government"', 'kind = "cops"'), "north-bridge-police: kind is 'cops'"),
    "odd id": ("sources", more('[[source]]\nid = "Odd"\nname = "x"\nkind = "crowd"\nwhat = "x"'), "Odd: is no id of this file"),
    "example left": ("sources", row("north-bridge-engineers", 'what = "', 'what = "EXAMPLE. '), "north-bridge-engineers: is still the worked example"),
    "unknown relation": ("edges", row("e201", 'relation = "quotes_anonymous"', 'relation = "told"'), "e201: relation is 'told'"),
    "graded link told in public": ("edges", more('[[edge]]\nid = "e220"\nteller = "north-bridge-b"\ntold_by = "north-bridge-herald"\nrelation = "cites"\narticle = ""\nparagraph = ""\nbank = "open"\nrecords = ["r608"]'), "e220: tells the graded link north-bridge-b"),
    "record without carrier": ("records", row("r603", r"carrier = [^\n]*\n", ""), "r603: lacks the key 'carrier'"),
    "record without what it shows": ("records", row("r602", r'shows = [^\n]*', 'shows = ""'), "r602: has an empty shows"),
    "no day": ("records", row("r604", r"date = [^\n]*", 'date = "spring"'), "r604: has the date 'spring'"),
    "unknown group": ("records", row("r605", r"origin_group = [^\n]*", 'origin_group = "martians"'), "r605: origin_group is 'martians'"),
    "address without a reason": ("records", row("r606", r"link_reason = [^\n]*\n", ""), "r606: has its address as text without a reason"),
    "link to a listed outlet": ("records", row("r607", r'url = [^\n]*(.*?)link = "text"', r'url = "https://www.rt.com/x"\2link = "live"'), "r607: links to RT, which is under sanctions"),
    "long quotation in a record": ("records", row("r608", "link = ", f'quote = "{"word " * 30}"\nlink = '), "r608: quotes 30 words"),
    "claim carried by its own side": ("records", row("r612", 'party = false\norigin_group = "independent"', 'party = true\norigin_group = "council"'), "c108: is carried by r612, which speaks for the claim's own side"),
    "unknown key": ("records", more(CARD.format("r609") + 'publsher = "x"'), "r609: has the unknown key 'publsher'"),
    "key of a record read in part": ("records", row("r601", 'how_read = "full"', 'how_read = "opening"'), "c101: rests on records read in part only: r601"),
    "graded claim with a public answer": ("claims", row("c107", 'origin_group = "independent"\n', 'origin_group = "independent"\n\n[claim.gold]\nid = "c107"\nverdict = "supported"\nreason = "So."\nhistory = []\n'), "c107: is graded and carries gold"),
    "unknown type of claim": ("claims", row("c102", 'type = "figure"', 'type = "guess"'), "c102: type is 'guess'"),
    "claim in a missing paragraph": ("claims", row("c104", 'paragraph = "p2"', 'paragraph = "p42"'), "c104: north-bridge-c has no paragraph 'p42'"),
    "item in two tasks": ("tasks", put(r'items = \["c108"', 'items = ["c102", "c108"'), "c102: is asked for in north-bridge-claims-1 and in north-bridge-claims-2"),
    "too long": ("tasks", row("north-bridge-wording-1", "minutes = 20", "minutes = 50"), "north-bridge-wording-1: takes 50 minutes"),
    "card twice": ("tasks", row("practice-north-bridge-claims", r'options = \["r602"', 'options = ["r602", "r602"'), "practice-north-bridge-claims: names r602 twice in options"),
    "unknown card": ("tasks", row("practice-north-bridge-claims", "options = .", 'options = ["r998", '), "practice-north-bridge-claims: options is 'r998'"),
    "question without a right option": (
        "questions", more('[[question]]\nid = "u101"\ntype = "choice"\nask = "x?"\nright = ["z"]\nreason = "So."\n' + HISTORY + '\n[[question.option]]\nid = "a"\ntext = "x"\nmisconception = "A1"\n[[question.option]]\nid = "b"\ntext = "y"\nmisconception = "A1"'), "u101: has not one right option"
    ),
    "misspelt table": ("figures", more('[[evnt]]\nid = "t01"'), "figures.toml: evnt: is no table of this file"),
    "edge to nowhere": (SOURCING, row("e206", r"told_by = [^\n]*", 'told_by = "nowhere"'), "e206: told_by is 'nowhere'"),
    "edge without ends": (SOURCING, more('[[edge]]\nid = "e230"\nteller = ""\ntold_by = ""\nrelation = "cites"\narticle = "north-bridge-b"\nparagraph = "p1"\nbank = "graded"'), "e230: is a link without ends"),
    "edge in a missing paragraph": (SOURCING, row("e207", 'paragraph = "p1"', 'paragraph = "p77"'), "e207: north-bridge-c has no paragraph 'p77'"),
    "edge to itself": (SOURCING, row("e211", r"told_by = [^\n]*", 'told_by = "north-bridge-d"'), "e211: goes from north-bridge-d to itself"),
    "lure that counts": (SOURCING, more('[[lure]]\nteller = "north-bridge-b"\ntold_by = "north-bridge-club"\nmisconception = "A4"'), "north-bridge-b: is told by north-bridge-club here, and in e205 that link counts"),
    "overlapping spans": (WORDING, more(SPAN.format("s220", "w102", "north-bridge-b", "p3", "experts") + HISTORY), "overlaps s220 in the passage"),
    "unknown label": (WORDING, row("s203", r"labels = [^\n]*", 'labels = ["loaded"]'), "s203: labels is 'loaded'"),
    "lure with a label": (WORDING, row("s206", "grade = ", 'labels = ["euphemism"]\ngrade = '), "s206: is a lure with a label"),
    "gold for an open item": (WORDING, more(SPAN.format("s221", "w101", "north-bridge-a", "H", "close") + HISTORY), "s221: is gold for w101, which is open"),
    "span without history": (WORDING, row("s210", r"history = [^\n]*", "history = []"), "s210: has no history"),
    "wrong verdict": (CLAIMS, row("c103", r"verdict = [^\n]*", 'verdict = "false"'), "c103: gold verdict is 'false'"),
    "no verdict": (CLAIMS, row("c109", r"verdict = [^\n]*", 'verdict = ""'), "c109: has no gold verdict"),
    "evidence that is not offered": (CLAIMS, row("c104", r"usable = [^\n]*", 'usable = [["r604"], ["r609"]]'), "c104: needs r609, which north-bridge-claims-1 does not offer"),
    "not shown without a gap": (CLAIMS, row("c106", r"gaps = [^\n]*", "gaps = []"), "c106: is not_shown without a gap"),
    "wrong verdict without a message": (CLAIMS, row("c105", r"wrong = [^\n]*", 'wrong = { supported = "C7" }'), "c105: has no message for not_shown"),
    "dangling record": (CLAIMS, row("c102", r"usable = [^\n]*", 'usable = [["r999"]]'), "c102: usable is 'r999'"),
    "no key": (CLAIMS, put(r'\[\[claim\]\]\nid = "c107".*?\n(?=\[\[|\Z)', ""), "c107: has no gold verdict, and north-bridge-claims-1 asks for it"),
    "citation of no record": (f"solutions/{NAME}-claims/debrief.md", more("See r997."), "r997: is cited there and does not exist"),
}  # fmt: skip


def spoil_notebooks(course: Path) -> dict[str, str]:
    """Make the faults of notebooks and folders; return what must be said of each."""
    paths = {end: course / "solutions" / f"{NAME}-{end}" / f"{NAME}-{end}.ipynb" for end in KEYS}
    books = {end: nbformat.read(path, as_version=4) for end, path in paths.items()}
    books["claims"].metadata["whosaidso"]["assignment"] = "other"
    for cell in books["claims"].cells:
        cell.source = cell.source.replace(
            '"north-bridge-claims-1", claims, points=14', '"north-bridge-claims-1", claims, points=15'
        )
    books["sourcing"].cells[1].execution_count = 3
    books["sourcing"].cells[-1].source = "EXAMPLE. Write here."
    books["wording"].cells.append(nbformat.v4.new_code_cell('check("north-bridge-wording-9", wording, points=1)'))
    for end, book in books.items():
        write(book, paths[end])
    (course / "exercises" / f"{NAME}-sourcing" / f"{NAME}-sourcing.ipynb").unlink()
    ghost = course / "solutions" / "ghost" / "gold.toml"
    ghost.parent.mkdir()
    ghost.write_text("schema = 1\n", encoding="utf-8")
    return {
        "metadata": "has the metadata whosaidso",
        "wrong points": "north-bridge-claims-1: is checked for 15 points",
        "outputs": "north-bridge-sourcing-who: has outputs or a count",
        "no model answer": "north-bridge-sourcing-why: has no model answer",
        "check of no task": "north-bridge-wording-9: is checked, and is no task of this assignment",
        "no release": f"exercises/{NAME}-sourcing/{NAME}-sourcing.ipynb: is missing",
        "folder of no case": "solutions/ghost: belongs to no case",
    }


def spoil(course: Path, public: Path, file: str, edit: Edit) -> None:
    path = public / f"{file}.toml" if "/" not in file else course / file
    path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.fixture
def larger(tmp_path: Path) -> Path:
    """The third case with a second task of claims, so that a fault in one task can be seen not to hide the other."""
    public = third_case(tmp_path)
    spoil(tmp_path, public, "records", more("".join(CARD.format(f"r{n}") for n in range(610, 618))))
    spoil(tmp_path, public, "claims", more(CLAIM.format("c108", "council") + "\n" + CLAIM.format("c109", "traders")))
    spoil(tmp_path, public, "tasks", more(SECOND_TASK))
    both = (
        KEY.format("c108", "supported", "r612", 'contradicted = "C3", missing_context = "D0", not_shown = "C8"')
        + HISTORY
    )
    both += "\n\n" + KEY.format(
        "c109", "contradicted", "r613", 'supported = "C3", missing_context = "D0", not_shown = "C8"'
    )
    spoil(tmp_path, public, CLAIMS, more(both + HISTORY))
    finish(tmp_path)
    assert [str(fault) for fault in audit(tmp_path, cases_of(tmp_path)).faults] == []
    return tmp_path


def test_every_fault_is_named_once_in_one_run(larger: Path):
    public = cases_of(larger) / "north_bridge"
    for file, edit, _ in FAULTS.values():
        spoil(larger, public, file, edit)
    wanted = {name: said for name, (_, _, said) in FAULTS.items()} | spoil_notebooks(larger)
    found = [str(fault) for fault in audit(larger, cases_of(larger)).faults]
    told = {name: [line for line in found if said in line] for name, said in wanted.items()}
    assert {name: len(lines) for name, lines in told.items()} == dict.fromkeys(wanted, 1), "\n".join(found)
    assert [line for line in found if not any(said in line for said in wanted.values())] == []
    assert len(found) == len(wanted) >= 30
    for line in found:
        assert "\n" not in line
        assert line.endswith((".", "?", "!", "…")), line


def test_a_release_that_is_not_that_of_its_notebook_any_more_is_told(larger: Path):
    path = larger / "solutions" / f"{NAME}-claims" / f"{NAME}-claims.ipynb"
    release = larger / "exercises" / path.parent.name / path.name
    whole = path.read_text("utf-8")
    path.write_text(whole.replace("model answer stands here", "better model answer stands here"), "utf-8")
    assert audit(larger, cases_of(larger)).faults == []  # what students get is the same
    path.write_text(whole.replace("Explain one", "Explain any"), "utf-8")
    [fault] = audit(larger, cases_of(larger)).faults
    assert "is not as in the instructor's notebook any more. Run `whosaidso release" in str(fault)
    path.write_text(whole, "utf-8")
    release.write_text(release.read_text("utf-8").replace("../../book/", "https://example.org/course/book/"), "utf-8")
    assert audit(larger, cases_of(larger)).faults == []
    release.write_text(whole, "utf-8")
    [fault] = audit(larger, cases_of(larger)).faults  # the answers would go out with it
    assert str(fault).startswith(f"exercises/{path.parent.name}/{path.name}: ")
    release.write_text("{", "utf-8")
    [fault] = audit(larger, cases_of(larger)).faults
    assert "cannot be compared with its source" in str(fault)


def test_a_model_answer_is_marked_though_another_task_is_faulty(larger: Path):
    spoil(larger, cases_of(larger) / "north_bridge", *FAULTS["too long"][:2])
    spoil(larger, cases_of(larger) / "north_bridge", CLAIMS, row("c102", r"usable = [^\n]*", 'usable = [["r999"]]'))
    path = larger / "solutions" / f"{NAME}-claims" / f"{NAME}-claims.ipynb"
    path.write_text(path.read_text("utf-8").replace("['r612']", "['r610']"), "utf-8")
    found = [str(fault) for fault in audit(larger, cases_of(larger)).faults]
    assert len(found) == 3
    assert "north-bridge-claims-2-check: its model answer earns" in found[-1]
