"""What a case is made of: frozen attrs classes, one per TOML table.

Names follow the field: a *source* is where words began, a *carrier* passes them on, *gold* is the
right answer. Offsets are half-open character ranges and always travel with the exact words. Knows
nothing of files, widgets, scoring or nbgrader; `whosaidso.cases` reads and checks the TOML.
"""

from __future__ import annotations

import hashlib
import json
import re

from attrs import field, frozen

from whosaidso.vocabulary import GROUPS

CITATION = re.compile(r"\{(q\d+)\}|\b(r\d{3})\b")
"""Where our prose shows quotation q012, as `{q012}`, or cites record r014."""


def seal_of(text: str, paragraph_hash: str) -> str:
    """Return the seal of a quotation: 16 hex digits over its words and its paragraph's hash.

    It changes when either the quoted words or the paragraph they were found in change, so a
    quotation edited by hand is noticed without the article being in the project.
    """
    return hashlib.sha256(f"{text}\n{paragraph_hash}".encode()).hexdigest()[:16]


def words_in(text: str) -> int:
    """Count words as an editor would: runs of characters between spaces."""
    return len(text.split())


@frozen
class Paragraph:
    """One paragraph of an article, told in our words."""

    id: str
    """H, L, p1…, cap, by, img, com."""
    told: str
    """Our words; `{q012}` stands where quotation q012 is shown."""
    hash: str = ""
    """First 16 hex digits of the paragraph's SHA-256, set by `whosaidso check --articles --seal`."""
    note: str = ""
    """Content note shown before it, if one is due."""
    lines: tuple[int, ...] = ()
    """Lines of the team's capture it stands on, from 1; used only to renew seals."""


@frozen
class Article:
    """One of the articles the case walks through."""

    id: str
    outlet: str
    headline: str
    """Id of the quotation that holds the headline."""
    address: str
    """The address as text, or "" when it was not found."""
    byline: str
    rights: str
    kind: str
    language: str
    bank: str
    words: int
    """Words of headline, standfirst and body."""
    budget: int
    """Words of it that the project may hold, all uses together."""
    standing: str
    """One sentence: what sort of text this is, without judging it."""
    date: str = ""
    """ISO date when the page prints one."""
    date_inferred: str = ""
    """Our dating in words when it prints none."""
    date_grounds: str = ""
    republished_from: str = ""
    address_note: str = ""
    whole: bool = False
    """True: `told` has the article's own words, all of them. It is ours, or free to use."""
    paragraph: tuple[Paragraph, ...] = ()


@frozen
class Quotation:
    """Exact words of an article, at most 25 unless it is a headline or passage part."""

    id: str
    article: str
    paragraph: str
    text: str
    seal: str = ""
    gloss: str = ""
    """Meaning of a word that may be unknown; never a slant."""


@frozen
class Text:
    """A text that is not one of the articles but is read beside them."""

    id: str
    title: str
    publisher: str
    record: str
    """Record that it is, or that it was written from."""
    rights: str
    party: bool
    written_by_us: bool = False
    written_from: tuple[str, ...] = ()


@frozen
class Part:
    """A stretch of a passage: exact words from one paragraph."""

    article: str
    """Article or text id."""
    paragraph: str
    text: str
    seal: str = ""
    slips: tuple[str, ...] = ()
    """Misprints and broken grammar as printed, each in words that stand in the text once."""


@frozen
class Gloss:
    """A word of a passage explained without slant."""

    word: str
    meaning: str


@frozen
class Passage:
    """Words to be marked up in a wording exercise."""

    id: str
    bank: str
    use: str
    """worked, half_worked, practice or graded."""
    title: str
    part: tuple[Part, ...]
    gloss: tuple[Gloss, ...] = ()
    note: str = ""

    @property
    def words(self) -> int:
        """Words of all its parts."""
        return sum(words_in(part.text) for part in self.part)


