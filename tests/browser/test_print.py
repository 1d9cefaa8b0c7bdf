"""`make print`: what comes out is a tagged PDF with contents that lead to the right pages, and answers stay apart."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.course.courses import gold_of
from whosaidso import load_case
from whosaidso.cases import case_ids

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def make_print() -> Iterator:
    """Yield the script as a module."""
    sys.path.insert(0, str(ROOT))
    try:
        import make_print

        yield make_print
    finally:
        sys.path.remove(str(ROOT))


def _pdf(make_print, name: str, folder: Path) -> PdfReader:
    # In a process of its own: Playwright runs once in a process, and the other tests of this room hold it.
    words = "import sys, pathlib, make_print as m; pdf = next(p for p in m.PDFS if p.name == sys.argv[1]); "
    words += "print(m.printed(pdf, pathlib.Path(sys.argv[2]))[1])"
    done = subprocess.run(
        [sys.executable, "-c", words, name, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    reader = PdfReader(folder / f"whosaidso-{name}.pdf")
    assert len(reader.pages) == int(done.stdout.split()[-1])
    return reader


def _words(reader: PdfReader) -> str:
    return _plain(" ".join(page.extract_text() for page in reader.pages))


def _plain(text: str) -> str:
    """Return text as the data has it: no line breaks, two letters where a PDF has one sign for both, straight marks."""
    straight = str.maketrans("‘’“”", "''\"\"")
    return " ".join(unicodedata.normalize("NFKC", text).translate(straight).split())


@pytest.fixture(scope="module")
def worksheets(make_print, tmp_path_factory: pytest.TempPathFactory) -> PdfReader:
    """Return the worksheet pack."""
    return _pdf(make_print, "worksheets", tmp_path_factory.mktemp("print"))


def test_it_is_tagged_and_says_its_language_and_title(worksheets: PdfReader) -> None:
    root = worksheets.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"].startswith("en")
    assert worksheets.metadata.title == "Who Said So? Worksheets"


def test_contents_name_the_page_on_which_a_heading_stands(worksheets: PdfReader) -> None:
    lines = worksheets.pages[0].extract_text().partition("Contents\n")[2].splitlines()
    told = [int(found[1]) for line in lines if (found := re.search(r"[^·] (\d+)$", line))]
    headings = []
    for item in worksheets.outline:
        headings += [one for one in (item if isinstance(item, list) else [item]) if not isinstance(one, list)]
    stands = [worksheets.get_destination_page_number(heading) + 1 for heading in headings]
    assert told == stands
    assert len(stands) >= 10
    for heading, number in zip(headings, stands, strict=True):
        assert heading.title.split()[0] in " ".join(worksheets.pages[number - 1].extract_text().split())


def test_every_task_with_something_to_read_is_there_with_its_cards_and_without_its_answers(
    worksheets: PdfReader,
) -> None:
    text = _words(worksheets)
    for case in map(load_case, case_ids()):
        for task in case.tasks.values():
            if task.kind == "quick_check" and task.id.startswith("quiz-"):
                continue  # from memory, on the chapter's own page
            assert _plain(task.ask)[:60] in text, task.id
            for claim in task.items if task.kind == "claim_check" else ():
                assert f"{claim}. " in text
                gold = case.claims[claim].gold
                assert gold is None or _plain(gold.reason)[:60] not in text
            for record in task.options if task.kind == "claim_check" else ():
                assert _plain(case.records[record].shows)[:40] in text, record
    for path in (ROOT / "solutions").glob("*/gold.toml"):
        gold = gold_of(ROOT, path.parent.name)
        for row in (*gold.claims.values(), *gold.spans, *gold.lures, *gold.voices.values()):
            assert not row.reason or _plain(row.reason)[:60] not in text
    assert "Show the worked links" not in text


def test_the_monday_worksheet_keeps_its_two_pages(make_print, tmp_path: Path) -> None:
    assert len(_pdf(make_print, "monday", tmp_path).pages) == 2


def test_a_word_that_is_no_file_gets_one_sentence(make_print, capsys: pytest.CaptureFixture[str]) -> None:
    assert make_print.main(["everything"]) == 2
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "worksheets" in said
