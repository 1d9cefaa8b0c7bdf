"""Verbs for making and trying a course: check, release, new-course, hand-in, demo-class."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track
from rich.table import Table

from whosaidso.cli.common import AsJson, Course, app, assignments_of, console, course_folder, errors, stop
from whosaidso.faults import DataError, Fault


def _nbgrader(course: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run one nbgrader command in the course folder, with this Python and its programs first on PATH."""
    env = dict(os.environ)
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *words], cwd=course, env=env, text=True, capture_output=True, check=False
    )


@app.command()
def check(
    course: Course = Path(),
    articles: Annotated[
        Path | None, typer.Option(help="Folder with the articles as <id>.txt: compare every quotation word for word.")
    ] = None,
    seal: Annotated[
        bool, typer.Option("--seal", help="With --articles, renew the seals of quotations found word for word.")
    ] = False,
    only: Annotated[str, typer.Option("--case", help="Look at one case only, by the name of its folder.")] = "",
    as_json: AsJson = False,
) -> None:
    """Name everything that is wrong with cases, keys, quotations and notebooks, case by case.

    Examples:

      whosaidso check

      whosaidso check --case my_story

      whosaidso check --case my_story --articles articles/my_story --seal
    """
    from whosaidso.cases import case_ids
    from whosaidso.grading.audit import audit

    root = course_folder(course)
    if seal and articles is None:
        raise stop("--seal needs --articles DIR: a seal says that the words were found in the article.")
    only = only.replace("-", "_")
    if only and only not in case_ids():
        raise stop(f"There is no case {only!r}; there are: {', '.join(case_ids())}.")
    misquoted = {} if articles is None else _compared([only] if only else case_ids(), articles, seal)
    with errors.status("Checking cases, keys and notebooks"):
        found = audit(root, only=only)
    table = Table(show_header=False, box=None)
    for what, figure in found.figures:
        table.add_row(what, figure)
    console.print(table)
    count = 0
    for case_id, of_case in found.by_case.items():
        faults = [*misquoted.get(case_id, ()), *of_case]
        count += len(faults)
        name = case_id or "the course"
        if faults:
            console.print(f"\n{name}: {_things(len(faults))} to mend. Begin at the top.", markup=False, highlight=False)
        elif case_id:
            console.print(f"\n{name}: no faults.", markup=False, highlight=False)
        for fault in faults:
            console.print(f"✗ {fault}", markup=False, highlight=False)
    if not count:
        console.print("No faults.")
    if as_json:
        print(json.dumps({"faults": count, "figures": dict(found.figures)}))
    if count:
        raise stop("1 fault." if count == 1 else f"{count} faults.")


def _things(count: int) -> str:
    return "1 thing" if count == 1 else f"{count} things"


def _compared(case_ids: list[str], texts: Path, seal: bool) -> dict[str, list[Fault]]:
    """Compare the quotations of cases with the articles in a folder, renew seals, and return what differs by case.

    A case none of whose articles is there is passed over, unless it is the only one.
    """
    from whosaidso.articles import quotation_faults, renew_seals
    from whosaidso.cases import CASES, read_case

    if not texts.is_dir():
        raise stop(f"{texts} is no folder; name the one with the articles as <id>.txt.")
    found: dict[str, list[Fault]] = {}
    read = {case_id: case for case_id in case_ids if (case := read_case(CASES / case_id)[0])}
    if len(read) > 1:
        read = {name: case for name, case in read.items() if any((texts / f"{a}.txt").is_file() for a in case.articles)}
    if not read:
        raise stop(
            f"{texts} has no article of these cases: {', '.join(case_ids)}. A text is named after its article, <id>.txt."
        )
    for case_id, case in read.items():
        found[case_id] = wrong = quotation_faults(case, texts)
        if not wrong:
            console.print(f"{case_id}: every quotation is word for word in its article.")
        if seal and not wrong:
            console.print(f"{case_id}: {renew_seals(CASES / case_id, case, texts)} seals renewed.")
        elif seal:
            console.print(f"{case_id}: no seal was renewed, because not every quotation is as printed.")
    return found


