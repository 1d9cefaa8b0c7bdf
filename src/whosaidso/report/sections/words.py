"""The passages as a heatmap: what share of the class marked each word, and what the key says of it."""

from __future__ import annotations

from whosaidso.report.analysis import Analysis
from whosaidso.report.items import FEWEST_SHARED
from whosaidso.report.pieces import (
    Cell,
    Fold,
    Grid,
    Piece,
    Raw,
    counted,
    escaped,
    listing,
    number,
    percent,
)
from whosaidso.report.statistics import (
    word_alpha,
)
from whosaidso.report.words import Heat


def word_pieces(analysis: Analysis) -> list[Piece]:
    """Return every passage with the share that marked each word, drawn and as a table."""
    pieces: list[Piece] = []
    for one in analysis.assignments:
        if not one.heats:
            continue
        n = one.heats[0].n
        if n < FEWEST_SHARED:
            pieces.append(
                f"{one.data.name}: hidden, because only {counted(n, 'student')} answered, fewer than {FEWEST_SHARED}."
            )
            continue
        pieces.append(Raw(LEGEND))
        passage = ""
        for place, heat in enumerate(one.heats):
            if heat.passage != passage:
                passage = heat.passage
                here = [other for other in one.heats if other.passage == passage]
                agreed = word_alpha([word.marked for other in here for word in other.words], n)
                pieces.append(f"## {heat.passage}: {heat.title}")
                if agreed is not None:
                    pieces.append(f"Agreement of the class, word by word: Krippendorff's α = {number(agreed)}.")
            pieces += _heat(heat, f"t-words-{one.data.name}-{place}")
    return pieces


def _heat(heat: Heat, twin: str) -> list[Piece]:
    spans = []
    for word in heat.words:
        share = word.marked / heat.n
        level = sum(share >= border for border in (0.1, 0.25, 0.5, 0.75))
        spans.append(
            f'<span class="w h{level}{" g-" + word.grade if word.grade else ""}"><span>{escaped(word.text)}</span>'
            f"<small>{round(share * 100) if share >= 0.005 else ''}</small></span>"
        )
    top = sorted(heat.words, key=lambda word: -word.marked)[:3]
    most = listing([f"{word.text} {percent(word.marked / heat.n)}" for word in top if word.marked])
    label = f"{heat.article} {heat.paragraph}, most marked: {most or 'nothing'}. The table below has every word."
    picture = f'<div class="heat" role="img" aria-label="{escaped(label)}">{" ".join(spans)}</div>\n'
    rows = [
        (word.text, Cell(percent(word.marked / heat.n), word.marked / heat.n), str(word.marked), word.grade or "–")
        for word in heat.words
    ]
    grid = Grid(
        twin,
        f"{heat.passage}, {heat.article} {heat.paragraph}: every word",
        ("word", "marked by", "students", "key"),
        rows,
    )
    return [Raw(f'<p class="note">{escaped(heat.article)} {escaped(heat.paragraph)}</p>'), Raw(picture), Fold("The same as a table", [grid])]  # fmt: skip


LEGEND = (
    '<p class="legend">Behind each word the share of the class that marked it, and the number in percent below: '
    '<span class="w h0"><span>under 10</span></span> <span class="w h1"><span>10</span></span> '
    '<span class="w h2"><span>25</span></span> <span class="w h3"><span>50</span></span> '
    '<span class="w h4"><span>75 and more</span></span>. The line under a word is the key: '
    '<span class="w g-core"><span>solid: pushes (core)</span></span> '
    '<span class="w g-arguable"><span>broken: arguable</span></span> '
    '<span class="w g-lure"><span>dotted: neutral (lure)</span></span>.</p>\n'
)
