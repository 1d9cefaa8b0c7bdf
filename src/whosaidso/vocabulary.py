"""The closed word lists: every label a student may choose, with its one-line definition.

Definitions are printed by the book's glossary, the exercise sheets and the forms, so a word is
explained in one place. Knows nothing of cases, widgets or scores.
"""

from __future__ import annotations

from attrs import frozen


@frozen
class Term:
    """One word of a closed list."""

    id: str
    """What is typed and stored, lower case with underscores."""
    label: str
    """What a reader sees."""
    definition: str
    """One plain sentence."""


def _terms(*rows: tuple[str, str, str]) -> dict[str, Term]:
    return {row[0]: Term(*row) for row in rows}


RELATIONS = _terms(
    ("republishes", "republishes", "Carries another outlet's text whole or nearly whole."),
    ("cites", "cites", "Names an outlet or agency as the place it got this from."),
    ("quotes_named", "quotes a named speaker", "Gives the words of a person or body it names."),
    ("quotes_anonymous", "quotes an unnamed speaker", "Gives the words of someone it does not name."),
    ("paraphrases", "paraphrases", "Tells in its own words what a speaker or outlet said."),
    ("vague", "points vaguely", "Points at nobody you could ask: “experts”, “reports”, “some data”."),
    (
        "translates",
        "translates",
        "Carries the text over from another language. Used for links outside the five articles.",
    ),
)

TECHNIQUES = _terms(
    ("loaded_language", "loaded language", "A word chosen for its heat where a plain word would say the same."),
    ("name_calling", "name-calling", "A label that judges a person or group beyond what they are."),
    (
        "exaggeration",
        "exaggeration or minimising",
        "Makes something bigger, surer or smaller than the text itself can carry.",
    ),
    ("scare_quotes", "scare quotes", "Quotation marks that hint a word is untrue, when nobody is being quoted."),
    ("vague_authority", "vague authority", "Leans on people who are not named and cannot be asked."),
    ("insinuating_question", "insinuating question", "A question that plants a charge without making it."),
    (
        "presupposed_intent",
        "presupposed intent",
        "Builds a purpose into the verb: “let”, “allow”, where only an outcome is known.",
    ),
    ("euphemism", "euphemism", "A soft or technical word that hides something hard. How official texts often push."),
)

VERDICTS = _terms(
    ("supported", "supported", "Records that could know say so, from outside the claim's own source."),
    ("contradicted", "contradicted", "Records that could know say otherwise."),
    (
        "missing_context",
        "missing context",
        "The words are near the record, but something that changes their meaning is left out.",
    ),
    ("not_shown", "not shown", "No record that could know settles it. The burden stays with whoever makes the claim."),
)

GAPS = _terms(
    ("no_record", "no record", "Nobody who could know left a record that we found."),
    ("silent_on_intent", "silent on intent", "Records show what happened, none shows what was meant."),
    ("records_conflict", "records conflict", "Records that could know disagree."),
    (
        "one_interested_unnamed_source",
        "one interested, unnamed source",
        "Everything goes back to a single speaker who is not named and has a stake.",
    ),
)

INDEPENDENCE = _terms(
    ("0", "0", "No voice that could know stands behind it."),
    ("1", "1", "One voice, however many outlets carry it."),
    ("1_or_more", "cannot tell: 1 or more", "The texts leave it open whether two mentions are the same voice."),
    ("2", "2", "Two voices that did not get it from each other."),
    ("3", "3", "Three voices that did not get it from each other."),
)

CONFIDENCE = (0.25, 0.5, 0.75, 0.95)
"""The four steps a student may choose: a guess, half sure, fairly sure, nearly certain."""

CLAIM_TYPES = _terms(
    ("statement", "statement", "Somebody said something. A primary text or two carriers settle it."),
    ("event", "event", "Something happened. It needs a record of another origin, or an admission against interest."),
    ("figure", "figure", "A number of something. The same test as for an event."),
    ("intent", "intent", "Somebody meant something. Only documents or testimony about the intent can settle it."),
)

GROUPS = {
    "residents": "People of Mosul and Iraqi civil bodies",
    "iraq": "Iraqi government and forces",
    "kurdish_region": "Kurdistan Region of Iraq",
    "hashd": "Hashd al-Shaabi (PMU)",
    "us_coalition": "United States and the coalition",
    "iran": "Iran",
    "russia": "Russia",
    "syria": "Syrian government",
    "syrian_opposition": "Syrian armed opposition",
    "isis": "ISIS",
    "un": "United Nations",
    "independent": "Not a side in the war",
}
"""Who speaks, in the order in which the index shows them: the people of the place first."""

LANES = {
    "mosul": "at Mosul",
    "elsewhere": "elsewhere in Iraq and Syria",
    "words": "somebody says or publishes",
    "span": "a stretch of time",
}
"""What an event of the timeline is."""