@frozen
class Source:
    """Somebody or something that words can come from."""

    id: str
    name: str
    kind: str
    """agency, outlet, broadcaster, person, militia, government, body (a firm, union or office), unnamed or crowd."""
    what: str
    """One neutral sentence; a description names who gives it."""
    party: bool = False
    """True when it fought in, or governed a side of, this war."""
    arabic: str = ""
    printed_as: str = ""
    """Spelling used in the article, where it differs."""
    records: tuple[str, ...] = ()


@frozen
class Edge:
    """Teller got it from told_by: the arrow points back towards the source."""

    id: str
    teller: str
    told_by: str
    relation: str
    article: str
    """Article in which the teller says so; "" for links found outside the articles."""
    paragraph: str
    bank: str
    claim: str = ""
    """Headline claim it carries: k1, k2 or ""."""
    certainty: str = "explicit"
    evidence: str = ""
    """Our words on why we say so, for open edges."""
    change: str = ""
    """What changed on the way, for open edges."""
    also: tuple[str, ...] = ()
    """Other right places, as "article:paragraph"."""
    records: tuple[str, ...] = ()


@frozen
class Record:
    """Something that was published and bears on a claim: what it shows and what it cannot."""

    id: str
    publisher: str
    title: str
    date: str
    """ISO date, or a range in words when `date_inferred`."""
    url: str
    how_read: str
    """full, opening, reprint, listing, dataset or named_only."""
    kind: str
    """wire, press, party, ngo, un, academic, think_tank, activist, dataset or resident."""
    speaker: str
    """Who says it."""
    carrier: str
    """Who prints it."""
    party: bool
    """True when the speaker fought in, or governed a side of, this war."""
    origin_group: str
    """Bloc of the speaker: us_coalition, iraq, kurdish_region, hashd, russia, syria, syrian_opposition,
    iran, isis, residents, un, independent."""
    shows: str
    cannot_show: str
    link: str
    """live or text."""
    link_reason: str = ""
    """Why the address is text only."""
    carrier_group: str = "independent"
    """Bloc of the carrier, in the same words as origin_group.

    A carrier has one if it belongs to a government, army, party, militia or state broadcaster of that bloc (Stars and
    Stripes, Voice of America, France 24, TRT; TASS; Fars; Rudaw). Broadcasters with a charter (BBC, CBC, NPR, Deutsche
    Welle) and private papers are independent. So are the papers and channels of Gulf states, as long as no record that
    we read says whose they are: where one does (r265), the caution says so.
    """
    date_inferred: bool = False
    quote: str = ""
    """At most 25 exact words from the page."""
    quote_language: str = "en"
    caution: str = ""
    supplementary: bool = False
    """True: never sole evidence."""
    against_interest: bool = False
    """True: the speaker admits something against its own interest."""
    resident: bool = False
    """True: people of Mosul or an Iraqi civil body speak."""
    dossier: str = ""
    """Where the team's research file describes it."""


@frozen
class History:
    """Who decided what about an item, when and why."""

    when: str
    who: str
    what: str


@frozen
class Choice:
    """An assignment that a student may do in place of another one, without giving a reason."""

    assignment: str
    instead_of: str


@frozen
class Accept:
    """Another verdict that earns marks, with the records that carry it."""

    verdict: str
    usable: tuple[tuple[str, ...], ...] = ()
    """Sets of records, any one of which is enough; empty means those of the claim."""
    gaps: tuple[str, ...] = ()


def speaks_for(record: Record, claim: Claim) -> bool:
    """Is a record the word of the very side whose claim it is, and no admission? Then it shows only that they say so."""
    return (
        claim.type != "statement"
        and record.party
        and not record.against_interest
        and record.origin_group == claim.origin_group
    )


@frozen
class ClaimGold:
    """The right answer to one claim."""

    id: str
    verdict: str
    reason: str
    """Teacher's sentence. Shown with open claims, and with graded ones only if show_gold is on."""
    history: tuple[History, ...]
    usable: tuple[tuple[str, ...], ...] = ()
    """Sets of records (at most two each), any one of which is enough."""
    gaps: tuple[str, ...] = ()
    """Gaps that are right, when the verdict is not_shown."""
    accept_full: tuple[Accept, ...] = ()
    accept_half: tuple[Accept, ...] = ()
    wrong: dict[str, str] = field(factory=dict)
    """Misconception of each wrong verdict."""
    misused: dict[str, str] = field(factory=dict)
    """Misconception of a tempting record that cannot carry this claim."""
    enough: str = ""
    """Why records of which we read only a part are enough here, where all that are usable are such."""
    panel: int = 0
    """Votes by readers outside the team."""


