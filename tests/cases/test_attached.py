"""Articles that a class has: known by their paragraphs, kept on its machine only. The texts here are made up."""

from pathlib import Path

import pytest
import typer
from attrs import evolve

from tests.book.tiny_case import tiny_case
from whosaidso.articles import hash_of
from whosaidso.attached import FOLDER, keep, recognise, why_not_here, worse
from whosaidso.cli import articles as verb
from whosaidso.records import Paragraph

TEXTS = {
    "open-one": {
        "H": "Bridge “closed”, says mayor",
        "p1": "The mayor said on Monday that the bridge is closed.",
        "p2": "Two engineers looked at it.",
        "p3": "It was built in 1931.",
        "p4": "A ferry runs instead.",
    },
    "graded-one": {"H": "Another headline", "p1": "One paragraph, and no more."},
}
PAGE = """<html><head><title>x</title><script>var a = "The bridge";</script></head><body><nav>Home</nav>
<h1>Bridge &ldquo;closed&rdquo;, says mayor</h1><p>The mayor said on <b>Monday</b>
that the bridge is closed.</p><p>Two engineers looked at it.</p><div>It was built in 1931.</div><p>A ferry runs
instead.</p><p>Comments</p></body></html>"""


@pytest.fixture
def case():
    """The tiny case with articles whose paragraphs have been read."""
    case = tiny_case()
    articles = {
        name: evolve(
            case.articles[name],
            paragraph=(
                *(Paragraph(id=part, told="…", hash=hash_of(text)) for part, text in texts.items()),
                Paragraph(id="com", told="…", hash=hash_of("First!")),
            ),
        )
        for name, texts in TEXTS.items()
    }
    quotation = evolve(case.quotations["q102"], text="that the bridge is closed", article="open-one", paragraph="p1")
    return evolve(case, articles=articles, quotations={"q102": quotation})


@pytest.fixture
def course(tmp_path: Path) -> Path:
    root = tmp_path / "course"
    root.mkdir()
    (root / "nbgrader_config.py").touch()
    return root


@pytest.fixture
def given(tmp_path: Path) -> Path:
    folder = tmp_path / "given"
    folder.mkdir()
    return folder


def whole(name: str = "open-one", **changed: str) -> str:
    texts = {**TEXTS[name], **changed}
    return "Site · Home\n\n" + "\n\n".join(text for text in texts.values() if text) + "\n\nFirst!\nDonate\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_an_article_is_known_by_its_paragraphs_whatever_its_file_is_called(case, given, encoding):
    (given / "Untitled 3.txt").write_bytes(whole().encode(encoding))
    known = recognise(case, given).known
    assert list(known) == ["open-one"]
    assert known["open-one"].ids("fits") == ["H", "p1", "p2", "p3", "p4"]
    assert not known["open-one"].ids("differs") + known["open-one"].ids("missing")


def test_a_saved_web_page_and_broken_lines_are_read_too(case, given):
    (given / "page.html").write_text(PAGE, encoding="utf-8")
    (given / "wrapped.txt").write_text("Another headline\n\nOne paragraph,\nand no\nmore.\n", encoding="utf-8")
    seen = recognise(case, given)
    assert {name: len(known.ids("fits")) for name, known in seen.known.items()} == {"open-one": 5, "graded-one": 2}


def test_what_differs_and_what_is_missing_is_told_apart(case, given):
    changed = whole(p1="The mayor wrote 'that the bridge is closed'.", p3="It was built in 1913.", p4="")
    (given / "a.txt").write_text(changed, encoding="utf-8")
    known = recognise(case, given).known["open-one"]
    assert known.ids("fits") == ["H", "p2"]
    assert known.ids("differs") == ["p1"], "by the words held of it"
    assert known.ids("missing") == ["p3", "p4"]
    (given / "a.txt").write_text(whole(p3="It was built in 1913."), encoding="utf-8")
    assert recognise(case, given).known["open-one"].ids("differs") == ["p3"], "by its place between two that fit"


