"""What a case owes its readers: citations that lead somewhere, balance, cautions kept, no link to a listed outlet.

Balance is printed as figures. It is a fault only where the rule has no exception: every article has a supported claim, and
every side has supported and other ones.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from whosaidso.cases.checks import is_blank
from whosaidso.faults import Fault
from whosaidso.records import Case, ClaimGold, Gold, speaks_for
from whosaidso.vocabulary import LISTED_HOSTS, PARTLY_READ

SIDES = {
    "Iran": ("iran",),
    "Russia and the Syrian government": ("russia", "syria"),
    "the US and the coalition": ("us_coalition",),
    "Iraq": ("iraq", "kurdish_region", "residents"),
}
"""Blocs of which each has supported and other claims. The Hashd al-Shaabi are counted apart: they belong to neither alone."""

_CITED = re.compile(r"\b(r\d{3})\b|\{(q\d+)\}|\{quotation\} *(q\d+)|\{claim-card\} *(c\d+)")
_LINKED = re.compile(r"""\]\(\s*<?(https?://[^\s)>]+)|<(https?://[^\s>]+)>|href=\\?["'](https?://[^"'\\]+)""")


def cited_nowhere(course: Path, *cases: Case) -> Iterator[Fault]:
    """Yield each id cited by a chapter, a notebook or a key that leads to nothing in any of the cases."""
    tables = {"r": "records", "q": "quotations", "c": "claims"}
    known = {letter: {name for case in cases for name in getattr(case, table)} for letter, table in tables.items()}
    for where, text in _prose(course):
        for record, *others in dict.fromkeys(_CITED.findall(text)):
            name = record or next(filter(None, others))
            if name not in known[name[0]]:
                yield Fault(
                    where, name, "is cited there and does not exist.", "Name another one, or add it to the case."
                )


def listed_links(course: Path, *cases: Case) -> Iterator[Fault]:
    """Yield each live link to an outlet under sanctions, in the records of the cases and in a course."""
    for record in (record for case in cases for record in case.records.values()):
        outlet = listed(record.url)
        if record.link == "live" and outlet:
            remedy = 'Set link = "text" and give link_reason.'
            yield Fault("records.toml", record.id, f"links to {outlet}, which is under sanctions.", remedy)
    for where, text in _prose(course):
        for address in dict.fromkeys("".join(found) for found in _LINKED.findall(text)):
            if listed(address):
                remedy = "Show the address as text, without a link."
                yield Fault(where, address, f"links to {listed(address)}, which is under sanctions.", remedy)


def listed(address: str) -> str:
    """Return the outlet under sanctions that an address belongs to, or "".

    >>> listed("https://maps.southfront.press/x"), listed("https://www.reuters.com/rt.com")
    ('SouthFront', '')
    """
    host = (urlsplit(address if "//" in address else f"//{address}").hostname or "").lower()
    return next((name for end, name in LISTED_HOSTS.items() if host == end or host.endswith(f".{end}")), "")


def _prose(course: Path) -> Iterator[tuple[str, str]]:
    """Yield the texts of a course in which we cite: chapters, instructors' notes, keys and notebooks."""
    paths = [*(course / "book").rglob("*.md"), *(course / "solutions").glob("*/*")]
    for path in sorted(paths):
        if path.suffix not in (".md", ".toml", ".ipynb"):
            continue
        try:
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".ipynb":
                cells = json.loads(text)["cells"]
                text = "\n".join("".join(cell["source"]) for cell in cells)
        except (OSError, ValueError, KeyError, TypeError):
            continue  # named elsewhere
        yield path.relative_to(course).as_posix(), text


def cautions_exceeded(file: str, golds: Iterable[ClaimGold], case: Case) -> Iterator[Fault]:
    """Yield each claim whose key lets a record carry more than it may.

    Supplementary records never pay alone. Where all usable records were read in part only, the key must say why that is
    enough. "Not shown" is left out: its records are the nearest there are, and carry nothing.
    """
    for gold in golds:
        if any(name not in case.records for s in _sets(gold) for name in s):
            continue  # named elsewhere
        for usable in _sets(gold):
            if usable and all(case.records[name].supplementary for name in usable):
                remedy = "Put another record beside it, or take the set out."
                yield Fault(
                    file, gold.id, f"is carried by {', '.join(usable)}, never sole evidence.", remedy, key="alone"
                )
        used = {name for usable in gold.usable for name in usable}
        weak = {name for name in used if case.records[name].how_read in PARTLY_READ}
        if gold.verdict != "not_shown" and used and used == weak and not gold.enough:
            remedy = "Read one whole, add another, or say in `enough` why the part that was read carries the claim."
            yield Fault(file, gold.id, f"rests on records read in part only: {', '.join(sorted(used))}.", remedy)


def own_side(file: str, golds: Iterable[ClaimGold], case: Case) -> Iterator[Fault]:
    """Yield each claim that something happened, or how much, which the key lets its own side carry.

    An admission against interest may. So may a record of which the key says in `enough` who else speaks in it.
    """
    for gold in golds:
        claim = case.claims.get(gold.id)
        if (
            claim is None
            or claim.type == "statement"
            or gold.verdict not in ("supported", "contradicted")
            or gold.enough
        ):
            continue
        for usable in gold.usable:
            spoken = [case.records[name] for name in usable if name in case.records]
            if spoken and all(speaks_for(record, claim) for record in spoken):
                names = " and ".join(record.id for record in spoken)
                remedy = (
                    f"Take [{names}] out of usable, put a record from outside beside it, or set against_interest = true "
                    "on a record that admits what hurts its speaker."
                )
                problem = f"is carried by {names}, which speaks for the claim's own side ({case.group_names[claim.origin_group]})."
                yield Fault(file, gold.id, problem, remedy, key="own side")


def _sets(gold: ClaimGold) -> Iterator[tuple[str, ...]]:
    """Yield the sets of records that carry a verdict other than "not shown"."""
    if gold.verdict != "not_shown":
        yield from gold.usable
    for accept in (*gold.accept_full, *gold.accept_half):
        if accept.verdict != "not_shown":
            yield from accept.usable


def balance(
    case: Case, golds: Mapping[str, ClaimGold], figures: list[tuple[str, str]], unsure: Collection[str] = ()
) -> Iterator[Fault]:
    """Count claims by article, by the side they go back to, and records by who prints them; yield what may never be.

    Claims that are `unsure`, because they have no key yet or a faulty one, are held to be whatever is lacking.
    """
    places = {
        name: {claim.article, *(place.partition(":")[0] for place in claim.also)} for name, claim in case.claims.items()
    }
    for article in case.articles.values():
        verdicts = _verdicts(gold for name, gold in golds.items() if article.id in places[name])
        figures.append((f"{article.id}, claims with a key", _told(verdicts)))
        if not verdicts["supported"] and not any(article.id in places[name] for name in unsure):
            remedy = "Every article says something that is so; key one such claim."
            yield Fault("claims.toml", article.id, "has no claim that is supported.", remedy)
    sides = {group.name: (group.id,) for group in case.groups.values() if group.balanced} if case.groups else SIDES
    counted = {group for groups in sides.values() for group in groups}
    others = {name: (group,) for group, name in case.group_names.items() if group not in counted}
    for side, groups in {**sides, **others}.items():
        verdicts = _verdicts(gold for name, gold in golds.items() if case.claims[name].origin_group in groups)
        open_yet = any(case.claims[name].origin_group in groups for name in unsure)
        owed = side in sides and case.articles and not open_yet  # a case of records alone need not hear every side
        if verdicts or owed:
            figures.append((f"{case.id}, claims that go back to {side}", _told(verdicts)))
        if owed and (not verdicts["supported"] or verdicts["supported"] == verdicts.total()):
            remedy = "Each side has supported and other claims; key one of the kind that lacks."
            yield Fault("claims.toml", side, f"has the keys: {_told(verdicts)}.", remedy)
    for what, key in (("carried", "carrier_group"), ("spoken", "origin_group")):
        heard = Counter(getattr(record, key) for record in case.records.values() if not is_blank(record))
        parts = [f"{count} {group}" for group, count in heard.most_common()]
        figures.append((f"{case.id}, records, by whom {what}", ", ".join(parts)))


def sets(case: Case, gold: Gold, figures: list[tuple[str, str]]) -> None:
    """Count sound and other items in the tasks that a key is for."""
    for task in case.tasks.values():
        if task.assignment != gold.assignment:
            continue
        if task.kind == "claim_check":
            sound = sum(gold.claims[item].verdict == "supported" for item in task.items if item in gold.claims)
            figures.append((f"{task.id}, supported claims", f"{sound} of {len(task.items)}"))
        elif task.kind == "span_label":
            grades = Counter(span.grade for span in gold.spans if span.passage in task.items)
            told = f"{grades['core']} push, {grades['lure']} do not, {grades['arguable']} arguable"
            figures.append((f"{task.id}, spans", told))


def _verdicts(golds: Iterable[ClaimGold]) -> Counter[str]:
    return Counter(gold.verdict for gold in golds)


def _told(verdicts: Counter[str]) -> str:
    """Return counts in words.

    >>> _told(Counter(supported=2, not_shown=1))
    '2 supported, 1 other'
    """
    return f"{verdicts['supported']} supported, {verdicts.total() - verdicts['supported']} other"
