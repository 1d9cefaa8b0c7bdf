"""Arithmetic of the report: numbers in, numbers out, None wherever a number would mean nothing.

No function returns NaN or warns: an empty class, a single student or one and the same score for all
give None. Knows nothing of cases, keys, gradebooks or pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import atanh, ceil, cos, exp, isfinite, pi, sin, sqrt, tanh
from statistics import NormalDist

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

LEVEL = 0.95
SMALL = 1e-12


@frozen
class Interval:
    """An estimate with the 95 % interval around it."""

    value: float
    low: float
    high: float


def t_quantile(p: float, df: float) -> float:
    """Return the quantile of Student's t for p ≥ .5, by Hill's algorithm 396 (CACM 13, 1970); exact for 1 and 2.

    >>> round(t_quantile(0.975, 10), 3)
    2.228
    """
    if df < 1 or not 0.5 <= p < 1:
        raise ValueError(f"expected at least 1 degree of freedom and a p from 0.5 to 1, found {df} and {p}")
    tails = 2 * (1 - p)
    if df == 1:
        return cos(tails * pi / 2) / sin(tails * pi / 2)
    if df == 2:
        return sqrt(2 / (tails * (2 - tails)) - 2)
    a = 1 / (df - 0.5)
    b = 48 / a**2
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * sqrt(a * pi / 2) * df
    y = (d * tails) ** (2 / df)
    if y > 0.05 + a:
        x = NormalDist().inv_cdf(tails / 2)
        y = x * x
        if df < 5:
            c += 0.3 * (df - 4.5) * (x + 0.6)
        c += (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b
        y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
        y = a * y * y
        y = exp(y) - 1 if y > 0.002 else 0.5 * y * y + y
    else:
        y = ((1 / (((df + 6) / (df * y) - 0.089 * d - 0.822) * (df + 2) * 3) + 0.5 / (df + 4)) * y - 1) * (df + 1) / (
            df + 2
        ) + 1 / y
    return sqrt(df * y)


def mean_interval(values: Sequence[float]) -> Interval | None:
    """Return the mean with its t-interval over students; None for fewer than two.

    >>> mean_interval([1.0])
    """
    n = len(values)
    if n < 2:
        return None
    mean = float(np.mean(values))
    half = t_quantile((1 + LEVEL) / 2, n - 1) * float(np.std(values, ddof=1)) / sqrt(n)
    return Interval(mean, mean - half, mean + half)


def share_interval(count: int, n: int) -> Interval | None:
    """Return a share with Wilson's interval (1927), which stays in [0, 1]; None for nobody.

    >>> found = share_interval(18, 30)
    >>> round(found.low, 2), round(found.high, 2)
    (0.42, 0.75)
    """
    if n < 1:
        return None
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    share = count / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def difference_interval(now: Sequence[float], before: Sequence[float]) -> Interval | None:
    """Return the difference of two classes' means with Welch's interval (1947); None for fewer than two in either."""
    if len(now) < 2 or len(before) < 2:
        return None
    parts = [float(np.var(values, ddof=1)) / len(values) for values in (now, before)]
    gap = float(np.mean(now)) - float(np.mean(before))
    total = sum(parts)
    if total < SMALL:
        return Interval(gap, gap, gap)
    df = total**2 / sum(part**2 / (len(values) - 1) for part, values in zip(parts, (now, before), strict=True))
    half = t_quantile((1 + LEVEL) / 2, df) * sqrt(total)
    return Interval(gap, gap - half, gap + half)


def welch_t(one: Sequence[float] | Numbers, other: Sequence[float] | Numbers) -> float | None:
    """Return Welch's t of two groups' means (1947), positive where `one` is higher; None where there is no spread.

    A group of one lends its spread from the other.
    """
    if len(one) == 0 or len(other) == 0 or len(one) + len(other) < 4:
        return None
    spread = [float(np.var(values, ddof=1)) if len(values) > 1 else None for values in (one, other)]
    known = [value for value in spread if value is not None]
    total = sum((known[0] if value is None else value) / len(v) for value, v in zip(spread, (one, other), strict=True))
    return None if total < SMALL else (float(np.mean(one)) - float(np.mean(other))) / sqrt(total)


def correlation(one: Numbers, other: Numbers) -> float | None:
    """Return Pearson's r; None where one side is the same for all, or for fewer than three."""
    if len(one) < 3 or float(np.std(one)) < SMALL or float(np.std(other)) < SMALL:
        return None
    r = float(np.corrcoef(one, other)[0, 1])
    return min(1.0, max(-1.0, r)) if isfinite(r) else None