def test_other_files_are_named_and_the_better_copy_is_taken(case, given):
    (given / "a.txt").write_text(whole(p1="x"), encoding="utf-8")
    (given / "b.txt").write_text(whole(), encoding="utf-8")
    (given / "c.txt").write_text("Something else.", encoding="utf-8")
    (given / "d.pdf").write_bytes(b"%PDF")
    (given / ".hidden.txt").write_text(whole(), encoding="utf-8")
    seen = recognise(case, given)
    assert seen.known["open-one"].file.name == "b.txt"
    assert [name for name, _ in seen.strange] == ["a.txt", "c.txt"]


def test_what_is_kept_has_the_paragraphs_under_their_ids_and_no_comment(case, given, course):
    (given / "a.txt").write_text(whole(), encoding="utf-8")
    path = keep(recognise(case, given).known["open-one"], course)
    kept = path.read_text(encoding="utf-8")
    assert path == course / FOLDER / "open-one.txt"
    assert "[p2]\nTwo engineers looked at it.\n" in kept
    assert "First!" not in kept
    assert "Donate" not in kept
    assert (course / FOLDER / ".gitignore").read_text(encoding="utf-8").splitlines()[-1] == "*"
    again = recognise(case, course / FOLDER).known["open-one"]
    assert again.ids("fits") == ["H", "p1", "p2", "p3", "p4"], "what was kept can be added again"
    (given / "a.txt").write_text(whole(p1="x"), encoding="utf-8")
    assert worse(recognise(case, given).known["open-one"], course, case)


def test_a_folder_that_would_be_published_is_refused(tmp_path):
    for name in ("_build", "public_html", "_static"):
        assert name in why_not_here(tmp_path / name / "course")
    site = tmp_path / "site"
    (site / "course").mkdir(parents=True)
    assert why_not_here(site / "course") == ""
    (site / "index.html").touch()
    assert "index.html" in why_not_here(site / "course")
    (site / "index.html").unlink()
    (site / "_config.yml").write_text("exclude_patterns:\n  - articles\n", encoding="utf-8")
    assert why_not_here(site) == ""
    assert "_config.yml" in why_not_here(site / "course"), "left out of the folder itself, not of one inside it"
    (site / "_config.yml").write_text("exclude_patterns:\n  - book/articles\n", encoding="utf-8")
    assert "_config.yml" in why_not_here(site)


def test_this_project_leaves_the_folder_out_of_git_and_of_the_book():
    root = Path(__file__).resolve().parents[2]
    assert "/articles/" in (root / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "  - articles" in (root / "_config.yml").read_text(encoding="utf-8").splitlines()


@pytest.fixture
def add(case, monkeypatch):
    monkeypatch.setattr("whosaidso.cases.sound_cases", lambda: [case])
    return lambda folder, course, dry_run=False: verb.add(folder, course, dry_run, as_json=True)


def test_the_verb_says_article_by_article_what_fits(add, given, course, capsys):
    (given / "a.txt").write_text(whole(p3="It was built in 1913."), encoding="utf-8")
    add(given, course, dry_run=True)
    assert not (course / FOLDER).exists()
    add(given, course)
    said = capsys.readouterr().out
    assert "open-one: a.txt" in said
    assert "  word for word: 4 (H, p1, p2, p4)" in said
    assert "  other words than ours: 1 (p3)" in said
    assert "graded-one: not in this folder." in said
    assert (
        '{"kept": 1, "articles": {"open-one": {"fits": ["H", "p1", "p2", "p4"], "differs": ["p3"], "missing": []}}}'
        in said
    )
    assert (course / FOLDER / "open-one.txt").is_file()


def test_the_verb_stops_in_one_sentence(add, given, course, tmp_path, capsys):
    (given / "c.txt").write_text("Something else.", encoding="utf-8")
    for folder, root, reason in (
        (given, course, "No article was recognised"),
        (tmp_path / "nowhere", course, "is no folder"),
        (given, given, "is no course folder"),
    ):
        with pytest.raises(typer.Exit):
            add(folder, root)
        assert reason in capsys.readouterr().err
    (given / "c.txt").write_text(whole(), encoding="utf-8")
    (course / "conf.py").touch()
    with pytest.raises(typer.Exit):
        add(given, course)
    assert "not ours to publish" in capsys.readouterr().err
    assert not (course / FOLDER).exists()