Site = Annotated[
    str, typer.Option("--site", help="Address of your copy of the book: the notebooks' links then lead there.")
]
_BOOK_LINK = re.compile(r"\]\(\.\./\.\./book/([\w/-]+)\.md(#[\w-]+)?\)")


def _site(address: str) -> str:
    if address and not re.fullmatch(r"https?://[^\s()<>\"\\]+", address):
        raise stop(f"--site wants an address like https://example.org/course, and this is {address!r}.")
    return address.rstrip("/")


def _release(course: Path, names: list[str], site: str = "") -> list[dict]:
    import nbformat

    summary = []
    for name in track(names, description="Releasing", console=errors, transient=True):
        done = _nbgrader(course, "generate_assignment", name, "--force", "--create")
        if done.returncode:
            tail = [line for line in done.stderr.splitlines() if "ERROR" in line or "rror:" in line][
                -1:
            ] or done.stderr.splitlines()[-1:]
            raise stop(f"nbgrader could not release {name}: {' '.join(tail).strip()}")
        for path in sorted((course / "exercises" / name).glob("*.ipynb")):
            if site:
                text = path.read_text(encoding="utf-8")
                path.write_text(_BOOK_LINK.sub(rf"]({site}/book/\1.html\2)", text), encoding="utf-8", newline="\n")
            marks = [
                c.metadata.nbgrader
                for c in nbformat.read(path, 4).cells
                if c.metadata.get("nbgrader", {}).get("points") is not None
            ]
            by_hand = [m for m in marks if m.get("solution") or m.get("task")]
            points = sum(m["points"] for m in marks)
            hand = sum(m["points"] for m in by_hand)
            summary.append(
                {
                    "assignment": name,
                    "points": points,
                    "by_machine": points - hand,
                    "by_hand": hand,
                    "checks": len(marks) - len(by_hand),
                    "manual": len(by_hand),
                }
            )
    return summary


@app.command()
def release(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments; all if none is named.")] = None,
    course: Course = Path(),
    site: Site = "",
    as_json: AsJson = False,
) -> None:
    """Make the student release under exercises/ from solutions/.

    Example: whosaidso release mosul-claims --site https://example.org/course
    """
    root = course_folder(course)
    summary = _release(root, assignments_of(root, assignments), _site(site))
    table = Table("assignment", "points", "by machine", "by hand", "checked tasks", "cells to mark by hand")
    for row in summary:
        table.add_row(*(f"{value:g}" if isinstance(value, float | int) else value for value in row.values()))
    console.print(table)
    if as_json:
        print(json.dumps(summary))


@app.command("new-course")
def newcourse_folder(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    checkout: Annotated[Path, typer.Option("--from", help="The checkout to take the course from.")] = Path(),
    site: Site = "",
) -> None:
    """Set up a course: configuration, assignments, and a gradebook that knows them.

    Example: whosaidso new-course ~/media-literacy-2026 --from .
    """
    source, site = course_folder(checkout, "--from"), _site(site)
    target = folder.expanduser().resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise stop(f"{target} is not an empty folder; name a new one, so that nothing of yours is overwritten.")
    made = not target.exists()
    try:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / "nbgrader_config.py", target)
        shutil.copytree(
            source / "solutions",
            target / "solutions",
            ignore=shutil.ignore_patterns(".ipynb_checkpoints", ".whosaidso"),
        )
        names = assignments_of(target, None)
        _release(target, names, site)
        (target / "submitted").mkdir(exist_ok=True)
    except BaseException as error:  # an interrupted set-up too must not leave half a course
        for left in [target] if made else list(target.iterdir()):
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        raise stop(
            f"The course could not be set up in {target}: {error.strerror or error}. Nothing was left behind."
        ) from error
    console.print(f"{target} is ready, with {', '.join(names)} in its gradebook.", highlight=False)
    console.print(
        f"Next: cd {target}. Hand out exercises/ or the hand-in pages. When work comes back: whosaidso collect FILE…, whosaidso grade, whosaidso feedback.",
        markup=False,
        highlight=False,
    )


