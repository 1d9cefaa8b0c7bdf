"""A course in a temporary folder, set up once by the command a teacher uses and copied for each test."""

import shutil
from pathlib import Path

import pytest

from tests.course.courses import ROOT, run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files with slow tests first: left for the end, one worker would do them while the other waits."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def course_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "course"
    done = run(ROOT, "whosaidso.cli", "new-course", str(folder), "--from", str(ROOT))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def course(course_template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(course_template, tmp_path / "course"))
