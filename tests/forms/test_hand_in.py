"""What the hand-in pages are made of: the released notebook and nothing else."""

import json
import re

import pytest
from typer.testing import CliRunner

from tests.course.courses import ASSIGNMENTS, ROOT, gold_of
from whosaidso.cli import app
from whosaidso.faults import DataError
from whosaidso.forms import hand_in, modules
from whosaidso.kinds import kind_names

NOTEBOOKS = {path.stem: path for path in hand_in.released(ROOT)}


def cell(kind, name, source, **marks):
    """Return a cell as nbgrader releases it."""
    marks = {"grade_id": name, "solution": False, "locked": True, "grade": False, "task": False} | marks
    return {"cell_type": kind, "id": name, "metadata": {"nbgrader": marks}, "source": source.splitlines(keepends=True)}


def notebook(folder, *cells, name="mosul-claims"):
    path = folder / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(hand_in.write({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    return path


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_pieces_and_sources_are_the_release_byte_for_byte(assignment):
    found = hand_in.read(NOTEBOOKS[assignment])
    sources = [json.dumps(c["source"].splitlines(keepends=True), ensure_ascii=False, indent=1) for c in found.cells]
    sources = [source.replace("\n", "\n   ") for source in sources] + [""]
    assert len(found.pieces) == len(sources)
    text = "".join(piece + source for piece, source in zip(found.pieces, sources, strict=True))
    assert text == NOTEBOOKS[assignment].read_text("utf-8")


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_everything_a_student_fills_in_has_its_place(assignment):
    release = json.loads(NOTEBOOKS[assignment].read_text("utf-8"))
    mine = [c["metadata"]["nbgrader"] for c in release["cells"] if c["metadata"]["nbgrader"]["solution"]]
    found = hand_in.read(NOTEBOOKS[assignment])
    assert [c["id"] for c in found.cells] == [marks["grade_id"] for marks in mine]
    assert found.cells[0]["kind"] == "who"
    page = hand_in.page(NOTEBOOKS[assignment])
    for c in found.cells:
        place = {"who": "who-box", "text": f"{c['id']}-box", "answer": f"{c['id'].removesuffix('-answer')}-place"}
        assert page.count(f'id="{place[c["kind"]]}"') == 1
    points = sum(c["metadata"]["nbgrader"].get("points", 0) for c in release["cells"])
    assert found.points == points
    assert len({c["label"] for c in found.cells}) == len(found.cells)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_a_page_is_whole_speaks_to_nobody_and_holds_no_key(assignment):
    page = hand_in.page(NOTEBOOKS[assignment])
    assert not re.search(r"""<(?:script|link|img|iframe|source)\b[^>]*(?:src|href)=|@import|url\(""", page)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert "default-src 'none'; script-src 'sha256-" in policy[1]
    assert "unsafe" not in policy[1]
    assert page.count("</script>") == 2
    gold = gold_of(ROOT, assignment)
    reasons = [item.reason for item in (*gold.claims.values(), *gold.spans, *gold.voices.values(), *gold.lures)]
    reasons += [edge.evidence for edge in gold.edges]
    for reason in filter(None, reasons):
        assert reason not in page
    assert '"outcomes"' not in page
    assert '"gold"' not in page


def test_markdown_is_shown_and_links_lead_to_the_book(tmp_path):
    text = "# A <b>title</b>\n\nRead [this](../../book/claims.md#how) or [that](https://example.org/a.md).\n\n## 1. Do *it* (3 points, about 5 minutes)\n\n<img src=x onerror=alert(1)> ![x](y.png) in 60 to 90 words.\n"
    path = notebook(
        tmp_path, cell("markdown", "a-start", text), cell("markdown", "a-why", "YOUR ANSWER HERE", solution=True)
    )
    page = hand_in.page(path)
    assert "<h1>A &lt;b&gt;title&lt;/b&gt;</h1>" in page
    assert 'href="../book/claims.html#how"' in page
    assert 'href="https://example.org/a.md"' in page
    assert 'href="https://x.org/b/book/claims.html#how"' in hand_in.page(path, "https://x.org/b/")
    assert '<h2 id="a-start-title">1. Do <em>it</em> (3 points, about 5 minutes)</h2>' in page
    assert "<img" not in page
    found = hand_in.read(path)
    assert [(s.title, s.points, s.minutes) for s in found.sections] == [("1. Do it", 3, 5)]
    assert (found.cells[0]["least"], found.cells[0]["most"]) == (60, 90)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ([cell("code", "x-answer", "claims = {}", solution=True)], "x-answer"),
        ([cell("markdown", "t", "## T"), cell("code", "nobody-form", ""), cell("code", "nobody-answer", "", solution=True)], "belongs to no exercise"),
        ([cell("markdown", "t", "## T"), cell("code", "mosul-claims-1-form", "")], "no answer cell"),
        ([cell("markdown", "why", "YOUR ANSWER HERE", solution=True)], "before the first heading"),
    ],
)  # fmt: skip
def test_a_notebook_the_page_cannot_show_is_refused(tmp_path, cells, problem):
    with pytest.raises(DataError, match=problem):
        hand_in.page(notebook(tmp_path, *cells))


def test_a_damaged_notebook_is_refused_and_nothing_is_written(tmp_path):
    path = notebook(tmp_path)
    path.write_text("{", "utf-8")
    with pytest.raises(DataError, match="no released notebook"):
        hand_in.write_pages(tmp_path / "out", [NOTEBOOKS["mosul-claims"], path])
    assert not (tmp_path / "out").exists()


def test_what_may_be_done_instead_stands_with_what_it_stands_for(tmp_path):
    every = hand_in.released(ROOT)
    hand_in.write_pages(tmp_path, every)
    items = re.findall(r"<li>(.*?)</li>", (tmp_path / "index.html").read_text("utf-8"))
    listed = [re.findall(r'href="([\w-]+)\.html"', item) for item in items]
    assert sorted(name for names in listed for name in names) == sorted(path.stem for path in every)
    assert {names[0]: names[1:] for names in listed} == {
        f"mosul-{kind}": [f"twin-{kind}"] for kind in ("claims", "note", "sourcing", "wording")
    }
    hand_in.write_pages(tmp_path / "alone", [path for path in every if path.stem.startswith("twin-")])
    assert "or instead" not in (tmp_path / "alone" / "index.html").read_text("utf-8")


def test_the_command_writes_pages_and_refuses_nonsense(tmp_path):
    def run(*words):
        return CliRunner().invoke(app, ["hand-in", *words, "--course", str(ROOT)])

    done = run(str(tmp_path / "out"), "mosul-wording", "--site", "https://example.org/book/")
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["index.html", "mosul-wording.html"]
    assert 'href="https://example.org/book/book/wording.html"' in (tmp_path / "out/mosul-wording.html").read_text(
        "utf-8"
    )
    assert run(str(tmp_path / "out")).exit_code == 0  # once more, over our own pages
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "index.html").write_text("mine", "utf-8")
    (tmp_path / "file").write_text("", "utf-8")
    for words, sentence in (
        ([str(tmp_path / "x"), "nothing"], "There is no assignment 'nothing'"),
        ([str(tmp_path / "x"), "--site", "example.org"], "is no address of a book"),
        ([str(tmp_path / "file")], "is a file"),
        ([str(tmp_path / "other")], "holds another index.html"),
    ):
        done = run(*words)
        assert done.exit_code == 1
        assert sentence in " ".join(done.output.split())
    assert (tmp_path / "other" / "index.html").read_text("utf-8") == "mine"


@pytest.mark.parametrize("page", ["chapter.js", "hand_in.js"])
def test_no_two_joined_scripts_use_one_name(page):
    """Joined files share one room: a second function of one name would silently take the first one's place."""
    files = []
    for path in (*(modules.KINDS / kind / "form.js" for kind in kind_names()), modules.ROOM / page):
        modules._order(path, files)
    shared = [path for path in files if path.parent == modules.ROOM]  # each kind has a room of its own
    pattern = re.compile(r"^(?:export )?(?:const|let|function|async function|class) (\w+)", re.MULTILINE)
    names = [name for path in shared for name in pattern.findall(path.read_text("utf-8"))]
    assert len(names) > 20
    assert sorted(names) == sorted(set(names))
