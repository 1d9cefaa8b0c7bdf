"""What comes of damaged and hostile hand-ins, and how long the slowest of them takes.

Run it from the project's folder: `python -m benchmarks.hostile [--composed N] [--fuzz N]`. A course is made
in a temporary folder and every operator of tests/hostile/builders.py is put to a full, a half and an untouched
hand-in of every assignment; N more are spoiled in several ways at once. The class is graded twice by
`whosaidso grade` (its second run must change nothing) and once more in this process, each hand-in timed. It
prints a line for each sort of operator and one line of JSON at the end; exit 0 if every promise was kept:
marks as expected, no other hand-in changed, nothing run, none slower than a second. With --fuzz the tests of
tests/hostile/test_fuzz.py run with so many times their examples, too.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from attrs import define, field

from tests.course.courses import ASSIGNMENTS, ROOT, gradebook_records, run
from tests.hostile.builders import LEVELS, Builder, Case, cases, composed, wrong_marks, wrong_words
from whosaidso.grading import batch
from whosaidso.grading.folder import read_course

PROMISE = 1.0
"""Seconds that one hand-in may take of the batch."""


@define
class Row:
    """What came of one sort of hand-ins."""

    hand_ins: int = 0
    graded: int = 0
    attention: int = 0
    wrong: int = 0
    seconds: list[float] = field(factory=list)


def command(course: Path) -> tuple[float, list[dict[str, Any]]]:
    """Grade a course by the command; return seconds and the figures it prints."""
    started = time.perf_counter()
    done = run(course, "whosaidso.cli", "grade", "--json")
    seconds = time.perf_counter() - started
    if done.returncode not in (0, 1) or not done.stdout:
        raise SystemExit(done.stdout + done.stderr)
    return seconds, json.loads(done.stdout.rstrip().splitlines()[-1])


def timed(course: Path) -> dict[tuple[str, str], float]:
    """Grade a course in this process without writing; return the seconds of each hand-in, by assignment and student."""
    found: dict[tuple[str, str], float] = {}
    plain = batch.one

    def one(folder: Any, ready: Any, hand_in: Any) -> Any:
        started = time.perf_counter()
        made = plain(folder, ready, hand_in)
        found[ready.key.assignment, hand_in.student] = time.perf_counter() - started
        return made

    batch.one = one
    try:
        batch.grade(read_course(course), list(ASSIGNMENTS), track=batch.iterate, dry_run=True)
    finally:
        batch.one = plain
    return found


def measure(folder: Path, *, count: int) -> dict[str, Any]:
    """Return the figures of one class."""
    course = folder / "course"
    done = run(ROOT, "whosaidso.cli", "new-course", str(course), "--from", str(ROOT))
    assert done.returncode == 0, done.stderr
    builder = Builder(course, folder / "it-ran")
    builder.write_sound()
    alone = Path(shutil.copytree(course, folder / "alone"))
    alone_seconds, _ = command(alone)
    every: list[Case] = [*cases(lambda number, column: LEVELS), *composed(count, seed=7)]
    for case in every:
        builder.write(case)
    seconds, figures = command(course)
    _, again = command(course)
    takes = timed(course)

    grades: dict[tuple[str, str], dict[str, tuple[Any, ...]]] = {}
    records = gradebook_records(course)
    for key, row in records.items():
        if key[-1] == "grade":
            grades.setdefault((key[0], key[1]), {})[key[3]] = row  # type: ignore[assignment]
    troubles: dict[tuple[str, str], list[dict[str, str]]] = {}
    for figure in figures:
        for trouble in figure["attention"]:
            troubles.setdefault((figure["assignment"], trouble["student"]), []).append(trouble)

    table: dict[str, Row] = {}
    wrong: list[str] = []
    for case in every:
        place = (case.assignment, case.student)
        faults = wrong_marks(case, grades.get(place), grades[case.assignment, f"sound-{case.level}"])
        faults += wrong_words(case, place in grades, troubles.get(place, []))
        sort = "several at once" if len(case.operators) > 1 or case.student.startswith("composed") else (
            case.operators[0].sort if case.operators else "name of the student"
        )  # fmt: skip
        row = table.setdefault(f"{sort}: {'by luck' if case.luck else case.earns}", Row())
        row.hand_ins += 1
        row.graded += place in grades
        row.attention += place in troubles
        row.wrong += bool(faults)
        row.seconds.append(takes[place])
        wrong += faults
    honest, lone = (
        {key: row for key, row in found.items() if any(f"sound-{level}" in key for level in LEVELS)}
        for found in (records, gradebook_records(alone))
    )
    slowest = sorted(((takes[case.assignment, case.student], case) for case in every), key=lambda pair: -pair[0])
    for name, row in sorted(table.items()):
        print(
            f"{name:32} {row.hand_ins:6} hand-ins {row.graded:6} graded {row.attention:6} in attention {row.wrong:4} wrong "
            f"{1000 * sum(row.seconds) / len(row.seconds):7.1f} ms on average {1000 * max(row.seconds):7.1f} ms at most"
        )
    for took, case in slowest[:5]:
        print(f"{1000 * took:7.1f} ms  {case.assignment} {case.level}: {' + '.join(op.name for op in case.operators)}")
    for fault in wrong[:20]:
        print(f"WRONG  {fault}")
    return {
        "hand_ins": len(every),
        "expected": dict(Counter("by luck" if case.luck else case.earns for case in every)),
        "wrong": len(wrong),
        "honest_as_alone": bool(honest) and honest == lone,
        "nothing_ran": not builder.canary.exists(),
        "second_run_changed": sum(figure["written"] for figure in again),
        "seconds": round(seconds, 1),
        "seconds_alone": round(alone_seconds, 1),
        "ms_each": round(1000 * (seconds - alone_seconds) / len(every), 1),
        "slowest_s": round(slowest[0][0], 3),
    }


def main() -> int:
    """Print the figures; 0 if every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--composed", type=int, default=1_000)
    parser.add_argument("--fuzz", type=int, default=0)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), count=words.composed)
    if words.fuzz:
        test = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/hostile/test_fuzz.py"]
        done = subprocess.run(test, cwd=ROOT, env={**os.environ, "WHOSAIDSO_FUZZ": str(words.fuzz)}, check=False)
        figures |= {"fuzz": words.fuzz, "fuzz_passed": done.returncode == 0}
    kept = (
        not figures["wrong"]
        and figures["honest_as_alone"]
        and figures["nothing_ran"]
        and not figures["second_run_changed"]
    )
    figures["kept"] = kept and figures["slowest_s"] < PROMISE and figures.get("fuzz_passed", True)
    print(json.dumps(figures))
    return 0 if figures["kept"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