@frozen
class Claim:
    """One statement, worded down to the part that is keyed."""

    id: str
    text: str
    type: str
    article: str
    """Where it appears; "" for a claim from another text."""
    paragraph: str
    bank: str
    origin_group: str
    """Bloc of whoever makes the claim."""
    quotation: str = ""
    also: tuple[str, ...] = ()
    """Other places, as "article:paragraph"."""
    text_id: str = ""
    """Text it appears in when it is not an article."""
    gold: ClaimGold | None = None
    """Open claims only."""
    for_records: tuple[str, ...] = ()
    """Records that lean towards it; this and the next three for discussion claims only."""
    against_records: tuple[str, ...] = ()
    """Records that lean against it."""
    beside_records: tuple[str, ...] = ()
    """Records that bear on it without leaning, or that only repeat the claim's own side."""
    note: str = ""
    """Our words: why nobody marks it, and what would settle it."""


@frozen
class SpanGold:
    """One span of a passage with its grade."""

    id: str
    passage: str
    article: str
    paragraph: str
    exact: str
    grade: str
    """core, arguable or lure."""
    reason: str
    history: tuple[History, ...]
    occurrence: int = 1
    labels: tuple[str, ...] = ()
    """Labels that are right, best first. A lure has none."""
    rewrite: str = ""
    """A fairer wording, for core and arguable spans."""
    misconception: str = ""
    """What marking a lure suggests."""
    panel: int = 0


@frozen
class VoicesGold:
    """Right answer to "whose voices stand at the end, and how many are independent?"."""

    claim: str
    """k1 or k2."""
    voices: tuple[str, ...]
    independent: tuple[str, ...]
    """Answers that are right, best first."""
    reason: str
    history: tuple[History, ...]
    wrong: dict[str, str] = field(factory=dict)
    """Misconception of each wrong count."""
    also_voices: tuple[tuple[str, ...], ...] = ()
    """Other lists of voices that are right."""


@frozen
class Change:
    """One change of a gold.toml, as an upheld appeal makes it."""

    table: str
    id: str
    """The row's id; "" for a new row."""
    key: str
    value: str
    """JSON, so that one field holds any of them."""
    how: str = "set"
    """set the key, append to its list, or add a row."""

    @classmethod
    def of(cls, table: str, row: str, key: str, value: object, *, how: str = "set") -> Change:
        """Return a change to a plain value."""
        return cls(table, row, key, json.dumps(value, ensure_ascii=False), how)


@frozen
class Ruling:
    """What was decided on "I see it differently" about one item."""

    assignment: str
    item: str
    ruling: str
    """upheld (for all), accepted (for the students named) or declined (for them)."""
    why: str
    who: str
    when: str
    students: tuple[str, ...] = ()
    """Those it concerns; for upheld, those who had asked by then. Declined for none: everybody who sees it differently."""
    change: tuple[Change, ...] = ()
    """For accepted: under these changes of the gold the students named are marked, if that is better for them."""
    marks: str = ""
    """For upheld: what was earned until then, as JSON by student, cell and digest of the answer. No new grading goes below."""
    passage: str = ""
    """The passage that `item` is a span of: students ask about passages. Filled in when a key is read."""


@frozen
class Link:
    """A pair of teller and source that is no gold link: accepted unmarked, or a known lure."""

    told_by: str
    teller: str = ""
    """Empty: any teller."""
    reason: str = ""
    misconception: str = ""


