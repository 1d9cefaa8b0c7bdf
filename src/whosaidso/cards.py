"""What the book shows of a case: docutils nodes made from records, and nothing else.

Every function takes the case and returns nodes, so that any Sphinx builder can write them. Ids that
do not exist raise `UnknownId`; the directives turn that into a warning with file and line. Knows
nothing of Sphinx's environment, of files, of scores or of graded gold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.addnodes import pending_xref

from whosaidso import vocabulary
from whosaidso.records import CITATION, Article, Case, Claim, Edge, Passage, Quotation, Record, SpanGold
from whosaidso.vocabulary import HOW_READ, RECORD_KINDS

T = TypeVar("T")

PARAGRAPHS = {
    "H": "headline",
    "L": "standfirst",
    "cap": "caption",
    "by": "byline or source line",
    "img": "picture credit",
    "com": "readers' comments",
}
"""What a paragraph id without a number stands for."""

PHRASES = {
    "republishes": "republishes",
    "cites": "cites",
    "quotes_named": "quotes",
    "quotes_anonymous": "quotes, without a name,",
    "paraphrases": "paraphrases",
    "vague": "points vaguely at",
    "translates": "translates",
}
"""A relation as a verb between two names."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

_ARTICLE = re.compile(r'^(?:a |an |the |")', re.I)


class Refused(Exception):
    """Raised when a page asks for something that it may not show."""


class UnknownId(KeyError):
    """Raised when a page asks for something the case does not have."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        listed = list(known)
        shown = ", ".join(listed[:12]) + (" …" if len(listed) > 12 else "")
        super().__init__(f"no {what} is called {name!r}. There are: {shown or 'none yet'}.")

    def __str__(self) -> str:
        return str(self.args[0])


class box(nodes.General, nodes.Element):  # noqa: N801 - docutils names its nodes in lower case
    """A block with an HTML tag of its own; other builders write only what is in it."""


class span(nodes.Inline, nodes.TextElement):  # noqa: N801
    """Words with an HTML tag of their own; other builders write only the words."""


# --- small parts ---------------------------------------------------------------------------------


def get(table: dict[str, T], name: str, what: str) -> T:
    """Return `table[name]` or raise `UnknownId` with the ids there are."""
    if name not in table:
        raise UnknownId(what, name, table)
    return table[name]


def para(*parts: str | nodes.Node, cls: str = "") -> nodes.paragraph:
    """Return a paragraph of strings and inline nodes."""
    node = nodes.paragraph("", "", *(nodes.Text(p) if isinstance(p, str) else p for p in parts if p != ""))
    if cls:
        node["classes"].append(cls)
    return node


def words(text: str, *, tag: str = "span", cls: str = "", **attributes: str) -> span:
    """Return inline words with a tag and attributes."""
    node = span("", text, tag=tag, attributes=attributes)
    if cls:
        node["classes"].append(cls)
    return node


def block(*children: nodes.Node, tag: str = "div", cls: str = "", **attributes: str) -> box:
    """Return a block with a tag and attributes."""
    node = box("", *children, tag=tag, attributes=attributes)
    if cls:
        node["classes"] += cls.split()
    return node


def card(*children: nodes.Node, title: Sequence[nodes.Node], anchor: str, cls: str, level: int = 0) -> box:
    """Return a titled card; `level` makes the title a heading."""
    head = nodes.rubric("", "", *title, ids=[f"{anchor}-title"], classes=["wss-title"])
    if level:
        head["heading-level"] = level
    node = block(head, *children, tag="article", cls=f"wss-card {cls}")
    node["attributes"]["aria-labelledby"] = f"{anchor}-title"
    node["ids"].append(anchor)
    return node


def facts(rows: Iterable[tuple[str, Sequence[nodes.Node] | str]]) -> nodes.field_list:
    """Return name and value pairs; empty values are left out."""
    listing = nodes.field_list(classes=["wss-facts"])
    for name, value in rows:
        if not value:
            continue
        body = [para(value)] if isinstance(value, str) else [para(*value)]
        listing += nodes.field("", nodes.field_name("", name), nodes.field_body("", *body))
    return listing


def bullets(items: Iterable[Sequence[nodes.Node] | nodes.list_item], *, cls: str = "") -> nodes.bullet_list:
    """Return a list of paragraphs."""
    listing = nodes.bullet_list(classes=[cls] if cls else [])
    for item in items:
        listing += item if isinstance(item, nodes.list_item) else nodes.list_item("", para(*item))
    return listing


def numbered(items: Iterable[Sequence[nodes.Node]]) -> nodes.enumerated_list:
    """Return a numbered list of paragraphs."""
    rows = (nodes.list_item("", para(*item)) for item in items)
    return nodes.enumerated_list("", *rows, enumtype="arabic", prefix="", suffix=".")


def link(anchor: str, text: str, *, title: str = "", cls: str = "") -> pending_xref:
    """Return a link to an anchor that some page of the book carries."""
    inner = nodes.inline("", text, classes=[cls] if cls else [])
    return pending_xref("", inner, refdomain="", reftype="wss", reftarget=anchor, wss_title=title, refwarn=True)


def quoted(text: str, language: str = "en") -> nodes.Element:
    """Return exact words in quotation marks, marked up as a quotation."""
    return exact(words(in_marks(text), tag="q", cls="wss-quote", lang=language))


def exact(node: nodes.Element) -> nodes.Element:
    """Keep the typographer's hands off words that must stay as they were printed."""
    node["support_smartquotes"] = False
    return node


