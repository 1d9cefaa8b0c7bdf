"""The `whosaidso` command: thin verbs over the rooms of the package, one module for each group of them."""

from __future__ import annotations

import io
import sys

from whosaidso.cli import (  # noqa: F401 - each module adds its verbs to the command
    articles,
    collect,
    course,
    disputes,
    export,
    feedback,
    grade,
    keeping,
    marking,
    report,
    scaffold,
)
from whosaidso.cli.common import app, errors
from whosaidso.faults import DataError


def main() -> None:
    """Run the command; a fault in the data ends in its sentences, not in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console or file that has no letter for a name or an arrow
            stream.reconfigure(errors="replace")
    try:
        app()
    except DataError as error:
        errors.print(str(error), markup=False, highlight=False)
        raise SystemExit(1) from error
