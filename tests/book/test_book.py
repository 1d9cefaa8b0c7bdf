"""The book engine: what each directive shows, what refuses to build, what is built again."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.console import nocolor
from sphinx.util.docutils import docutils_namespace

from tests.book.tiny_case import tiny_case
from whosaidso import book, cards, figures
from whosaidso.book import pages, roles
from whosaidso.faults import DataError, Fault

RECORDS = "# Records\n\n```{record-index}\n```\n"
ARTICLES = "# One\n\n```{article-strip} open-one\n```\n\n```{article-strip} graded-one\n```\n"
Build = Callable[..., tuple[Sphinx, str, str]]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """Build a page (with an article page and the record index beside it); give app, text and warnings."""
    monkeypatch.setattr(pages, "load_case", lambda _: tiny_case())

    def run(page: str, builder: str = "html") -> tuple[Sphinx, str, str]:
        source = tmp_path / "src"
        source.mkdir(exist_ok=True)
        index = f"# Front\n\n```{{toctree}}\npage\narticles\nrecords\n```\n\n{page}"
        for name, text in {
            "index": index,
            "page": "# Page\n\nNothing.",
            "articles": ARTICLES,
            "records": RECORDS,
        }.items():
            (source / f"{name}.md").write_text(text, encoding="utf-8")
        warnings = io.StringIO()
        nocolor()
        with docutils_namespace():
            app = Sphinx(
                str(source), None, str(tmp_path / builder), str(tmp_path / "trees"), builder,
                confoverrides={"extensions": ["myst_parser", "whosaidso.book"], "nitpicky": True},
                status=None, warning=warnings,
            )  # fmt: skip
            app.build()
        out = tmp_path / builder / ("index.html" if builder == "html" else "index.txt")
        return app, out.read_text("utf-8") if out.exists() else "", warnings.getvalue()

    return run


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("```{quotation} q102\n```", ["‘“exact” words’", "articles.html#open-one-p1", "a gloss"]),
        ("```{claim-card} c02\n```", ["An open thing.", "not shown", "(no record)", "records.html#rec-r002"]),
        ("```{claim-card} c01\n```", ["You judge this one in tiny-claims."]),
        ("```{claim-table}\n```", ["c01", "c02", "You judge this one", "not shown"]),
        ("```{record-card} r001\n```", ["17 October 2016", "opening only", "Cannot show", "text only. Not checked."]),
        ("```{record-card} r002\n```", ['href="https://example.org/r"', "r002 at example.org"]),
        ("```{passage} w01\n```", ["Speaks of loss.", "what is lost"]),
        ("```{source-list}\n```", ['lang="ar"', 'dir="rtl"', "A side in the war.", "voice"]),
        ("```{edge-list} open-one\n```", ["quotes, without a name,", "articles.html#open-one-p1"]),
        ("```{edge-list} graded-one\n```", ["yours to find"]),
        ("```{vocabulary} VERDICTS\n```", ["missing_context", "missing context"]),
        ("```{corrections}\n```", ["20 November 2026", "made up for a test"]),
        ("See {rec}`r001, r002`.", ["records.html#rec-r001", 'title="A Wire, 17 October 2016"', "rec-r002"]),
        ("See {rec}`the wire <r001>`.", ["the wire", "rec-r001"]),
        ("See {art}`open-one p1`.", ["articles.html#open-one-p1"]),
        ("See {art}`open-one`.", ["articles.html#art-open-one"]),
    ],
)
def test_a_page_shows_what_it_asks_for(build: Build, page: str, shown: list[str]) -> None:
    _, text, warnings = build(page)
    assert warnings == ""
    for part in shown:
        assert part in text


@pytest.mark.parametrize(
    ("page", "named"),
    [
        ("```{article-strip} nobody\n```", "no article is called 'nobody'. There are: open-one, graded-one."),
        ("```{quotation} q999\n```", "no quotation is called 'q999'"),
        ("```{claim-card} c99\n```", "no claim is called 'c99'"),
        ("```{record-card} r999\n```", "no record is called 'r999'"),
        ("```{passage} w99\n```", "no passage is called 'w99'"),
        ("```{passage} w02\n:spans:\n```", "no open passage is called 'w02'"),
        ("```{edge-list} nobody\n```", "no article is called 'nobody'"),
        ("```{case-figure} nothing\n```", "no figure is called 'nothing'"),
        ("```{vocabulary} NOTHING\n```", "no closed list is called 'NOTHING'"),
        ("See {rec}`r999`.", "no record is called 'r999'"),
        ("See {art}`open-one p9`.", "no paragraph of open-one is called 'p9'"),
    ],
)
def test_an_unknown_id_is_a_warning_with_file_and_line(build: Build, page: str, named: str) -> None:
    _, _, warnings = build(page)
    assert named in warnings
    assert re.search(r"index\.md:\d+: WARNING", warnings)


def test_a_faulty_case_stops_the_build_with_every_fault(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = [
        Fault("records.toml", "r001", "has no date.", "Add one."),
        Fault("claims.toml", "c01", "is twice.", "Drop one."),
    ]

    def broken(_: str) -> None:
        raise DataError(faults)

    monkeypatch.setattr(pages, "load_case", broken)
    with pytest.raises(ExtensionError) as caught:
        build("Nothing.")
    assert "records.toml: r001: has no date. Add one." in str(caught.value)
    assert "claims.toml: c01: is twice. Drop one." in str(caught.value)


def test_an_article_is_told_in_order_with_labels_notes_and_exact_words(build: Build, tmp_path: Path) -> None:
    _, _, warnings = build("Nothing.")
    text = (tmp_path / "html" / "articles.html").read_text("utf-8")
    assert warnings == ""
    assert text.index('id="open-one-H"') < text.index('id="open-one-p1"') < text.index('id="open-one-com"')
    assert text.index("Content note:") < text.index("It says <q")
    assert '<q class="wss-quote" lang="en">‘“exact” words’</q>' in text
    assert "Another &lt;Headline&gt;" in text
    assert text.count("yours to find") == 1, "only the graded article says so"
    assert '<meta name="robots" content="noindex">' in text
    assert "noindex" not in (tmp_path / "html" / "records.html").read_text("utf-8")


def test_marked_words_have_numbers_and_a_list_that_says_the_same(build: Build) -> None:
    _, text, _ = build("```{passage} w01\n:spans:\n```")
    marks = re.findall(r"<mark class=\"wss-mark wss-(\w+)\">(.*?)<sup>(\d)</sup></mark>", text)
    assert [(grade, number) for grade, _, number in marks] == [("lure", "1"), ("core", "2")]
    assert "best left unmarked" in text
    assert "loaded language" in text
    assert "A fairer wording: “big”" in text


def test_without_the_option_no_span_is_shown(build: Build) -> None:
    _, text, _ = build("```{passage} w01\n```")
    assert "<mark" not in text
    assert "loaded language" not in text


def test_exact_words_keep_their_straight_quotation_marks(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    from attrs import evolve

    case = tiny_case()
    straight = evolve(case.quotations["q102"], text='it\'s "straight"')
    monkeypatch.setattr(pages, "load_case", lambda _: evolve(case, quotations=case.quotations | {"q102": straight}))
    _, text, _ = build("```{quotation} q102\n```")
    assert (
        "‘it&#39;s &quot;straight&quot;’" in text
        or '‘it\'s "straight"’' in text
        or "‘it's &quot;straight&quot;’" in text
    )


def test_other_builders_get_the_same_words(build: Build) -> None:
    page = "```{passage} w01\n:spans:\n```\n\n```{claim-table}\n```\n\n```{case-figure} source_network\n```"
    _, text, warnings = build(page, "text")
    assert warnings == ""
    for part in ("“great”", "loaded language", "You judge this one", "An Agency"):
        assert part in text


def test_a_figure_is_drawn_for_light_and_dark_and_stands_below_as_a_table(build: Build, tmp_path: Path) -> None:
    _, text, warnings = build("```{case-figure} source_network\n:caption: So says r001.\n```")
    assert warnings == ""
    for theme in ("light", "dark"):
        assert (tmp_path / "html" / "_images" / f"source_network-{theme}.svg").exists()
        assert re.search(rf'<img alt="{figures.network_alt(tiny_case())}" class="only-{theme}"', text)
    caption, below = text[text.index("<figcaption>") :].split("</figcaption>", 1)
    assert "records.html#rec-r001" in caption
    beside = re.sub(r'<div class="wss-themes".*?</div>', "", text, flags=re.S)
    assert "only-" not in beside, "the theme would hide a caption beside a hidden picture"
    table = below[below.index("<details") : below.index("</details>")]
    assert "The same picture as a table" in table
    assert '<th class="head"><p>Told by</p></th>' in table
    assert '<th class="stub"><p>An Agency</p></th>' in table
    assert "records.html#rec-r001" in table, "records in a cell are links to their cards"
    assert "Yours to find: graded-one." in below


def test_in_plain_text_a_figure_is_there_once(build: Build) -> None:
    _, text, _ = build("```{case-figure} source_network\n```", "text")
    assert text.count("Diagram of who told whom") == 1


def test_the_figure_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        figures.save(figures.source_network(tiny_case()), tmp_path / name / "net")
    assert (tmp_path / "one" / "net.svg").read_bytes() == (tmp_path / "two" / "net.svg").read_bytes()


def test_figures_draw_open_links_only_and_say_how_sure_they_are() -> None:
    from attrs import evolve

    case = tiny_case()
    hidden = evolve(case.edges["e1"], id="e9", teller="graded-one", bank="graded")
    case = evolve(case, edges=case.edges | {"e9": hidden})
    drawn = figures.FIGURES["source_network"]
    assert "graded-one" not in {row[0] for row in drawn.table(case).rows}
    assert "Yours to find: graded-one." in drawn.in_words(case)
    assert [figures.style_of(edge) for edge in figures.open_edges(case)] == ["said", "said", "outside", "inferred"]


def test_pages_remember_what_they_cite_and_depend_on_the_data(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "cases" / tiny_case().id
    data.mkdir(parents=True)
    for name in ("claims.toml", "records.toml"):
        (data / name).touch()
    monkeypatch.setattr(pages, "CASES", data.parent)
    app, _, _ = build("{rec}`r001`\n\n```{claim-card} c02\n```")
    assert book.cited_records(app.env)["index"] == {"r001", "r002"}
    named = {Path(path).name for path in app.env.dependencies["index"]}
    assert {"claims.toml", "records.toml"} <= named
    assert "page" not in book.cited_records(app.env)


def test_a_second_build_reads_only_what_changed(build: Build, tmp_path: Path) -> None:
    build("{rec}`r001`")
    (tmp_path / "src" / "page.md").unlink()
    app, text, warnings = build("{rec}`r001`")  # writes the same pages again; links still resolve
    assert warnings == ""
    assert "records.html#rec-r001" in text
    assert "page" not in app.env.wss_cited


def test_the_same_card_twice_on_a_page_has_two_anchors(build: Build) -> None:
    _, text, _ = build("```{record-card} r001\n```\n\n```{record-card} r001\n```")
    ids = re.findall(r'id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_prose_links_records_and_refuses_unknown_ones() -> None:
    case = tiny_case()
    parts = cards.prose(case, "So says {q101} (r001).")
    assert nodes.Text("So says ") in parts
    with pytest.raises(cards.UnknownId):
        cards.prose(case, "See r777.")
    with pytest.raises(cards.UnknownId):
        cards.prose(case, "{q777}")


def test_graded_claims_show_no_verdict_even_if_they_carried_one() -> None:
    from attrs import evolve

    case = tiny_case()
    leaked = evolve(case.claims["c01"], gold=case.claims["c02"].gold)
    shown = cards.claim_card(evolve(case, claims={"c01": leaked}), "c01", "x")[0].astext()
    assert "not shown" not in shown
    assert "You judge this one" in shown


def test_claims_for_discussion_stand_apart_with_both_sides_and_no_verdict(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    from attrs import evolve

    case = tiny_case()
    talked = evolve(
        case.claims["c02"], id="c03", text="A thing to talk about.", bank="discussion", gold=None,
        for_records=("r001",), beside_records=("r002",), note="Nobody counted (r002).",
    )  # fmt: skip
    monkeypatch.setattr(pages, "load_case", lambda _: evolve(case, claims=case.claims | {"c03": talked}))
    _, text, warnings = build("```{claim-card} c03\n```\n\n```{claim-table}\n```")
    assert warnings == ""
    for part in (
        "For discussion: no verdict.",
        "records.html#rec-r001",
        "none found",
        "Nobody counted",
        "with no verdict",
    ):
        assert part in text
    first, second = text.split("For discussion, with no verdict.")
    first = first[first.index("<table") :]
    assert "A thing to talk about." not in first
    assert "An open thing." not in second
    assert "not shown" not in second


# --- pages of another case ---------------------------------------------------------------------------

OTHER_RECORDS = (
    "---\ncase: other_2017\n---\n\n# Its records\n\n```{record-index}\n```\n\n```{article-strip} graded-one\n```\n"
)
OTHER = "---\ncase: other_2017\n---\n\n# Another case\n\n"


@pytest.fixture
def build_two(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """Build a page that names another case, with the records of both cases beside it."""
    from attrs import evolve

    tiny = tiny_case()
    told = evolve(tiny.records["r001"], publisher="Another Wire", shows="What she said.")
    other = evolve(tiny, id="other_2017", records={"r001": told, "r009": evolve(told, id="r009")})
    cases = {"tiny": tiny, "mosul_2016": tiny, "other_2017": other}
    monkeypatch.setattr(pages, "load_case", cases.__getitem__)
    for module in (pages, roles):
        monkeypatch.setattr(module, "case_ids", lambda: ["other_2017", "tiny"])

    def run(page: str, front: str = OTHER) -> tuple[Sphinx, str, str]:
        source = tmp_path / "src"
        source.mkdir(exist_ok=True)
        (source / "other.md").write_text(front + page, encoding="utf-8")
        (source / "its-records.md").write_text(OTHER_RECORDS, encoding="utf-8")
        app, _, warnings = build("```{toctree}\nother\nits-records\n```\n\nSee {rec}`r001`.")
        return app, (tmp_path / "html" / "other.html").read_text("utf-8"), warnings

    return run


def test_a_page_shows_the_case_that_its_front_matter_names(build_two: Build, tmp_path: Path) -> None:
    app, text, warnings = build_two("See {rec}`r001` and {rec}`r009`.\n\n```{claim-card} c01\n```")
    assert warnings == ""
    assert 'href="its-records.html#other_2017-rec-r001" title="Another Wire' in text
    assert "rec-r009" in text
    index = (tmp_path / "html" / "its-records.html").read_text("utf-8")
    assert 'id="other_2017-rec-r001"' in index
    assert 'aria-labelledby="other_2017-rec-r001-title"' in index
    assert 'id="other_2017-rec-r001-title"' in index
    assert 'href="#other_2017-rec-r009"' in index
    front = (tmp_path / "html" / "index.html").read_text("utf-8")
    assert 'href="records.html#rec-r001"' in front, "the book's own case keeps its plain anchors"
    assert book.cited_records(app.env)["other"] == {"other_2017:r001", "other_2017:r009"}


def test_a_record_of_the_books_case_is_cited_from_the_page_of_another(build_two: Build) -> None:
    _, text, warnings = build_two("See {rec}`tiny:r002` and {rec}`a resident <tiny:r001>`; {art}`tiny:open-one p1`.")
    assert warnings == ""
    assert 'href="records.html#rec-r002" title="A Wire, 17 October 2016"><span class="wss-rec">tiny:r002</span>' in text
    assert ">a resident</span>" in text
    assert 'href="articles.html#open-one-p1"' in text


def test_a_case_that_there_is_not_is_one_warning(build_two: Build) -> None:
    front = OTHER.replace("other_2017", "nobody_2018")
    for page in ("Nothing.", "See {rec}`r001`, {rec}`r009`.\n\n```{claim-card} c02\n```"):
        _, text, warnings = build_two(page, front)
        assert warnings.count("WARNING") == 1
        assert "other.md" in warnings
        assert "'case: nobody_2018', and the cases are: other_2017, tiny." in warnings
        assert "An open thing" not in text
    _, _, warnings = build_two("See {rec}`nobody:r001`.")
    assert "no case is called 'nobody'. There are: other_2017, tiny." in warnings


def test_pictures_and_strips_of_two_cases_do_not_collide(build_two: Build, tmp_path: Path) -> None:
    _, text, warnings = build_two("```{article-strip} open-one\n```\n\n```{case-figure} source_network\n```")
    assert warnings == ""
    assert 'id="other_2017-open-one-p1"' in text
    assert 'href="#other_2017-open-one-p1"' in text
    assert '<meta name="robots" content="noindex">' in text
    assert (tmp_path / "html" / "_images" / "other_2017-source_network-light.svg").exists()


def test_in_a_debrief_a_bare_number_is_a_link(build_two: Build, tmp_path: Path) -> None:
    folder = tmp_path / "src" / "solutions" / "tiny-claims"
    folder.mkdir(parents=True)
    (folder / "debrief.md").write_text(
        "---\ncase: other_2017\norphan: true\n---\n\n# Debrief\n\nSo [r009, r002], not `r001` or r999.\n",
        encoding="utf-8",
    )
    _, text, warnings = build_two("So r009.")
    assert warnings == ""
    assert "rec-r009" not in text, "a chapter cites with {rec}"
    told = (tmp_path / "html" / "solutions" / "tiny-claims" / "debrief.html").read_text("utf-8")
    assert 'href="../../its-records.html#other_2017-rec-r009"' in told
    assert 'href="../../records.html#rec-r002"' in told, "what this case does not have is the book's own"
    assert told.count("wss-rec") == 2


def test_a_figure_that_leans_on_what_is_graded_stands_in_a_debrief_only(
    build_two: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from attrs import evolve

    drawn = evolve(figures.FIGURES["source_network"], tells=("c01",))
    monkeypatch.setitem(figures.FIGURES, "source_network", drawn)
    folder = tmp_path / "src" / "solutions" / "tiny-claims"
    folder.mkdir(parents=True)
    page = "```{case-figure} source_network\n```\n"
    (folder / "debrief.md").write_text(f"---\norphan: true\n---\n\n# Debrief\n\n{page}", encoding="utf-8")
    _, text, warnings = build_two(page)
    assert warnings.count("WARNING") == 1
    assert "'source_network' leans on what is graded (c01)" in warnings
    assert "<figure" not in text
    assert "<figure" in (tmp_path / "html" / "solutions" / "tiny-claims" / "debrief.html").read_text("utf-8")


def test_a_figure_that_tells_gold_is_refused_on_a_public_page(build: Build) -> None:
    _, text, warnings = build("```{whole-figure} whole_network\n```")
    assert warnings.count("WARNING") == 1
    assert "the figure 'whole_network' tells graded answers and may stand on a page under solutions/ only." in warnings
    assert "<figure" not in text
