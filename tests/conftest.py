"""A course in a temporary folder, set up once by the command a teacher uses and copied for each test."""

import shutil
from pathlib import Path

import pytest

from tests.course.courses import ROOT, run


@pytest.fixture(scope="session")
def course_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "course"
    done = run(ROOT, "whosaidso.cli", "new-course", str(folder), "--from", str(ROOT))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def course(course_template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(course_template, tmp_path / "course"))
