"""Everything that can be wrong with a case's public data, as sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import Any

import attrs

from whosaidso import vocabulary
from whosaidso.faults import Fault
from whosaidso.kinds import kind_names
from whosaidso.kinds import part as part_of_kind
from whosaidso.records import (
    CITATION,
    Accept,
    Article,
    Case,
    Claim,
    ClaimGold,
    Edge,
    Passage,
    Question,
    Quotation,
    Record,
    Source,
    SpanGold,
    Task,
    Wording,
    seal_of,
    words_in,
)

QUOTATION_WORDS = 25
PASSAGE_WORDS = (30, 120)
MINUTES = 35
MOST_OPTIONS = 5
LADDER = 5
REFLECTIONS = 3
"""Sound ones, and as many weak ones."""
REFLECTION_WORDS = (50, 80)
FEW = 2
"""Missing seals of a file that are named one by one."""

_KEYED = ("open", "graded")
"""The banks of everything but claims."""

_PARAGRAPH = re.compile(r"^(H|L|p\d+|cap|by|img|com)$")
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def case_faults(case: Case, unread: Collection[str] = ()) -> list[Fault]:
    """Return every fault of the case, in file order; checks that need an unread file are left out."""
    return [fault for check, files in _CHECKS.items() if not files & set(unread) for fault in check(case)]


def is_blank(row: object) -> bool:
    """Is a row as `whosaidso new-case` deals it out: an id, and nothing yet in the lines that matter most?"""
    if isinstance(row, Passage):
        return not any(part.text.strip() for part in row.part)
    return not any(str(getattr(row, key)).strip() for key in _MAIN[type(row)])


_MAIN: dict[type, tuple[str, ...]] = {
    Article: ("outlet", "kind", "rights", "standing"),
    Quotation: ("text",),
    SpanGold: ("exact",),
    Source: ("name", "what"),
    Edge: ("teller", "told_by"),
    Record: ("publisher", "title", "speaker", "carrier", "shows"),
    Claim: ("text",),
}
"""The lines without which there is nothing to check in a row."""


def _unknown(file: str, name: str, key: str, values: Iterable[str], known: Iterable[str], what: str) -> Iterator[Fault]:
    allowed = list(known)
    for value in dict.fromkeys(values):
        listed = ", ".join(allowed[:12]) + (" …" if len(allowed) > 12 else "")
        if value == "" and "" not in allowed:
            yield Fault(file, name, f"has no {key}.", f"Choose one of: {listed}.", key=key)
        elif value not in allowed:
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
        if is_blank(article):
            remedy = "Fill in its lines, then its paragraphs, one after the other."
            yield Fault(file, article.id, "is not filled in.", remedy)
            continue
        yield from _unknown(file, article.id, "bank", [article.bank], _KEYED, "bank")
        yield from _unknown(file, article.id, "headline", [article.headline], case.quotations, "quotation")
        for key in ("outlet", "kind", "language", "rights", "standing"):
            if not getattr(article, key).strip():
                yield Fault(file, article.id, f"has an empty {key}.", "Every article has it.", key=key)
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
                yield Fault(file, name, "is not told.", "Tell the paragraph in our own words.", key="told")
            for quotation, _ in CITATION.findall(paragraph.told):
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
    seals: list[Fault] = []
    for quotation in case.quotations.values():
        yield from _places(file, quotation.id, case, quotation.article, quotation.paragraph, ())
        if is_blank(quotation):
            yield Fault(file, quotation.id, "has no words.", "Copy them from the article, or take it out.", key="text")
            continue
        if words_in(quotation.text) > QUOTATION_WORDS:
            yield Fault(
                file,
                quotation.id,
                f"has {words_in(quotation.text)} words.",
                f"A quotation has at most {QUOTATION_WORDS}.",
            )
        seals += _seal(file, quotation.id, case, quotation.article, quotation.paragraph, quotation.text, quotation.seal)
    yield from _gathered(seals)


def _seal(file: str, name: str, case: Case, article: str, paragraph: str, text: str, seal: str) -> Iterator[Fault]:
    if article not in case.articles:
        return
    hashes = {p.id: p.hash for p in case.articles[article].paragraph}
    if paragraph not in hashes:  # named elsewhere
        return
    if not hashes[paragraph] or seal != seal_of(text, hashes[paragraph]):
        yield Fault(
            file, name, f"has no current seal for {text[:30]!r}…",
            f"Check it against the article, then run `whosaidso check --case {case.id} --articles DIR --seal`.",
        )  # fmt: skip


def _gathered(seals: list[Fault]) -> Iterator[Fault]:
    """Yield missing seals, or one line for many: one command mends them all."""
    if len(seals) <= FEW:
        yield from seals
        return
    yield attrs.evolve(seals[0], problem=f"has no current seal, nor have {len(seals) - 1} others in this file.")


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
        if article.budget > article.words:
            remedy = "A budget is a part of the article: two fifths at most, unless the text is yours or free to use."
            yield Fault(
                "articles.toml", article.id, f"has a budget of {article.budget} of {article.words} words.", remedy
            )
        elif held > article.budget:
            yield Fault(
                "quotations.toml",
                article.id,
                f"holds {held} words; its budget is {article.budget}.",
                "Take a quotation out.",
            )


def _passages(case: Case) -> Iterator[Fault]:
    file = "passages.toml"
    seals: list[Fault] = []
    for text in case.texts.values():
        yield from _unknown(
            file, text.id, "record", [r for r in (text.record, *text.written_from) if r], case.records, "record"
        )
    for passage in case.passages.values():
        if is_blank(passage):
            yield Fault(file, passage.id, "has no words.", "Copy them from the article into its parts.", key="part")
            continue
        yield from _unknown(file, passage.id, "bank", [passage.bank], _KEYED, "bank")
        yield from _unknown(file, passage.id, "use", [passage.use], vocabulary.PASSAGE_USES, "use")
        if (passage.bank == "graded") != (passage.use == "graded"):
            yield Fault(file, passage.id, f"is {passage.bank} and {passage.use}.", "What is used for marks is graded.")
        low, high = PASSAGE_WORDS
        if not low <= passage.words <= high:
            yield Fault(file, passage.id, f"has {passage.words} words.", f"A passage has {low} to {high}.")
        for part in passage.part:
            for slip in part.slips:
                if part.text.count(slip) != 1:
                    yield Fault(
                        file,
                        passage.id,
                        f"has the slip {slip!r} {part.text.count(slip)} times in {part.article} {part.paragraph}.",
                        "Copy a few words that stand there once.",
                    )
            if part.article in case.texts:
                continue
            yield from _places(file, passage.id, case, part.article, part.paragraph, ())
            seals += _seal(file, passage.id, case, part.article, part.paragraph, part.text, part.seal)
        for gloss in passage.gloss:
            if not any(gloss.word in part.text for part in passage.part):
                yield Fault(
                    file,
                    passage.id,
                    f"explains {gloss.word!r}, which it does not contain.",
                    "Spell it as in the passage.",
                )
    yield from _gathered(seals)


def span_faults(file: str, span: SpanGold, passages: dict[str, Passage]) -> Iterator[Fault]:
    """Yield what is wrong with one span: words that are not there, labels that are not."""
    if is_blank(span):
        yield Fault(file, span.id, "has no words.", "Copy the words that push, or that only seem to, from the passage.")
        return
    yield from _unknown(file, span.id, "passage", [span.passage], passages, "passage")
    yield from _unknown(file, span.id, "grade", [span.grade], vocabulary.SPAN_GRADES, "grade")
    yield from _unknown(file, span.id, "labels", span.labels, vocabulary.TECHNIQUES, "technique")
    if span.passage in passages and not is_blank(passages[span.passage]):
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


def overlaps(file: str, spans: Iterable[SpanGold], passages: Mapping[str, Passage]) -> Iterator[Fault]:
    """Yield each two spans of one paragraph that share letters: a student's mark would be counted twice."""
    placed: dict[tuple[str, str, str], list[tuple[int, int, str]]] = {}
    for span in spans:
        parts = passages[span.passage].part if span.passage in passages else ()
        text = next((p.text for p in parts if (p.article, p.paragraph) == (span.article, span.paragraph)), "")
        start = -1
        for _ in range(span.occurrence):
            start = text.find(span.exact, start + 1) if span.exact else -1
            if start < 0:
                break
        if start >= 0:
            place = (span.passage, span.article, span.paragraph)
            placed.setdefault(place, []).append((start, start + len(span.exact), span.id))
    for found in placed.values():
        for (_, end, one), (start, _, other) in combinations(sorted(found), 2):
            if start < end:
                remedy = "Cut one of them shorter, or keep only one."
                yield Fault(file, other, f"overlaps {one} in the passage.", remedy)


