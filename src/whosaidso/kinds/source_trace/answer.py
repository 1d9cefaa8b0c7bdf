"""Read a source_trace answer: `sourcing = {"edges": […], "voices": {…}, "independent": {…}}`."""

from __future__ import annotations

import re

from attrs import field, frozen

from whosaidso.answers import Parsed, as_list, choose, is_blank
from whosaidso.records import Case, Task
from whosaidso.vocabulary import INDEPENDENCE, RELATIONS

NAME = "sourcing"
ITEMS = "articles"
"""The table of a case that its items come from."""
OPTIONS = "sources"
"""The table that what may be chosen comes from."""
MOST_LINKS = 200

_PLACE = re.compile(r"^(?:(?P<article>[\w-]+)[: ])?(?P<paragraph>H|L|p\d+|cap|by|img|com)$", re.IGNORECASE)


@frozen
class Link:
    """Teller got it from told_by."""

    teller: str
    told_by: str
    relation: str = ""
    where: str = ""


@frozen
class TraceAnswer:
    """Links, and for each headline claim the voices at its end and how many are independent."""

    links: tuple[Link, ...] = ()
    voices: dict[str, frozenset[str]] = field(factory=dict)
    independent: dict[str, str] = field(factory=dict)


def parse(raw: object, task: Task, case: Case) -> Parsed:
    """Return what can be read of the trace, and a sentence for each thing that cannot."""
    problems: list[str] = []
    if not isinstance(raw, dict):
        problems.append("Your answer should be one {…} like the pattern in the grey cell.")
        raw = {}
    for key in raw:
        if key not in ("edges", "voices", "independent"):
            problems.append(f"{str(key)[:40]!r} is not asked for; use edges, voices, independent.")
    unfinished: list[str] = []
    links = _links(raw.get("edges"), task, problems, unfinished)
    voices: dict[str, frozenset[str]] = {}
    independent: dict[str, str] = {}
    for claim, given in _table(raw.get("voices"), "voices", task, problems):
        listed = as_list(given if given is not None else [])
        if listed is None:
            problems.append(f"voices {claim}: give a list of names, like the pattern in the grey cell.")
        chosen: set[str] = set()
        for name in listed or []:
            known, problem = choose(name, task.options, "a source of the list", f"voices {claim}", problems=problems)
            if known is not None:
                chosen.add(known)
            elif name:
                problems.append(problem)
        if chosen:
            voices[claim] = frozenset(chosen)
    for claim, given in _table(raw.get("independent"), "independent", task, problems):
        if given in (None, ""):
            continue
        count, problem = choose(given, INDEPENDENCE, "one of the counts", f"independent {claim}", problems=problems)
        if count is None:
            problems.append(problem)
        else:
            independent[claim] = count
    answer = TraceAnswer(links, voices, independent)
    if task.voices:
        missing = tuple(claim for claim in task.voices if claim not in voices or claim not in independent)
        done, of = len(task.voices) - len(missing), len(task.voices)
        return Parsed(answer, tuple(problems), (*missing, *unfinished), done=done, of=of)
    tellers = {link.teller for link in links}
    missing = tuple(item for item in task.items if item not in tellers)
    done, of = len(task.items) - len(missing), len(task.items)
    return Parsed(answer, tuple(problems), (*missing, *unfinished), done=done, of=of)


def _links(raw: object, task: Task, problems: list[str], unfinished: list[str]) -> tuple[Link, ...]:
    rows = as_list(raw if raw is not None else [])
    if rows is None or isinstance(raw, str):
        problems.append("edges should be a list of links, like the pattern in the grey cell.")
        return ()
    if len(rows) > MOST_LINKS:
        problems.append(f"{len(rows)} links given; only the first {MOST_LINKS} are read.")
    known = [*task.items, *task.options]
    links: dict[tuple[str, str], Link] = {}
    for number, row in enumerate(rows[:MOST_LINKS], 1):
        if is_blank(row):
            continue
        where = f"link {number}"
        cells = as_list(row)
        if cells is None or isinstance(row, str) or not 2 <= len(cells) <= 4:
            problems.append(f'{where}: write ("who tells it", "who told them", "relation", "where it says so").')
            continue
        if cells[0] in ("", None) or cells[1] in ("", None):
            unfinished.append(f"{where} (it needs both who tells it and who told them)")
            continue
        what = "an article or source of the list"
        teller, problem_a = choose(cells[0], known, what, where, problems=problems)
        told_by, problem_b = choose(cells[1], known, what, where, problems=problems)
        if teller is None or told_by is None:
            problems += [problem for problem in (problem_a, problem_b) if problem]
            continue
        relation = ""
        if len(cells) > 2 and cells[2]:
            chosen, problem = choose(cells[2], RELATIONS, "a relation", where, problems=problems)
            relation = chosen or ""
            problems += [problem] if problem else []
        place = str(cells[3]).strip() if len(cells) > 3 and cells[3] else ""
        found = _PLACE.match(place)
        if place and not found:
            problems.append(f"{where}: {place[:40]!r} is not a place; write a paragraph like p4, H or by.")
        place = _place(found) if found else ""
        links.setdefault((teller, told_by), Link(teller, told_by, relation, place))
    return tuple(links.values())


def _place(found: re.Match[str]) -> str:
    """Return a place as the case data write it: p4, H, southfront-raqqa:p4."""
    paragraph = found["paragraph"].lower()
    paragraph = paragraph.upper() if paragraph in ("h", "l") else paragraph
    return f"{found['article'].lower()}:{paragraph}" if found["article"] else paragraph


def _table(raw: object, name: str, task: Task, problems: list[str]) -> list[tuple[str, object]]:
    if raw in (None, "", [], ()):
        return []
    if not isinstance(raw, dict):
        problems.append(f'{name} should be a {{…}} with a line for each claim, like {{"k1": …}}.')
        return []
    rows = []
    for key, value in raw.items():
        claim, problem = choose(key, task.voices or ("k1", "k2"), "a headline claim", name, problems=problems)
        if claim is None:
            problems.append(problem)
        else:
            rows.append((claim, value))
    return rows