def correlation_interval(r: float, n: int) -> Interval | None:
    """Return r with Fisher's z interval (1921); None for fewer than four.

    >>> found = correlation_interval(0.3, 300)
    >>> round(found.low, 2), round(found.high, 2)
    (0.19, 0.4)
    """
    if n < 4:
        return None
    inside = min(max(r, -1 + 1e-9), 1 - 1e-9)
    half = NormalDist().inv_cdf((1 + LEVEL) / 2) / sqrt(n - 3)
    return Interval(r, tanh(atanh(inside) - half), tanh(atanh(inside) + half))


def rest_scores(credits: Numbers) -> Numbers:
    """Return for each student and item the mean credit on all other items, each item's own mean taken off first.

    Students are rows; NaN is an item that was not answered and counts nowhere. With everything answered it is the
    total of the other items up to a constant, so that its correlation with the item is the corrected item–total
    correlation (Guilford 1953; Nunnally & Bernstein 1994, ch. 8). One item alone has a rest of NaN.
    """
    answered = ~np.isnan(credits)
    counts = answered.sum(axis=0)
    means = np.where(counts > 0, np.where(answered, credits, 0.0).sum(axis=0) / np.maximum(counts, 1), 0.0)
    centred = np.where(answered, credits - means, 0.0)
    others = answered.sum(axis=1, keepdims=True) - answered
    rest = (centred.sum(axis=1, keepdims=True) - centred) / np.maximum(others, 1)
    result: Numbers = np.where(others > 0, rest, np.nan)
    return result


def discrimination(credits: Numbers) -> list[float | None]:
    """Return the corrected item–total correlation of each item: in [−1, 1], 0 where it tells nobody apart.

    >>> round(discrimination(np.array([[1.0, 1, 1], [1, 1, 0], [0, 0, 0], [0, 0, 1]]))[0], 3)
    0.707
    """
    rest = rest_scores(credits)
    found: list[float | None] = []
    for item in range(credits.shape[1]):
        use = ~np.isnan(credits[:, item]) & ~np.isnan(rest[:, item])
        found.append(correlation(credits[use, item], rest[use, item]))
    return found


def alpha(credits: Numbers) -> float | None:
    """Return Cronbach's α (1951), which is KR-20 (Kuder & Richardson 1937) where credit is 0 or 1.

    At most 1; 0 or less where the items have nothing in common. Rows with an unanswered item (NaN) are left out.
    None for fewer than two students or items, and where all have the same total.
    """
    whole = credits[~np.isnan(credits).any(axis=1)]
    students, items = whole.shape
    if students < 2 or items < 2:
        return None
    total = float(np.var(whole.sum(axis=1), ddof=1))
    if total < SMALL:
        return None
    return items / (items - 1) * (1 - float(np.var(whole, axis=0, ddof=1).sum()) / total)


def standard_error(spread: float, reliability: float) -> float:
    """Return the standard error of measurement, SD·√(1 − α), in the unit of the SD.

    >>> round(standard_error(4.73, 0.784), 1)
    2.2
    """
    return spread * sqrt(1 - min(max(reliability, 0.0), 1.0))


def spearman_brown(reliability: float, times: float) -> float:
    """Return the reliability of a test `times` as long (Spearman 1910; Brown 1910).

    >>> round(spearman_brown(0.784, 36 / 24), 3)
    0.845
    """
    return times * reliability / (1 + (times - 1) * reliability)