def in_marks(text: str) -> str:
    """Return the words in quotation marks that differ from any they hold themselves."""
    return f"‘{text}’" if set(text) & set('“”"') else f"“{text}”"


def record_link(case: Case, name: str, text: str = "") -> pending_xref:
    """Return the short citation of a record."""
    record = get(case.records, name, "record")
    return link(f"rec-{name}", text or name, title=f"{record.publisher}, {when(record)}", cls="wss-rec")


def place_link(case: Case, article: str, paragraph: str = "", text: str = "") -> pending_xref:
    """Return a link to an article, or to one of its paragraphs."""
    held = get(case.articles, article, "article")
    if paragraph:
        get({p.id: p for p in held.paragraph}, paragraph, f"paragraph of {article}")
    anchor = f"{article}-{paragraph}" if paragraph else f"art-{article}"
    return link(anchor, text or f"{article} {paragraph}".strip(), title=held.outlet, cls="wss-place")


def prose(case: Case, text: str) -> list[nodes.Node]:
    """Return our words with `{q012}` as the quotation and `r001` as a link to the record."""
    parts: list[nodes.Node] = []
    end = 0
    for match in CITATION.finditer(text):
        parts.append(nodes.Text(text[end : match.start()]))
        if match[1]:
            quotation = get(case.quotations, match[1], "quotation")
            parts.append(quoted(quotation.text, language_of(case, quotation.article)))
            if quotation.gloss:
                parts.append(words(f" ({quotation.gloss})", cls="wss-gloss"))
        elif match[2] in case.records:
            parts.append(record_link(case, match[2]))
        else:
            raise UnknownId("record", match[2], case.records)
        end = match.end()
    parts.append(nodes.Text(text[end:]))
    return [p for p in parts if p.astext()]


def joined(items: Sequence[nodes.Node], last: str = " and ") -> list[nodes.Node]:
    """Return inline nodes with commas between them and a word before the last."""
    out: list[nodes.Node] = []
    for n, item in enumerate(items):
        if n:
            out.append(nodes.Text(last if n == len(items) - 1 else ", "))
        out.append(item)
    return out


def language_of(case: Case, article: str) -> str:
    """Return the language of an article's words; texts that are no articles are English."""
    return case.articles[article].language if article in case.articles else "en"


def when(item: Article | Record) -> str:
    """Return a record's or article's date, saying when it is our inference."""
    if isinstance(item, Record):
        return f"{day(item.date)} (inferred)" if item.date_inferred else day(item.date)
    return day(item.date) or f"{item.date_inferred} (inferred)"


def day(text: str) -> str:
    """Return an ISO date as 17 October 2016, and any other words as they are."""
    try:
        held = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{held.day} {_MONTHS[held.month - 1]} {held.year}"


def name_of(case: Case, who: str) -> str:
    """Return the name of a source, or outlet and id of an article."""
    if who in case.articles:
        return f"{case.articles[who].outlet} ({who})"
    if who in case.texts:
        return case.texts[who].title
    return get(case.sources, who, "source").name


def yes_no(value: bool) -> str:
    """Return a truth value as a reader says it."""
    return "yes" if value else "no"