def _spans(case: Case) -> Iterator[Fault]:
    file = "passages.toml"
    for span in case.spans.values():
        yield from span_faults(file, span, case.passages)
        if span.passage in case.passages and case.passages[span.passage].bank == "graded":
            yield Fault(
                file, span.id, "is gold of a graded passage.", "Gold of graded items stands under solutions/ only."
            )
    yield from overlaps(file, case.spans.values(), case.passages)


def _sources(case: Case) -> Iterator[Fault]:
    for source in case.sources.values():
        if source.id in case.articles:
            yield Fault("sources.toml", source.id, "is also an article.", "Give the source another id.")
        if is_blank(source):
            yield Fault(
                "sources.toml",
                source.id,
                "has no name.",
                "Say who it is and, in what, one neutral sentence.",
                key="name",
            )
            continue
        yield from _unknown("sources.toml", source.id, "kind", [source.kind], vocabulary.SOURCE_KINDS, "kind of source")
        yield from _unknown("sources.toml", source.id, "records", source.records, case.records, "record")


def edge_faults(file: str, edge: Edge, case: Case) -> Iterator[Fault]:
    """Yield what is wrong with one link: ends, place or words that do not exist."""
    if is_blank(edge):
        remedy = "Write who tells it in teller, and who told them in told_by, or take it out."
        yield Fault(file, edge.id, "is a link without ends.", remedy)
        return
    tellers = [*case.articles, *case.sources]
    yield from _unknown(file, edge.id, "teller", [edge.teller], tellers, "article or source")
    yield from _unknown(file, edge.id, "told_by", [edge.told_by], tellers, "article or source")
    if edge.teller == edge.told_by:
        yield Fault(
            file, edge.id, f"goes from {edge.teller} to itself.", "Nobody is told by themselves: change one end."
        )
    yield from _unknown(file, edge.id, "relation", [edge.relation], vocabulary.RELATIONS, "relation")
    yield from _unknown(file, edge.id, "certainty", [edge.certainty], vocabulary.CERTAINTIES, "certainty")
    yield from _unknown(file, edge.id, "bank", [edge.bank], _KEYED, "bank")
    yield from _unknown(file, edge.id, "claim", filter(None, [edge.claim]), case.headline_claims, "headline claim")
    yield from _unknown(file, edge.id, "records", edge.records, case.records, "record")
    if edge.article:
        yield from _places(file, edge.id, case, edge.article, edge.paragraph, edge.also)
        if "com" in (edge.paragraph, *(place.partition(":")[2] for place in edge.also)):
            yield Fault(file, edge.id, "is located in reader comments.", "A comment is never a right place.")


