"""What a student sees of a source_trace exercise."""

from __future__ import annotations

from typing import Any

from whosaidso.forms.sheet import Block, Sheet, words
from whosaidso.forms.spec import Spec, in_context, terms
from whosaidso.forms.widget import Form, form_of
from whosaidso.records import CITATION, Case, Source, Task
from whosaidso.vocabulary import INDEPENDENCE, RELATIONS

STRINGS: dict[str, Any] = {
    "how": "Read from paragraph to paragraph. Wherever the text says who told it something, add a link: who tells it, and who told them. Go one step at a time: if the one who told it passes on somebody else's words, that is a link of its own, and its teller is the one who passes them on.",
    "relations": "How they know: what the words mean",
    "article": "{id} ({outlet})",
    "strip": "The article, paragraph by paragraph",
    "marks": "The article's own words stand in quotation marks; the rest is told in our words. H is the headline, L the line under it, “by” the lines that name author or agency, “com” the comments of readers.",
    "marks_whole": "The article stands here whole, in its own words. H is the headline, “by” the lines that name author or agency, “img” the line under a picture.",
    "note": "Before you read on: {note}",
    "from": "+ Link from {place}",
    "links": "Your links in this article",
    "link": "Link {n}",
    "teller": "Who tells it",
    "by": "Who told them",
    "relation": "How they know",
    "place": "Where it says so",
    "choose": "choose …",
    "articles": "Articles",
    "names": "Names in the texts (not all of them are sources)",
    "printed": "{name} (printed as {printed})",
    "read": "What {place} says",
    "back": "Back to {place} above",
    "add": "Add a link",
    "added": "Link added.",
    "remove": "Remove link {n}",
    "removed": "Link removed; Undo brings it back.",
    "unfinished": "Not finished: a link needs both who tells it and who told them.",
    "twice": "The same two ends as link {n}; it counts once.",
    "picture": "Your network of this article",
    "whole": "Your network of all articles together",
    "nothing": "Nothing to draw yet. A link is drawn as soon as it has both ends.",
    "sentence": "{teller} tells it; {by} told them. How: {relation}. Where: {place}.",
    "unsaid": "not said",
    "chains": "Each chain to its end",
    "end": "■ end of the chain",
    "chain": "{chain} (end of the chain)",
    "round": "{chain} (a circle without an end)",
    "more": "and more",
    "carried": "These articles carry it. Open one to read it again.",
    "voices": "Whose voices stand at the end?",
    "voices_help": "Tick one name or several. Not all of them are sources.",
    "independent": "How many of these voices are independent of one another?",
    "no_links": "Finish at least one link, then check.",
    "count": "{right} right, {invented} invented (½ off each): {total} of {of}.",
    "agree": "Of your {right} right links, {relations} have the relation we would give and {places} the place where it says so.",
    "ends": "{teller} → {by}",
    "ours": "We would say. How they know: {relation}. Where it says so: {places}.",
    "invented": "Invented",
    "reversed": "The wrong way round",
    "missed": "Show the links I missed ({count})",
    "missed_list": "Links you missed",
    "missed_none": "You found every link there is to find.",
}


def source_trace(task_id: str) -> Form:
    """Return the form of a source_trace exercise: articles, who may have told them, and how they know."""
    return form_of(task_id, "source_trace")


def spec(task: Task, case: Case) -> Spec:
    """Return what the form shows: links to draw in articles, or voices to name for headline claims."""
    articles = [item for claim in task.voices for item in case.headline_claims[claim].carried_by] or task.items
    told = {
        "names": [
            *({"id": item, "name": item, "printed": "", "article": True} for item in task.items),
            *(
                {"id": name, "name": case.sources[name].name, "printed": printed(case.sources[name]), "article": False}
                for name in task.options
            ),
        ],
        "articles": [_article(item, case) for item in dict.fromkeys(articles)],
    }
    if not task.voices:
        relations = [{**term, "rare": term["id"] == "translates"} for term in terms(RELATIONS)]
        return {**told, "progress": "Articles with a link: {done} of {of}.", "relations": relations}
    claims = [case.headline_claims[claim] for claim in task.voices]
    return {
        **told,
        "progress": "Headline claims with voices and a count: {done} of {of}.",
        "claims": [{"id": claim.id, "text": claim.text, "carried": list(claim.carried_by)} for claim in claims],
        "counts": terms(INDEPENDENCE),
    }


def _article(item: str, case: Case) -> Spec:
    article = case.articles[item]
    strip = [{"id": p.id, "note": p.note, "told": in_context(case, item, p.id)} for p in article.paragraph]
    return {"id": item, "outlet": article.outlet, "whole": article.whole, "strip": strip}


def printed(source: Source) -> str:
    """Return the spelling in the article, where it is another than the name we use."""
    return "" if source.name.casefold() in source.printed_as.casefold() else source.printed_as


def sheet(task: Task, case: Case) -> Sheet:
    """Return the same in words, with what may be typed, for programs that show no form."""
    blocks = []
    if not task.voices:
        for item in task.items:
            article = case.articles[item]
            strip = tuple((paragraph.id, _quoted(case, paragraph.told)) for paragraph in article.paragraph)
            blocks.append(Block(f"{item} ({article.outlet})", strip))
    sources = []
    for name in task.options:
        source = case.sources[name]
        spelled = f" (printed as {printed(source)})" if printed(source) else ""
        sources.append((name, f"{source.name}{spelled}"))
    blocks.append(Block("Names you may type, beside the articles' own (not all of them are sources)", tuple(sources)))
    if task.voices:
        asked = [(claim, case.headline_claims[claim].text) for claim in task.voices]
        carried = [
            f"{claim} is carried by {', '.join(case.headline_claims[claim].carried_by)}" for claim in task.voices
        ]
        asked.append(("", f"{'; '.join(carried)}. The paragraphs stand on the sheet above, or in the book."))
        blocks.insert(0, Block("Headline claims", tuple(asked)))
        blocks.append(words("How many independent voices", INDEPENDENCE))
    else:
        blocks.append(words("How they know: relations", {k: v for k, v in RELATIONS.items() if k != "translates"}))
        place = "The mark in front of the paragraph; H is the headline, by the line that names author or agency."
        blocks.append(Block("Where it says so", (("p4", place),)))
    return Sheet(task.title, task.ask, task.minutes, tuple(blocks))


def _quoted(case: Case, told: str) -> str:
    """Return told with the words of each quotation it shows."""
    return CITATION.sub(lambda match: case.quotations[match[1]].text if match[1] else match[0], told)
