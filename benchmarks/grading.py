"""How long a class takes to grade and to be given feedback, and how long by other ways on the same class.

    python -m benchmarks.grading [--rounds 3] [--otter] [--seed 1] [--quick]

Whole processes, each from start to end, all in one run and by turns; the median of the rounds. `whosaidso grade`
on 1,000 hand-ins of mosul-claims stands beside `nbgrader autograde` by stock execution on the first 60 of them,
both on 200, `whosaidso feedback` on 1,000 beside `nbgrader generate_feedback` on 60, and with --otter (installed
into an environment of its own, so it asks the package index) `otter run`, one process a hand-in, on a notebook
with the same answers, each item checked by one test case. Memory is that of the whole process tree.

No ratio is printed unless every field of both gradebooks is the same for the hand-ins that both graded, and for
otter the number of items with full credit; the command then ends with 1, and so it does if a promise is not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
from attrs import frozen

from benchmarks.classes import (
    HEAD,
    Failed,
    Figure,
    Run,
    afresh,
    differences,
    environment,
    load,
    machine,
    make_course,
    names,
    nbgrader,
    of_students,
    part,
    quiet,
    records_of,
    timed,
    whosaidso,
)
from whosaidso.cases import load_case
from whosaidso.gold import read_gold
from whosaidso.records import ClaimGold

ASSIGNMENT = "mosul-claims"
CASE = "mosul_2016"
OTTER = "otter-grader[grading]==7.0.0"
SHOWN = 20

MANY, MOST, SOME, FEW, BY_OTTER = 1_000, 5_000, 200, 60, 5
TIMES, SECONDS, MEGABYTES, MOST_MEGABYTES, FEEDBACK_SECONDS = 120, 8, 300, 400, 20
"""What issue 4 asks for: times as fast a hand-in, seconds and memory of 1,000, memory of 5,000, feedback for 1,000."""


class Different(Exception):
    """Two ways of grading do not give the same marks."""


@frozen
class Sizes:
    """How many hand-ins each command gets."""

    many: int = MANY
    most: int = MOST
    some: int = SOME
    few: int = FEW
    otter: int = BY_OTTER


QUICK = Sizes(many=60, most=120, some=12, few=6, otter=2)


@frozen
class Courses:
    """One class, in a course for each size and way."""

    place: Path
    template: Path
    sizes: Sizes

    @classmethod
    def make(cls, place: Path, sizes: Sizes, seed: int) -> Courses:
        """Make the class once and copy the first students' hand-ins."""
        template = make_course(place / "template", students=sizes.most, seed=seed)
        for name, students in (
            ("many", sizes.many), ("most", sizes.most), ("some", sizes.some),
            ("some-stock", sizes.some), ("few-stock", sizes.few),
        ):  # fmt: skip
            part(template, place / name, students=students, assignments=[ASSIGNMENT])
        return cls(place, template, sizes)

    def fresh(self, name: str) -> Path:
        """Return a course in which nothing has been graded."""
        afresh(self.place / name, self.template)
        return self.place / name

    def ours(self, name: str, verb: str = "grade") -> Run:
        """Run one of our verbs in a course."""
        course = self.fresh(name) if verb == "grade" else self.place / name
        return timed(course, *whosaidso(verb, ASSIGNMENT, "--course", str(course)))

    def again(self, name: str) -> Run:
        """Grade a course in which everything is graded."""
        return timed(self.place / name, *whosaidso("grade", ASSIGNMENT, "--course", str(self.place / name)))

    def stock(self, name: str, verb: str = "autograde") -> Run:
        """Run one of nbgrader's commands in a course, by stock execution."""
        course = self.fresh(name) if verb == "autograde" else self.place / name
        return timed(course, *nbgrader(verb, ASSIGNMENT), env=environment(WHOSAIDSO_EXECUTE="1"))

    def compare(self, ours: str, stock: str, students: int) -> int:
        """Return how many records two courses have about their first students.

        Raises
        ------
        Different
            If one of them is not the same in both.
        """
        wanted = set(names(students))
        one, two = (of_students(records_of(self.place / name), wanted) for name in (ours, stock))
        found = differences(one, two)
        if found:
            lines = [f"{len(found)} records differ between {ours} (ours) and {stock}:", *found[:SHOWN]]
            raise Different("\n  ".join(lines))
        return len(one)


def full(gold: ClaimGold) -> list[tuple[str, tuple[tuple[str, ...], ...], tuple[str, ...]]]:
    """Return every verdict that earns a claim's full credit, with the records and gaps that carry it."""
    ways = [(gold.verdict, gold.usable, gold.gaps)]
    return [*ways, *((way.verdict, way.usable or gold.usable, way.gaps or gold.gaps) for way in gold.accept_full)]


