"""Mark wording: the share of pushing spans found, less the share of neutral lures marked.

Arguable spans count neither way. Span F1 with partial overlap (Da San Martino et al. 2019), κ of the
labels, d′ and c are feedback and no part of the mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from whosaidso.kinds.span_label.answer import Mark, find
from whosaidso.records import Case, Gold, SpanGold, Task
from whosaidso.scores import Item, Labelled, Score, clip, detection, kappa, merge, overlap, overlap_f1
from whosaidso.vocabulary import MISCONCEPTIONS, TECHNIQUES

RULE = (
    "The share of pushing words you found, less the share of neutral words you marked, never below 0; "
    "arguable words count neither way. Found means: you marked at least half of them, and not much more."
)

FOUND = "Found."
OTHER_LABEL = "Found. Another label fits better."
NO_LABEL = "Found. Which label?"
NEITHER = "Arguable or plain: it counts neither way."

COVERED = 0.5
"""A span counts as marked from this share of its characters on."""
LOOSE = (3, 8)
"""A mark finds a span if it is at most 3 times as long, and 8 characters more."""

Place = tuple[str, str]


def gold_range(span: SpanGold, case: Case) -> tuple[int, int]:
    """Return the offsets of a gold span in its part of the passage."""
    for part in case.passages[span.passage].part:
        if (part.article, part.paragraph) == (span.article, span.paragraph):
            start = find(part, span.exact, span.occurrence)
            if start >= 0:
                return start, start + len(span.exact)
    raise ValueError(f"{span.id}: {span.exact!r} is not in {span.passage} {span.article} {span.paragraph}")


def _runs(marks: Iterable[Mark], texts: dict[Place, str], *, by_label: bool = True) -> list[tuple[Place, Labelled]]:
    """Join marks (of one label) that touch or have only a space between them."""
    by_place: dict[Place, list[Mark]] = {}
    for mark in marks:
        by_place.setdefault((mark.article, mark.paragraph), []).append(mark)
    runs: list[tuple[Place, Labelled]] = []
    for place, here in by_place.items():
        text = texts[place]
        stretched = [(m.start, m.end + (text[m.end : m.end + 1] == " "), m.label if by_label else "") for m in here]
        for start, end, label in merge(stretched):
            runs.append((place, (start, start + len(text[start:end].rstrip()), label)))
    return runs


def covers(run: Labelled, target: tuple[int, int]) -> bool:
    """Is at least half of the target marked?"""
    return overlap(run, target) >= COVERED * (target[1] - target[0])


def _fooled(lure: SpanGold, target: tuple[int, int], runs: Sequence[tuple[Place, Labelled]]) -> bool:
    """Is half of a lure marked, in one go or word by word, whatever the labels?"""
    here = merge((*run[:2], "") for place, run in runs if place == (lure.article, lure.paragraph))
    return sum(overlap(run, target) for run in here) >= COVERED * (target[1] - target[0])


def spans_swamped(
    blocks: Sequence[tuple[Place, Labelled]], pushing: Sequence[SpanGold], ranges: dict[str, tuple[int, int]]
) -> list[SpanGold]:
    """Return the spans in blocks of marks much longer than all they push with: every word marked, labels in turn."""
    swamped: list[SpanGold] = []
    for place, block in blocks:
        inside = [s for s in pushing if (s.article, s.paragraph) == place and overlap(block, ranges[s.id])]
        if not tight(block, (0, sum(ranges[s.id][1] - ranges[s.id][0] for s in inside))):
            swamped += inside
    return swamped


def tight(run: Labelled, target: tuple[int, int]) -> bool:
    """Is the run not much longer than the target?"""
    return run[1] - run[0] <= LOOSE[0] * (target[1] - target[0]) + LOOSE[1]


def score(*, answer: Sequence[Mark], gold: Gold, task: Task, case: Case) -> Score:
    """Return the mark of a set of passages, pooled.

    Share 1 means every core span was found and no lure marked; 0 that marking told them apart no
    better than marking everything. An empty answer is 0.
    """
    spans = [span for span in gold.spans if span.passage in task.items]
    ranges = {span.id: gold_range(span, case) for span in spans}
    texts = {(p.article, p.paragraph): p.text for item in task.items for p in case.passages[item].part}
    runs = _runs(answer, texts)

    def touching(span: SpanGold) -> list[Labelled]:
        return [run for place, run in runs if place == (span.article, span.paragraph) and covers(run, ranges[span.id])]

    core = [span for span in spans if span.grade == "core"]
    lures = [span for span in spans if span.grade == "lure"]
    arguable = [span for span in spans if span.grade == "arguable"]
    swamped = spans_swamped(_runs(answer, texts, by_label=False), [s for s in spans if s.grade != "lure"], ranges)
    found = [s for s in core if s not in swamped and any(tight(run, ranges[s.id]) for run in touching(s))]
    fooled = [span for span in lures if _fooled(span, ranges[span.id], runs)]
    hit_share = len(found) / len(core) if core else 0.0
    lure_share = len(fooled) / len(lures) if lures else 0.0
    share = clip(hit_share - lure_share)
    items = [*_marked(runs, spans, found, fooled, ranges, texts), *_gold_items(spans, found, fooled)]
    arithmetic = (
        f"{len(found)} of {len(core)} found is {hit_share:.0%}; {len(fooled)} of {len(lures)} neutral ones marked "
        f"is {lure_share:.0%}; that leaves {share:.0%} of the marks."
    )
    notes = _notes(runs, core, lures, arguable, found, fooled, ranges) if answer else []
    return Score(share, RULE, arithmetic, tuple(items), tuple(notes))


def _marked(
    runs: Sequence[tuple[Place, Labelled]], spans: Sequence[SpanGold], found: Sequence[SpanGold], fooled: Sequence[SpanGold],
    ranges: dict[str, tuple[int, int]], texts: dict[Place, str],
) -> list[Item]:  # fmt: skip
    """One line for each mark the student made."""
    items = []
    for number, (place, run) in enumerate(runs, 1):
        here = [s for s in spans if (s.article, s.paragraph) == place and overlap(run, ranges[s.id])]
        hits = [s for s in here if s in found and covers(run, ranges[s.id]) and tight(run, ranges[s.id])]
        lures = [s for s in here if s in fooled and (covers(run, ranges[s.id]) or not hits)]
        loose = [s for s in here if s.grade == "core" and covers(run, ranges[s.id]) and s not in hits]
        words = texts[place][run[0] : run[1]]
        what = f"“{words if len(words) <= 60 else words[:57] + '…'}” ({place[0]} {place[1]})"
        name = f"mark {number}"
        if lures:
            misconception = lures[0].misconception
            items.append(Item(name, 0.0, "wrong", what, MISCONCEPTIONS[misconception].definition, misconception))
        elif hits:
            right = run[2] in hits[0].labels
            items.append(Item(name, 1.0, "right", what, FOUND if right else OTHER_LABEL if run[2] else NO_LABEL))
        elif loose:
            items.append(Item(name, 0.0, "wrong", what, MISCONCEPTIONS["B4"].definition, "B4"))
        else:
            items.append(Item(name, 0.0, "neither", what, NEITHER))
    return items


def _gold_items(spans: Sequence[SpanGold], found: list[SpanGold], fooled: list[SpanGold]) -> list[Item]:
    """One line for each gold span; all of it is gold, so it shows only with `show_gold`."""
    items = []
    for span in spans:
        labels = " or ".join(TECHNIQUES[label].label for label in span.labels)
        outcome = "neither"
        if span.grade == "core":
            outcome = "right" if span in found else "missed"
        elif span.grade == "lure":
            outcome = "wrong" if span in fooled else "right"
        head = f"“{span.exact}”: {span.grade}" + (f", {labels}" if labels else "")
        items.append(Item(span.id, 0.0, outcome, "", "", reason=f"{head}. {span.reason}"))
    return items


def _notes(
    runs: Sequence[tuple[Place, Labelled]], core: list[SpanGold], lures: list[SpanGold], arguable: list[SpanGold],
    found: list[SpanGold], fooled: list[SpanGold], ranges: dict[str, tuple[int, int]],
) -> list[str]:  # fmt: skip
    notes = []
    if core and lures:
        d_prime, c, error = detection(hits=len(found), signals=len(core), false_alarms=len(fooled), noises=len(lures))
        notes.append(
            f"You found {len(found)} of {len(core)} pushing spans and left {len(lures) - len(fooled)} of {len(lures)} neutral ones alone "
            f"(d′ {d_prime:.1f} ± {error:.1f}, c {c:+.1f}; so few items say little)."
        )
    scored = [
        (place, run)
        for place, run in runs
        if not any(
            (s.article, s.paragraph) == place and overlap(run, ranges[s.id]) >= COVERED * (run[1] - run[0])
            for s in arguable
        )
    ]
    tagged = [(run[0], run[1], f"{place}{run[2]}") for place, run in scored]
    golden = [(*ranges[s.id], f"{(s.article, s.paragraph)}{s.labels[0]}") for s in core]
    _, _, f1 = overlap_f1(answer=tagged, gold=golden)
    notes.append(f"Span F1 with labels: {f1:.2f} (1 is every pushing character with its label and nothing else).")
    pairs = []
    for span in found:
        for place, run in runs:
            if place == (span.article, span.paragraph) and run[2] and covers(run, ranges[span.id]):
                pairs.append((run[2], run[2] if run[2] in span.labels else span.labels[0]))
                break
    agreement = kappa(pairs)
    if agreement is not None:
        notes.append(
            f"Labels on what you found: {sum(a == b for a, b in pairs)} of {len(pairs)} fit (κ {agreement:.2f})."
        )
    return notes
