"""A page's facts as one HTML file that needs nothing else: no script, no request, nothing alive.

Every word that a student or a teacher wrote goes through `_text`. A strict policy in the page's head lets
the browser run nothing and fetch nothing, whatever the words say.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from whosaidso.grading.feedback.facts import WRITES, Appeal, Entry, Page, Ruled, Section, minus
from whosaidso.grading.safe import visible

OUTCOMES = {
    "right": ("✓", "Right"),
    "half": ("½", "Partly right"),
    "wrong": ("✗", "Not right"),
    "blank": ("–", "No answer"),
    "reversed": ("⇄", "The wrong way round"),
    "invented": ("✗", "Invented"),
    "neither": ("○", "Counts neither way"),
    "missed": ("–", "Missed"),
}
"""A sign and its word: colour says nothing alone."""
RULINGS = {
    "upheld": "Upheld for all: the key was changed, and everybody was marked again.",
    "accepted": "Accepted for you: your mark counts it.",
    "declined": "Declined, with a reason.",
}
HOW = (
    "Do you see an item differently? Write it down under “I see it differently” in the form, if you can still hand in; or "
    "tell your teacher which item and why. Up to 60 words are enough, and a record from outside helps: publisher, date, "
    "address. Asking never lowers a mark."
)
WHOLE = (
    "Please hand the whole file in again: open the assignment where you worked on it, save it (on the hand-in page: “Save my "
    "hand-in”), see that it opens, and hand that file in. If you cannot, ask your teacher. This says nothing about your work."
)
THEN = (
    "A person decides, in one of three ways: upheld for all (the key is changed, and everybody is marked again), accepted "
    "for you, or declined with a reason."
)
CURIOUS = (
    "d′ says how well you tell words that push from fair ones: 0 is no better than guessing. c says which way you lean: "
    "below 0 you suspect too much, above 0 you trust too much. F1 is 1 when you marked exactly what the key has. κ compares "
    "labels: 1 is full agreement, 0 is what chance gives. With so few items they all say little, and none is part of the mark."
)
_UNPRINTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_DAY, _HOUR = 86_400, 3_600


@cache
def _style() -> str:
    return Path(__file__).with_name("page.css").read_text(encoding="utf-8")


@cache
def _policy() -> str:
    seal = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{seal}'; base-uri 'none'; form-action 'none'"


def html_of(page: Page) -> bytes:
    """Return the page; the same facts give the same bytes."""
    whose = page.name or page.student
    body = "".join(_unread(page) if page.unread else _read(page))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="robots" content="noindex">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>Feedback: {_line(page.title)}, {_line(whose)}</title>\n<style>{_style()}</style>\n</head>\n<body>\n"
        f"{_head(page)}\n<main>\n{body}</main>\n{_foot(page)}\n</body>\n</html>\n"
    ).encode("utf-8", "replace")


def _line(text: str) -> str:
    """Return somebody's words as one line of text."""
    return html.escape(visible(text))


