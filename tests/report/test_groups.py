"""Sections of a class beside one another."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.report.test_explore import done_by
from tests.report.test_page import sound


def test_sections_of_a_class_list_stand_beside_one_another(small_class: Path, tmp_path: Path) -> None:
    rows = [("id", "Section"), *((f"student{n:04d}", "Morning" if n <= 12 else "Evening") for n in range(1, 24))]
    classes = tmp_path / "class.csv"
    with classes.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    page = tmp_path / "report.html"
    done_by(small_class, "report", "--sections", str(classes), "--out", str(page), "--csv", str(tmp_path / "csv"))
    said = sound(page.read_text("utf-8"))
    assert "Sections compared" in said
    assert "names no section for 1 student" in said
    with (tmp_path / "csv" / "sections-mosul-claims.csv").open(encoding="utf-8-sig") as file:
        table = list(csv.DictReader(file))
    assert [row["section"] for row in table] == ["Evening", "Morning"]
    known = [json.loads(line) for line in (small_class / "outcomes/mosul-claims.jsonl").read_text().splitlines()]
    points: dict[str, float] = {}
    for line in known:
        if line["of"] == "task":
            points[line["student"]] = points.get(line["student"], 0.0) + line["points"]
    evening = [share for who, share in points.items() if 12 < int(who[-2:]) < 24]
    most = sum(line["most"] for line in known if line["student"] == known[0]["student"] and line["of"] == "task")
    assert table[0]["hand-ins"] == str(len(evening))
    assert table[0]["points by machine"].startswith(f"{sum(evening) / len(evening) / most:.0%}")
    classes.write_text("id,name\nstudent0001,A\n")
    assert "says no section" in done_by(small_class, "report", "--sections", str(classes), "--out", str(page), code=1)
    classes.write_text("id,Section\nx,A\n")
    assert "knows nobody" in done_by(small_class, "report", "--sections", str(classes), "--out", str(page), code=1)
