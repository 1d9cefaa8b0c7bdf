"""What the report finds in simulated classes, and how long it takes for a large one.

Run it from the project's folder: `python -m benchmarks.report [--classes N] [--students N] [--part find|time]`. It
prints one line of JSON a part.

*find*: outcomes are simulated, not graded: students of ability N(0.6, 0.22) answer around the truth as in
`demo-class`. In each class one key is made wrong (the class answers around another answer than the key's), or one item
is made flat (ability plays no part in it). How often is it found, and how many good items are flagged with it? Or half of
the class holds a misconception about one claim: how often is it named, most at that claim, and how often is the key doubted?

*time*: `whosaidso report --csv` for 1,000 students and all assignments (`--students`), in a process of its own: seconds,
most memory, size of the page. 40 hand-ins of `demo-class` are graded, and their marks and outcomes copied for the rest.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from attrs import evolve

from whosaidso.cases import load_case
from whosaidso.gold import read_gold
from whosaidso.grading.folder import read_course
from whosaidso.grading.gradebook import Mark, Submission, changes_for, connected, read_sheet
from whosaidso.grading.outcomes import read_outcomes, write_outcomes
from whosaidso.kinds.claim_check.answer import ClaimAnswer
from whosaidso.kinds.claim_check.scoring import credit
from whosaidso.records import Case, ClaimGold, Gold, Task
from whosaidso.report.data import AssignmentData, task_data
from whosaidso.report.items import ItemRow, answers_of, item_rows, misconception_rates, standings
from whosaidso.vocabulary import GAPS, INDEPENDENCE, VERDICTS

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENTS = ("mosul-sourcing", "mosul-wording", "mosul-claims", "mosul-note")
FLAT_SHARE = 0.6
HELD_SHARE = 0.5


def golds(case: Case) -> dict[str, Gold]:
    """Return the keys of the assignments as they stand."""
    return {name: read_gold(ROOT / "solutions" / name / "gold.toml", name, case)[0] for name in ASSIGNMENTS}


def simulated(
    case: Case,
    keys: dict[str, Gold],
    *,
    students: int,
    draw: random.Random,
    wrong: str = "",
    flat: str = "",
    held: str = "",
) -> list[AssignmentData]:
    """Return a class's outcomes; `wrong` is the item whose key is wrong, `flat` the one that tells nobody apart."""
    abilities = {f"s{n:04d}": min(max(draw.gauss(0.6, 0.22), 0.02), 0.98) for n in range(students)}
    other = draw.choice(list(VERDICTS))
    found = []
    for name, gold in keys.items():
        tasks = [task for task in case.tasks.values() if task.assignment == name]
        made = []
        for task in tasks:
            lines = []
            for student, ability in abilities.items():
                if draw.random() > 0.97:
                    continue
                answer, items = _answer(task, gold, ability, draw, wrong, flat, other, held)
                lines.append({"of": "task", "student": student, "task": task.id, "answer": answer, "items": items})
            made.append(task_data(task, case, gold, lines))
        found.append(AssignmentData(name, tuple(made)))
    return found


def _item(name: str, credit: float, outcome: str, misconception: str = "") -> dict[str, Any]:
    return {"id": name, "credit": credit, "outcome": outcome, "misconception": misconception}


def _answer(
    task: Task, gold: Gold, ability: float, draw: random.Random, wrong: str, flat: str, other: str, held: str
) -> tuple[Any, list[dict[str, Any]]]:
    if task.kind == "claim_check":
        return _claims(task, gold, ability, draw, wrong, flat, other, held)
    items = []
    if task.kind == "span_label":
        for span in gold.spans:
            if span.passage not in task.items or span.grade == "arguable":
                continue
            pushes = (span.grade == "core") != (span.id == wrong)
            chance = ability if pushes else (1 - ability) * 0.7
            marked = draw.random() < (FLAT_SHARE if span.id == flat else chance)
            right = marked == (span.grade == "core")
            items.append(_item(span.id, 0.0, "right" if right else "missed" if span.grade == "core" else "wrong"))
        return ["marks"], items
    if task.voices:
        voices, counts = {}, {}
        for claim in task.voices:
            key = gold.voices[claim]
            right = draw.random() < (FLAT_SHARE if f"voices {claim}" == flat else ability)
            given = list(key.voices) if right else draw.sample(task.options, draw.randint(1, 2))
            truth = key.independent[0]
            if f"independent {claim}" == wrong:
                truth = next(count for count in INDEPENDENCE if count not in key.independent)
            count = truth if draw.random() < ability else draw.choice(list(INDEPENDENCE))
            if f"independent {claim}" == flat:
                count = key.independent[0] if draw.random() < FLAT_SHARE else draw.choice(list(INDEPENDENCE))
            voices[claim], counts[claim] = given, count
            items.append(_item(f"voices {claim}", float(right), "right" if right else "wrong"))
            paid = right and count in key.independent
            items.append(_item(f"independent {claim}", float(paid), "right" if paid else "wrong"))
        return {"links": [], "voices": voices, "independent": counts}, items
    links = []
    for edge in gold.edges:
        if edge.article not in task.items:
            continue
        tried, straight = draw.random() < ability + 0.1, draw.random() < ability + 0.2
        if edge.id == flat:
            tried, straight = draw.random() < FLAT_SHARE, True
        pair = (edge.teller, edge.told_by) if straight else (edge.told_by, edge.teller)
        if tried:
            links.append({"teller": pair[0], "told_by": pair[1], "relation": "", "where": ""})
        items.append(_item(edge.id, float(tried and straight), "right" if tried and straight else "missed"))
    return {"links": links or [{"teller": "", "told_by": ""}], "voices": {}, "independent": {}}, items


