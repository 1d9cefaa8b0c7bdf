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
from whosaidso.faults import DataError, Fault

RECORDS = "# Records\n\n```{record-index}\n```\n"
ARTICLES = "# One\n\n```{article-strip} open-one\n```\n\n```{article-strip} graded-one\n```\n"
Build = Callable[..., tuple[Sphinx, str, str]]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """Build a page (with an article page and the record index beside it); give app, text and warnings."""
    monkeypatch.setattr(book, "load_case", lambda _: tiny_case())

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

    monkeypatch.setattr(book, "load_case", broken)
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
    monkeypatch.setattr(book, "load_case", lambda _: evolve(case, quotations=case.quotations | {"q102": straight}))
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


def test_the_figure_has_an_alternative_text_and_the_same_in_words(build: Build, tmp_path: Path) -> None:
    _, text, warnings = build("```{case-figure} source_network\n```")
    assert warnings == ""
    assert (tmp_path / "html" / "_images" / "source_network.svg").exists()
    assert f'alt="{figures.network_alt(tiny_case())}"' in text
    for sentence in figures.text_equivalent(tiny_case()):
        assert sentence in text


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
    words = " ".join(figures.text_equivalent(case))
    assert "graded-one →" not in words
    assert "Yours to find: graded-one" in words
    assert [figures.style_of(edge) for edge in figures.open_edges(case)] == ["said", "said", "outside", "inferred"]


def test_pages_remember_what_they_cite_and_depend_on_the_data(build: Build) -> None:
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
    monkeypatch.setattr(book, "load_case", lambda _: evolve(case, claims=case.claims | {"c03": talked}))
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
