"""Arithmetic of marks and feedback: numbers in, numbers out.

Knows nothing of cases, answers, widgets or files. Ranges are half-open character offsets
`(start, end)`. Terms follow the field: precision, recall and F1 of partial overlap as in Da San
Martino et al. (2019); d′ and c of signal detection with the log-linear correction (Hautus 1995);
κ (Cohen 1960).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import exp, pi, sqrt
from statistics import NormalDist

from attrs import frozen

Range = tuple[int, int]
Labelled = tuple[int, int, str]


@frozen
class Item:
    """One marked item of an answer."""

    id: str
    credit: float
    """What it adds to the sum; may be negative."""
    outcome: str
    """right, half, wrong, blank, reversed, invented, neither or missed."""
    what: str
    """The student's answer to it, or what it is, in a few words."""
    message: str
    """What a student may always read."""
    misconception: str = ""
    reason: str = ""
    """What only `show_gold` shows: the right answer and why."""


@frozen
class Score:
    """The mark of one exercise, with its arithmetic."""

    share: float
    """In [0, 1]: 1 is every mark, 0 none."""
    rule: str
    """The mark rule in one sentence."""
    arithmetic: str
    """How this mark came about, checkable by hand."""
    items: tuple[Item, ...]
    notes: tuple[str, ...] = ()
    """Feedback that is no part of the mark."""


def clip(value: float) -> float:
    """Return value limited to [0, 1]; anything that is not a number becomes 0."""
    return min(max(float(value), 0.0), 1.0) if value == value else 0.0


def above_guessing(share: float, guessing: float) -> float:
    """Return the share of what blind guessing could not have earned, in [0, 1].

    1 stays 1; a share at or below `guessing` becomes 0.

    >>> above_guessing(0.55, 0.1)
    0.5
    """
    if guessing >= 1:
        raise ValueError(f"guessing must be below 1, found {guessing}")
    return clip(round((share - guessing) / (1 - guessing), 10))


def merge(ranges: Iterable[Labelled]) -> list[Labelled]:
    """Return the ranges sorted, those of one label that touch or overlap made one.

    Without it, overlapping marks on one word would push recall past 1.

    >>> merge([(4, 9, "x"), (0, 5, "x"), (0, 5, "y")])
    [(0, 9, 'x'), (0, 5, 'y')]
    """
    merged: list[Labelled] = []
    for start, end, label in sorted(ranges, key=lambda r: (r[2], r[0], r[1])):
        if merged and merged[-1][2] == label and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]), label)
        else:
            merged.append((start, end, label))
    return merged


def overlap(a: Sequence, b: Sequence) -> int:
    """Return how many characters two ranges share."""
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def overlap_f1(*, answer: Sequence[Labelled], gold: Sequence[Labelled]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of partial overlap (Da San Martino et al. 2019).

    Each is in [0, 1]: 1 means every gold character was marked with its label and nothing else, 0
    that no marked character was right. Both sides empty is 1, one side empty is 0. Ranges of one
    label must not overlap within a side; `merge` sees to it.

    >>> overlap_f1(answer=[(0, 13, "loaded_language")], gold=[(2, 9, "loaded_language")])
    (0.5384615384615384, 1.0, 0.7000000000000001)
    """
    if not answer or not gold:
        both = float(not answer and not gold)
        return both, both, both
    shared = [(overlap(a, g), a[1] - a[0], g[1] - g[0]) for a in answer for g in gold if a[2] == g[2]]
    precision = sum(n / a for n, a, _ in shared) / len(answer)
    recall = sum(n / g for n, _, g in shared) / len(gold)
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


def rate(k: int, n: int) -> tuple[float, float]:
    """Return z of the rate of k in n, and the variance of z, with (k + ½)/(n + 1) as Hautus (1995) corrects it.

    z is 0 at one half and grows with the rate; the variance is Gourevitch & Galanter's (1967), above 0.

    >>> [round(x, 2) for x in rate(1, 3)]
    [-0.32, 0.54]
    """
    if not 0 <= k <= n or n < 1:
        raise ValueError(f"expected a number from 0 to n of n ≥ 1, found {k} of {n}")
    share = (k + 0.5) / (n + 1)
    z = NormalDist().inv_cdf(share)
    density = exp(-z * z / 2) / sqrt(2 * pi)
    return z, share * (1 - share) / (n * density * density)


def detection(*, hits: int, signals: int, false_alarms: int, noises: int) -> tuple[float, float, float]:
    """Return d′, c and the standard error of d′, with (x + ½)/(n + 1) for both rates.

    d′ is 0 when signal and noise are treated alike and grows with telling them apart; c is 0 for
    an even hand, negative for one who suspects too much, positive for one who trusts too much.
    The correction is Hautus (1995); the standard error Gourevitch & Galanter (1967).

    >>> [round(x, 2) for x in detection(hits=11, signals=12, false_alarms=9, noises=12)]
    [0.58, -0.91, 0.61]
    """
    if signals < 1 or noises < 1:
        raise ValueError(f"expected at least one signal and one noise item, found {signals} and {noises}")
    (z_hit, of_hit), (z_false, of_false) = rate(hits, signals), rate(false_alarms, noises)
    return z_hit - z_false, -(z_hit + z_false) / 2, sqrt(of_hit + of_false)


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's κ of (answer, gold) labels; 1 is full agreement, 0 what chance gives.

    None when there is nothing to compare; 1 when both sides use one and the same label only.

    >>> kappa([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")])
    0.5
    """
    if not pairs:
        return None
    n = len(pairs)
    observed = sum(a == b for a, b in pairs) / n
    labels = {label for pair in pairs for label in pair}
    expected = sum(sum(a == label for a, _ in pairs) / n * (sum(b == label for _, b in pairs) / n) for label in labels)
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def confidence_score(*, confidence: float, right: bool) -> float:
    """Return the quadratic score of one stated confidence: 1 − (1 − p)² if right, −p² if not.

    In [−1, 1]. It is proper: stating what you believe is best, and being right always beats being
    wrong.

    >>> confidence_score(confidence=0.75, right=True), confidence_score(confidence=0.75, right=False)
    (0.9375, -0.5625)
    """
    if not 0 <= confidence <= 1:
        raise ValueError(f"confidence must be between 0 and 1, found {confidence}")
    return 1 - (1 - confidence) ** 2 if right else -(confidence**2)


def kendall_tau(order: Sequence[str], gold: Sequence[str]) -> float:
    """Return Kendall's τ of two orders of the same things: 1 is the same order, −1 the reverse.

    >>> kendall_tau(["a", "b", "c"], ["a", "c", "b"])
    0.3333333333333333
    """
    if sorted(order) != sorted(gold) or len(gold) < 2:
        raise ValueError(f"expected an order of {sorted(gold)}, found {sorted(order)}")
    place = {thing: n for n, thing in enumerate(gold)}
    pairs = [(place[a], place[b]) for n, a in enumerate(order) for b in order[n + 1 :]]
    return sum(1 if a < b else -1 for a, b in pairs) / len(pairs)


def word_ranges(text: str) -> list[Range]:
    """Return the range of each word, its punctuation included.

    >>> word_ranges("A radical ban")
    [(0, 1), (2, 9), (10, 13)]
    """
    ends = [n for n, (a, b) in enumerate(pairwise(text + " "), 1) if not a.isspace() and b.isspace()]
    ranges = []
    for end in ends:
        start = end
        while start and not text[start - 1].isspace():
            start -= 1
        ranges.append((start, end))
    return ranges
