"""The few drawings of the report, as SVG: shapes and words in the page's own colours, no styles of their own."""

from __future__ import annotations

from collections.abc import Sequence

from whosaidso.report.pieces import escaped
from whosaidso.report.statistics import Step


def _svg(width: int, height: int, title: str, body: str) -> str:
    return f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img"><title>{escaped(title)}</title>{body}</svg>'


def calibration_curve(steps: Sequence[Step]) -> str:
    """Return stated confidence against the share that was right, with the line of perfect calibration."""
    left, top, size = 46, 14, 240

    def x(value: float) -> float:
        return left + value * size

    def y(value: float) -> float:
        return top + (1 - value) * size

    body = [f'<rect class="frame" x="{left}" y="{top}" width="{size}" height="{size}"/>']
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        body.append(f'<text x="{x(tick):.0f}" y="{top + size + 17}" text-anchor="middle">{tick:.0%}</text>')
        body.append(f'<text x="{left - 6}" y="{y(tick) + 4:.0f}" text-anchor="end">{tick:.0%}</text>')
    body.append(f'<line class="even" x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}"/>')
    points = [(x(step.stated), y(step.right / step.n), step) for step in steps if step.n]
    if len(points) > 1:
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py, _ in points)
        body.append(f'<polyline class="curve" points="{path}"/>')
    for px, py, step in points:
        body.append(f'<circle class="dot" cx="{px:.1f}" cy="{py:.1f}" r="5"/>')
        below = py < top + 24
        body.append(
            f'<text class="dot-word" x="{px:.1f}" y="{py + (20 if below else -10):.1f}" text-anchor="middle">{step.right / step.n:.0%}</text>'
        )
    body.append(f'<text x="{left + size / 2}" y="{top + size + 36}" text-anchor="middle">stated confidence</text>')
    return _svg(
        310,
        300,
        "Stated confidence and the share that was right; the broken line is perfect calibration",
        "".join(body),
    )


def bars(names: Sequence[str], values: Sequence[int | None], title: str) -> str:
    """Return one bar a name, with its number; a hidden one is said to be."""
    most = max([value for value in values if value] or [1])
    body = []
    for row, (name, value) in enumerate(zip(names, values, strict=True)):
        top = 6 + row * 26
        body.append(f'<text x="86" y="{top + 15}" text-anchor="end">{escaped(name)}</text>')
        if value is None:
            body.append(f'<text x="94" y="{top + 15}">hidden</text>')
            continue
        width = 180 * value / most
        body.append(f'<rect class="block" x="92" y="{top}" width="{width:.1f}" height="20"/>')
        body.append(f'<text x="{98 + width:.1f}" y="{top + 15}">{value}</text>')
    return _svg(320, 12 + 26 * len(names), title, "".join(body))
