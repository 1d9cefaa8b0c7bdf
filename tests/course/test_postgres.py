"""The gradebook in PostgreSQL, through nbgrader's db_url: a real server, started here and stopped again."""

import os
import shutil
import socket
import subprocess
import time
import zipfile

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from typer.testing import CliRunner

from tests.course.courses import gradebook_records, run
from whosaidso.cli import app

BIN = os.environ.get("WHOSAIDSO_POSTGRES", "")
ASSIGNMENT, WHY = "mosul-claims", "mosul-claims-why"
pytestmark = [
    pytest.mark.slow,
    # `make test` looks for a server, installs one where it may, and fails in CI without one
    pytest.mark.skipif(not BIN, reason="no PostgreSQL server: WHOSAIDSO_POSTGRES names the folder of its programs"),
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Address of a database that nobody else uses."""
    folder = tmp_path_factory.mktemp("postgres")
    data, port = folder / "data", free_port()
    data.mkdir()
    user = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = {"user": "nobody"}
        for path in (folder, data):
            shutil.chown(path, "nobody")
        for path in folder.parents:
            if path.stat().st_uid == 0 and path.is_relative_to("/tmp"):
                path.chmod(path.stat().st_mode | 0o011)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": data}
    subprocess.run([f"{BIN}/initdb", "-D", str(data), "-A", "trust", "-U", "wss", "-E", "UTF8", "--no-sync"], check=True, **quiet, **user)  # fmt: skip
    words = ["-D", str(data), "-k", "", "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    process = subprocess.Popen([f"{BIN}/postgres", *words], **quiet, **user)
    address = f"postgresql+pg8000://wss@127.0.0.1:{port}/postgres"
    try:
        engine = create_engine(address)
        for _ in range(100):
            try:
                with engine.connect() as db:
                    db.execute(text("select 1"))
                break
            except SQLAlchemyError:
                time.sleep(0.1)
        engine.dispose()
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def whosaidso(course, *words, code=0):
    done = CliRunner().invoke(app, [*words, "--course", str(course)])
    assert done.exit_code == code, done.output
    return done.output


def test_a_class_in_postgresql_has_the_records_it_has_in_sqlite(server, course, tmp_path):
    whosaidso(course, "demo-class", "--students", "6", "--seed", "4")
    config = course / "nbgrader_config.py"
    # a server minds that nbgrader's own default, a course without a name, is in no table
    named = config.read_text(encoding="utf-8") + '\nc.CourseDirectory.course_id = "media"\n'
    config.write_text(named, encoding="utf-8")
    (course / "whosaidso-gradebook.db").unlink()
    here = shutil.copytree(course, tmp_path / "sqlite")
    config.write_text(f'{named}c.CourseDirectory.db_url = "{server}"\n', encoding="utf-8")
    for folder in (course, here):
        done = run(folder, "whosaidso.cli", "release")
        assert done.returncode == 0, done.stderr

    for folder in (course, here):
        whosaidso(folder, "grade")
    expected = gradebook_records(here)
    assert gradebook_records(course, server) == expected
    assert not (course / "whosaidso-gradebook.db").exists()

    place = (WHY, ASSIGNMENT, ASSIGNMENT, "student0001")
    with Gradebook(server) as gradebook:
        grade = gradebook.find_grade(*place)
        grade.manual_score, grade.needs_manual_grade = 3.5, False
        gradebook.db.commit()
    assert "undo --force" in whosaidso(course, "undo", code=1)
    marked = gradebook_records(course, server)
    assert "nothing was written" in whosaidso(course, "grade")
    assert gradebook_records(course, server) == marked
    whosaidso(course, "undo", "--force")
    assert not [key for key in gradebook_records(course, server) if key[0] == "submission"]
    whosaidso(course, "undo", "--redo")
    assert gradebook_records(course, server) == marked
    out = tmp_path / "grades.csv"
    whosaidso(course, "export", "--to", "csv", str(out), code=1)
    assert "student0001" in out.read_text(encoding="utf-8-sig")

    whosaidso(course, "archive", str(tmp_path / "term.zip"))
    with zipfile.ZipFile(tmp_path / "term.zip") as pack:
        pack.extract("gradebook.db", tmp_path)
        assert "still names the server" in pack.read("READ-ME.txt").decode()
    assert gradebook_records(course, f"sqlite:///{tmp_path / 'gradebook.db'}") == marked
    whosaidso(course, "forget", "student0001", "--yes")
    others = {key: row for key, row in marked.items() if key[0] != "assignment" and "student0001" not in key}
    assert {key: row for key, row in gradebook_records(course, server).items() if key[0] != "assignment"} == others


def test_a_server_that_cannot_be_reached_is_said(course):
    config = course / "nbgrader_config.py"
    address = f"postgresql+pg8000://wss:a-secret@127.0.0.1:{free_port()}/postgres"
    config.write_text(
        config.read_text(encoding="utf-8") + f'\nc.CourseDirectory.db_url = "{address}"\n', encoding="utf-8"
    )
    whosaidso(course, "demo-class", "--students", "1")
    said = " ".join(whosaidso(course, "grade", code=1).split())
    assert "nothing was changed" in said
    assert "see that it can be reached" in said
    assert "a-secret" not in said