# --- articles ------------------------------------------------------------------------------------


def article_strip(case: Case, name: str) -> list[nodes.Node]:
    """Return the facts of an article and every paragraph in order."""
    article = get(case.articles, name, "article")
    headline = get(case.quotations, article.headline, "quotation")
    rows: list[tuple[str, Sequence[nodes.Node] | str]] = [
        ("Outlet", article.outlet),
        ("Headline", [quoted(headline.text, article.language)]),
        ("What it is", prose(case, article.standing)),
        ("Printed date", day(article.date)),
        ("Date (our inference)", prose(case, ". ".join(filter(None, [article.date_inferred, article.date_grounds])))),
        ("Byline", article.byline or "none"),
        ("Republished from", prose(case, article.republished_from)),
        ("Rights, as the page states them", prose(case, article.rights) or "none stated"),
        (
            "Address (text only)",
            [
                nodes.literal("", article.address),
                *prose(case, f" {article.address_note}" if article.address_note else ""),
            ]
            if article.address
            else prose(case, article.address_note or "not found"),
        ),
        ("Id used in this book", [nodes.literal("", article.id)]),
    ]
    box_of_facts = block(facts(rows), cls="wss-card wss-facts-box")
    box_of_facts["ids"].append(f"art-{name}")
    out: list[nodes.Node] = [box_of_facts]
    if article.bank == "graded":
        out.append(
            para(
                "This article is part of the graded exercises. What is graded here is yours to find: "
                "who told whom, which words push, and what the records show.",
                cls="wss-yours",
            )
        )
    strip = nodes.bullet_list(classes=["wss-strip"])
    for paragraph in article.paragraph:
        anchor = f"{name}-{paragraph.id}"
        says = PARAGRAPHS.get(paragraph.id, "")
        label = nodes.reference("", paragraph.id, refid=anchor, internal=True, classes=["wss-label"])
        label["reftitle"] = "Link to this paragraph"
        head = [label, words(says, cls="wss-label-word")] if says else [label]
        item = nodes.list_item("", para(*joined(head, " ")), ids=[anchor])
        item["classes"].append("wss-furniture" if paragraph.id in ("by", "img", "com") else "wss-paragraph")
        if paragraph.note:
            item += para(nodes.strong("", "Content note: "), *prose(case, paragraph.note), cls="wss-note")
        item += para(*prose(case, paragraph.told))
        strip += item
    out.append(strip)
    return out


def anchors_of(case: Case, name: str) -> list[str]:
    """Return the anchors that an article's strip carries."""
    article = get(case.articles, name, "article")
    return [f"art-{name}", *(f"{name}-{p.id}" for p in article.paragraph)]


def quotation_block(case: Case, name: str) -> list[nodes.Node]:
    """Return a quotation as a block, with the place it stands in."""
    quotation: Quotation = get(case.quotations, name, "quotation")
    language = language_of(case, quotation.article)
    held = nodes.block_quote("", para(quoted(quotation.text, language)), classes=["wss-quotation"])
    place = [place_link(case, quotation.article, quotation.paragraph)]
    if quotation.article in case.articles:
        place = [nodes.Text(f"{case.articles[quotation.article].outlet}, "), *place]
    held += nodes.attribution("", "", *place)
    return [held, para(quotation.gloss, cls="wss-gloss")] if quotation.gloss else [held]


# --- claims --------------------------------------------------------------------------------------


def claim_places(case: Case, claim: Claim) -> list[nodes.Node]:
    """Return where a claim appears, as links."""
    if not claim.article:
        return [nodes.Text(name_of(case, claim.text_id))] if claim.text_id else []
    places = [(claim.article, claim.paragraph), *((p.partition(":")[0], p.partition(":")[2]) for p in claim.also)]
    return joined([place_link(case, *place) for place in places])


def assignment_of(case: Case, item: str) -> str:
    """Return the assignment that grades an item, or ""."""
    return next((t.assignment for t in case.tasks.values() if t.assignment and item in t.items), "")