def items_needed(reliability: float, items: int, wanted: float) -> int | None:
    """Return how many items like these would reach the reliability wanted; None where none would.

    >>> items_needed(0.5, 10, 0.7)
    24
    """
    if reliability <= 0:
        return None
    return ceil(round(items * wanted * (1 - reliability) / (reliability * (1 - wanted)), 9))


def thirds(standing: Numbers) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return who is in the lower and who in the upper third; those tied at a border are in it.

    Nobody is in either where a border could not part them.
    """
    nobody = np.zeros(len(standing), dtype=bool)
    if len(standing) < 3:
        return nobody, nobody
    ordered = np.sort(standing)
    third = len(standing) // 3
    low, high = ordered[third - 1], ordered[-third]
    return (nobody, nobody) if high - low < SMALL else (standing <= low, standing >= high)


def word_alpha(marked: Sequence[int], students: int) -> float | None:
    """Return Krippendorff's α for marked or not, word by word, when everybody saw every word (2004, ch. 11).

    1 is full agreement, 0 what chance gives. None where nothing or everything was marked.

    >>> round(word_alpha([3, 0, 0, 3], 3), 2), word_alpha([0, 0], 3)
    (1.0, None)
    """
    values = students * len(marked)
    ones = sum(marked)
    if students < 2 or not 0 < ones < values:
        return None
    observed = sum(2 * count * (students - count) / (students - 1) for count in marked) / values
    expected = 2 * ones * (values - ones) / (values * (values - 1))
    return 1 - observed / expected


def weighted_kappa(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Return Cohen's κ of two markers with quadratic weights (Cohen 1968).

    1 is full agreement, 0 what chance gives, below 0 less than chance; a difference of two levels weighs four times one.
    None for nobody, and where both give one and the same mark throughout.

    >>> weighted_kappa([(0, 0), (1, 1), (2, 2), (3, 3)]), weighted_kappa([(2, 2), (2, 2)])
    (1.0, None)
    """
    if not pairs:
        return None
    one, other = np.array(pairs, dtype=float).T
    chance = float(np.mean((one[:, None] - other[None, :]) ** 2))
    return None if chance < SMALL else 1 - float(np.mean((one - other) ** 2)) / chance


@frozen
class Step:
    """One step of stated confidence: how many stated it, and how many of these were right."""

    stated: float
    n: int
    right: int


def calibration(bets: Sequence[tuple[float, bool]]) -> tuple[list[Step], float | None]:
    """Return the steps of the calibration curve, and mean confidence less share right (Lichtenstein et al. 1982).

    Above 0 is over-confidence. None for nobody.

    >>> calibration([(0.75, True), (0.75, False)])[1]
    0.25
    """
    steps = [
        Step(stated, len(here), sum(here))
        for stated in sorted({stated for stated, _ in bets})
        for here in [[right for other, right in bets if other == stated]]
    ]
    if not bets:
        return steps, None
    return steps, sum(stated for stated, _ in bets) / len(bets) - sum(right for _, right in bets) / len(bets)


def suppressed(counts: Mapping[str, int], least: int = 10) -> dict[str, int | None]:
    """Return counts of one whole with those from 1 to `least` − 1 as None, and one more where that would give it away.

    A single hidden cell is the total less the others; so the smallest of the others is hidden with it.

    >>> suppressed({"a": 40, "b": 12, "c": 3})
    {'a': 40, 'b': None, 'c': None}
    >>> suppressed({"a": 40, "b": 0})
    {'a': 40, 'b': 0}
    """
    shown: dict[str, int | None] = {name: None if 0 < count < least else count for name, count in counts.items()}
    hidden = [name for name, count in shown.items() if count is None]
    left = {name: count for name, count in counts.items() if shown[name] is not None and count}
    if left and hidden and (len(hidden) == 1 or sum(counts[name] for name in hidden) < least):
        shown[min(left, key=lambda name: left[name])] = None
    return shown
