"""What a student sees of a source_trace exercise."""

from __future__ import annotations

from whosaidso.cases.checks import quoted
from whosaidso.forms.sheet import Block, Sheet, task_of, words
from whosaidso.vocabulary import INDEPENDENCE, RELATIONS


def source_trace(task_id: str) -> Sheet:
    """Return the sheet of a source_trace exercise: the articles as strips, sources, relations."""
    task, case = task_of(task_id, "source_trace")
    blocks = []
    if not task.voices:
        for item in task.items:
            article = case.articles[item]
            strip = tuple((paragraph.id, quoted(case, paragraph.told)) for paragraph in article.paragraph)
            blocks.append(Block(f"{item} ({article.outlet})", strip))
    sources = []
    for name in task.options:
        source = case.sources[name]
        spelled = f" (printed as {source.printed_as})" if source.printed_as else ""
        sources.append((name, f"{source.name}{spelled}"))
    blocks.append(Block("Names to choose from (not all of them are sources)", tuple(sources)))
    if task.voices:
        asked = [(claim, case.headline_claims[claim].text) for claim in task.voices]
        asked += [
            ("", f"{claim} is carried by {', '.join(case.headline_claims[claim].carried_by)}.") for claim in task.voices
        ]
        blocks.append(Block("Headline claims", tuple(asked)))
        blocks.append(words("How many independent voices", INDEPENDENCE))
    else:
        blocks.append(words("Relations", {k: v for k, v in RELATIONS.items() if k != "translates"}))
    return Sheet(task.title, task.ask, task.minutes, tuple(blocks))