def claim_status(case: Case, claim: Claim) -> list[nodes.Node]:
    """Return the verdict of an open claim, that the reader judges it, or that nobody does."""
    if claim.bank == "discussion":
        return [words("For discussion: no verdict.", cls="wss-yours-label")]
    if claim.bank == "graded" or claim.gold is None:
        where = assignment_of(case, claim.id)
        text = f"You judge this one in {where}." if where else "You judge this one."
        return [words(text, cls="wss-yours-label")]
    verdict = vocabulary.VERDICTS[claim.gold.verdict]
    status: list[nodes.Node] = [words(verdict.label, tag="strong", cls=f"wss-verdict wss-{verdict.id}")]
    if claim.gold.gaps:
        gaps = " or ".join(vocabulary.GAPS[gap].label for gap in claim.gold.gaps)
        status.append(nodes.Text(f" ({gaps})"))
    return status


def record_sets(case: Case, sets: Iterable[Iterable[str]]) -> list[nodes.Node]:
    """Return sets of records: together within a set, any one set is enough."""
    groups: list[nodes.Node] = []
    for group in sets:
        holder = nodes.inline("", "", *joined([record_link(case, name) for name in group], " with "))
        groups.append(holder)
    return joined(groups, ", or ")


def sides(case: Case, claim: Claim) -> list[tuple[str, list[nodes.Node]]]:
    """Return the records for, against and beside a claim that is only discussed, each with its label."""
    labels = {
        "Records for": claim.for_records,
        "Records against": claim.against_records,
        "Beside it": claim.beside_records,
    }
    return [
        (label, joined([record_link(case, name) for name in names], ", ") or [nodes.Text("none found")])
        for label, names in labels.items()
        if names or label != "Beside it"
    ]


def claim_card(case: Case, name: str, anchor: str) -> list[nodes.Node]:
    """Return a claim with its status; an open one with the reason and the records, a discussed one with both sides."""
    claim: Claim = get(case.claims, name, "claim")
    kind = vocabulary.CLAIM_TYPES[claim.type]
    outlet = (
        case.articles[claim.article].outlet if claim.article else name_of(case, claim.text_id) if claim.text_id else ""
    )
    rows: list[tuple[str, Sequence[nodes.Node] | str]] = [
        ("Who says so", outlet),
        ("Side it comes from", case.group_names[claim.origin_group]),
        ("Where", claim_places(case, claim)),
        ("Kind of claim", f"{kind.label}: {_lower(kind.definition)}"),
        ("Status", claim_status(case, claim)),
    ]
    if claim.bank == "open" and claim.gold:
        rows += [
            ("Why", prose(case, claim.gold.reason)),
            ("Records", record_sets(case, claim.gold.usable)),
        ]
    if claim.bank == "discussion":
        rows += [*sides(case, claim), ("Why nobody marks it", prose(case, claim.note))]
    said: list[nodes.Node] = [para(*prose(case, claim.text), cls="wss-claim-text")]
    if claim.quotation:
        quotation = get(case.quotations, claim.quotation, "quotation")
        said.append(para("In its words: ", quoted(quotation.text, language_of(case, quotation.article))))
    return [card(*said, facts(rows), title=[nodes.Text(f"Claim {name}")], anchor=anchor, cls="wss-claim")]


def claim_table(case: Case) -> list[nodes.Node]:
    """Return every claim with its place and status, open ones first; below, in a list, those without a verdict."""
    judged = [c for c in case.claims.values() if c.bank != "discussion"]
    rows = [
        (
            [words(c.id, tag="strong"), nodes.Text(f" {c.text}")],
            claim_places(case, c),
            claim_status(case, c),
        )
        for c in sorted(judged, key=lambda c: (c.bank != "open", c.id))
    ]
    out: list[nodes.Node] = [table(("Claim", "Where", "Status"), rows, widths=(55, 25, 20), cls="wss-claim-table")]
    discussed = sorted((c for c in case.claims.values() if c.bank == "discussion"), key=lambda c: c.id)
    if discussed:
        intro = (
            " Nobody marks these. Records lean for or against a claim, or stand beside it: those bear on it without "
            "leaning, or only repeat the claim's own side. How many there are decides nothing."
        )
        head = para(words("For discussion, with no verdict.", tag="strong"), intro)
        out += [head, bullets(_discussed(case, c) for c in discussed)]
    return out


