"""Scaffold a new exercise kind: a small one that works, to be changed into what is wanted."""

from __future__ import annotations

import keyword
import re
import shutil
from pathlib import Path

from whosaidso.cases import CASES, case_ids, read_case
from whosaidso.kinds import kind_names
from whosaidso.records import Case, Claim
from whosaidso.scaffold.cases import Refused
from whosaidso.vocabulary import CLAIM_TYPES

TEMPLATES = Path(__file__).parent / "templates" / "kind"
FILES = ("answer.py", "scoring.py", "outcomes.py", "form.py", "paper.py", "form.js", "form.css")
ITEMS = 3

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def check_name(name: str, package: Path) -> None:
    """Raise Refused unless a name can be that of a Python module and is free."""
    if not _NAME.fullmatch(name) or len(name) > 30:
        raise Refused(
            f"{name!r} cannot be the name of a kind: use small letters a to z, digits, and single underscores between them, "
            "beginning with a letter, 30 at most; for example claim_type."
        )
    import whosaidso

    if keyword.iskeyword(name) or name in whosaidso.__all__ or name in ("kinds", "whosaidso", "who", "differently"):
        raise Refused(f"{name!r} has a meaning in notebooks already; choose another name.")
    if name in kind_names() or (package / "kinds" / name).exists():
        raise Refused(f"There is a kind {name!r} already, and nothing is overwritten: choose another name.")


def new_kind(name: str, checkout: Path) -> list[Path]:
    """Write a new kind, a practice task for it and a test; return what was made or changed.

    Raises
    ------
    Refused
        If the name cannot be one or is taken, or no case has open claims to practise on.
    """
    package = checkout / "src" / "whosaidso"
    check_name(name, package)
    task = f"practice-{name.replace('_', '-')}"
    case, claims = _practice(task)
    folder, test = package / "kinds" / name, checkout / "tests" / "kinds" / f"test_{name}.py"
    if test.exists():
        raise Refused(f"tests/kinds/test_{name}.py is there already, and nothing is overwritten: choose another name.")
    try:
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        for file in FILES:
            _fill(TEMPLATES / file, folder / file, name)
        (folder / "samples.toml").write_text(_samples(task, claims), encoding="utf-8", newline="\n")
        test.parent.mkdir(parents=True, exist_ok=True)
        _fill(TEMPLATES / "loads.py", test, name)
        tasks = CASES / case.id / "tasks.toml"
        with tasks.open("a", encoding="utf-8", newline="\n") as listed:
            listed.write(_task(task, name, claims))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        test.unlink(missing_ok=True)
        raise
    return [folder, test, tasks]


def _practice(task: str) -> tuple[Case, list[Claim]]:
    """Return a case and its first open claims, for a task that is in none of them yet."""
    found = None
    for case_id in case_ids():
        case, faults = read_case(CASES / case_id)
        if case is None or faults:
            continue
        if task in case.tasks:
            raise Refused(f"{case_id} has an exercise {task} already: choose another name.")
        claims = [claim for claim in case.claims.values() if claim.bank == "open"][:ITEMS]
        if len(claims) == ITEMS and (found is None or case.articles):
            found = case, claims
    if found is None:
        raise Refused(f"No case without faults has {ITEMS} open claims to practise on: run `whosaidso check` first.")
    return found


def _fill(template: Path, path: Path, name: str) -> None:
    text = template.read_text(encoding="utf-8").replace(
        "whosaidso.scaffold.templates.kind.", f"whosaidso.kinds.{name}."
    )
    text = text.replace("practice-new-kind", f"practice-{name.replace('_', '-')}").replace("new_kind", name)
    path.write_text(text, encoding="utf-8", newline="\n")


def _task(task: str, kind: str, claims: list[Claim]) -> str:
    items = ", ".join(f'"{claim.id}"' for claim in claims)
    return (
        f'\n[[task]]\nid = "{task}"\nassignment = ""\nkind = "{kind}"\ntitle = "Practice: what kind of claim is it?"\n'
        f'items = [{items}]\npoints = 0\nminutes = 5\nask = "Say of each claim what kind of claim it is. Nothing is marked here."\n'
    )


def _samples(task: str, claims: list[Claim]) -> str:
    right = {claim.id: claim.type for claim in claims}
    wrong = {claim.id: next(name for name in CLAIM_TYPES if name != claim.type) for claim in claims}
    first = claims[0].id
    rows: tuple[tuple[str, dict[str, str], float, int], ...] = (
        ("right", right, 1.0, 0),
        ("partly_right", {**wrong, first: right[first]}, round(1 / ITEMS, 4), 0),
        ("wrong", wrong, 0.0, 0),
        ("malformed", {**right, first: "nonsense", "c999": "event"}, round((ITEMS - 1) / ITEMS, 4), 2),
        ("empty", {}, 0.0, 0),
    )
    text = "# Answers with the share and the count of problems each must get.\n"
    for name, answer, share, problems in rows:
        told = ", ".join(f'"{key}": "{value}"' for key, value in answer.items())
        text += f"\n[[sample]]\nid = \"{name}\"\ntask = \"{task}\"\nshare = {share}\nproblems = {problems}\nanswer = '''{{{told}}}'''\n"
    return text
