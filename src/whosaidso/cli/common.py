"""What the verbs share: the command itself, its two consoles, the course folder, the one-sentence stop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup


class Verbs(TyperGroup):
    """All verbs; one that is stopped with Ctrl-C says so."""

    def invoke(self, ctx: Any) -> Any:
        """Do what the words of the command line ask for."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            errors.print("Stopped. Nothing is lost: run the same command again.", highlight=False)
            raise typer.Exit(130) from error


app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Who Said So? Check the data, release the assignments, collect and grade a class, give marks back.",
)
console = Console(soft_wrap=True)
errors = Console(stderr=True, soft_wrap=True)

Course = Annotated[
    Path, typer.Option("--course", help="Folder of the course: nbgrader_config.py, solutions/, exercises/.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as one line of JSON at the end.")]


def stop(sentence: str) -> typer.Exit:
    """Say the sentence on stderr and return what ends the command with exit code 1: `raise stop(…)`."""
    errors.print(sentence, markup=False, highlight=False, emoji=False)
    return typer.Exit(1)


@contextmanager
def plainly() -> Iterator[None]:
    """End the command with the sentence of what stopped it."""
    from whosaidso.grading.folder import Stopped

    try:
        yield
    except Stopped as error:
        raise stop(str(error)) from error


def course_folder(folder: Path, option: str = "--course") -> Path:
    """Return the folder of a course, or stop; `option` is the one that names it."""
    course = folder.resolve()
    if not (course / "nbgrader_config.py").is_file():
        raise stop(
            f"{course} is no course folder: nbgrader_config.py is missing. Go there, or name it with {option} DIR."
        )
    return course


def assignments_of(course: Path, wanted: list[str] | None) -> list[str]:
    """Return the assignments wanted, or all there are; stop where one is not there."""
    there = sorted(path.name for path in (course / "solutions").glob("*") if any(path.glob("*.ipynb")))
    for name in wanted or []:
        if name not in there:
            raise stop(f"There is no assignment {name!r} under solutions/; there are: {', '.join(there)}.")
    if not there:
        raise stop(
            f"There is no assignment under {course / 'solutions'}: a folder with a notebook and gold.toml is one."
        )
    return list(dict.fromkeys(wanted)) if wanted else there
