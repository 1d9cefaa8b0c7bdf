"""Scaffold a new case: its public folder, the folders of its assignments, and the texts of its worked example."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from string import Template
from typing import Any

from whosaidso.articles import hash_of
from whosaidso.cases import CASES, FILES, case_ids, read_case
from whosaidso.gold import read_gold
from whosaidso.records import seal_of, words_in
from whosaidso.scaffold import notebooks

TEMPLATES = Path(__file__).parent / "templates"
ASSIGNMENTS = ("sourcing", "wording", "claims")
LONGEST = 30
"""Letters of a name: it stands in the names of folders and files, which some systems keep short."""

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|test|tests|templates)")
_ID = re.compile(r'(?m)^\s*(?:\[\[.*\]\]\s*)?id = "([a-z])(\d+)"')
_NUMBERED = re.compile(r"\$([a-z])(\d+)\b")


class Refused(Exception):
    """Nothing was made; the message is one sentence that says why, and what to do."""


def case_id_of(name: str) -> str:
    """Return the id of the case, which is the name of its folder too.

    >>> case_id_of("school-canteen")
    'school_canteen'
    """
    return name.replace("-", "_")


def check_name(name: str) -> None:
    """Raise Refused unless a name can stand in ids, folders and file names everywhere."""
    if not _NAME.fullmatch(name) or len(name) > LONGEST:
        raise Refused(
            f"{name!r} cannot be the name of a case: use small letters a to z, digits, and single hyphens between them, "
            f"beginning with a letter, {LONGEST} at most; for example school-canteen."
        )
    if _RESERVED.fullmatch(name):
        raise Refused(f"{name!r} is a name that some computers keep for themselves; choose another one.")


def new_case(name: str, course: Path, *, cases: Path = CASES, today: date | None = None) -> list[Path]:
    """Write a new case with a worked example in every file; return the folders that were made.

    `course` is the checkout, `cases` the folder of all cases. Nothing that is there is overwritten, and nothing is left
    where something goes wrong.

    Raises
    ------
    Refused
        If the name cannot be one or is taken.
    """
    check_name(name)
    folders = [
        cases / case_id_of(name),
        *(course / "solutions" / f"{name}-{end}" for end in ASSIGNMENTS),
        course / "articles" / case_id_of(name),
    ]
    for path in folders:
        if path.exists() or path.is_symlink():
            raise Refused(f"{_shown(path, course)} is there already, and nothing is overwritten: choose another name.")
    taken = {task for case_id in case_ids(cases) for task in _tasks(cases / case_id)}
    for task in (f"{name}-{end}-1" for end in ASSIGNMENTS):
        if task in taken:
            raise Refused(f"Another case has an exercise {task} already: choose another name.")
    words = _words(name, cases, course, today or date.today())
    try:
        _write(folders, name, words)
        _write_notebooks(folders[0], course, name, words)
    except BaseException:
        for path in folders:
            shutil.rmtree(path, ignore_errors=True)
        raise
    return folders


def _tasks(folder: Path) -> Iterable[str]:
    case, _ = read_case(folder)
    return case.tasks if case else ()


def _shown(path: Path, course: Path) -> str:
    return path.relative_to(course).as_posix() if path.is_relative_to(course) else str(path)


def _words(name: str, cases: Path, course: Path, today: date) -> dict[str, str]:
    """Return what stands in the templates for each $word: name, id, date, numbers, hashes and seals."""
    texts = {letter: _lines(letter) for letter in "ab"}
    words = {"name": name, "id": case_id_of(name), "today": today.isoformat()}
    hashes: dict[tuple[str, str], str] = {}
    for letter, lines in texts.items():
        words[f"words_{letter}"] = str(sum(map(words_in, lines)))
        for paragraph, line in zip(("H", "p1", "p2", "p3"), lines, strict=True):
            hashes[letter, paragraph] = words[f"hash_{letter}_{paragraph}"] = hash_of(line)
    words |= _numbers(cases, course)
    return words | _seals(words, hashes)


def _lines(letter: str) -> list[str]:
    return (TEMPLATES / "texts" / f"{letter}.txt").read_text(encoding="utf-8").splitlines()


def _template_files() -> list[Path]:
    return [
        *(TEMPLATES / "case" / f"{name}.toml" for name in FILES),
        *(TEMPLATES / "keys" / f"{end}.toml" for end in ASSIGNMENTS),
    ]


def _numbers(cases: Path, course: Path) -> dict[str, str]:
    """Return an id for each numbered $word: of each letter, the first hundred that no case and no key uses."""
    used: dict[str, int] = {}
    for path in (*cases.glob("*/*.toml"), *(course / "solutions").glob("*/gold.toml")):
        for letter, number in _ID.findall(path.read_text(encoding="utf-8")):
            used[letter] = max(used.get(letter, 0), int(number))
    asked = {found for path in _template_files() for found in _NUMBERED.findall(path.read_text(encoding="utf-8"))}
    ids = {}
    for letter, number in asked:
        first = (used.get(letter, 0) // 100 + 1) * 100
        if letter == "r" and first > 900:  # a record has three digits; ids need only differ within a case
            first = 0
        ids[f"{letter}{number}"] = f"{letter}{first + int(number):0{3 if letter == 'r' else 2}}"
    return ids


def _seals(words: dict[str, str], hashes: dict[tuple[str, str], str]) -> dict[str, str]:
    """Return the seal of each row of the templates that has one as its $word."""
    empty = {f"seal{n}": "" for n in range(1, 100)}
    seals = {}
    for path in (TEMPLATES / "case" / "quotations.toml", TEMPLATES / "case" / "passages.toml"):
        raw = path.read_text(encoding="utf-8")
        marks = re.findall(r'(?m)^seal = "\$(seal\d+)"', raw)
        tables = tomllib.loads(Template(raw).substitute(words | empty))
        rows = [*tables.get("quotation", ()), *(part for row in tables.get("passage", ()) for part in row["part"])]
        sealed = [row for row in rows if "seal" in row]
        for mark, row in zip(marks, sealed, strict=True):
            letter = row["article"].removeprefix(f"{words['name']}-")
            seals[mark] = seal_of(row["text"], hashes[letter, row["paragraph"]])
    return seals


def _write(folders: list[Path], name: str, words: dict[str, str]) -> None:
    public, *keys, texts = folders
    for folder in folders:
        folder.mkdir(parents=True)
    for file in FILES:
        _fill(TEMPLATES / "case" / f"{file}.toml", public / f"{file}.toml", words)
    for end, folder in zip(ASSIGNMENTS, keys, strict=True):
        _fill(TEMPLATES / "keys" / f"{end}.toml", folder / "gold.toml", words)
        _fill(TEMPLATES / "afterwards.md", folder / "debrief.md", words | {"title": _told(words)[end]["title"].lower()})
    for letter in "ab":
        shutil.copyfile(TEMPLATES / "texts" / f"{letter}.txt", texts / f"{name}-{letter}.txt")


def _fill(template: Path, path: Path, words: dict[str, str]) -> None:
    text = Template(template.read_text(encoding="utf-8")).substitute(words)
    path.write_text(text, encoding="utf-8", newline="\n")


def _told(words: dict[str, str]) -> dict[str, Any]:
    return tomllib.loads(Template((TEMPLATES / "notebooks.toml").read_text(encoding="utf-8")).substitute(words))


def _write_notebooks(public: Path, course: Path, name: str, words: dict[str, str]) -> None:
    case, faults = read_case(public)
    if case is None:
        raise AssertionError(f"the templates of a case cannot be read: {faults}")
    for end, told in _told(words).items():
        assignment = f"{name}-{end}"
        folder = course / "solutions" / assignment
        gold, _ = read_gold(folder / "gold.toml", assignment, case)
        made = notebooks.new_notebook(assignment, told, case, gold)
        notebooks.write(made, folder / f"{assignment}.ipynb")
