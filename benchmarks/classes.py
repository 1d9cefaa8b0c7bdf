"""What the benchmarks of grading share: a course with a class in it, a command measured as a whole process, and
gradebooks and files compared. For Linux and macOS; run everything from the project's folder.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import psutil
from attrs import frozen

from tests.course.courses import ASSIGNMENTS, GRADEBOOK, ROOT, gradebook_records

Records = Mapping[tuple[str, ...], object]

DUE = datetime(2026, 11, 20, 12)
MISSING = "is missing"
BUSY = 0.1
"""Share of the machine that others may take before it counts as busy."""


class Failed(Exception):
    """A command did not do what it should; the message says which, and what it said."""


@frozen
class Run:
    """One process, from start to end, with the processes it started."""

    seconds: float
    cpu: float
    """Seconds of processor time."""
    peak_mb: float
    """Most memory of the whole process tree at once."""
    others: float
    """Share of the machine's processors that other processes took meanwhile."""


@frozen
class Figure:
    """The runs of one command on so many hand-ins."""

    what: str
    hand_ins: int
    runs: tuple[Run, ...]

    @property
    def seconds(self) -> float:
        """The median."""
        return statistics.median(run.seconds for run in self.runs)

    @property
    def each(self) -> float:
        """Seconds a hand-in, by the median."""
        return self.seconds / self.hand_ins

    @property
    def cpu(self) -> float:
        """Seconds of processor time, by the median."""
        return statistics.median(run.cpu for run in self.runs)

    @property
    def peak_mb(self) -> float:
        """The most of all runs."""
        return max(run.peak_mb for run in self.runs)

    def line(self) -> str:
        """Return a row of the table."""
        times = [run.seconds for run in self.runs]
        spread = f"{min(times):.2f}–{max(times):.2f}" if len(times) > 1 else ""
        return (
            f"{self.what:<46} {self.hand_ins:>6,} {self.seconds:>9.2f} {spread:>15} {self.each * 1000:>9.2f} "
            f"{self.peak_mb:>7.0f} {self.cpu:>8.1f}"
        )


HEAD = f"{'command':<46} {'n':>6} {'seconds':>9} {'from–to':>15} {'ms each':>9} {'MB':>7} {'cpu s':>8}"


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a command: this Python's programs first on PATH, answers read as data."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WHOSAIDSO_")}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**kept, "PATH": path, **more}


def timed(folder: Path, *words: str, env: Mapping[str, str] | None = None) -> Run:
    """Run a command in a folder and return what it took.

    Raises
    ------
    Failed
        If it ends with anything but 0.
    """
    with tempfile.TemporaryFile() as said:
        busy, start = _busy(), time.perf_counter()
        process = subprocess.Popen(
            words, cwd=folder, env=environment() if env is None else env, stdout=said, stderr=subprocess.STDOUT
        )
        peaks = [0.0]
        over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, peaks, over), daemon=True)
        watcher.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            end(process)
            raise
        finally:
            over.set()
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        watcher.join()
        cpu = usage.ru_utime + usage.ru_stime
        others = max(0.0, _busy() - busy - cpu) / (seconds * (os.cpu_count() or 1))
        if process.returncode:
            said.seek(0)
            tail = said.read().decode(errors="replace")[-2000:]
            raise Failed(f"`{' '.join(words)}` in {folder} ended with {process.returncode}:\n{tail}")
    # the kernel's own peak of one process is exact; of a tree it has only the largest, which sampling adds up
    exact = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Run(seconds, cpu, max(exact, *peaks) / 1e6, others)


def _busy() -> float:
    times = psutil.cpu_times()
    return sum(times) - times.idle - getattr(times, "iowait", 0) - getattr(times, "guest", 0)


def _watch(pid: int, peaks: list[float], over: threading.Event) -> None:
    try:
        top = psutil.Process(pid)
    except psutil.Error:
        return
    while not over.wait(0.1):
        total = 0
        try:
            tree = [top, *top.children(recursive=True)]
        except psutil.Error:
            return
        for process in tree:
            try:
                total += process.memory_info().rss
            except psutil.Error:
                continue
        peaks.append(total)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all that it started, and wait until it is gone."""
    try:
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
    except psutil.Error:
        pass
    process.kill()
    process.wait()


def whosaidso(*words: str) -> tuple[str, ...]:
    """Return the words of one of our commands."""
    return sys.executable, "-m", "whosaidso.cli", *words


def nbgrader(*words: str) -> tuple[str, ...]:
    """Return the words of one of nbgrader's commands."""
    return sys.executable, "-m", "nbgrader", *words