class Otter:
    """Otter in an environment of its own, with the assignment turned into one of its own kind."""

    def __init__(self, courses: Courses) -> None:
        """Install it, write the tests from the key, and turn the first hand-ins into its notebooks."""
        self.courses, self.place = courses, courses.place / "otter"
        self.programs = self.place / "venv" / "bin"
        venv.create(self.place / "venv", with_pip=True)
        timed(self.place, str(self.programs / "python"), "-m", "pip", "install", "-q", OTTER)
        path = os.pathsep.join([str(self.programs), os.environ.get("PATH", "")])
        self.env = {**{k: v for k, v in environment().items() if k != "PYTHONPATH"}, "PATH": path}
        gold, faults = read_gold(courses.template / "solutions" / ASSIGNMENT / "gold.toml", ASSIGNMENT, load_case(CASE))
        if faults:
            raise Failed(str(faults[0]))
        self.tasks = [task for task in load_case(CASE).tasks.values() if task.assignment == ASSIGNMENT]
        (self.place / "tests").mkdir()
        for task in self.tasks:
            cases = [{"code": _doctest(full(gold.claims[item]), item), "points": 1} for item in task.items]
            suite = {"cases": cases, "scored": True, "setup": "", "teardown": "", "type": "doctest"}
            name = _named(task.id)
            test = {"name": name, "points": None, "suites": [suite]}
            (self.place / "tests" / f"{name}.py").write_text(f"OK_FORMAT = True\n\ntest = {test!r}\n")
        timed(
            self.place, str(self.programs / "otter"), "generate", "-t", "tests", "-o", "autograder.zip",
            "--no-config", "--no-requirements", "--no-environment", env=self.env,
        )  # fmt: skip
        for student in names(courses.sizes.otter):
            self._turn(student)

    def _turn(self, student: str) -> None:
        """Write a student's hand-in as a notebook of otter's: the same cells, but for form, check and picture."""
        source = self.courses.template / "submitted" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        notebook = nbformat.read(source, as_version=4)
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            if name.endswith("-form"):
                cell.source = "import otter\ngrader = otter.Notebook()"
            elif name.endswith("-check"):
                cell.source = f"grader.check({_named(name.removesuffix('-check'))!r})"
            elif name.endswith("-picture"):
                cell.source = ""
        folder = self.place / student
        (folder / "out").mkdir(parents=True)
        nbformat.write(notebook, folder / f"{ASSIGNMENT}.ipynb")

    def run(self) -> Run:
        """Grade the hand-ins one after the other, each by a process of its own, and return them as one run."""
        runs = [
            timed(
                self.place / student, str(self.programs / "otter"), "run", "--no-logo", "-a", "../autograder.zip",
                "-o", "out", f"{ASSIGNMENT}.ipynb", env=self.env,
            )
            for student in names(self.courses.sizes.otter)
        ]  # fmt: skip
        return Run(
            sum(run.seconds for run in runs), sum(run.cpu for run in runs),
            max(run.peak_mb for run in runs), max(run.others for run in runs),
        )  # fmt: skip

    def compare(self, ours: str) -> int:
        """Return how many items both ways found to have full credit.

        Raises
        ------
        Different
            If the numbers of a hand-in are not the same.
        """
        lines = (self.courses.place / ours / "outcomes" / f"{ASSIGNMENT}.jsonl").read_text().splitlines()
        tasks = [line for line in map(json.loads, lines) if line["of"] == "task"]
        every = 0
        for student in names(self.courses.sizes.otter):
            there = json.loads((self.place / student / "out" / "results.json").read_text())["tests"]
            theirs = {test["name"]: test["score"] for test in there if "score" in test}
            own = {
                _named(line["task"]): sum(item["credit"] == 1 for item in line["items"])
                for line in tasks
                if line["student"] == student
            }
            if own != theirs:
                raise Different(f"Items with full credit, {student}: {own} (ours), {theirs} (otter)")
            every += sum(own.values())
        return every


def _named(task: str) -> str:
    return task.replace("-", "_")


def _doctest(ways: list[tuple[str, tuple[tuple[str, ...], ...], tuple[str, ...]]], item: str) -> str:
    """Return one of otter's test cases: does the answer to an item earn full credit?"""
    return "\n".join(
        [
            f">>> said = claims.get({item!r}, {{}})",
            ">>> given = set(said.get('evidence', [])) - {''}",
            ">>> any(said.get('verdict') == verdict and (verdict != 'not_shown' or said.get('gap') in gaps)",
            "...     and (not usable or any(set(one) <= given for one in usable) and given <= {r for one in usable for r in one})",
            f"...     for verdict, usable, gaps in {ways!r})",
            "True",
        ]
    )


