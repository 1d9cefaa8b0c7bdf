"""Where a course keeps its things: nbgrader's folders and gradebook, as its configuration names them."""

from __future__ import annotations

import os
from pathlib import Path

from attrs import frozen
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader


class Stopped(Exception):
    """A verb cannot go on; the message is one sentence for the instructor, and nothing is half done."""


@frozen
class CourseFolder:
    """A course on disk, as nbgrader sees it."""

    root: Path
    config: Config
    nbgrader: CourseDirectory

    @property
    def db_url(self) -> str:
        """Address of the gradebook, as SQLAlchemy reads it."""
        return self.nbgrader.db_url

    @property
    def course_id(self) -> str:
        """nbgrader's name of the course, "" where none is set."""
        return self.nbgrader.course_id

    @property
    def timezone(self) -> str:
        """Time zone for times that name none: nbgrader's `Exchange.timezone`, else UTC."""
        return str(self.config.get("Exchange", {}).get("timezone", "UTC"))

    def place(self, step: str, student: str = ".", assignment: str = ".") -> Path:
        """Return the folder of a step (submitted, autograded, feedback, release, source) for a student and assignment."""
        directory = getattr(self.nbgrader, f"{step}_directory")
        return Path(os.path.normpath(self.nbgrader.format_path(directory, student, assignment)))

    @property
    def outcomes(self) -> Path:
        """Folder of what grading found, item by item."""
        return self.root / "outcomes"

    @property
    def attempts(self) -> Path:
        """Folder of every hand-in that was ever collected."""
        return self.root / "attempts"

    @property
    def backups(self) -> Path:
        """Folder of what was there before each write."""
        return self.root / "backups"


def read_course(root: Path) -> CourseFolder:
    """Return the course in a folder.

    Raises
    ------
    Stopped
        If its nbgrader_config.py is missing or cannot be read.
    """
    root = root.resolve()
    environment = dict(os.environ)  # the file sets variables for nbgrader's own commands
    try:
        config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
        return CourseFolder(root, config, CourseDirectory(config=config))
    except Exception as error:  # the file is Python and may raise anything
        raise Stopped(
            f"{root / 'nbgrader_config.py'} could not be read ({type(error).__name__}: {error}); "
            "mend it, or copy it again from the project."
        ) from error
    finally:
        os.environ.clear()
        os.environ.update(environment)
