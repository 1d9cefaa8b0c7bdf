"""Everything that can be wrong with a case's public data, as sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from whosaidso import vocabulary
from whosaidso.faults import Fault
from whosaidso.records import Case, Passage, Quotation, SpanGold, seal_of, words_in

QUOTATION_WORDS = 25
PASSAGE_WORDS = (30, 120)
MINUTES = 35

PLACEHOLDER = re.compile(r"\{(q\d+)\}")
_PARAGRAPH = re.compile(r"^(H|L|p\d+|cap|by|img|com)$")
_KINDS = ("source_trace", "span_label", "claim_check")
_HOW_READ = ("full", "opening", "reprint", "listing", "dataset", "named_only")
_RECORD_KINDS = (
    "wire", "press", "party", "ngo", "un", "academic", "think_tank", "activist", "dataset", "resident",
)  # fmt: skip
GROUPS = (
    "us_coalition", "iraq", "kurdish_region", "hashd", "russia", "syria", "iran", "isis", "residents", "un",
    "independent",
)  # fmt: skip
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def case_faults(case: Case) -> list[Fault]:
    """Return every fault of the case, in file order."""
    checks = (_articles, _quotations, _budgets, _passages, _spans, _sources, _edges, _records, _claims, _tasks)
    return [fault for check in checks for fault in check(case)]


def _unknown(file: str, name: str, key: str, values: Iterable[str], known: Iterable[str], what: str) -> Iterator[Fault]:
    allowed = list(known)
    for value in values:
        if value not in allowed:
            listed = ", ".join(allowed[:12]) + (" …" if len(allowed) > 12 else "")
            yield Fault(file, name, f"{key} is {value!r}, which is no {what}.", f"Known: {listed}.")


def _places(file: str, name: str, case: Case, article: str, paragraph: str, also: Iterable[str]) -> Iterator[Fault]:
    places = [(article, paragraph), *((p.partition(":")[0], p.partition(":")[2]) for p in also)]
    for where, part in places:
        if where not in case.articles:
            yield from _unknown(file, name, "article", [where], case.articles, "article")
        elif part not in {p.id for p in case.articles[where].paragraph}:
            yield Fault(file, name, f"{where} has no paragraph {part!r}.", "Use an id of articles.toml.")


def _articles(case: Case) -> Iterator[Fault]:
    file = "articles.toml"
    for article in case.articles.values():
        yield from _unknown(file, article.id, "bank", [article.bank], vocabulary.BANKS, "bank")
        yield from _unknown(file, article.id, "headline", [article.headline], case.quotations, "quotation")
        if bool(article.date) == bool(article.date_inferred):
            yield Fault(
                file, article.id, "needs a printed date or an inferred one.", "Fill exactly one of date, date_inferred."
            )
        if article.date_inferred and not article.date_grounds:
            yield Fault(file, article.id, "has an inferred date without grounds.", "Say in date_grounds how you know.")
        seen: set[str] = set()
        for paragraph in article.paragraph:
            name = f"{article.id} {paragraph.id}"
            if paragraph.id in seen:
                yield Fault(file, name, "is used twice.", "Each paragraph has its own id.")
            seen.add(paragraph.id)
            if not _PARAGRAPH.match(paragraph.id):
                yield Fault(file, name, "is no paragraph id.", "Use H, L, p1…, cap, by, img or com.")
            if not paragraph.told.strip():
                yield Fault(file, name, "is not told.", "Tell the paragraph in our own words.")
            for quotation in PLACEHOLDER.findall(paragraph.told):
                yield from _unknown(file, name, "told", [quotation], case.quotations, "quotation")
                held = case.quotations.get(quotation)
                if held and (held.article, held.paragraph) != (article.id, paragraph.id):
                    yield Fault(
                        file,
                        name,
                        f"shows {quotation}, which is from {held.article} {held.paragraph}.",
                        "Show it where it stands.",
                    )


def _quotations(case: Case) -> Iterator[Fault]:
    file = "quotations.toml"
    for quotation in case.quotations.values():
        yield from _places(file, quotation.id, case, quotation.article, quotation.paragraph, ())
        if words_in(quotation.text) > QUOTATION_WORDS:
            yield Fault(
                file,
                quotation.id,
                f"has {words_in(quotation.text)} words.",
                f"A quotation has at most {QUOTATION_WORDS}.",
            )
        yield from _seal(
            file, quotation.id, case, quotation.article, quotation.paragraph, quotation.text, quotation.seal
        )


def _seal(file: str, name: str, case: Case, article: str, paragraph: str, text: str, seal: str) -> Iterator[Fault]:
    if article not in case.articles:
        return
    hashes = {p.id: p.hash for p in case.articles[article].paragraph}
    if not seal or seal != seal_of(text, hashes.get(paragraph, "")):
        yield Fault(
            file, name, f"has no current seal for {text[:30]!r}…",
            "Check it against the article, then run `whosaidso check --articles DIR --seal`.",
        )  # fmt: skip


def held_words(case: Case, article: str) -> int:
    """Return how many words of an article the project holds, overlaps counted once."""
    held: dict[str, set[str]] = {}
    for quotation in case.quotations.values():
        if quotation.article == article:
            held.setdefault(quotation.paragraph, set()).add(quotation.text)
    for passage in case.passages.values():
        for part in passage.part:
            if part.article == article:
                held.setdefault(part.paragraph, set()).add(part.text)
    total = 0
    for texts in held.values():
        kept: list[str] = []
        for text in sorted(texts, key=len, reverse=True):
            if not any(text in longer for longer in kept):
                kept.append(text)
        total += sum(words_in(text) for text in kept)
    return total


def _budgets(case: Case) -> Iterator[Fault]:
    for article in case.articles.values():
        held = held_words(case, article.id)
        if held > article.budget:
            yield Fault(
                "quotations.toml",
                article.id,
                f"holds {held} words; its budget is {article.budget}.",
                "Take a quotation out.",
            )


def _passages(case: Case) -> Iterator[Fault]:
    file = "passages.toml"
    for text in case.texts.values():
        yield from _unknown(
            file, text.id, "record", [r for r in (text.record, *text.written_from) if r], case.records, "record"
        )
    for passage in case.passages.values():
        yield from _unknown(file, passage.id, "bank", [passage.bank], vocabulary.BANKS, "bank")
        low, high = PASSAGE_WORDS
        if not low <= passage.words <= high:
            yield Fault(file, passage.id, f"has {passage.words} words.", f"A passage has {low} to {high}.")
        for part in passage.part:
            if part.article in case.texts:
                continue
            yield from _places(file, passage.id, case, part.article, part.paragraph, ())
            yield from _seal(file, passage.id, case, part.article, part.paragraph, part.text, part.seal)
        for gloss in passage.gloss:
            if not any(gloss.word in part.text for part in passage.part):
                yield Fault(
                    file,
                    passage.id,
                    f"explains {gloss.word!r}, which it does not contain.",
                    "Spell it as in the passage.",
                )


def span_faults(file: str, span: SpanGold, passages: dict[str, Passage]) -> Iterator[Fault]:
    """Yield what is wrong with one span: words that are not there, labels that are not."""
    yield from _unknown(file, span.id, "passage", [span.passage], passages, "passage")
    yield from _unknown(file, span.id, "grade", [span.grade], vocabulary.SPAN_GRADES, "grade")
    yield from _unknown(file, span.id, "labels", span.labels, vocabulary.TECHNIQUES, "technique")
    if span.passage in passages:
        parts = [p for p in passages[span.passage].part if (p.article, p.paragraph) == (span.article, span.paragraph)]
        if sum(part.text.count(span.exact) for part in parts) < span.occurrence:
            yield Fault(
                file, span.id, f"{span.exact!r} (occurrence {span.occurrence}) is not in {span.passage} {span.article} {span.paragraph}.",
                "Copy the words from the passage.",
            )  # fmt: skip
    if span.grade == "lure":
        yield from _unknown(
            file, span.id, "misconception", [span.misconception], vocabulary.MISCONCEPTIONS, "misconception"
        )
        if span.labels:
            yield Fault(file, span.id, "is a lure with a label.", "A lure has no label.")
    elif not span.labels:
        yield Fault(file, span.id, "has no label.", "Name the technique, best first.")
    if not span.history:
        yield Fault(file, span.id, "has no history.", "Say who decided, when and why.")


def _spans(case: Case) -> Iterator[Fault]:
    file = "passages.toml"
    for span in case.spans.values():
        yield from span_faults(file, span, case.passages)
        if span.passage in case.passages and case.passages[span.passage].bank == "graded":
            yield Fault(
                file, span.id, "is gold of a graded passage.", "Gold of graded items stands under solutions/ only."
            )


def _sources(case: Case) -> Iterator[Fault]:
    for source in case.sources.values():
        if source.id in case.articles:
            yield Fault("sources.toml", source.id, "is also an article.", "Give the source another id.")
        yield from _unknown("sources.toml", source.id, "records", source.records, case.records, "record")


def _edges(case: Case) -> Iterator[Fault]:
    file = "edges.toml"
    tellers = [*case.articles, *case.sources]
    for edge in case.edges.values():
        yield from _unknown(file, edge.id, "teller", [edge.teller], tellers, "article or source")
        yield from _unknown(file, edge.id, "told_by", [edge.told_by], tellers, "article or source")
        yield from _unknown(file, edge.id, "relation", [edge.relation], vocabulary.RELATIONS, "relation")
        yield from _unknown(file, edge.id, "certainty", [edge.certainty], vocabulary.CERTAINTIES, "certainty")
        yield from _unknown(file, edge.id, "records", edge.records, case.records, "record")
        if edge.article:
            yield from _places(file, edge.id, case, edge.article, edge.paragraph, edge.also)
            if edge.paragraph == "com":
                yield Fault(file, edge.id, "is located in reader comments.", "A comment is never a right place.")
        elif edge.certainty == "explicit" and not edge.records:
            yield Fault(
                file,
                edge.id,
                "is outside the articles and rests on no record.",
                "Cite a record or lower its certainty.",
            )
        if edge.bank != "open" or (
            edge.article and case.articles.get(edge.article) and case.articles[edge.article].bank == "graded"
        ):
            yield Fault(file, edge.id, "tells a graded link.", "Gold of graded items stands under solutions/ only.")


def _records(case: Case) -> Iterator[Fault]:
    file = "records.toml"
    for record in case.records.values():
        yield from _unknown(file, record.id, "how_read", [record.how_read], _HOW_READ, "way of reading")
        yield from _unknown(file, record.id, "kind", [record.kind], _RECORD_KINDS, "kind of record")
        yield from _unknown(file, record.id, "origin_group", [record.origin_group], GROUPS, "group")
        yield from _unknown(file, record.id, "carrier_group", [record.carrier_group], GROUPS, "group")
        yield from _unknown(file, record.id, "link", [record.link], ("live", "text"), "kind of link")
        if record.link == "text" and not record.link_reason:
            yield Fault(file, record.id, "has its address as text without a reason.", "Fill link_reason.")
        if not record.date_inferred and not _DATE.match(record.date):
            yield Fault(file, record.id, f"has the date {record.date!r}.", "Write YYYY-MM-DD, or set date_inferred.")
        if words_in(record.quote) > QUOTATION_WORDS:
            yield Fault(file, record.id, f"quotes {words_in(record.quote)} words.", f"At most {QUOTATION_WORDS}.")
        for key in ("publisher", "title", "url", "speaker", "carrier", "shows", "cannot_show"):
            if not getattr(record, key).strip():
                yield Fault(file, record.id, f"has an empty {key}.", "Every record has it.")


def _claims(case: Case) -> Iterator[Fault]:
    file = "claims.toml"
    for claim in case.claims.values():
        yield from _unknown(file, claim.id, "type", [claim.type], vocabulary.CLAIM_TYPES, "type of claim")
        yield from _unknown(file, claim.id, "bank", [claim.bank], vocabulary.BANKS, "bank")
        yield from _unknown(file, claim.id, "origin_group", [claim.origin_group], GROUPS, "group")
        if claim.article:
            yield from _places(file, claim.id, case, claim.article, claim.paragraph, claim.also)
        if claim.bank == "graded" and claim.gold:
            yield Fault(
                file, claim.id, "is graded and carries gold.", "Gold of graded items stands under solutions/ only."
            )
        if claim.bank == "open":
            if claim.gold is None:
                yield Fault(file, claim.id, "is open and has no gold.", "Add [claim.gold].")
            else:
                yield from claim_gold_faults(file, claim.gold, case)


def claim_gold_faults(file: str, gold: object, case: Case) -> Iterator[Fault]:
    """Yield what is wrong with one claim's gold."""
    from whosaidso.records import ClaimGold

    assert isinstance(gold, ClaimGold)
    yield from _unknown(file, gold.id, "claim", [gold.id], case.claims, "claim")
    accepts = (*gold.accept_full, *gold.accept_half)
    verdicts = [gold.verdict, *(a.verdict for a in accepts), *gold.wrong]
    yield from _unknown(file, gold.id, "verdict", verdicts, vocabulary.VERDICTS, "verdict")
    yield from _unknown(
        file, gold.id, "gaps", [*gold.gaps, *(g for a in accepts for g in a.gaps)], vocabulary.GAPS, "gap"
    )
    sets = [*gold.usable, *(s for a in accepts for s in a.usable)]
    yield from _unknown(file, gold.id, "usable", [r for s in sets for r in s], case.records, "record")
    yield from _unknown(file, gold.id, "misused", gold.misused, case.records, "record")
    yield from _unknown(
        file,
        gold.id,
        "misconception",
        [*gold.wrong.values(), *gold.misused.values()],
        vocabulary.MISCONCEPTIONS,
        "misconception",
    )
    if any(len(s) > 2 for s in sets):
        yield Fault(file, gold.id, "asks for more than two records.", "A student may give two.")
    if gold.verdict == "not_shown" and not gold.gaps:
        yield Fault(file, gold.id, "is not_shown without a gap.", "Name the gaps that are right.")
    if gold.verdict != "not_shown" and not gold.usable:
        yield Fault(
            file,
            gold.id,
            "has no usable record.",
            "A claim without a record cannot be keyed; add one or take the claim out.",
        )
    for supplementary in [s for s in sets if all(case.records[r].supplementary for r in s if r in case.records) and s]:
        yield Fault(
            file,
            gold.id,
            f"rests on {', '.join(supplementary)} alone, which is never sole evidence.",
            "Pair it with another record.",
        )
    missing = set(vocabulary.VERDICTS) - {gold.verdict} - {a.verdict for a in accepts} - set(gold.wrong)
    if missing:
        yield Fault(
            file,
            gold.id,
            f"has no message for {', '.join(sorted(missing))}.",
            "Give each wrong verdict a misconception in `wrong`.",
        )
    if not gold.history:
        yield Fault(file, gold.id, "has no history.", "Say who decided, when and why.")


def _tasks(case: Case) -> Iterator[Fault]:
    file = "tasks.toml"
    for task in case.tasks.values():
        yield from _unknown(file, task.id, "kind", [task.kind], _KINDS, "kind of exercise")
        pools: dict[str, Iterable[str]] = {
            "claim_check": case.claims,
            "span_label": case.passages,
            "source_trace": case.articles,
        }
        yield from _unknown(file, task.id, "items", task.items, pools.get(task.kind, ()), "item of that kind")
        options = case.records if task.kind == "claim_check" else case.sources
        yield from _unknown(file, task.id, "options", task.options, options, "option")
        yield from _unknown(file, task.id, "voices", task.voices, case.headline_claims, "headline claim")
        if task.minutes > MINUTES:
            yield Fault(
                file, task.id, f"takes {task.minutes} minutes.", f"Split it: at most {MINUTES} for a slow reader."
            )


def quoted(case: Case, told: str) -> str:
    """Return told with each placeholder replaced by the quotation's words."""

    def words(match: re.Match[str]) -> str:
        held: Quotation = case.quotations[match[1]]
        return held.text

    return PLACEHOLDER.sub(words, told)