def make_course(folder: Path, *, students: int, seed: int = 1) -> Path:
    """Make a course with a simulated class, by the commands an instructor uses."""
    timed(ROOT, *whosaidso("new-course", str(folder), "--from", str(ROOT)))
    timed(ROOT, *whosaidso("demo-class", "--students", str(students), "--seed", str(seed), "--course", str(folder)))
    return folder


def names(students: int) -> list[str]:
    """Return the names of the first students of a simulated class."""
    return [f"student{number:04d}" for number in range(1, students + 1)]


def part(template: Path, folder: Path, *, students: int, assignments: Iterable[str] = ASSIGNMENTS) -> Path:
    """Copy a course with the hand-ins of its first students only."""
    shutil.copytree(template, folder, ignore=lambda at, _: ["submitted"] if Path(at) == template else [])
    for student in names(students):
        for assignment in assignments:
            shutil.copytree(template / "submitted" / student / assignment, folder / "submitted" / student / assignment)
    return folder


def afresh(course: Path, template: Path) -> None:
    """Make a course as it was before anything was graded."""
    for name in ("autograded", "outcomes", "feedback", "backups"):
        shutil.rmtree(course / name, ignore_errors=True)
    shutil.copy2(template / GRADEBOOK, course / GRADEBOOK)


def date(course: Path) -> None:
    """Give assignments a due date and every fifth hand-in a time; late ones lose all; a few have an extension."""
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import SAWarning

    config = course / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    written = ("{} UTC", "{}", "{}.250000 UTC", "{} America/Los_Angeles")
    with warnings.catch_warnings(), Gradebook(f"sqlite:///{course / GRADEBOOK}") as gradebook:
        warnings.simplefilter("ignore", SAWarning)  # nbgrader's own add_submission causes them
        for assignment in ASSIGNMENTS:
            gradebook.update_or_create_assignment(assignment, duedate=str(DUE))
        students = sorted(path.name for path in (course / "submitted").iterdir())
        for number, student in enumerate(students[::5]):
            when = DUE + timedelta(hours=(number * 7) % 60 - 24)
            for assignment in ASSIGNMENTS:
                folder = course / "submitted" / student / assignment
                folder.mkdir(parents=True, exist_ok=True)
                (folder / "timestamp.txt").write_text(written[number % len(written)].format(when))
                if number % 4 == 1:
                    gradebook.update_or_create_student(student)
                    gradebook.add_submission(assignment, student)
                    gradebook.grant_extension(assignment, student, hours=12)


def of_students(records: Records, students: Collection[str]) -> Records:
    """Return what a gradebook says of some students; how many others have handed in is left out."""
    found: dict[tuple[str, ...], object] = {}
    for key, value in records.items():
        if key[0] == "assignment" and isinstance(value, tuple):
            found[key] = value[:-1]
        elif key[2 if key[0] == "submission" else 1] in students:
            found[key] = value
    return found


def records_of(course: Path) -> Records:
    """Return every field of a course's gradebook."""
    return gradebook_records(course)


def differences(ours: Records, theirs: Records) -> list[str]:
    """Return a line for each record that is not the same; one that is missing on either side is different."""
    return [
        f"{', '.join(key)}: {ours.get(key, MISSING)} | {theirs.get(key, MISSING)}"
        for key in sorted(ours.keys() | theirs.keys())
        if key not in ours or key not in theirs or ours[key] != theirs[key]
    ]


def files_of(course: Path, *folders: str) -> dict[str, bytes]:
    """Return every file under some folders of a course, by its path in it."""
    return {
        str(path.relative_to(course)): path.read_bytes()
        for folder in folders
        for path in sorted((course / folder).rglob("*"))
        if path.is_file()
    }


def machine() -> str:
    """Return one paragraph on what the figures were measured with."""
    packages = ("nbgrader", "nbconvert", "nbclient", "nbformat", "ipykernel", "SQLAlchemy", "whosaidso")
    memory = psutil.virtual_memory().total / 1e9
    return (
        f"{datetime.now():%Y-%m-%d %H:%M}, {platform.platform()}, {os.cpu_count()} processors, {memory:.0f} GB, "
        f"Python {platform.python_version()}, {', '.join(f'{name} {version(name)}' for name in packages)}."
    )


def load() -> str:
    """Return the machine's load average, in words."""
    return "load average " + ", ".join(f"{figure:.2f}" for figure in os.getloadavg())


def quiet(runs: Iterable[Run]) -> str:
    """Say whether others were at work on the machine while something was measured."""
    shares = [run.others for run in runs]
    worst = max(shares)
    state = "The machine was busy" if worst > BUSY else "The machine was quiet"
    return f"{state}: others took {statistics.mean(shares):.0%} of its processors on average, {worst:.0%} at most."