@frozen
class Gold:
    """Right answers of one assignment, or of a case's open items."""

    assignment: str
    standing: str
    """Who has read the key so far."""
    claims: dict[str, ClaimGold] = field(factory=dict)
    spans: tuple[SpanGold, ...] = ()
    edges: tuple[Edge, ...] = ()
    accepted: tuple[Link, ...] = ()
    """Links neither paid nor punished."""
    lures: tuple[Link, ...] = ()
    voices: dict[str, VoicesGold] = field(factory=dict)
    wordings: tuple[Wording, ...] = ()
    """Wordings of graded articles, for the whole verb ladder."""


@frozen
class Task:
    """One exercise of a notebook, or a practice set of the book."""

    id: str
    assignment: str
    kind: str
    title: str
    items: tuple[str, ...]
    """Claims, passages, or article ids to trace."""
    points: int
    minutes: int
    ask: str = ""
    """What to do, in one or two sentences."""
    options: tuple[str, ...] = ()
    """Record or source ids offered to choose from."""
    voices: tuple[str, ...] = ()
    """Headline claims whose voices are asked for (k1, k2)."""


@frozen
class Option:
    """One option of a quick question."""

    id: str
    """A letter."""
    text: str
    misconception: str = ""
    """What choosing it suggests, for a wrong option of a choice."""
    message: str = ""
    """What a student reads after choosing it; "" for the misconception's own message."""


@frozen
class Question:
    """A quick question of a chapter: always open, never part of a mark."""

    id: str
    type: str
    """choice or order."""
    ask: str
    option: tuple[Option, ...]
    """In the order in which they are shown."""
    right: tuple[str, ...]
    """The letter of the right option, or all letters in the right order."""
    reason: str
    history: tuple[History, ...]

    @property
    def bank(self) -> str:
        """Always open."""
        return "open"


@frozen
class Reflection:
    """A short passage for "Then and now": thought about before the course and after it, never scored."""

    id: str
    topic: str
    text: str
    """50 to 80 words written by us on everyday things; all in it is made up."""
    sound: bool
    why: str
    """What makes it sound or weak, in two sentences."""
    history: tuple[History, ...]


@frozen
class Group:
    """A side of the story, or those who stand beside it: whose word a record or a claim is."""

    id: str
    name: str
    """As a reader sees it."""
    balanced: bool = False
    """True: somebody accuses or defends it, so it needs claims that are supported and claims that are not."""


@frozen
class HeadlineClaim:
    """A claim that several articles carry, for the question of independent voices."""

    id: str
    text: str
    carried_by: tuple[str, ...]


@frozen
class Event:
    """Something of the timeline, told so that nothing graded is answered by it."""

    id: str
    date: str
    """ISO day."""
    what: str
    lane: str
    """mosul, elsewhere, words (somebody says or publishes) or span (a stretch of time)."""
    end: str = ""
    """Last ISO day of something that lasted."""
    record: str = ""
    source: str = ""
    """Where it stands, in words, while it has no record."""
    caution: str = ""


@frozen
class Place:
    """A place of the schematic map; its distance from Mosul is computed."""

    id: str
    name: str
    latitude: float
    longitude: float
    coordinates: str
    """Public source of the coordinates."""
    side: str
    """Where its name stands beside the dot: n, s, e or w."""
    why: str
    """What it has to do with the case."""
    arabic: str = ""
    said_km: int = 0
    """Distance from Mosul that a record gives, in kilometres; 0 when none does."""
    record: str = ""
    source: str = ""
    """Where it stands, in words, while it has no record."""


@frozen
class Outline:
    """A line of the schematic map, such as a border."""

    id: str
    name: str
    points: tuple[tuple[float, ...], ...]
    """Longitude and latitude of each corner."""
    record: str = ""
    source: str = ""


@frozen
class Count:
    """A number of soldiers, and what it counts."""

    id: str
    low: int
    high: int
    """The same as `low` when one number is given."""
    kind: str
    """present, authorised, added, part (of those present), uncounted or said (by somebody else)."""
    who: str
    """Who gives it."""
    date: str
    counts: str
    leaves_out: str = ""
    record: str = ""
    source: str = ""
    """Where it stands, in words, while it has no record."""