def _edges(case: Case) -> Iterator[Fault]:
    file = "edges.toml"
    for edge in case.edges.values():
        yield from edge_faults(file, edge, case)
        if not edge.article and edge.certainty == "explicit" and not edge.records:
            yield Fault(
                file,
                edge.id,
                "is outside the articles and rests on no record.",
                "Cite a record or lower its certainty.",
            )
        if edge.bank != "open" or (edge.article in case.articles and case.articles[edge.article].bank == "graded"):
            yield Fault(file, edge.id, "tells a graded link.", "Gold of graded items stands under solutions/ only.")


def _records(case: Case) -> Iterator[Fault]:
    file = "records.toml"
    for record in case.records.values():
        if is_blank(record):
            yield Fault(file, record.id, "is not filled in.", "Fill in its lines, or take it out.")
            continue
        yield from _unknown(file, record.id, "how_read", [record.how_read], vocabulary.HOW_READ, "way of reading")
        yield from _unknown(file, record.id, "kind", [record.kind], vocabulary.RECORD_KINDS, "kind of record")
        yield from _unknown(file, record.id, "origin_group", [record.origin_group], case.group_names, "group")
        yield from _unknown(file, record.id, "carrier_group", [record.carrier_group], case.group_names, "group")
        yield from _unknown(file, record.id, "link", [record.link], vocabulary.LINKS, "kind of link")
        if record.link == "text" and not record.link_reason:
            yield Fault(file, record.id, "has its address as text without a reason.", "Fill link_reason.")
        if not record.date_inferred and not _DATE.match(record.date):
            yield Fault(file, record.id, f"has the date {record.date!r}.", "Write YYYY-MM-DD, or set date_inferred.")
        if words_in(record.quote) > QUOTATION_WORDS:
            yield Fault(file, record.id, f"quotes {words_in(record.quote)} words.", f"At most {QUOTATION_WORDS}.")
        for key in ("publisher", "title", "url", "speaker", "carrier", "shows", "cannot_show"):
            if not getattr(record, key).strip():
                yield Fault(file, record.id, f"has an empty {key}.", "Every record has it.", key=key)


