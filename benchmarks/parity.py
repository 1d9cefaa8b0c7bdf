"""Do marks read as data equal marks by stock execution, in every field of the gradebook?

    python -m benchmarks.parity [--hand-ins 200] [--seed 1] [--processes 2]

So many hand-ins of each assignment, three of them no simulated student's: the instructor's own answers, the
release left as it was, odd values. A fifth came at a certain time, some late, with late ones losing all and some
with an extension. nbgrader executes them in several processes at once, by `--student` globs on one gradebook; ours
reads them in one. Prints how many records were compared and which differ; ends with 1 if any does. The differences
by design (damaged, computed and curly-quoted answers) are in tests/course/, not here.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.classes import (
    date,
    differences,
    end,
    environment,
    load,
    machine,
    make_course,
    nbgrader,
    records_of,
    timed,
    whosaidso,
)
from tests.course.courses import ASSIGNMENTS, hand_in, model, released

ODD = ("None", "[1, 2.5, ('x',), {'y': None}]", "'c01'", "{'c01': {}}", "{'edges': 7}", "True")
SHOWN = 40
TRIES = 3
RAISED = re.compile(r"[\w.]*(Error|Exception)\b")


def add_odd(course: Path) -> int:
    """Hand in what no simulated student does; return how many."""
    for assignment in ASSIGNMENTS:
        hand_in(course, "model0000", assignment, model(course, assignment))
        hand_in(course, "untouched0001", assignment, released(course, assignment))
        odd = released(course, assignment)
        answers = [cell for cell in odd.cells if cell.metadata.nbgrader.solution and cell.cell_type == "code"][1:]
        for number, cell in enumerate(answers):
            name = cell.source.partition(" = ")[0].splitlines()[-1]
            cell.source = f"{name} = {ODD[number % len(ODD)]}"
        hand_in(course, "odd0002", assignment, odd)
    return 3


def execute(course: Path, processes: int) -> float:
    """Grade by stock execution, the students shared out by the last digit of their names; return the seconds.

    On a busy machine a kernel may not answer in time: nbgrader is then started again for what is left.
    """
    start = time.perf_counter()
    for assignment in ASSIGNMENTS:
        for tries in range(TRIES):
            failed = _execute(course, assignment, processes)
            if not failed:
                break
            print(f"nbgrader autograde {assignment}, try {tries + 1} of {TRIES}: {'; '.join(failed)}", flush=True)
        else:
            sys.exit("Stock execution does not get to an end, so there is nothing to compare with.")
    return time.perf_counter() - start


def _execute(course: Path, assignment: str, processes: int) -> list[str]:
    """Run nbgrader once in each process and return what it raised."""
    found = []
    with tempfile.TemporaryDirectory() as logs:
        running = []
        for number in range(processes):
            digits = "".join(digit for digit in "0123456789" if int(digit) % processes == number)
            words = nbgrader("autograde", assignment, f"--student=*[{digits}]")
            with (Path(logs) / str(number)).open("wb") as log:
                env = environment(WHOSAIDSO_EXECUTE="1")
                running.append(subprocess.Popen(words, cwd=course, env=env, stdout=log, stderr=subprocess.STDOUT))
        try:
            ended = [process.wait() for process in running]
        finally:
            for process in running:
                end(process)
        for number, code in enumerate(ended):
            if code:
                said = (Path(logs) / str(number)).read_text(errors="replace").splitlines()
                found += [line for line in said if RAISED.match(line)][-2:] or [f"ended with {code}"]
    return found


def main() -> int:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hand-ins", type=int, default=200, help="of each assignment")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="parity-") as place:
        course = make_course(Path(place) / "ours", students=asked.hand_ins - 3, seed=asked.seed)
        add_odd(course)
        date(course)
        stock = Path(shutil.copytree(course, Path(place) / "stock"))
        # both read the same configuration, but for the place of the gradebook, which it finds by its own
        run = timed(course, *whosaidso("grade", "--course", str(course)))
        print(f"As data: {3 * asked.hand_ins} hand-ins in {run.seconds:.1f} s.", flush=True)
        seconds = execute(stock, asked.processes)
        print(f"By execution: {seconds:.0f} s in {asked.processes} processes at once; {load()}.")
        ours, theirs = records_of(course), records_of(stock)
    found = differences(ours, theirs)
    fields = sum(len(value) if isinstance(value, tuple) else 1 for value in ours.values())
    marks = sum(key[-1] == "grade" for key in ours)
    late = sum(key[0] == "submission" and isinstance(value, tuple) and bool(value[3]) for key, value in ours.items())
    print(f"{len(ours.keys() | theirs.keys()):,} records compared ({marks:,} marks, {fields:,} fields; ", end="")
    print(f"{late} hand-ins with points off for being late): ", end="")
    print(f"{len(found)} differ{':' if found else '.'}")
    for line in found[:SHOWN]:
        print(f"  {line}")
    if len(found) > SHOWN:
        print(f"  … and {len(found) - SHOWN} more")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
