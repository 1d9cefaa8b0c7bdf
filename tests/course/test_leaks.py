"""No graded answer leaves solutions/: looked for by structure, in the data and in what is packed."""

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.course.courses import case_of, gold_of
from whosaidso.cases import case_ids, load_case

ROOT = Path(__file__).resolve().parents[2]
CASE = load_case("mosul_2016")
NAMES = sorted(path.parent.name for path in (ROOT / "solutions").glob("*/gold.toml"))
GOLD = {name: gold_of(ROOT, name) for name in NAMES}


def test_no_graded_link_in_the_case_data():
    graded = {(edge.teller, edge.told_by) for gold in GOLD.values() for edge in gold.edges}
    assert len(graded) >= 9
    for case_id in case_ids():
        assert not graded & {(edge.teller, edge.told_by) for edge in load_case(case_id).edges.values()}


def test_no_graded_verdict_in_the_case_data():
    keyed = [(case_of(name), claim) for name, gold in GOLD.items() for claim in gold.claims]
    assert len(keyed) == 32
    for case, name in keyed:
        assert case.claims[name].bank == "graded"
        assert case.claims[name].gold is None
    allowed = {"id", "text", "type", "article", "paragraph", "bank", "origin_group", "quotation", "also", "text_id"}
    for case_id in case_ids():
        raw = tomllib.loads((ROOT / f"src/whosaidso/cases/{case_id}/claims.toml").read_text(encoding="utf-8"))
        for row in raw["claim"]:
            if row["bank"] == "graded":
                assert set(row) <= allowed


def test_no_graded_span_in_the_case_data():
    graded = {name for name, passage in CASE.passages.items() if passage.bank == "graded"}
    assert len(graded) == 7
    assert not graded & {span.passage for span in CASE.spans.values()}


def test_no_graded_headline_claim_is_counted_in_the_case_data():
    raw = tomllib.loads((ROOT / "src/whosaidso/cases/mosul_2016/case.toml").read_text(encoding="utf-8"))
    for row in raw["headline_claim"]:
        assert set(row) == {"id", "text", "carried_by"}


def answers():
    """Yield a pattern for every graded answer as it would be typed: a link, a verdict, a span."""
    for gold in GOLD.values():
        for edge in gold.edges:
            yield rf"\b{edge.teller}\W{{1,12}}{edge.told_by}\b"
        for claim in gold.claims.values():
            yield rf"\b{claim.id}\b[\\\"']*: *\{{[^}}]*\b{claim.verdict}\b"
        for span in gold.spans:
            if span.grade == "core":
                yield rf"\b{span.article}\W{{1,8}}{span.paragraph}\W{{1,8}}{re.escape(span.exact)}"


@pytest.mark.parametrize("folder", ["src/whosaidso", "exercises", "book"])
def test_no_answer_is_typed_out_in_what_students_get(folder):
    files = [p for p in (ROOT / folder).rglob("*") if p.suffix in (".toml", ".py", ".ipynb", ".md", ".js", ".css")]
    patterns = [re.compile(pattern) for pattern in answers()]
    assert files
    assert len(patterns) > 25
    solution = (ROOT / "solutions/mosul-claims/mosul-claims.ipynb").read_text(encoding="utf-8")
    assert any(pattern.search(solution) for pattern in patterns), "a pattern that finds nothing would prove nothing"
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert not [pattern.pattern for pattern in patterns if pattern.search(text)], path


@pytest.fixture(scope="session")
def packed(tmp_path_factory):
    """Names of the files in the wheel and in the source archive."""
    out = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
    wheel = zipfile.ZipFile(next(out.glob("*.whl"))).namelist()
    with tarfile.open(next(out.glob("*.tar.gz"))) as archive:
        source = archive.getnames()
    return {"wheel": wheel, "sdist": source}


@pytest.mark.parametrize("archive", ["wheel", "sdist"])
def test_archives_hold_no_key(packed, archive):
    names = packed[archive]
    assert any(name.endswith("cases/mosul_2016/claims.toml") for name in names)
    for name in names:
        assert "gold.toml" not in name
        assert "debrief" not in name
        assert "/solutions/" not in f"/{name}"
        assert "monday-answers" not in name