def _claims(case: Case) -> Iterator[Fault]:
    file = "claims.toml"
    for claim in case.claims.values():
        if is_blank(claim):
            yield Fault(file, claim.id, "has no text.", "Write one sentence that records can settle.", key="text")
            continue
        yield from _unknown(file, claim.id, "type", [claim.type], vocabulary.CLAIM_TYPES, "type of claim")
        yield from _unknown(file, claim.id, "bank", [claim.bank], vocabulary.BANKS, "bank")
        yield from _unknown(file, claim.id, "origin_group", [claim.origin_group], case.group_names, "group")
        if claim.article:
            yield from _places(file, claim.id, case, claim.article, claim.paragraph, claim.also)
        yield from _unknown(file, claim.id, "text_id", filter(None, [claim.text_id]), case.texts, "text")
        yield from _unknown(file, claim.id, "quotation", filter(None, [claim.quotation]), case.quotations, "quotation")
        yield from _discussed(file, claim, case)
        if claim.bank == "graded" and claim.gold:
            yield Fault(
                file, claim.id, "is graded and carries gold.", "Gold of graded items stands under solutions/ only."
            )
        if claim.bank == "open":
            if claim.gold is None:
                yield Fault(file, claim.id, "is open and has no gold.", "Add [claim.gold].")
            else:
                yield from claim_gold_faults(file, claim.gold, case)
                if claim.gold.id != claim.id:
                    yield Fault(file, claim.id, f"carries the gold of {claim.gold.id}.", "Both have the same id.")


def _discussed(file: str, claim: Claim, case: Case) -> Iterator[Fault]:
    """Yield what is wrong with a claim for discussion, or with records for and against under any other."""
    sides = {key: getattr(claim, key) for key in ("for_records", "against_records", "beside_records")}
    if claim.bank != "discussion":
        if claim.note or any(sides.values()):
            remedy = "Only claims for discussion have them: set bank, or take them out."
            yield Fault(file, claim.id, f"is {claim.bank} and has records for and against or a note.", remedy)
        return
    for key, names in sides.items():
        yield from _unknown(file, claim.id, key, names, case.records, "record")
    listed = [name for names in sides.values() for name in names]
    for name in sorted({name for name in listed if listed.count(name) > 1}):
        yield Fault(file, claim.id, f"has {name} twice.", "A record leans one way, or stands beside.")
    if claim.gold:
        yield Fault(file, claim.id, "is for discussion and carries gold.", "It has no verdict: take [claim.gold] out.")
    if not claim.note.strip():
        yield Fault(file, claim.id, "has no note.", "Say why nobody marks it, and what would settle it.")
    elif not (claim.for_records or claim.against_records) and "no record was found" not in claim.note.lower():
        remedy = 'Name one, or write in the note that "no record was found".'
        yield Fault(file, claim.id, "has no record for or against.", remedy)


def claim_gold_faults(file: str, gold: ClaimGold, case: Case) -> Iterator[Fault]:
    """Yield what is wrong with one claim's gold: above all a verdict that would pay without what carries it."""
    yield from _unknown(file, gold.id, "claim", [gold.id], case.claims, "claim")
    accepts = (*gold.accept_full, *gold.accept_half)
    verdicts = [gold.verdict, *(a.verdict for a in accepts), *gold.wrong]
    yield from _unknown(file, gold.id, "gold verdict", verdicts, vocabulary.VERDICTS, "verdict")
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
    if not all(sets):
        yield Fault(file, gold.id, "has an empty set of records, which anything fills.", "Take the [] out of usable.")
    for way in (Accept(gold.verdict, gold.usable, gold.gaps), *accepts):
        if not way.verdict:
            continue
        if way.verdict == "not_shown" and not (way.gaps or gold.gaps):
            yield Fault(file, gold.id, "is not_shown without a gap.", "Name the gaps that are right.")
        if way.verdict != "not_shown" and not (way.usable or gold.usable):
            yield Fault(
                file,
                gold.id,
                f"has no usable record for {way.verdict}.",
                "A claim without a record cannot be keyed; add one or take the claim out.",
            )
    for supplementary in [s for s in sets if s and all(r in case.records and case.records[r].supplementary for r in s)]:
        yield Fault(
            file,
            gold.id,
            f"rests on {', '.join(supplementary)} alone, which is never sole evidence.",
            "Pair it with another record.",
            key="alone",
        )
    missing = set(vocabulary.VERDICTS) - {gold.verdict} - {a.verdict for a in accepts} - set(gold.wrong)
    if missing and gold.verdict in vocabulary.VERDICTS:
        yield Fault(
            file,
            gold.id,
            f"has no message for {', '.join(sorted(missing))}.",
            "Give each wrong verdict a misconception in `wrong`.",
        )
    if gold.verdict and not gold.history:
        yield Fault(file, gold.id, "has no history.", "Say who decided, when and why.", key="history")


