"""`whosaidso archive`: a term packed whole, and packed without names for a later comparison."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path

from tests.course.courses import GRADEBOOK, gradebook_records
from tests.report.test_explore import done_by
from tests.report.test_page import sound


def test_a_packed_course_is_the_course(small_class: Path, tmp_path: Path) -> None:
    course = Path(shutil.copytree(small_class, tmp_path / "course"))
    zipped = course / "term.zip"  # inside: it must not pack itself
    said = done_by(course, "archive", str(zipped))
    assert "names students" in said
    with zipfile.ZipFile(zipped) as pack:
        pack.extractall(tmp_path / "again")
        assert not any(name.startswith("backups/") or name == "term.zip" for name in pack.namelist())
        assert GRADEBOOK in pack.read("READ-ME.txt").decode()
    again = tmp_path / "again"
    assert gradebook_records(again) == gradebook_records(course)
    assert "nothing was written" in done_by(again, "grade")
    assert "there already" in done_by(course, "archive", str(zipped), code=1)
    assert "term.tar.zip" in done_by(course, "archive", str(tmp_path / "term.tar"), code=1)
    assert not list(course.glob(".writing-*"))


def test_without_names_there_is_nobody_in_it_and_a_class_can_be_compared_with_it(
    small_class: Path, tmp_path: Path
) -> None:
    course = Path(shutil.copytree(small_class, tmp_path / "course"))
    zipped = tmp_path / "nameless.zip"
    done_by(course, "archive", str(zipped), "--without-names")
    with zipfile.ZipFile(zipped) as pack:
        text = "".join(pack.read(name).decode() for name in pack.namelist())
        lines = [json.loads(line) for line in pack.read("outcomes/mosul-claims.jsonl").decode().splitlines()]
    assert not re.search(r"student\d{4}", text)
    assert '"why"' not in text.split("solutions")[0]
    assert len({line["student"] for line in lines}) <= 24
    assert all(re.fullmatch(r"N\d{4}", line["student"]) for line in lines)
    order = [line["student"] for line in lines if line["task"] == "mosul-claims-1"]
    known = [json.loads(line) for line in (course / "outcomes/mosul-claims.jsonl").read_text().splitlines()]
    points = {line["student"]: line["points"] for line in known if line.get("task") == "mosul-claims-1"}
    assert [line["points"] for line in lines if line["student"] in order and line["task"] == "mosul-claims-1"] != [
        points[student] for student in sorted(points)
    ]
    page = tmp_path / "report.html"
    done_by(course, "report", "--compare", str(zipped), "--out", str(page))
    said = sound(page.read_text("utf-8"))
    assert "Compared with the earlier run" in said
    assert "+0 (" in said or "0 (" in said
    assert "nothing of" not in done_by(course, "report", "--out", str(page))


def test_nothing_graded_is_a_sentence(course: Path, tmp_path: Path) -> None:
    said = done_by(course, "archive", str(tmp_path / "x.zip"), "--without-names", code=1)
    assert "nothing to pack" in said
    assert not (tmp_path / "x.zip").exists()
