"""Where a course keeps its things: nbgrader's folders and gradebook, as its configuration names them."""

from __future__ import annotations

import os
from pathlib import Path

from attrs import frozen
from jupyter_core.paths import jupyter_config_dir, jupyter_config_path
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import JSONFileConfigLoader, PyFileConfigLoader


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
    """Return the course in a folder, configured by this computer's files for nbgrader and, over them, by its own.

    Raises
    ------
    Stopped
        If its nbgrader_config.py is missing, or one of the files cannot be read.
    """
    root = root.resolve()
    path = root / "nbgrader_config.py"
    environment = dict(os.environ)  # the files set variables for nbgrader's own commands
    config = Config()
    try:
        for path in config_files(root):
            config.merge(_read_config(path))
        path = root / "nbgrader_config.py"
        return CourseFolder(root, config, CourseDirectory(config=config))
    except Exception as error:  # the files are Python and may raise anything
        remedy = "mend it, or copy it again from the project" if path.parent == root else "mend or remove it"
        raise Stopped(f"{path} could not be read ({type(error).__name__}: {error}); {remedy}.") from error
    finally:
        os.environ.clear()
        os.environ.update(environment)


def config_files(root: Path) -> list[Path]:
    """Return the configuration files that nbgrader reads for a course, the one that counts most last."""
    places = jupyter_config_path()
    if jupyter_config_dir() not in places:
        places.insert(0, jupyter_config_dir())
    shared = [
        Path(place, name + ending)
        for name in ("jupyter_config", "nbgrader_config")
        for place in reversed(places)
        for ending in (".py", ".json")
    ]
    own = [root / "nbgrader_config.py", root / "nbgrader_config.json"]
    return [*(path for path in shared if path.is_file() and path not in own), own[0], *filter(Path.is_file, own[1:])]


def _read_config(path: Path) -> Config:
    loader = JSONFileConfigLoader if path.suffix == ".json" else PyFileConfigLoader
    return loader(path.name, path=str(path.parent)).load_config()
