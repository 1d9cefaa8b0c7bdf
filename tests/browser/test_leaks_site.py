"""The built class edition holds no graded answer: by structure, then by the words of the keys."""

import re
from html.parser import HTMLParser
from pathlib import Path

from tests.course.courses import case_of, gold_of
from whosaidso.vocabulary import VERDICTS

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(path.parent.name for path in (ROOT / "solutions").glob("*/gold.toml"))
GOLD = [gold_of(ROOT, name) for name in NAMES]
VOID = {"br", "hr", "img", "input", "link", "meta", "source", "wbr", "area", "base", "col", "embed", "track"}


class Blocks(HTMLParser):
    """Gather the text of every claim card, claim row and marked word."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = []
        self.cards, self.rows, self.marks, self.all = [], [], [], []

    def handle_starttag(self, tag, attrs):
        if tag in VOID:
            return
        classes = (dict(attrs).get("class") or "").split()
        kind = None
        if "wss-claim" in classes:
            kind = self.cards
        elif tag == "tr":
            kind = self.rows
        elif tag == "mark" or "wss-mark" in classes:
            kind = self.marks
        text = []
        if kind is not None:
            kind.append(text)
        self.open.append((tag, text if kind is not None else None))

    def handle_endtag(self, tag):
        while self.open and tag not in VOID:
            name, _ = self.open.pop()
            if name == tag:
                return

    def handle_data(self, data):
        self.all.append(data)
        for _, text in self.open:
            if text is not None:
                text.append(data)


def plain(text):
    return " ".join(text.split())


def pages(site):
    for path in sorted(site.rglob("*.html")):
        blocks = Blocks()
        blocks.feed(path.read_text(encoding="utf-8"))
        yield path.relative_to(site).as_posix(), blocks


def test_no_verdict_beside_a_graded_claim(site):
    graded = {
        claim: case_of(name).claims[claim].text for name, gold in zip(NAMES, GOLD, strict=True) for claim in gold.claims
    }
    seen = set()
    labels = [term.label for term in VERDICTS.values()]
    for page, blocks in pages(site):
        for text in (*blocks.cards, *blocks.rows):
            words = plain("".join(text))
            for name in graded:
                if re.match(rf"(Claim )?{name}\b", words):
                    seen.add(name)
                    assert "You judge this one" in words, (page, name)
                    rest = words.replace(graded[name], "")
                    assert not [label for label in labels if re.search(rf"\b{label}\b", rest)], (page, words)
    assert seen >= {claim for claim in graded if claim in case_of("mosul-claims").claims}


def test_no_graded_link_or_span_is_written_as_an_answer(site):
    pairs = [(edge.teller, edge.told_by) for gold in GOLD for edge in gold.edges]
    spans = [span for gold in GOLD for span in gold.spans if span.grade == "core"]
    assert len(pairs) >= 9
    assert len(spans) >= 8
    for page, blocks in pages(site):
        text = plain("".join(blocks.all))
        for teller, told_by in pairs:
            assert not re.search(rf'"{teller}"\s*,\s*"{told_by}"', text), (page, teller, told_by)
        for span in spans:
            assert not re.search(rf'"{span.article}"\s*,\s*"{span.paragraph}"\s*,\s*"{re.escape(span.exact)}"', text), (
                page
            )
        for mark in blocks.marks:
            assert plain("".join(mark)) not in {span.exact for span in spans}, page


def test_no_sentence_of_a_key_is_in_the_site(site):
    sentences = [
        plain(item.reason)
        for gold in GOLD
        for item in (*gold.claims.values(), *gold.spans, *gold.voices.values(), *gold.accepted, *gold.lures)
        if len(item.reason) > 40
    ]
    sentences += [plain(edge.evidence) for gold in GOLD for edge in gold.edges if len(edge.evidence) > 40]
    assert len(sentences) > 30
    everything = plain(" ".join("".join(blocks.all) for _, blocks in pages(site)))
    for sentence in sentences:
        assert sentence not in everything
    assert "Debrief:" not in everything