def _claims(
    task: Task, gold: Gold, ability: float, draw: random.Random, wrong: str, flat: str, other: str, held: str
) -> tuple[Any, list[dict[str, Any]]]:
    answers, items = {}, []
    for item in task.items:
        key = gold.claims[item]
        truth = _another(key, other) if item == wrong else key
        verdict = truth.verdict if draw.random() < ability else draw.choice(list(VERDICTS))
        carried = bool(key.usable) and draw.random() < ability + 0.1
        evidence = draw.choice(key.usable) if carried else tuple(draw.sample(task.options, draw.randint(0, 2)))
        gap = ""
        if verdict == "not_shown":
            gap = truth.gaps[0] if truth.gaps and draw.random() < ability else draw.choice(list(GAPS))
        if item == flat:
            verdict, evidence, gap = (key.verdict, key.usable[0] if key.usable else (), key.gaps[0] if key.gaps else "")
            if draw.random() > FLAT_SHARE:
                verdict = draw.choice([one for one in VERDICTS if one != key.verdict])
        if item == held and draw.random() < HELD_SHARE:
            verdict, gap = misled(key)[0], "no_record" if misled(key)[0] == "not_shown" else ""
        earned = credit(ClaimAnswer(item, verdict, tuple(evidence), gap), key)
        answers[item] = {"item": item, "verdict": verdict, "evidence": list(evidence), "gap": gap, "confidence": None}
        outcome = "right" if earned == 1 else "half" if earned else "wrong"
        items.append(_item(item, earned, outcome, "" if earned == 1 else key.wrong.get(verdict, "D0")))
    return answers, items


def misled(key: ClaimGold) -> tuple[str, str]:
    """Return a verdict that pays nothing and the misconception it shows; ("", "") where none has one."""
    pays = {key.verdict, *(accept.verdict for accept in (*key.accept_full, *key.accept_half))}
    return next(((v, note) for v, note in key.wrong.items() if v not in pays and note != "D0"), ("", ""))


def _another(key: ClaimGold, verdict: str) -> ClaimGold:
    """Return a truth that the key knows nothing of."""
    known = {key.verdict, *(accept.verdict for accept in (*key.accept_full, *key.accept_half))}
    if verdict in known:
        verdict = next(one for one in VERDICTS if one not in known)
    return evolve(key, verdict=verdict, gaps=("silent_on_intent",) if verdict == "not_shown" else ())


def analysed(assignments: list[AssignmentData]) -> list[ItemRow]:
    """Return all items of a class."""
    tables = [answers_of(one) for one in assignments]
    parts = zip(assignments, tables, standings(tables), strict=True)
    return [row for one, found, standing in parts for row in item_rows(one, found, standing)]


