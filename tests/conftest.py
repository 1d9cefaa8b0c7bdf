"""A course in a temporary folder, set up once by the command a teacher uses and copied for each test."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.course.courses import ROOT, run
from tests.once import made_once
from whosaidso.cli import app


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files with slow tests first: left for the end, one worker would do them while the other waits."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def course_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def make(folder: Path) -> None:
        done = run(ROOT, "whosaidso.cli", "new-course", str(folder / "course"), "--from", str(ROOT))
        assert done.returncode == 0, done.stderr

    return made_once(tmp_path_factory, "template", make) / "course"


@pytest.fixture
def course(course_template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(course_template, tmp_path / "course"))


@pytest.fixture(scope="session")
def small_class(course_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a graded course of 24 simulated students; copy it before you write in it."""

    def make(folder: Path) -> None:
        course = shutil.copytree(course_template, folder / "course")
        for words in (("demo-class", "--students", "24", "--seed", "5"), ("grade",)):
            done = CliRunner().invoke(app, [*words, "--course", str(course)])
            assert done.exit_code == 0, done.output

    return made_once(tmp_path_factory, "small", make) / "course"
