"""Verbs for making something new: new-case, model-answers, new-kind."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from whosaidso.cli.common import Course, app, assignments_of, console, course_folder, stop


def _checkout(course: Path) -> Path:
    """Return the folder of the project that this package is read from, or stop."""
    from whosaidso.cases import CASES

    root = course_folder(course)
    if (root / "src" / "whosaidso" / "cases").resolve() != CASES.resolve():
        raise stop(
            f"Something new is made in the project's own folder, and {root} is not the one this `whosaidso` is read from: "
            "go to the folder that you got the project in, and run `. .venv/bin/activate` there first."
        )
    return root


def _say(text: str) -> None:
    console.print(text, markup=False, highlight=False, emoji=False)


@app.command("new-case")
def new_case(
    name: Annotated[str, typer.Argument(help="A short name: small letters, digits, hyphens.")],
    course: Course = Path(),
) -> None:
    """Make a case of your own: its data and three assignments, every file explained, with a worked example.

    No Python is needed: you write over the example in text files. `whosaidso check --case …` says what is still missing.
    Nothing that is there is overwritten. The book's page "Bring your own articles" goes through all of it.

    Examples:

      whosaidso new-case school-canteen

      whosaidso check --case school_canteen
    """
    from whosaidso.scaffold.cases import ASSIGNMENTS, Refused
    from whosaidso.scaffold.cases import new_case as make

    root = _checkout(course)
    try:
        made = make(name, root)
    except Refused as error:
        raise stop(str(error)) from error
    except OSError as error:
        raise stop(f"The case could not be written ({error.strerror or error}); nothing was left behind.") from error
    public, *keys, texts = (path.relative_to(root).as_posix() for path in made)
    _say(f"Made for {name}:")
    _say(f"  {public}/   what students may see")
    for folder in keys:
        _say(f"  {folder}/   notebook, right answers, notes for the debrief: for teachers only")
    _say(f"  {texts}/   the articles' texts; they stay on this computer")
    case_id = made[0].name
    _say("Next:")
    _say(f"  1. Put your articles into {texts}/ and write over the examples, first in case.toml and articles.toml.")
    _say(f"  2. whosaidso check --case {case_id}    says what is missing next, as often as you like")
    _say(f"  3. whosaidso check --case {case_id} --articles {texts} --seal    seals your quotations")
    _say(f"  4. whosaidso model-answers {' '.join(f'{name}-{end}' for end in ASSIGNMENTS)}")
    _say(f"  5. whosaidso release {' '.join(f'{name}-{end}' for end in ASSIGNMENTS)}")


@app.command("model-answers")
def model_answers(
    assignments: Annotated[list[str], typer.Argument(help="Assignments, such as school-canteen-claims.")],
    course: Course = Path(),
) -> None:
    """Write the model answers of an assignment's notebook again, from its tasks and its key.

    Do this after a change of tasks.toml or gold.toml. Points and item numbers in the notebook follow tasks.toml; an
    exercise that is new there is put in. What you wrote yourself in the notebook is left alone.

    Example: whosaidso model-answers school-canteen-claims
    """
    from whosaidso.cases import CASES, case_ids, read_case
    from whosaidso.gold import read_gold
    from whosaidso.scaffold import notebooks

    root = course_folder(course)
    read = [case for case_id in case_ids() if (case := read_case(CASES / case_id)[0])]
    for name in assignments_of(root, assignments):
        case = next((c for c in read if any(task.assignment == name for task in c.tasks.values())), None)
        if case is None:
            raise stop(f"No case asks for {name}: name it as the assignment of a task in the case's tasks.toml.")
        gold, faults = read_gold(root / "solutions" / name / "gold.toml", name, case)
        for path in sorted((root / "solutions" / name).glob("*.ipynb")):
            try:
                notebook = notebooks.read(path)
                done = notebooks.renew(notebook, name, case, gold)
                notebooks.write(notebook, path)
            except (ValueError, OSError) as error:
                raise stop(f"{path} could not be read or written: {str(error)[:100]}.") from error
            for line in done or [f"{name}: nothing had changed."]:
                _say(line)
        if faults:
            _say(f"{name}: the key is not finished ({len(faults)} to mend), so the model answers are not, either.")


@app.command("new-kind")
def new_kind(
    name: Annotated[str, typer.Argument(help="A Python name: small letters, digits, underscores.")],
    course: Course = Path(),
) -> None:
    """Make an exercise kind of your own: one folder of code, found by its name, that works from the start.

    It asks of each claim what kind of claim it is. Change it into what you want, file by file. A practice task and a test
    come with it. This one does need Python and JavaScript.

    Example: whosaidso new-kind claim_type
    """
    from whosaidso.scaffold.cases import Refused
    from whosaidso.scaffold.kinds import new_kind as make

    root = _checkout(course)
    try:
        folder, test, tasks = (path.relative_to(root).as_posix() for path in make(name, root))
    except Refused as error:
        raise stop(str(error)) from error
    except OSError as error:
        raise stop(f"The kind could not be written ({error.strerror or error}); nothing was left behind.") from error
    _say(f"Made the kind {name}:")
    _say(f"  {folder}/   answer, scoring, outcomes, form, paper, samples")
    _say(f"  {tasks}   a practice task at its end")
    _say(f"  {test}   a test that it loads and marks")
    _say(f"Next: python -m pytest {test}, then change one file after the other.")