def find(classes: int, sizes: tuple[int, ...]) -> dict[str, Any]:
    """Plant one fault in each of many classes and count how often it is found."""
    case = load_case("mosul_2016")
    keys = golds(case)
    every = analysed(simulated(case, keys, students=30, draw=random.Random(0)))
    by_kind = {kind: [row.id for row in every if row.kind == kind] for kind in ("claim", "count", "core", "lure")}
    every_id = [row.id for row in every if row.kind not in ("voices", "count")]  # a count pays with its voices only
    claims = {item: gold for key in keys.values() for item, gold in key.claims.items()}
    results: dict[str, Any] = {}
    for size in sizes:
        for kind in (*by_kind, "flat"):
            found = good = false_key = false_flat = 0
            for number in range(classes):
                draw = random.Random(f"{size} {kind} {number}")
                planted = draw.choice(every_id if kind == "flat" else by_kind[kind])
                which = {"flat": planted} if kind == "flat" else {"wrong": planted}
                rows = analysed(simulated(case, keys, students=size, draw=draw, **which))
                wanted = "flat" if kind == "flat" else "key"
                found += any(row.id == planted and wanted in row.flags for row in rows)
                others = [row for row in rows if row.id != planted]
                good += len(others)
                false_key += sum("key" in row.flags for row in others)
                false_flat += sum("flat" in row.flags for row in others)
            results[f"{size} students, planted {kind}"] = {
                "found": found,
                "of": classes,
                "false_key": round(false_key / good, 5),
                "false_flat": round(false_flat / good, 5),
            }
            print(size, kind, results[f"{size} students, planted {kind}"], flush=True)
        named = doubted = 0
        for number in range(classes):
            draw = random.Random(f"{size} held {number}")
            item = draw.choice([row.id for row in every if row.kind == "claim" and misled(claims[row.id])[1]])
            made = simulated(case, keys, students=size, draw=draw, held=item)
            data = next(task for one in made for task in one.tasks if item in task.task.items)
            named += misconception_rates(data)[misled(claims[item])[1]][1] == item
            doubted += any(row.id == item and "key" in row.flags for row in analysed(made))
        results[f"{size} students, planted misconception"] = {"named": named, "of": classes, "key_doubted": doubted}
        print(size, results[f"{size} students, planted misconception"], flush=True)
    return results


GRADED = 40


def large_course(folder: Path, students: int) -> Path:
    """Return a course of so many students with everything graded: a few really, the rest as copies of these."""
    course = folder / "course"
    for words in (
        ["new-course", str(course), "--from", str(ROOT)],
        ["demo-class", "--students", str(GRADED), "--seed", "3", "--course", str(course)],
        ["grade", "--course", str(course)],
    ):
        subprocess.run([sys.executable, "-m", "whosaidso.cli", *words], check=True, capture_output=True)
    there = read_course(course)
    for name in ASSIGNMENTS:
        lines = list(read_outcomes(there, name).values())
        graded = sorted({line["student"] for line in lines})
        copies = {f"{one}-{n}": one for n in range(1, -(-students // len(graded))) for one in graded}
        copies = dict(list(copies.items())[: students - len(graded)])
        by_student: dict[str, list[dict[str, Any]]] = {}
        for line in lines:
            by_student.setdefault(line["student"], []).append(line)
        more = [{**line, "student": new} for new, old in copies.items() for line in by_student[old]]
        write_outcomes(there, name, [*lines, *more])
        with connected(there, write=True) as db:
            sheet = read_sheet(db, name)
            rows = []
            for new, old in copies.items():
                marks: dict[str, dict[str, Mark]] = {}
                for (notebook, cell), row in sheet.handed[old].grades.items():
                    marks.setdefault(notebook, {})[cell] = Mark(row.auto)
                rows += [Submission(new, notebook, None, own, frozenset()) for notebook, own in marks.items()]
            changes_for(sheet, rows).write(db)
    return course


def measure(students: int) -> dict[str, Any]:
    """Run the verb once on a large course."""
    with tempfile.TemporaryDirectory() as folder:
        course = large_course(Path(folder), students)
        page = Path(folder, "report.html")
        words = [sys.executable, "-m", "whosaidso.cli", "report", "--course", str(course), "--out", str(page)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        subprocess.run([*words, "--csv", str(Path(folder, "tables"))], check=True, capture_output=True)
        wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        peak = memory_of([*words, "--json"])
        return {
            "students": students,
            "wall_s": round(wall, 1),
            "cpu_s": round(used, 1),
            "peak_mb": peak,
            "page_kb": page.stat().st_size // 1000,
        }


def memory_of(words: list[str]) -> int:
    """Return the most memory, in MB, that a command held, asked of a process that starts nothing else."""
    script = "import resource,subprocess,sys;subprocess.run(sys.argv[1:],check=True,capture_output=True);print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss//1024)"
    done = subprocess.run([sys.executable, "-c", script, *words], check=True, capture_output=True, text=True)
    return int(done.stdout.split()[-1])


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--classes", type=int, default=100)
    parser.add_argument("--sizes", type=int, nargs="+", default=[60, 300])
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--part", choices=["find", "time"], default="find")
    asked = parser.parse_args()
    if asked.part == "find":
        print(json.dumps({"part": "find", **find(asked.classes, tuple(asked.sizes))}))
    else:
        print(json.dumps({"part": "time", **measure(asked.students)}))


if __name__ == "__main__":
    main()