COUNT_KINDS = {
    "present": "counted as present",
    "authorised": "authorised at most",
    "added": "announced as more",
    "part": "a part of those present",
    "uncounted": "left out of the count",
    "said": "said by somebody else",
}
"""What a number of soldiers is."""

ESTIMATE_KINDS = {"estimate": "an estimate of strength", "claim": "a number in a claim"}

RECORD_KINDS = {
    "wire": "news agency report",
    "press": "press report",
    "party": "statement by a side",
    "ngo": "report by an aid or rights organisation",
    "un": "United Nations document",
    "academic": "academic work",
    "think_tank": "think-tank report",
    "activist": "activists' report",
    "dataset": "data set",
    "resident": "account by people who lived there",
}

HOW_READ = {
    "full": "read in full",
    "opening": "opening only",
    "reprint": "read through a reprint",
    "listing": "seen in a listing only",
    "dataset": "read as a data set",
    "named_only": "named by others; not read by us",
}

PARTLY_READ = ("opening", "listing", "named_only")
"""Ways of reading that saw a part of a record at most: what is cited from it must stand in that part."""

LISTED_HOSTS = {
    "southfront.org": "SouthFront",
    "southfront.press": "SouthFront",
    "rt.com": "RT",
    "sputniknews.com": "Sputnik",
    "sputniknews.africa": "Sputnik",
    "sputnikglobe.com": "Sputnik",
    "sarabic.ae": "Sputnik",
    "noticiabrasil.net.br": "Sputnik",
    "ria.ru": "RIA Novosti",
    "eadaily.com": "EADaily",
    "tass.com": "TASS",
    "tass.ru": "TASS",
    "farsnews.com": "Fars",
    "farsnews.ir": "Fars",
    "tasnimnews.com": "Tasnim",
    "presstv.ir": "Press TV",
    "presstv.com": "Press TV",
    "alalam.ir": "Al-Alam",
    "alalamtv.net": "Al-Alam",
    "sana.sy": "SANA",
}
"""Outlets that are under sanctions somewhere, or belong to a body that is: their addresses are shown as text, never linked."""

BANKS = ("open", "graded", "discussion")
"""Whose answer is public, whose is not, and which claims have none: those are talked about and never judged."""
SOURCE_KINDS = ("agency", "outlet", "broadcaster", "person", "militia", "government", "body", "unnamed", "crowd")
QUESTIONS = ("choice", "order")
PASSAGE_USES = ("worked", "half_worked", "practice", "graded")
LINKS = ("live", "text")
SPAN_GRADES = ("core", "arguable", "lure")
CERTAINTIES = ("explicit", "high", "medium")

MISCONCEPTIONS = _terms(
    (
        "A1",
        "five articles, five sources",
        "Several outlets carrying one voice are still one voice. Follow each to its end.",
    ),
    ("A2", "the agency is the root", "The agency tells you who told it. Take one more step."),
    ("A3", "arrow reversed", "You have the two the wrong way round. Who is reporting, and whom do they report?"),
    ("A4", "a mention is a source", "Named in the text, but not as where this came from."),
    ("A5", "a gap filled by a guess", "It may be so, but the article never says it. Keep it as your own inference."),
    (
        "A6",
        "unnamed means false, named means true",
        "An unnamed source cannot be checked. That does not settle whether it is right.",
    ),
    ("A7", "comments are the article", "That is a reader or a page notice, not the article."),
    (
        "A8",
        "two countries, so independent",
        "Different claims by different unnamed speakers do not confirm each other.",
    ),
    ("B1", "a strong word is a loaded word", "Strong, but is there a fairer word for the same fact?"),
    ("B2", "quotation marks are scare quotes", "Somebody really said this. Scare quotes hint that a word is untrue."),
    ("B3", "a claim I doubt is loaded wording", "That is a claim to check against records, not a choice of tone."),
    ("B4", "the whole sentence", "Which few words do the pushing? Mark only those."),
    ("B5", "bad English is bias", "A slip of the pen. Would a neutral editor change the meaning?"),
    ("B6", "only the other side pushes", "Put the same test to this text as to the others."),
    ("C1", "no record means false", "Nothing found is not the same as shown to be false."),
    (
        "C2",
        "circular proof",
        "That record repeats the claim's own source. You need someone who could know apart from it.",
    ),
    ("C3", "bad outlet, so false", "Check the claim, not the logo. A record that could know bears on it."),
    ("C4", "a true detail carries the story", "One part is right. That does not carry the rest."),
    ("C5", "the outcome shows the intent", "What happened is one thing. What was meant needs its own record."),
    ("C6", "official means true", "An official is an interested party too. Who outside could know?"),
    ("C7", "same number, other thing", "The number may be near. Ask what exactly is being counted."),
    ("C8", "unsure, so not shown", "A record that could know does settle this one. Look again at the cards."),
    (
        "D0",
        "no special reason",
        "That is not what the texts or records carry. Go back to the place and read it once more.",
    ),
)
"""Known misunderstandings and the plain message each gets; D0 is the default for open answers."""