def _text(text: str) -> str:
    """Return somebody's words as text, their line breaks kept."""
    return "\n".join(_line(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def _said(text: str) -> str:
    """Return a teacher's words as text; marks of direction, which Arabic and Persian need, stay."""
    return html.escape(_UNPRINTED.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n").strip()))


def _head(page: Page) -> str:
    whose = (
        f'<b dir="auto">{_line(page.name)}</b> ({_line(page.student)})'
        if page.name
        else f"<b>{_line(page.student)}</b>"
    )
    lines = [f'<p class="for">Feedback for {whose}</p>']
    if page.partners:
        names = [f'<b dir="auto">{_line(name)}</b>' for name in page.partners]
        named = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
        lines.append(f"<p>Handed in together with {named}.</p>")
    if page.handed_in:
        lines.append(f"<p>Handed in on {html.escape(page.handed_in)}.{_late(page)}</p>")
    return f'<header>\n<p class="brand">Who Said So?</p>\n<h1>{_line(page.title)}</h1>\n{"".join(lines)}\n</header>'


def _late(page: Page) -> str:
    if page.late <= 0:
        return ""
    nothing = "" if page.penalty else " Nothing is taken off."
    return f" That is {delay(page.late)} after the due date.{nothing}"


def delay(seconds: float) -> str:
    """Return a delay in words.

    >>> delay(60), delay(3 * 3600), delay(26 * 3600)
    ('less than an hour', '3 hours', '1 day and 2 hours')
    """
    days, hours = int(seconds // _DAY), int(seconds % _DAY // _HOUR)
    words = [
        f"{number} {word}{'s' if number > 1 else ''}" for number, word in ((days, "day"), (hours, "hour")) if number
    ]
    return " and ".join(words) or "less than an hour"


def _unread(page: Page) -> Iterator[str]:
    yield '<section class="notice">\n<h2>Nothing is marked yet</h2>\n'
    for sentence in page.unread:
        yield f"<p>{_line(sentence)}</p>\n"
    if page.earlier:
        yield "<p>Until then the marks of what you handed in before stay as they are.</p>\n"
    yield "<p>This says nothing about your work. If you cannot do it, ask your teacher.</p>\n</section>\n"


def _read(page: Page) -> Iterator[str]:
    yield _total(page)
    for remark in page.remarks:
        yield _teacher(remark, WRITES)
    yield _points(page)
    if page.whole is not None:
        yield _damaged(page, page.whole)
    elif page.repairs:
        yield f'<section class="notice">\n<h2>About your file</h2>\n{_list(page.repairs)}</section>\n'
    if page.again:
        yield '<section class="along">\n<h2>To take along</h2>\n'
        for message, times in page.again:
            yield f"<p>This came up {times} times: <q>{_line(message)}</q></p>\n"
        yield "</section>\n"
    for number, section in enumerate(page.sections, 1):
        yield _section(section, f"part-{number}", page)
    if page.names:
        names = "".join(
            f'<div><dt>{_line(name)}</dt><dd dir="auto">{_line(what)}</dd></div>' for name, what in page.names
        )
        yield f"<details>\n<summary>Short names on this page</summary>\n<dl>{names}</dl>\n</details>\n"
    yield _differently(page)


def _damaged(page: Page, whole: int) -> str:
    count = (
        "one of its cells is whole, and it counts" if whole == 1 else f"{whole} of its cells are whole, and they count"
    )
    lost = [section.title for section in page.sections if section.lost]
    gone = f"<p>Not in your file, as it reached us:</p>\n{_list(lost)}" if lost else ""
    return (
        f'<section class="notice">\n<h2>Please hand in your file again</h2>\n'
        f"<p>Your file came damaged: {count}. The rest cannot be read.</p>\n{gone}<p>{WHOLE}</p>\n"
        f"{_list(page.repairs) if page.repairs else ''}</section>\n"
    )


def _total(page: Page) -> str:
    so_far = " so far" if page.so_far else ""
    lines = [f'<p class="total"><b>{_number(page.total)}</b> of {page.most:g} points{so_far}</p>']
    if page.penalty:
        lines.append(
            f"<p>{page.score:g} points, less {page.penalty:g} for handing in late: "
            f"{page.score:g} − {page.penalty:g} = {page.total:g}.</p>"
        )
    if page.open_points:
        lines.append(f"<p>Your teacher has not yet read parts worth {page.open_points:g} points.</p>")
    if page.again_points:
        lines.append(
            f"<p>Your teacher looks again at parts worth {page.again_points:g} points; until then the earlier marks stand.</p>"
        )
    lost = sum(section.most for section in page.sections if section.lost)
    if lost:
        lines.append(f"<p>Parts worth {lost:g} points are not in your file.</p>")
    return f'<div class="sum">\n{"".join(lines)}\n</div>\n'


def _points(page: Page) -> str:
    rows = [
        f'<tr><th scope="row"><a href="#part-{number}">{_line(section.title)}</a></th>'
        f"<td>{_given(section)}</td><td>{section.most:g}</td><td>{_line(section.by)}</td></tr>"
        for number, section in enumerate(page.sections, 1)
    ]
    foot = []
    if page.penalty:
        foot.append(f'<tr><th scope="row">Handed in late</th><td>−{page.penalty:g}</td><td></td><td></td></tr>')
    foot.append(f'<tr><th scope="row">Together</th><td>{_number(page.total)}</td><td>{page.most:g}</td><td></td></tr>')
    heads = "".join(f'<th scope="col">{word}</th>' for word in ("Part", "Points", "Of", "Marked"))
    return (
        f'<table class="points">\n<caption class="unseen">Points of each part, and who gave them</caption>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>{''.join(rows)}</tbody>\n<tfoot>{''.join(foot)}</tfoot>\n</table>\n"
    )


def _given(section: Section) -> str:
    return (
        '<span class="unseen">none yet</span><span aria-hidden="true">–</span>'
        if section.open
        else _number(section.points)
    )


def _number(points: float) -> str:
    return minus(f"{points:g}")


def _section(section: Section, name: str, page: Page) -> str:
    given = f"{section.by}" if section.open else f"{_number(section.points)} of {section.most:g} points, {section.by}"
    body = [f'<section id="{name}">\n<h2>{_line(section.title)}</h2>\n<p class="given">{_line(given)}</p>\n']
    body += [f'<p class="remark">{_line(remark)}</p>\n' for remark in section.remarks]
    if section.text is not None:
        body.append(_own(section))
    body += [_teacher(comment, section.introduced) for comment in section.comments]
    if section.lost:
        body.append("<p>This part is not in your file.</p>\n")
    if section.rule:
        body.append(f'<p class="rule"><b>How marks are made.</b> {_line(section.rule)}</p>\n')
    if section.arithmetic:
        body.append(f'<p class="rule"><b>Your marks.</b> {_line(section.arithmetic)}</p>\n')
    if section.entries:
        body.append(f'<ul class="items">\n{"".join(map(_entry, section.entries))}</ul>\n')
    if section.problems:
        body.append(f"<h3>What could not be read</h3>\n{_list(section.problems)}")
    elif section.arithmetic and not any(entry.outcome != "blank" for entry in section.entries):
        body.append("<p>You gave no answer here.</p>\n")
    body += [f"<p>{_line(note)}</p>\n" for note in section.notes]
    if section.curious:
        body.append(
            f"<details>\n<summary>Details for the curious</summary>\n{_list(section.curious)}<p>{CURIOUS}</p>\n</details>\n"
        )
    if section.beside and page.shows_key:
        body.append(_beside(section.beside))
    return "".join(body) + "</section>\n"


def _own(section: Section) -> str:
    if not (section.text or "").strip():
        return "<p>You wrote nothing here.</p>\n"
    return f'<figure>\n<figcaption>You wrote</figcaption>\n<div class="own" dir="auto">{_text(section.text or "")}</div>\n</figure>\n'


def _teacher(comment: str, introduced: str) -> str:
    return f'<figure class="teacher">\n<figcaption>{introduced}</figcaption>\n<div class="own" dir="auto">{_said(comment)}</div>\n</figure>\n'


def _list(lines: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{_line(line)}</li>' for line in lines)}</ul>\n"


def _outcome(outcome: str, credit: float | None = None) -> str:
    """Return the sign and the word of an outcome; what is partly right has its own figure for a sign."""
    sign, word = OUTCOMES[outcome]
    if outcome == "half" and credit:
        sign = credit_of(credit).lstrip("+−")
    return f'<span class="sign" aria-hidden="true">{sign}</span><b>{word}</b>'


def _entry(entry: Entry) -> str:
    credit = (
        ""
        if entry.credit is None or entry.outcome == "blank"
        else f' <span class="credit">{credit_of(entry.credit)}</span>'
    )
    asked = f'<p class="asked">{_line(entry.asked)}</p>' if entry.asked else ""
    you = "You said: " if entry.asked else ""
    said = f'<p class="said">{you}{_line(entry.said)}</p>' if entry.said else ""
    message = f"<p>{_line(entry.message)}</p>" if entry.message else ""
    if entry.alike:
        said = f'<p class="said">{"; ".join(map(_line, entry.alike))}</p>'
    return (
        f'<li class="{entry.outcome}"><p class="outcome">{_outcome(entry.outcome, entry.credit)}{credit}</p>{asked}'
        f"{said}{message}</li>\n"
    )


def credit_of(credit: float) -> str:
    """Return what an item adds, as it is said.

    >>> [credit_of(x) for x in (1, 0.5, 0.25, 0, -0.5)]
    ['+1', '+½', '+¼', '0', '−½']
    """
    plain = {1.0: "1", 0.5: "½", 0.25: "¼"}.get(abs(credit), f"{abs(credit):g}")
    return "0" if not credit else f"{'+' if credit > 0 else '−'}{plain}"


def _beside(beside: dict[str, Any]) -> str:
    parts = [f'<div class="beside">\n<h3>{_line(beside["title"])}</h3>\n']
    if beside.get("passages"):
        parts.append(
            '<p class="legend">In the texts: <span class="mine">underlined</span> you marked it; '
            '<span class="core">in a solid box</span> it pushes; <span class="arguable">in a dotted box</span> it is arguable; '
            '<span class="lure">in a dashed box, slanted</span> it is fair, and tempting.</p>\n'
        )
        parts += [_passage(passage) for passage in beside["passages"]]
    heads = beside["heads"]
    columns = "".join(f'<th scope="col" role="columnheader">{_line(head)}</th>' for head in heads)
    rows = "".join(
        f'<tr role="row" class="{row["outcome"]}"><th scope="row" role="rowheader">{_outcome(row["outcome"], row.get("credit"))}<span>{_line(row["cells"][0])}</span></th>'
        + "".join(
            f'<td role="cell" data-head="{_line(head)}">{_line(cell)}</td>'
            for head, cell in zip(heads[1:], row["cells"][1:], strict=True)
        )
        + "</tr>\n"
        for row in beside["rows"]
    )
    parts.append(
        f'<table role="table">\n<caption class="unseen">{_line(beside["title"])}</caption>\n'
        f'<thead role="rowgroup"><tr role="row">{columns}</tr></thead>\n<tbody role="rowgroup">{rows}</tbody>\n</table>\n</div>\n'
    )
    return "".join(parts)


def _passage(passage: dict[str, Any]) -> str:
    note = f"<p>{_line(passage['note'])}</p>\n" if passage["note"] else ""
    parts = "".join(
        f'<p class="text"><span class="where">{_line(part["where"])}</span> '
        f'<span lang="{_line(part["lang"])}">{"".join(map(_run, part["runs"]))}</span></p>\n'
        for part in passage["parts"]
    )
    return f"<h4>{_line(passage['title'])}</h4>\n{note}{parts}"


def _run(run: dict[str, Any]) -> str:
    grades = [grade for grade in ("core", "arguable", "lure") if run[grade]]
    names = (["mine"] if run["own"] else []) + grades
    if not names:
        return _line(run["text"])
    spoken = {"mine": "your mark", "core": "pushes", "arguable": "arguable", "lure": "fair"}
    said = ", ".join(spoken[name] for name in names)
    return (
        f'<span class="unseen">[{said}:] </span><span class="{" ".join(names)}">{_line(run["text"])}</span>'
        '<span class="unseen"> [end]</span>'
    )


def _differently(page: Page) -> str:
    appeals = "".join(map(_appeal, page.appeals))
    rulings = "".join(map(_ruled, page.rulings))
    return (
        "<section>\n<h2>If you see it differently</h2>\n"
        + (f"<h3>What you see differently</h3>\n<ul>{appeals}</ul>\n" if appeals else "")
        + (f"<h3>What was decided</h3>\n<ul>{rulings}</ul>\n" if rulings else "")
        + f"<p>{HOW}</p>\n<p>{THEN}</p>\n</section>\n"
    )


def _appeal(appeal: Appeal) -> str:
    why = f'<div class="own" dir="auto">{_text(appeal.why)}</div>' if appeal.why else ""
    record = f'<div class="own" dir="auto">{_text(appeal.record)}</div>' if appeal.record else ""
    state = "" if appeal.ruled else "<p>It waits for your teacher.</p>"
    return f"<li><p>{_line(appeal.item)}</p>{why}{record}{state}</li>\n"


def _ruled(ruled: Ruled) -> str:
    why = f'<p dir="auto">{_said(ruled.why)}</p>' if ruled.why else ""
    decided = f"<p>{RULINGS[ruled.ruling]} ({_line(ruled.when)})</p>"
    return f"<li><p><b>{_line(ruled.item)}</b></p>{decided}{why}</li>\n"


def _foot(page: Page) -> str:
    key = " This page shows the key: please do not pass it on." if page.shows_key else ""
    return f"<footer>\n<p>Standing of the key: <b>{_line(page.standing)}</b>. It can be wrong, and so can a mark.{key}</p>\n</footer>"
