"""A case small enough to read at a glance, for tests of the book that must not depend on the real data."""

from __future__ import annotations

from whosaidso.records import (
    Article,
    Case,
    Claim,
    ClaimGold,
    Edge,
    Gloss,
    HeadlineClaim,
    History,
    Paragraph,
    Part,
    Passage,
    Quotation,
    Record,
    Source,
    SpanGold,
    Task,
    Text,
)

HISTORY = (History(when="2026-11-20", who="team", what="made up for a test"),)


def article(name: str, bank: str, *paragraphs: Paragraph) -> Article:
    return Article(
        id=name, outlet=f"Outlet of {name}", headline=f"q{'1' if bank == 'open' else '2'}01", address="https://example.org/a",
        byline="none", rights="All rights reserved", kind="rewrite", language="en", bank=bank, words=100, budget=40,
        standing="A made-up article.", date_inferred="17 October 2016", date_grounds="It says Monday (r001).",
        paragraph=paragraphs,
    )  # fmt: skip


def record(name: str, **more: object) -> Record:
    given: dict = {
        "id": name, "publisher": "A Wire", "title": "A report <b>", "date": "2016-10-17", "url": "https://example.org/r",
        "how_read": "opening", "kind": "wire", "speaker": "a minister", "carrier": "A Wire", "party": True,
        "origin_group": "iraq", "shows": "What he said.", "cannot_show": "That it was so.", "link": "text",
        "link_reason": "Not checked.",
    }  # fmt: skip
    return Record(**(given | more))


def tiny_case() -> Case:
    """Return one open and one graded article with one of everything around them."""
    articles = [
        article(
            "open-one", "open",
            Paragraph(id="H", told="{q101}"),
            Paragraph(id="p1", told="It says {q102} (see r001).", note="Speaks of the dead."),
            Paragraph(id="com", told="A reader doubts it."),
        ),
        article("graded-one", "graded", Paragraph(id="H", told="{q201}"), Paragraph(id="p1", told="It tells more.")),
    ]  # fmt: skip
    sources = [
        Source(
            id="agency", name="An Agency", kind="agency", what="A made-up agency.", arabic="وكالة", records=("r001",)
        ),
        Source(id="voice", name="An unnamed voice", kind="unnamed", what="Nobody knows.", party=True),
        Source(id="paper", name="A Paper", kind="outlet", what="A made-up paper."),
    ]
    edges = [
        Edge(id="e1", teller="open-one", told_by="agency", relation="cites", article="open-one", paragraph="p1", bank="open", records=("r001",)),
        Edge(id="e2", teller="agency", told_by="voice", relation="quotes_anonymous", article="open-one", paragraph="p1", bank="open"),
        Edge(id="e3", teller="paper", told_by="agency", relation="cites", article="", paragraph="", bank="open", records=("r001",)),
        Edge(
            id="e4", teller="paper", told_by="voice", relation="quotes_named", article="", paragraph="", bank="open",
            certainty="high",
        ),
    ]  # fmt: skip
    gold = ClaimGold(
        id="c02", verdict="not_shown", reason="Nobody who could know says so (r001).", history=HISTORY,
        usable=(("r001",), ("r001", "r002")), gaps=("no_record",),
    )  # fmt: skip
    claims = [
        Claim(id="c01", text="A graded thing.", type="event", article="graded-one", paragraph="p1", bank="graded", origin_group="iran"),
        Claim(
            id="c02", text="An open thing.", type="figure", article="open-one", paragraph="p1", bank="open",
            origin_group="iraq", quotation="q102", gold=gold,
        ),
    ]  # fmt: skip
    words = "He called it a “great” loss and a great loss."
    passages = [
        Passage(
            id="w01", bank="open", use="practice", title="A passage", part=(Part("open-one", "p1", words),),
            gloss=(Gloss("loss", "what is lost"),), note="Speaks of loss.",
        ),
        Passage(id="w02", bank="graded", use="graded", title="Graded", part=(Part("plain", "p1", "Plain words."),)),
    ]  # fmt: skip
    spans = [
        SpanGold(
            "s1", "w01", "open-one", "p1", "great", "core", "A loud word.", HISTORY, 2, ("loaded_language",), "big"
        ),
        SpanGold("s2", "w01", "open-one", "p1", "“great”", "lure", "He said it.", HISTORY),
    ]
    return Case(
        id="tiny",
        title="Tiny",
        summary="",
        articles={a.id: a for a in articles},
        quotations={
            q.id: q
            for q in (
                Quotation("q101", "open-one", "H", "A Headline"),
                Quotation("q102", "open-one", "p1", "“exact” words", gloss="a gloss"),
                Quotation("q201", "graded-one", "H", "Another <Headline>"),
            )
        },
        texts={"plain": Text("plain", "A plain note", "us", "r001", "CC BY 4.0", party=False, written_by_us=True)},
        passages={p.id: p for p in passages},
        sources={s.id: s for s in sources},
        edges={e.id: e for e in edges},
        records={
            r.id: r for r in (record("r001"), record("r002", link="live", origin_group="residents", resident=True))
        },
        claims={c.id: c for c in claims},
        headline_claims={"k1": HeadlineClaim("k1", "A thing.", ("open-one",))},
        spans={s.id: s for s in spans},
        tasks={"t1": Task("t1", "tiny-claims", "claim_check", "Claims", ("c01",), 1, 10)},
        corrections=HISTORY,
    )