def _discussed(case: Case, claim: Claim) -> nodes.list_item:
    """Return a claim that is only discussed, with its places, its records on both sides and our note."""
    places = claim_places(case, claim)
    where = [nodes.Text(" ("), *places, nodes.Text(")")] if places else []
    records: list[nodes.Node] = []
    for n, (label, held) in enumerate(sides(case, claim)):
        records += [nodes.Text(". " if n else ""), nodes.strong("", label), nodes.Text(": "), *held]
    return nodes.list_item(
        "",
        para(words(claim.id, tag="strong"), nodes.Text(f" {claim.text}"), *where),
        para(*records, nodes.Text(".")),
        para(*prose(case, claim.note), cls="wss-small"),
    )


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[Sequence[nodes.Node]]],
    *,
    widths: Sequence[int],
    cls: str,
    stub: bool = False,
) -> nodes.table:
    """Return a table with a head row; with `stub`, the first cell of each row is its header."""
    group = nodes.tgroup(cols=len(heads))
    for number, width in enumerate(widths):
        group += nodes.colspec(colwidth=width, **({"stub": 1} if stub and not number else {}))
    head = nodes.row("", *(nodes.entry("", para(text)) for text in heads))
    body = nodes.tbody("", *(nodes.row("", *(nodes.entry("", para(*cell)) for cell in row)) for row in rows))
    group += [nodes.thead("", head), body]
    return nodes.table("", group, classes=[cls])


def _lower(text: str) -> str:
    """Return the text with a small first letter, unless it starts with a name."""
    names = ("US", "UN", "ISIS", "Iran", "Iraq", "Kurd", "Hashd", "Russia", "Syria", "United")
    return text if text.startswith(names) else text[:1].lower() + text[1:]


# --- records -------------------------------------------------------------------------------------


def record_card(case: Case, name: str, anchor: str, level: int = 0) -> list[nodes.Node]:
    """Return a record: what it is, who speaks, what it shows and what it cannot."""
    record: Record = get(case.records, name, "record")
    speaks = [nodes.Text(record.speaker)]
    if record.carrier and record.carrier != record.speaker:
        speaks.append(nodes.Text(f"; printed by {record.carrier}"))
    standing = f"{yes_no(record.party)} ({_lower(case.group_names[record.origin_group])})"
    rows: list[tuple[str, Sequence[nodes.Node] | str]] = [
        ("Published", f"{record.publisher}, {when(record)}"),
        ("Kind", RECORD_KINDS[record.kind]),
        ("How we read it", HOW_READ[record.how_read]),
        ("Who speaks", speaks),
        (f"A {case.side}?", standing),
        (
            "Against own interest",
            "The speaker admits something that does not help them." if record.against_interest else "",
        ),
        ("Shows", prose(case, record.shows)),
        ("Cannot show", prose(case, record.cannot_show)),
        ("In its words", [quoted(record.quote, record.quote_language)] if record.quote else ""),
        ("Caution", prose(case, record.caution)),
        ("Use", "Only beside another record, never alone." if record.supplementary else ""),
        ("Address", record_address(record)),
    ]
    title = [
        nodes.Text(f"{name} "),
        words(record.title, cls="wss-record-title", dir="auto", lang=_title_language(record)),
    ]
    return [card(facts(rows), title=title, anchor=anchor, cls="wss-record", level=level)]


def _title_language(record: Record) -> str:
    """Return the language of a title in another script than ours, as far as the record tells, or ""."""
    return (
        record.quote_language
        if record.quote_language != "en" and any(c > "\u036f" for c in record.title if c.isalpha())
        else ""
    )


def record_address(record: Record) -> list[nodes.Node]:
    """Return the address as a link, or as text with the reason."""
    if record.link == "live" and record.url:
        host = urlsplit(record.url).netloc.removeprefix("www.")
        return [nodes.reference("", f"{record.id} at {host}", refuri=record.url, internal=False)]
    reason = f" {record.link_reason}" if record.link_reason else ""
    if not record.url:
        return [nodes.Text((record.link_reason or "not found").strip())]
    return [nodes.literal("", record.url, classes=["wss-address"]), nodes.Text(f" (text only.{reason})")]


def record_index(case: Case) -> list[nodes.Node]:
    """Return a row of all ids and every card, by who speaks, as sections."""
    jump = [[record_link(case, name)] for name in sorted(case.records)]
    out: list[nodes.Node] = [
        block(bullets(jump, cls="wss-jump"), tag="nav", cls="wss-jump-box", **{"aria-label": "All records by number"})
    ]
    for group, label in case.group_names.items():
        held = [r for r in sorted(case.records) if case.records[r].origin_group == group]
        if not held:
            continue
        section = nodes.section("", nodes.title("", label), ids=[f"records-{group.replace('_', '-')}"], names=[])
        for name in held:
            section += record_card(case, name, f"rec-{name}", level=3)
        out.append(section)
    return out


