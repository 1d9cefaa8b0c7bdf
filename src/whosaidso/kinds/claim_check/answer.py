"""Read a claim_check answer: `claims = {"c03": {"verdict": …, "evidence": […], "gap": …, "confidence": …}}`."""

from __future__ import annotations

from attrs import frozen

from whosaidso.answers import Parsed, as_list, choose
from whosaidso.records import Case, Task
from whosaidso.vocabulary import CONFIDENCE, GAPS, VERDICTS

NAME = "claims"
ITEMS = "claims"
"""The table of a case that its items come from."""
OPTIONS = "records"
"""The table that what may be chosen comes from."""
MOST_RECORDS = 2


@frozen
class ClaimAnswer:
    """A student's judgement of one claim."""

    item: str
    verdict: str
    evidence: tuple[str, ...] = ()
    gap: str = ""
    confidence: float | None = None


def parse(raw: object, task: Task, case: Case) -> Parsed:
    """Return the judgements that can be read, and a sentence for each thing that cannot."""
    problems: list[str] = []
    answers: dict[str, ClaimAnswer] = {}
    if not isinstance(raw, dict):
        problems.append("Your answer should be one {…} with a line for each claim, like the pattern in the grey cell.")
        raw = {}
    for key, value in raw.items():
        item, problem = choose(key, task.items, "a claim of this exercise", "claims", problems=problems)
        if item is None:
            problems.append(problem)
            continue
        read = _one(item, value, task, problems)
        if read is not None:
            answers[item] = read
    unanswered = tuple(item for item in task.items if item not in answers)
    return Parsed(answers, tuple(problems), unanswered, done=len(answers), of=len(task.items))


def _one(item: str, value: object, task: Task, problems: list[str]) -> ClaimAnswer | None:
    if isinstance(value, str):
        value = {"verdict": value}
    if not isinstance(value, dict):
        problems.append(f'{item}: write {{"verdict": …, "evidence": […]}} for it.')
        return None
    for key in value:
        if key not in ("verdict", "evidence", "gap", "confidence"):
            problems.append(f"{item}: {str(key)[:40]!r} is not asked for; use verdict, evidence, gap, confidence.")
    if not value.get("verdict"):
        return None
    verdict, problem = choose(value["verdict"], VERDICTS, "a verdict", item, problems=problems)
    if verdict is None:
        problems.append(problem)
    evidence: list[str] = []
    given = as_list(value.get("evidence") or [])
    if given is None:
        problems.append(f'{item}: evidence should be a list of record cards, like ["r001"].')
    for record in given or []:
        if record == "":
            continue
        what = "one of the record cards of this exercise"
        known, problem = choose(record, task.options, what, item, problems=problems)
        if known is None:
            problems.append(problem)
        elif known not in evidence:
            evidence.append(known)
    if len(evidence) > MOST_RECORDS:
        problems.append(f"{item}: {len(evidence)} records given; only the first {MOST_RECORDS} count.")
    gap = ""
    if value.get("gap"):
        known, problem = choose(value["gap"], GAPS, "a gap", item, problems=problems)
        if known is None:
            problems.append(problem)
        gap = known or ""
    if verdict is None:
        return None
    if verdict == "not_shown" and not value.get("gap"):
        problems.append(f"{item}: “not shown” needs a gap, one of: {', '.join(GAPS)}.")
    return ClaimAnswer(item, verdict, tuple(evidence[:MOST_RECORDS]), gap, _confidence(item, value, problems))


def _confidence(item: str, value: dict, problems: list[str]) -> float | None:
    given = value.get("confidence")
    if given in (None, ""):
        return None
    try:
        number = float(str(given).strip().rstrip("%").replace(",", "."))
    except ValueError:
        number = -1.0
    if number > 1:
        number /= 100
    for step in CONFIDENCE:
        if abs(step - number) < 1e-9:
            return step
    problems.append(f"{item}: confidence should be one of {', '.join(map(str, CONFIDENCE))}.")
    return None
