"""The verb for a class that has the articles: `whosaidso articles add`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from whosaidso.cli.common import AsJson, Course, app, console, course_folder, stop

articles = typer.Typer(
    no_args_is_help=True, help="The articles themselves, where a class has them: on its machine only."
)
app.add_typer(articles, name="articles")

STATES = {"fits": "word for word", "differs": "other words than ours", "missing": "not found"}


@articles.callback()
def verbs() -> None:
    """Keep a group of verbs, though there is one so far."""


@articles.command()
def add(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with the texts: .txt, .md or saved web pages.")],
    course: Course = Path(),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what fits and write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Attach the articles' texts that your class has. They stay on this machine, in articles/ of the course.

    Files may have any name: an article is known by its paragraphs. Said of each: which paragraphs are word for word those
    that we read, which differ, which are missing. Page furniture and readers' comments are not kept. The folder is ignored
    by git and is in no build. We hold no text and fetch none. A course inside a folder that is published is refused.

    Examples:

      whosaidso articles add ~/Downloads/mosul-articles --dry-run

      whosaidso articles add ~/Downloads/mosul-articles

      whosaidso articles add texts --course ../my-class
    """
    from whosaidso.attached import FOLDER, keep, recognise, why_not_here, worse
    from whosaidso.cases import sound_cases

    root = course_folder(course)
    source = folder.expanduser().resolve()
    if not source.is_dir():
        raise stop(f"{source} is no folder; name the one that holds the texts.")
    reason = why_not_here(root)
    if reason:
        raise stop(
            f"Nothing was kept: the articles are not ours to publish. {reason} Name another course with --course."
        )
    told: dict[str, dict[str, list[str]]] = {}
    kept = 0
    cases = {case.id: case for case in sound_cases() if case.articles}  # others know no text
    for case in cases.values():
        seen = recognise(case, source)
        for article in case.articles.values():
            known = seen.known.get(article.id)
            if known is None:
                _say(f"{article.id}: not in this folder.")
                continue
            told[article.id] = {state: known.ids(state) for state in STATES}
            _say(f"{article.id}: {known.file.name}")
            for state, words in STATES.items():
                if known.ids(state):
                    _say(f"  {words}: {len(known.ids(state))} ({', '.join(known.ids(state))})")
            if worse(known, root, case):
                _say(f"  The copy in {FOLDER}/ fits better and was left as it is.")
            elif not dry_run:
                try:
                    keep(known, root)
                except OSError as error:
                    raise stop(f"{root / FOLDER} could not be written: {error.strerror or error}.") from error
                kept += 1
        for name, why in seen.strange:
            _say(f"{name}: {why}")
    if as_json:
        print(json.dumps({"kept": kept, "articles": told}))
    if not told:
        raise stop(f"No article was recognised in {source}. A text needs one paragraph just as it was printed.")
    _say("Nothing was written." if dry_run else f"{kept} kept in {root / FOLDER}, for this machine only.")


def _say(text: str) -> None:
    from whosaidso.grading.safe import visible

    console.print(visible(text), markup=False, highlight=False, emoji=False)
