"""What a student sees of a source_trace exercise."""

from __future__ import annotations

from whosaidso.forms.sheet import Block, Sheet, task_of, words
from whosaidso.records import CITATION, Case
from whosaidso.vocabulary import INDEPENDENCE, RELATIONS


def source_trace(task_id: str) -> Sheet:
    """Return the sheet of a source_trace exercise: the articles as strips, sources, relations."""
    task, case = task_of(task_id, "source_trace")
    blocks = []
    if not task.voices:
        for item in task.items:
            article = case.articles[item]
            strip = tuple((paragraph.id, _quoted(case, paragraph.told)) for paragraph in article.paragraph)
            blocks.append(Block(f"{item} ({article.outlet})", strip))
    sources = []
    for name in task.options:
        source = case.sources[name]
        same = source.name.casefold() in source.printed_as.casefold()
        spelled = f" (printed as {source.printed_as})" if source.printed_as and not same else ""
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