@app.command("hand-in")
def hand_in(
    out: Annotated[Path, typer.Argument(help="A folder for the pages, to zip, to mail or to upload.")],
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments; all if none is named.")] = None,
    course: Course = Path(),
    site: Annotated[
        str, typer.Option(help="Address of the published book, for links to its chapters: https://….")
    ] = "",
) -> None:
    """Write a hand-in page for each assignment: one file that needs no Python and no server.

    Example: whosaidso hand-in hand-in-pages mosul-claims --site https://example.org/who-said-so
    """
    from whosaidso.forms import hand_in as pages

    there = {path.stem: path for path in pages.released(course_folder(course))}
    for name in assignments or []:
        if name not in there:
            known = f"there are: {', '.join(there)}" if there else "there is none: run `whosaidso release` first"
            raise stop(f"There is no assignment {name!r} under exercises/; {known}.")
    if not there:
        raise stop("There is no assignment under exercises/: run `whosaidso release` first.")
    if site and not site.startswith(("https://", "http://")):
        raise stop(f"--site {site!r} is no address of a book: it begins with https:// or http://.")
    target = out.expanduser().resolve()
    if target.exists() and not target.is_dir():
        raise stop(f"{target} is a file; name a folder for the pages.")
    if not pages.may_write(target):
        raise stop(f"{target} holds another index.html; name a folder of its own, so that nothing is overwritten.")
    names = list(dict.fromkeys(assignments or there))
    address = f"{site.rstrip('/')}/" if site else "../"
    try:
        written = pages.write_pages(target, [there[name] for name in names], address)
    except OSError as error:
        raise stop(f"The pages could not be written to {target}: {error.strerror or error}.") from error
    for path in written:
        console.print(f"{path.stat().st_size / 1000:5.0f} kB  {path}", markup=False, highlight=False)
    if not site:
        console.print(
            "Links to chapters lead to a book beside this folder; --site URL makes them lead to a published one."
        )


@app.command("demo-class")
def demo_class(
    students: Annotated[int, typer.Option(min=1, max=5000, help="How many students.")] = 30,
    seed: Annotated[int, typer.Option(help="The same seed gives the same class.")] = 1,
    choosing: Annotated[
        float,
        typer.Option(min=0, max=1, help="Share of the students who choose the other story where there are two."),
    ] = 0.0,
    course: Course = Path(),
    as_json: AsJson = False,
) -> None:
    """Put hand-ins of a simulated class of mixed ability under submitted/, to try grading on.

    Examples:

      whosaidso demo-class --students 30 --seed 1

      whosaidso demo-class --students 60 --choosing 0.4
    """
    from whosaidso.grading.demo import write_class

    root = course_folder(course)
    try:
        real = [
            path.name for path in (root / "submitted").glob("[!.]*") if not re.fullmatch(r"student\d{4}", path.name)
        ]
        if real:
            raise stop(
                f"A simulated class goes into a course of its own, and this one has {len(real)} other students, such as "
                f"{sorted(real)[0]}: make a course for trying with `whosaidso new-course`."
            )
        handed_in, kept = write_class(root, students=students, seed=seed, choosing=choosing, console=errors)
    except DataError as error:
        raise stop(str(error)) from error
    except FileNotFoundError as error:
        raise stop(f"{error.filename} is missing: run `whosaidso release` first.") from error
    except OSError as error:
        raise stop(f"{error.filename} could not be written ({error.strerror}); make the folder writable.") from error
    console.print(f"{handed_in} hand-ins of {students} students are under submitted/.")
    if kept:
        console.print(f"{kept} hand-ins were there already and were left alone.")
    if as_json:
        print(json.dumps({"students": students, "written": handed_in, "kept": kept}))