def _headline_claims(case: Case) -> Iterator[Fault]:
    for claim in case.headline_claims.values():
        yield from _unknown("case.toml", claim.id, "carried_by", claim.carried_by, case.articles, "article")


def _tasks(case: Case) -> Iterator[Fault]:
    file = "tasks.toml"
    for task in case.tasks.values():
        yield from _unknown(file, task.id, "kind", [task.kind], kind_names(), "kind of exercise")
        pool: Mapping[str, Claim | Passage | Article | Question] = _table(case, task, "ITEMS")
        yield from _unknown(file, task.id, "items", task.items, pool, "item of that kind")
        for key, names in (("items", task.items), ("options", task.options), ("voices", task.voices)):
            for name in sorted({name for name in names if names.count(name) > 1}):
                yield Fault(file, task.id, f"names {name} twice in {key}.", "Take one of them out.")
        if not task.items:
            yield Fault(file, task.id, "has no items.", "Name the claims, passages or articles it asks about.")
        if task.assignment and task.points < 1:
            yield Fault(file, task.id, f"is worth {task.points} points.", "A task of an assignment has at least 1.")
        wanted = "graded" if task.assignment else "open"
        if task.kind == "quick_check" and task.assignment:
            yield Fault(
                file, task.id, "is a quick_check with marks.", "Its answers are public: leave assignment empty."
            )
        for item in [item for item in task.items if item in pool and pool[item].bank != wanted]:
            remedy = "Marks are for graded items, whose gold is not public; practice is for open ones; discussion is for neither."
            yield Fault(file, task.id, f"asks for {item}, which is {pool[item].bank}.", remedy)
        if task.kind == "span_label":
            parts = [(p.article, p.paragraph) for item in task.items if item in pool for p in case.passages[item].part]
            for article, paragraph in sorted({place for place in parts if parts.count(place) > 1}):
                remedy = "A mark names article and paragraph, so each may stand in a task once."
                yield Fault(file, task.id, f"shows {article} {paragraph} twice.", remedy)
        yield from _unknown(file, task.id, "options", task.options, _table(case, task, "OPTIONS"), "option")
        yield from _unknown(file, task.id, "voices", task.voices, case.headline_claims, "headline claim")
        if task.minutes > MINUTES:
            yield Fault(
                file, task.id, f"takes {task.minutes} minutes.", f"Split it: at most {MINUTES} for a slow reader."
            )
    marked: dict[tuple[str, bool, str], str] = {}
    for task in case.tasks.values():
        for item in dict.fromkeys(task.items) if task.assignment else ():
            first = marked.setdefault((task.kind, bool(task.voices), item), task.id)
            if first != task.id:
                remedy = "It would be paid twice: take it out of one of them."
                yield Fault(file, item, f"is asked for in {first} and in {task.id}.", remedy)


def _table(case: Case, task: Task, name: str) -> Mapping[str, Any]:
    """Return the table of the case that a kind names as its ITEMS or OPTIONS; {} where there is none."""
    known = task.kind in kind_names()
    return getattr(case, getattr(part_of_kind(task.kind, "answer"), name, ""), {}) if known else {}