# --- sources and edges ---------------------------------------------------------------------------


def source_list(case: Case) -> list[nodes.Node]:
    """Return every source with its description."""
    listing = nodes.definition_list(classes=["wss-sources"])
    for source in sorted(case.sources.values(), key=lambda s: _ARTICLE.sub("", s.name).casefold()):
        term: list[nodes.Node] = [nodes.Text(source.name[:1].upper() + source.name[1:])]
        if source.arabic:
            term += [nodes.Text(" "), words(source.arabic, lang="ar", dir="rtl", cls="wss-arabic")]
        term += [nodes.Text(" "), nodes.literal("", source.id)]
        text = prose(case, source.what)
        more = [f"Kind: {source.kind}.", f"A {case.side}." if source.party else ""]
        if source.printed_as:
            more.append(f"Printed in the article as “{source.printed_as}”.")
        body = [para(*text), para(" ".join(filter(None, more)), cls="wss-small")]
        if source.records:
            body[-1] += [
                nodes.Text(" Records: "),
                *joined([record_link(case, r) for r in source.records]),
                nodes.Text("."),
            ]
        entry = nodes.term("", "", *term, ids=[f"src-{source.id}"])
        listing += nodes.definition_list_item("", entry, nodes.definition("", *body))
    return [listing]


def edge_words(case: Case, edge: Edge) -> list[nodes.Node]:
    """Return one link of the chain as a sentence, with our reason and what changed."""
    out: list[nodes.Node] = [
        nodes.strong("", name_of(case, edge.teller)),
        nodes.Text(f" {PHRASES[edge.relation]} "),
        nodes.strong("", name_of(case, edge.told_by)),
    ]
    if edge.article:
        out += [nodes.Text(" in "), place_link(case, edge.article, edge.paragraph), nodes.Text(".")]
    else:
        out.append(nodes.Text(" (a link found outside the five articles)."))
    if edge.certainty != "explicit":
        out.append(nodes.Text(f" Our inference, {edge.certainty} certainty; not proven."))
    for text in (edge.evidence, edge.change):
        if text:
            out += [nodes.Text(" "), *prose(case, text)]
    if edge.records:
        out += [nodes.Text(" Records: "), *joined([record_link(case, r) for r in edge.records]), nodes.Text(".")]
    return out


def edge_list(case: Case, name: str) -> list[nodes.Node]:
    """Return the open edges of an article in sentences."""
    article = get(case.articles, name, "article")
    if article.bank == "graded":
        where = assignment_of(case, name)
        return [para(f"Who told whom here is yours to find{f' in {where}' if where else ''}.", cls="wss-yours")]
    held = [e for e in case.edges.values() if e.bank == "open" and (e.article or e.teller) == name]
    return [bullets([edge_words(case, edge) for edge in held], cls="wss-edges")]


# --- passages ------------------------------------------------------------------------------------


def spans_of(case: Case, passage: Passage) -> list[tuple[SpanGold, int, int]]:
    """Return the open spans of a passage as (span, part number, start), in reading order."""
    found: list[tuple[SpanGold, int, int]] = []
    for held in case.spans.values():
        if held.passage != passage.id:
            continue
        left = held.occurrence
        for number, part in enumerate(passage.part):
            start = -1
            while (part.article, part.paragraph) == (held.article, held.paragraph):
                start = part.text.find(held.exact, start + 1)
                if start < 0:
                    break
                left -= 1
                if left == 0:
                    found.append((held, number, start))
    return sorted(found, key=lambda row: (row[1], row[2], -len(row[0].exact)))