@frozen
class Estimate:
    """How many ISIS fighters somebody put in or around Mosul."""

    id: str
    who: str
    group: str
    """Bloc of whoever says it, in the words of `vocabulary.GROUPS`."""
    date: str
    low: int
    """0 when only an upper bound is given."""
    high: int
    """0 when only a lower bound is given."""
    of: str
    """Who is counted, and when."""
    kind: str = "estimate"
    """estimate, or claim: a number in a claim that is no estimate of strength."""
    record: str = ""
    source: str = ""
    """Where it stands, in words, while it has no record."""


@frozen
class StrikeDay:
    """One day of the coalition's own strike reports, as counted from a public file."""

    id: str
    """The day of the strikes, ISO: the day before the release."""
    release: str
    in_file: bool
    """False: the file has no release for this day, which is not the same as no strikes."""
    record: str
    mosul: int = 0
    qayyarah: int = 0
    sultan_abdallah: int = 0
    tal_afar: int = 0
    sinjar: int = 0
    kisik: int = 0
    iraq: int = 0
    """All of Iraq, the places above among them."""
    syria: int = 0
    repeats: str = ""
    """The day whose lines stand here again word for word, so that one of the two may be an error of the file."""
    source: str = ""


@frozen
class Wording:
    """How one carrier worded what another carried too."""

    id: str
    carrier: str
    """Who prints it."""
    place: str
    """headline, lead, body …"""
    words: str
    """A few exact words: from the quotation, or from the record's title or quotation."""
    language: str
    step: int
    """How much purpose the verb gives to those who did not strike: 0 none, 5 most."""
    article: str = ""
    quotation: str = ""
    meaning: str = ""
    """In English, when the words are not."""
    change: str = ""
    """What came in or fell out, in our words."""
    record: str = ""
    source: str = ""
    """Where it stands, in words, while it has no record."""


@frozen
class HeadlineShare:
    """How much of an article is about the claim in its headline."""

    id: str
    """The article."""
    words: dict[str, int]
    """Words of each paragraph of headline, standfirst and body; together those of the article."""
    carries: tuple[str, ...]
    """Paragraphs that carry the headline's claim, or go on with the speaker who made it."""
    reason: str


@frozen
class FigureData:
    """What the figures are drawn from, beyond the case's other tables."""

    events: dict[str, Event] = field(factory=dict)
    places: dict[str, Place] = field(factory=dict)
    outlines: dict[str, Outline] = field(factory=dict)
    counts: dict[str, Count] = field(factory=dict)
    estimates: dict[str, Estimate] = field(factory=dict)
    strike_days: dict[str, StrikeDay] = field(factory=dict)
    wordings: dict[str, Wording] = field(factory=dict)
    shares: dict[str, HeadlineShare] = field(factory=dict)


@frozen
class Case:
    """Everything public about one case, checked and frozen."""

    id: str
    title: str
    summary: str
    articles: dict[str, Article]
    quotations: dict[str, Quotation]
    texts: dict[str, Text]
    passages: dict[str, Passage]
    sources: dict[str, Source]
    edges: dict[str, Edge]
    records: dict[str, Record]
    claims: dict[str, Claim]
    headline_claims: dict[str, HeadlineClaim]
    spans: dict[str, SpanGold]
    """Gold of open passages only."""
    tasks: dict[str, Task]
    corrections: tuple[History, ...] = ()
    choices: tuple[Choice, ...] = ()
    questions: dict[str, Question] = field(factory=dict)
    figures: FigureData = field(factory=FigureData)
    reflections: dict[str, Reflection] = field(factory=dict)
    """"Then and now", in the order in which they are shown."""
    groups: dict[str, Group] = field(factory=dict)
    """Empty: the case is about the war, and its groups are those of the vocabulary."""

    @property
    def group_names(self) -> dict[str, str]:
        """What each group of the case is called, in the order in which they are shown."""
        return {group.id: group.name for group in self.groups.values()} or GROUPS

    @property
    def side(self) -> str:
        """What a party is called on a card."""
        return "side in this story" if self.groups else "side in the war"