def _questions(case: Case) -> Iterator[Fault]:
    file = "questions.toml"
    for question in case.questions.values():
        letters = [option.id for option in question.option]
        yield from _unknown(file, question.id, "type", [question.type], vocabulary.QUESTIONS, "type of question")
        if len(set(letters)) != len(letters) or not 2 <= len(letters) <= MOST_OPTIONS:
            yield Fault(
                file,
                question.id,
                f"has the options {', '.join(letters)}.",
                f"Give 2 to {MOST_OPTIONS} different letters.",
            )
        if question.type == "order":
            if sorted(question.right) != sorted(letters):
                yield Fault(file, question.id, "does not put each option in order.", "right names every letter once.")
            if list(question.right) == letters:
                yield Fault(file, question.id, "is shown in the right order.", "Deal the options in another one.")
        elif len(question.right) != 1 or question.right[0] not in letters:
            yield Fault(file, question.id, "has not one right option.", "right names one letter of its options.")
        for option in question.option:
            wrong = question.type == "choice" and option.id not in question.right
            known = [*vocabulary.MISCONCEPTIONS] if wrong else [""]
            yield from _unknown(
                file, f"{question.id} {option.id}", "misconception", [option.misconception], known, "misconception here"
            )
        if not question.reason or not question.history:
            yield Fault(file, question.id, "has no reason or no history.", "Say why, and who decided when.")


def _reflections(case: Case) -> Iterator[Fault]:
    """None, or six passages, half of them sound, each with its reason in two sentences."""
    if not case.reflections:
        return
    file = "reflections.toml"
    sound = sum(item.sound for item in case.reflections.values())
    if (sound, len(case.reflections) - sound) != (REFLECTIONS, REFLECTIONS):
        weak = len(case.reflections) - sound
        remedy = f"There are {REFLECTIONS} of each, so that neither trust nor doubt alone is right."
        yield Fault(file, "reflection", f"has {sound} sound and {weak} weak passages.", remedy)
    low, high = REFLECTION_WORDS
    for item in case.reflections.values():
        if not low <= words_in(item.text) <= high:
            yield Fault(file, item.id, f"has {words_in(item.text)} words.", f"A passage has {low} to {high}.")
        if len(re.findall(r"[.!?](?=\s|$)", item.why)) != 2:
            yield Fault(
                file, item.id, "does not say why in two sentences.", "What makes it sound or weak? Two sentences."
            )
        if not item.topic or not item.history:
            yield Fault(file, item.id, "has no topic or no history.", "Name the topic, and who decided when and why.")