def passage_block(case: Case, name: str, anchor: str, *, spans: bool = False) -> list[nodes.Node]:
    """Return a passage with its glosses; with `spans`, its open spans marked and listed."""
    passage: Passage = get(case.passages, name, "passage")
    if spans and passage.bank != "open":
        raise UnknownId("open passage", name, [p.id for p in case.passages.values() if p.bank == "open"])
    marks = spans_of(case, passage) if spans else []
    body: list[nodes.Node] = []
    if passage.note:
        body.append(para(nodes.strong("", "Content note: "), *prose(case, passage.note), cls="wss-note"))
    for number, part in enumerate(passage.part):
        place = (
            [place_link(case, part.article, part.paragraph)]
            if part.article in case.articles
            else [nodes.Text(f"{name_of(case, part.article)}, {part.paragraph}")]
        )
        here = [(held, start, n) for n, (held, where, start) in enumerate(marks, 1) if where == number]
        text = exact(block(para(*_marked(part.text, here)), tag="blockquote", cls="wss-passage"))
        text["attributes"]["lang"] = language_of(case, part.article)
        body += [para(*place, cls="wss-part-label"), text]
    if passage.gloss:
        glosses = [[exact(nodes.strong("", g.word)), nodes.Text(f": {g.meaning}")] for g in passage.gloss]
        body += [para("Words explained", cls="wss-small"), bullets(glosses, cls="wss-glosses")]
    if marks:
        body += [para("The marked words, one by one", cls="wss-list-label"), _span_list(marks)]
    title = [nodes.Text(f"Passage {name}: {passage.title}")]
    return [card(*body, title=title, anchor=anchor, cls="wss-passage-card")]


def _marked(text: str, here: Sequence[tuple[SpanGold, int, int]]) -> list[nodes.Node]:
    """Return the text with spans as marked words, each with its number; an inner span stays unmarked."""
    out: list[nodes.Node] = []
    end = 0
    for held, start, number in here:
        if start < end:
            continue
        out.append(nodes.Text(text[end:start]))
        mark = words("", tag="mark", cls=f"wss-mark wss-{held.grade}")
        mark += [nodes.Text(held.exact), nodes.superscript("", str(number))]
        out.append(mark)
        end = start + len(held.exact)
    out.append(nodes.Text(text[end:]))
    return [node for node in out if node.astext()]


_GRADES = {
    "core": "counts in the mark",
    "arguable": "readers may differ; never counts",
    "lure": "fair as it stands; best left unmarked",
}


def _span_list(marks: Sequence[tuple[SpanGold, int, int]]) -> nodes.enumerated_list:
    """Return the spans as a numbered list with label, standing, reason and a fairer wording."""
    listing = nodes.enumerated_list(enumtype="arabic", prefix="", suffix=".", classes=["wss-spans"])
    for held, _, _ in marks:
        labels = " or ".join(vocabulary.TECHNIQUES[label].label for label in held.labels) or "no technique"
        text: list[nodes.Node] = [
            exact(words(in_marks(held.exact), tag="strong")),
            nodes.Text(f" {labels}; {_GRADES[held.grade]}. {held.reason}"),
        ]
        if held.rewrite:
            text.append(nodes.Text(f" A fairer wording: {in_marks(held.rewrite)}."))
        listing += nodes.list_item("", para(*text))
    return listing


# --- lists ---------------------------------------------------------------------------------------

LISTS = ("RELATIONS", "TECHNIQUES", "VERDICTS", "GAPS", "INDEPENDENCE", "CLAIM_TYPES", "MISCONCEPTIONS")


def vocabulary_list(name: str) -> list[nodes.Node]:
    """Return a closed list as definitions; the stored word stands beside the label when it differs."""
    if name not in LISTS:
        raise UnknownId("closed list", name, LISTS)
    listing = nodes.definition_list(classes=["wss-vocabulary"])
    for term in getattr(vocabulary, name).values():
        head: list[nodes.Node] = [nodes.Text(term.label)]
        if term.id != term.label:
            head += [nodes.Text(" "), nodes.literal("", term.id)]
        entry = nodes.term("", "", *head, ids=[f"{name.lower().replace('_', '-')}-{term.id.replace('_', '-').lower()}"])
        listing += nodes.definition_list_item("", entry, nodes.definition("", para(term.definition)))
    return [listing]


def correction_list(case: Case) -> list[nodes.Node]:
    """Return what we had wrong, newest last."""
    if not case.corrections:
        return [para("No corrections so far.")]
    rows = [
        [nodes.strong("", f"{day(item.when)}, {item.who}: "), *prose(case, item.what)]
        for item in sorted(case.corrections, key=lambda c: c.when)
    ]
    return [bullets(rows, cls="wss-corrections")]