def promises(of: dict[str, Figure]) -> Iterator[tuple[str, str, bool]]:
    """Yield what issue 4 asks for, what was measured, and whether that is enough."""
    times = of["stock few"].each / of["many"].each
    yield f"a hand-in, ours beside stock execution: at least {TIMES}×", f"{times:.0f}×", times >= TIMES
    yield f"{MANY:,} graded in under {SECONDS} s", f"{of['many'].seconds:.2f} s", of["many"].seconds < SECONDS
    for name, number, most in (("many", MANY, MEGABYTES), ("most", MOST, MOST_MEGABYTES)):
        peak = of[name].peak_mb
        yield f"{number:,} graded in under {most} MB", f"{peak:.0f} MB", peak < most
    seconds = of["feedback"].seconds
    yield f"feedback for {MANY:,} in under {FEEDBACK_SECONDS} s", f"{seconds:.2f} s", seconds < FEEDBACK_SECONDS


def ratios(of: dict[str, Figure]) -> Iterator[tuple[str, float, float]]:
    """Yield how many times as long the other ways take, and how many times as much work for the processors."""

    def each(what: str, theirs: Figure, own: Figure) -> tuple[str, float, float]:
        said = f"{what}, {theirs.what} on {theirs.hand_ins:,} / {own.what} on {own.hand_ins:,}"
        return said, theirs.each / own.each, theirs.cpu / theirs.hand_ins / (own.cpu / own.hand_ins)

    yield each("a hand-in", of["stock few"], of["many"])
    yield each("a whole process", of["stock some"], of["some"])  # as many hand-ins: the same ratio
    yield each("a page", of["stock feedback"], of["feedback"])
    if "otter" in of:
        yield each("a hand-in", of["otter"], of["many"])


def measure(courses: Courses, otter: Otter | None, rounds: int) -> dict[str, Figure]:
    """Return the figures of all commands, run by turns, marks compared in the first round.

    Raises
    ------
    Different
        If marks are not the same.
    """
    sizes = courses.sizes
    commands: dict[str, tuple[str, int, Callable[[], Run]]] = {
        "some": ("whosaidso grade", sizes.some, lambda: courses.ours("some")),
        "many": ("whosaidso grade", sizes.many, lambda: courses.ours("many")),
        "again": ("whosaidso grade, everything graded already", sizes.many, lambda: courses.again("many")),
        "most": ("whosaidso grade", sizes.most, lambda: courses.ours("most")),
        "stock few": ("nbgrader autograde, by execution", sizes.few, lambda: courses.stock("few-stock")),
        "stock some": ("nbgrader autograde, by execution", sizes.some, lambda: courses.stock("some-stock")),
        "feedback": ("whosaidso feedback", sizes.many, lambda: courses.ours("many", "feedback")),
        "stock feedback": (
            "nbgrader generate_feedback", sizes.few, lambda: courses.stock("few-stock", "generate_feedback"),
        ),
    }  # fmt: skip
    if otter:
        commands["otter"] = "otter run, a process each", sizes.otter, otter.run
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(rounds):
        shutil.rmtree(courses.place / "many" / "feedback", ignore_errors=True)
        shutil.rmtree(courses.place / "few-stock" / "feedback", ignore_errors=True)
        for name, (_, _, run) in commands.items():
            runs[name].append(run())
        print(f"Round {number + 1} of {rounds} is done; {load()}.", flush=True)
        if number == 0:
            compared = courses.compare("many", "few-stock", sizes.few)
            compared += courses.compare("some", "some-stock", sizes.some)
            print(f"{compared:,} records of the gradebooks compared: none differs.")
            if otter:
                print(f"Full credit by otter and by ours: the same {otter.compare('many')} items.")
    return {name: Figure(what, hand_ins, tuple(runs[name])) for name, (what, hand_ins, _) in commands.items()}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--otter", action="store_true", help="install and measure otter-grader, too")
    parser.add_argument("--quick", action="store_true", help="a small class and one round, to see that all works")
    asked = parser.parse_args()
    print(f"{machine()}\nBefore: {load()}.", flush=True)
    with tempfile.TemporaryDirectory(prefix="grading-") as name:
        try:
            courses = Courses.make(Path(name), QUICK if asked.quick else Sizes(), asked.seed)
            otter = Otter(courses) if asked.otter else None
            of = measure(courses, otter, 1 if asked.quick else asked.rounds)
        except (Different, Failed) as error:
            print(f"No ratio, because: {error}")
            return 1
    print(f"\n{HEAD}")
    for figure in of.values():
        print(figure.line())
    print(f"\n{quiet(run for figure in of.values() for run in figure.runs)} Now: {load()}.\n")
    print(f"{'time':>9} {'cpu':>9}   others / ours")
    for what, times, work in ratios(of):
        print(f"{times:8.1f}× {work:8.1f}×   {what}")
    if asked.quick:
        return 0
    print()
    kept = True
    for what, measured, well in promises(of):
        kept &= well
        print(f"{'kept' if well else 'NOT KEPT':<9} {measured:>8}  {what}")
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