def _iso(text: str) -> bool:
    """Say whether a text is a day that exists, written YYYY-MM-DD."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return bool(_DATE.match(text))


def _figures(case: Case) -> Iterator[Fault]:
    """Every row of a figure rests on a record or says where it stands, and on nothing graded."""
    file = "figures.toml"
    data = case.figures
    for table in (
        data.events,
        data.places,
        data.outlines,
        data.counts,
        data.estimates,
        data.strike_days,
        data.wordings,
    ):
        for name, row in table.items():
            yield from _rests(file, name, row.record, row.source, case)
    for event in data.events.values():
        yield from _unknown(file, event.id, "lane", [event.lane], vocabulary.LANES, "lane")
        if not _iso(event.date) or (event.end and not (_iso(event.end) and event.end > event.date)):
            yield Fault(
                file, event.id, f"has the dates {event.date!r}, {event.end!r}.", "Write ISO days, first to last."
            )
        if event.lane == "span" and not event.end:
            yield Fault(file, event.id, "is a span without an end.", "Fill end.")
    for place in data.places.values():
        yield from _unknown(file, place.id, "side", [place.side], "nsew", "side")
        if not place.coordinates:
            yield Fault(file, place.id, "has coordinates from nowhere.", "Name the public source in coordinates.")
        if not (-90 <= place.latitude <= 90 and -180 <= place.longitude <= 180):
            yield Fault(file, place.id, "lies nowhere on earth.", "Latitude first, then longitude, in degrees.")
    if data.places and "mosul" not in data.places:
        yield Fault(file, "place", "lacks mosul.", "Distances are counted from it.")
    for outline in data.outlines.values():
        if len(outline.points) < 2 or any(len(point) != 2 for point in outline.points):
            yield Fault(file, outline.id, "is no line.", "Give two or more [longitude, latitude].")
    for count in data.counts.values():
        yield from _unknown(file, count.id, "kind", [count.kind], vocabulary.COUNT_KINDS, "kind of count")
        if not 0 < count.low <= count.high:
            yield Fault(file, count.id, f"runs from {count.low} to {count.high}.", "low is at most high, and not 0.")
        if not count.counts:
            yield Fault(file, count.id, "does not say what it counts.", "Fill counts: it is the point of the figure.")
    for estimate in data.estimates.values():
        yield from _unknown(file, estimate.id, "group", [estimate.group], case.group_names, "group")
        yield from _unknown(file, estimate.id, "kind", [estimate.kind], vocabulary.ESTIMATE_KINDS, "kind of estimate")
        if not (estimate.low or estimate.high) or (estimate.high and estimate.low > estimate.high):
            yield Fault(file, estimate.id, f"runs from {estimate.low} to {estimate.high}.", "low is at most high.")
        if not _iso(estimate.date):
            yield Fault(file, estimate.id, f"has the date {estimate.date!r}.", "Write YYYY-MM-DD.")
    yield from _strike_days(case)
    for wording in data.wordings.values():
        yield from wording_faults(file, wording, case)
        if wording.article in case.articles and case.articles[wording.article].bank == "graded":
            remedy = "Gold of graded items stands under solutions/ only."
            yield Fault(file, wording.id, "puts a graded article on the ladder.", remedy)
    for share in data.shares.values():
        yield from _unknown(file, share.id, "id", [share.id], case.articles, "article")
        yield from _unknown(file, share.id, "carries", share.carries, share.words, "paragraph of it")
        if share.id in case.articles:
            article = case.articles[share.id]
            wanted = [p.id for p in article.paragraph if p.id in ("H", "L") or re.fullmatch(r"p\d+", p.id)]
            if list(share.words) != wanted:
                yield Fault(
                    file, share.id, "counts other paragraphs than the article has.", f"Count {', '.join(wanted)}."
                )
            if sum(share.words.values()) != article.words:
                total = sum(share.words.values())
                yield Fault(file, share.id, f"counts {total} words, the article {article.words}.", "Count again.")


def _strike_days(case: Case) -> Iterator[Fault]:
    """Days follow one another without a hole, and a day that the file lacks has no numbers."""
    file = "figures.toml"
    days = case.figures.strike_days
    for before, after in pairwise(days):
        if not (
            _iso(before) and _iso(after) and date.fromisoformat(after) - date.fromisoformat(before) == timedelta(1)
        ):
            yield Fault(
                file, after, f"does not follow {before}.", "List every day in order; a gap has in_file = false."
            )
    for row in days.values():
        numbers = [row.mosul, row.qayyarah, row.sultan_abdallah, row.tal_afar, row.sinjar, row.kisik]
        if not row.in_file and (any(numbers) or row.iraq or row.syria):
            yield Fault(file, row.id, "is a gap with numbers.", "A day that the file lacks has none.")
        if min(*numbers, row.iraq, row.syria) < 0 or sum(numbers) > row.iraq:
            yield Fault(file, row.id, "has more strikes at places than in Iraq.", "Count again.")
        yield from _unknown(file, row.id, "repeats", filter(None, [row.repeats]), days, "day")


def _rests(file: str, name: str, record: str, source: str, case: Case) -> Iterator[Fault]:
    yield from _unknown(file, name, "record", filter(None, [record]), case.records, "record")
    if not record and not source:
        yield Fault(file, name, "rests on nothing.", 'Cite a record, or write record = "" and the source in words.')


def wording_faults(file: str, wording: Wording, case: Case) -> Iterator[Fault]:
    """Yield what is wrong with one wording: above all words that are not held exactly so."""
    yield from _unknown(file, wording.id, "article", filter(None, [wording.article]), case.articles, "article")
    yield from _unknown(file, wording.id, "quotation", filter(None, [wording.quotation]), case.quotations, "quotation")
    if bool(wording.article) != bool(wording.quotation):
        yield Fault(file, wording.id, "has an article or a quotation without the other.", "Give both or neither.")
    held = []
    if wording.quotation in case.quotations:
        held = [case.quotations[wording.quotation].text]
        if case.quotations[wording.quotation].article != wording.article:
            yield Fault(file, wording.id, f"{wording.quotation} is not from {wording.article}.", "Name its article.")
    elif wording.record in case.records:
        held = [case.records[wording.record].title, case.records[wording.record].quote]
    if held and not any(wording.words in text for text in held):
        remedy = "Copy them from the quotation, or from the record's title or quotation."
        yield Fault(file, wording.id, f"has words that are held nowhere: {wording.words!r}.", remedy)
    if not 0 <= wording.step <= LADDER:
        yield Fault(file, wording.id, f"stands on step {wording.step}.", f"The ladder has steps 0 to {LADDER}.")
    if wording.language != "en" and not wording.meaning:
        yield Fault(file, wording.id, "is not in English and has no meaning.", "Fill meaning.")


def _ids(case: Case) -> Iterator[Fault]:
    """Our prose cites by id, so an id of another shape would be read as plain words."""
    shapes = (
        ("quotations.toml", case.quotations, r"q\d+"), ("passages.toml", case.passages, r"w\d+"),
        ("passages.toml", case.spans, r"s\d+"), ("edges.toml", case.edges, r"e\d+"),
        ("records.toml", case.records, r"r\d{3}"), ("claims.toml", case.claims, r"c\d+"),
        ("questions.toml", case.questions, r"u\d+"), ("figures.toml", case.figures.events, r"t\d+"),
        ("figures.toml", case.figures.counts, r"n\d+"), ("figures.toml", case.figures.estimates, r"m\d+"),
        ("figures.toml", case.figures.wordings, r"v\d+"), ("reflections.toml", case.reflections, r"f\d+"), ("figures.toml", case.figures.places, r"[a-z][a-z-]*"),
        ("articles.toml", case.articles, r"[a-z][a-z0-9-]*"), ("sources.toml", case.sources, r"[a-z][a-z0-9-]*"),
    )  # fmt: skip
    for file, table, shape in shapes:
        for name in table:
            if not re.fullmatch(shape, name):
                yield Fault(file, name, "is no id of this file.", f"Its ids look like {shape}.")


def _told(case: Case) -> dict[str, Mapping[str, object]]:
    """Return, for each file, the rows that hold sentences of ours."""
    return {
        "articles.toml": case.articles, "sources.toml": case.sources, "edges.toml": case.edges,
        "records.toml": case.records, "claims.toml": case.claims, "passages.toml": {**case.texts, **case.passages, **case.spans},
        "tasks.toml": case.tasks, "reflections.toml": case.reflections,
        "questions.toml": case.questions, "figures.toml": _figure_rows(case), "case.toml": {item.when: item for item in case.corrections},
    }  # fmt: skip


def _citations(case: Case) -> Iterator[Fault]:
    """Every {q012} and r014 in our own sentences exists."""
    for file, table in _told(case).items():
        for name, item in table.items():
            for text in _sentences(item):
                for quotation, record in CITATION.findall(text):
                    yield from _unknown(
                        file, name, "a citation", filter(None, [quotation]), case.quotations, "quotation"
                    )
                    yield from _unknown(file, name, "a citation", filter(None, [record]), case.records, "record")


EXAMPLE = re.compile(r"\bEXAMPLE\b")


def example_faults(file: str, rows: Mapping[str, object]) -> Iterator[Fault]:
    """Yield each row that still has the word EXAMPLE in it, as `whosaidso new-case` writes its worked examples."""
    for name, row in rows.items():
        if any(EXAMPLE.search(text) for text in _sentences(row)):
            remedy = "Write your own over it, without the word EXAMPLE."
            yield Fault(file, name, "is still the worked example.", remedy, key="example")


def _examples(case: Case) -> Iterator[Fault]:
    yield from example_faults("case.toml", {"case": (case.title, case.summary), **case.headline_claims})
    for file, table in _told(case).items():
        yield from example_faults(file, table)


def _figure_rows(case: Case) -> dict[str, object]:
    """Return the rows of figures.toml that hold sentences of ours."""
    data = case.figures
    return {**data.events, **data.places, **data.counts, **data.estimates, **data.wordings, **data.shares}


def _sentences(item: Any) -> Iterator[str]:
    """Yield every text inside an item that has more than one word."""
    if isinstance(item, str):
        if " " in item or "{" in item:
            yield item
    elif isinstance(item, tuple):
        for inner in item:
            yield from _sentences(inner)
    elif attrs.has(type(item)):
        for attribute in attrs.fields_dict(type(item)):
            yield from _sentences(getattr(item, attribute))


_CHECKS: dict[Callable[[Case], Iterator[Fault]], set[str]] = {
    _ids: set(),
    _headline_claims: {"case", "articles"},
    _articles: {"articles", "quotations"},
    _quotations: {"articles", "quotations"},
    _budgets: {"articles", "quotations", "passages"},
    _passages: {"articles", "passages", "records"},
    _spans: {"passages"},
    _sources: {"articles", "records", "sources"},
    _edges: {"articles", "case", "edges", "records", "sources"},
    _records: {"records"},
    _claims: {"articles", "claims", "passages", "quotations", "records"},
    _tasks: {"articles", "case", "claims", "passages", "questions", "records", "sources", "tasks"},
    _questions: {"questions"},
    _reflections: {"reflections"},
    _figures: {"articles", "figures", "quotations", "records"},
    _citations: {"quotations", "records"},
    _examples: set(),
}
"""Each check with the files that it cannot do without."""
