"""Builders of the piles that instructors really have: LMS zips, Drive and Teams folders, loose files.

A `HandIn` is one file of one student; each builder lays the same hand-ins out as one LMS does.
"""

from __future__ import annotations

import copy
import io
import json
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from attrs import field, frozen


@frozen
class HandIn:
    """One file of one student, as every LMS may be asked to show it."""

    name: str = "Jane Doe"
    data: bytes = b""
    login: str = "jdoe"
    number: int = 123456
    attempt: int = 1
    file: str = "mosul-claims.ipynb"
    late: bool = False
    when: datetime = field(default=datetime(2026, 11, 20, 14, 33, 12))


def notebook(
    released: Mapping | Path,
    *,
    who: str | None = None,
    answers: Mapping[str, str] | None = None,
    texts: Mapping[str, str] | None = None,
    change: Callable[[dict], object] | None = None,
) -> bytes:
    """Return a released notebook with something filled in: the who cell, answer cells and texts by grade_id."""
    content = json.loads(released.read_bytes()) if isinstance(released, Path) else copy.deepcopy(dict(released))
    given = {**(answers or {}), **(texts or {})}
    for cell in content["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if grade_id.endswith("-who") and who is not None:
            cell["source"] = f"who = {json.dumps(who, ensure_ascii=False)}"
        if grade_id in given:
            cell["source"] = given[grade_id]
    if change is not None:
        change(content)
    return json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")


def strip_marks(content: dict) -> None:
    """Take away what other programs take away: our metadata, nbgrader's, and the cells' ids."""
    content["metadata"] = {}
    content["nbformat_minor"] = 4
    for cell in content["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)


def zipped(files: Mapping[str, bytes] | Iterable[tuple[str, bytes]], *, when: datetime | None = None) -> bytes:
    """Return a zip with these files, also with two of one name."""
    out = io.BytesIO()
    pairs = files.items() if isinstance(files, Mapping) else files
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        warnings.simplefilter("ignore")  # of two members of one name
        for name, data in pairs:
            info = zipfile.ZipInfo(name, (when or datetime(2026, 11, 20, 12, 0, 0)).timetuple()[:6])
            info.external_attr = 0o100644 << 16
            pack.writestr(info, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def write(path: Path, data: bytes) -> Path:
    """Write a file and return where it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def sortable(name: str) -> str:
    """Return a name as Canvas sorts it: "Doe, Jane"."""
    first, _, last = name.rpartition(" ")
    return f"{last}, {first}" if first else last


def canvas_name(hand_in: HandIn, *, anonymous: bool = False) -> str:
    """Return the name of a file in a Canvas zip; the attachment number grows with the attempts."""
    name = re.sub(r"\W", "", sortable(hand_in.name)).lower()
    late = "LATE_" if hand_in.late else ""
    who = f"{late}anon_x{hand_in.number}" if anonymous else f"{name}_{late}{hand_in.number}"
    return f"{who}_{70_000_000 + hand_in.number % 1_000_000 * 10 + hand_in.attempt}_{hand_in.file}"


def canvas(hand_ins: Iterable[HandIn], *, anonymous: bool = False) -> dict[str, bytes]:
    """Return what Canvas's "Download submissions" has in its zip."""
    return {canvas_name(one, anonymous=anonymous): one.data for one in hand_ins}


def moodle(hand_ins: Iterable[HandIn], *, folders: bool = True, old: bool = True) -> dict[str, bytes]:
    """Return what Moodle's "Download all submissions" has in its zip; `old` is Moodle before 4.3."""
    files = {}
    for one in hand_ins:
        before = f"{one.name}_{one.number}_assignsubmission_file"
        files[f"{before}{'_' if old else ''}/{one.file}" if folders else f"{before}_{one.file}"] = one.data
        files[f"{one.name}_{one.number}_assignsubmission_onlinetext{'_' if old else ''}/onlinetext.html"] = (
            b"<p>Hello.</p>"
        )
    return files


def blackboard(hand_ins: Iterable[HandIn], *, title: str = "Claims", receipts: bool = True) -> dict[str, bytes]:
    """Return what Blackboard's "Assignment File Download" has in its zip."""
    files = {}
    for one in hand_ins:
        before = f"{title}_{one.login}_attempt_{one.when:%Y-%m-%d-%H-%M-%S}"
        files[f"{before}_{one.file}"] = one.data
        if receipts:
            files[f"{before}.txt"] = (
                f"Name: {one.name} ({one.login})\nAssignment: {title}\nDate Submitted: {one.when:%A, %d %B %Y %H:%M:%S o'clock CET}\n"
                f"Current Mark: Needs Marking\n\nSubmission Field:\nThere is no student submission text data for this assignment.\n\n"
                f"Comments:\nThere are no student comments for this assignment.\n\nFiles:\n\tOriginal filename: {one.file}\n"
                f"\tFilename: {before}_{one.file}\n"
            ).encode()
    return files


def drive(hand_ins: Iterable[HandIn], *, folder: str = "Claims") -> dict[str, bytes]:
    """Return what a folder downloaded from Google Drive has in its zip, with Classroom's names of copies."""
    return {f"{folder}/{one.name} - {one.file}": one.data for one in hand_ins}


DRIVE_ZIP = "Claims-20261120T143312Z-001.zip"


def teams(hand_ins: Iterable[HandIn], *, top: str = "Submitted files", title: str = "Claims") -> dict[str, bytes]:
    """Return what the Teams library "Student Work" has in it, working copies too."""
    files = {}
    for one in hand_ins:
        files["/".join(filter(None, (top, one.name, title, f"Version {one.attempt}", one.file)))] = one.data
        if top:
            files[f"Working files/{one.name}/{title}/{one.file}"] = one.data
    return files


def exchange(hand_ins: Iterable[HandIn], *, assignment: str = "mosul-claims") -> dict[str, bytes]:
    """Return nbgrader's own submitted/, as `nbgrader collect` leaves it."""
    files = {}
    for one in hand_ins:
        folder = f"submitted/{one.login}/{assignment}"
        files[f"{folder}/{assignment}.ipynb"] = one.data
        files[f"{folder}/timestamp.txt"] = f"{one.when:%Y-%m-%d %H:%M:%S}.123456 UTC".encode()
        files[f"{folder}/submission_secret.txt"] = b"5ec2e7"
    return files


JUNK = {
    "__MACOSX/._x.ipynb": b"\0\5\x16\7",
    ".DS_Store": b"\0\0\0\1Bud1",
    "Thumbs.db": b"\xd0\xcf\x11\xe0",
    "a/.ipynb_checkpoints/x-checkpoint.ipynb": b"{}",
}
"""What operating systems and Jupyter leave about."""


def folder(root: Path, files: Mapping[str, bytes]) -> Path:
    """Lay files out in a folder."""
    for name, data in files.items():
        write(root / name, data)
    return root


def legacy_zip(files: Mapping[str, bytes], encoding: str) -> bytes:
    """Return a zip whose names are written in an old encoding without saying so, as Windows does."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        for number, data in enumerate(files.values()):
            pack.writestr(f"{number:04d}" + "#" * 60, data)
    packed = out.getvalue()
    for number, name in enumerate(files):
        raw = unicodedata.normalize("NFC", name).encode(encoding)
        if len(raw) > 64:
            raise ValueError(f"{name} is too long for this builder")
        packed = packed.replace(f"{number:04d}".encode() + b"#" * 60, raw + b"\0" * (64 - len(raw)))
    return _shortened(packed)


def _shortened(packed: bytes) -> bytes:
    """Cut the padding off the names of a zip, and put its lengths and places right."""
    out, places = bytearray(), {}
    at = 0
    while packed[at : at + 4] == b"PK\3\4":
        length = int.from_bytes(packed[at + 26 : at + 28], "little")
        size = int.from_bytes(packed[at + 18 : at + 22], "little")
        name = packed[at + 30 : at + 30 + length].rstrip(b"\0")
        places[at] = len(out)
        body = packed[at + 30 + length : at + 30 + length + size]
        out += packed[at : at + 26] + len(name).to_bytes(2, "little") + packed[at + 28 : at + 30] + name + body
        at += 30 + length + size
    start, count = len(out), 0
    while packed[at : at + 4] == b"PK\1\2":
        length = int.from_bytes(packed[at + 28 : at + 30], "little")
        name = packed[at + 46 : at + 46 + length].rstrip(b"\0")
        place = places[int.from_bytes(packed[at + 42 : at + 46], "little")]
        out += (
            packed[at : at + 28]
            + len(name).to_bytes(2, "little")
            + packed[at + 30 : at + 42]
            + place.to_bytes(4, "little")
            + name
        )
        at += 46 + length
        count += 1
    size = len(out) - start
    out += (
        b"PK\5\6\0\0\0\0"
        + count.to_bytes(2, "little") * 2
        + size.to_bytes(4, "little")
        + start.to_bytes(4, "little")
        + b"\0\0"
    )
    return bytes(out)


def class_of(number: int, released: Path, *, start: int = 1) -> Sequence[HandIn]:
    """Return hand-ins of a class of made-up people, each with its name typed in it."""
    first = ("Jane", "José", "Aïcha", "Miles", "Zoë", "Ömer", "Li", "Nadia", "Tom", "Siân")
    last = ("Doe", "Núñez", "O'Brien", "van Dam", "Müller", "Al-Rashid", "Wu", "Kowalska", "Smith", "Đorđević")
    found = []
    for n in range(start, start + number):
        name = f"{first[n % 10]} {last[n // 10 % 10]}" + (f" {chr(65 + n // 100)}." if n >= 100 else "")
        found.append(HandIn(name, notebook(released, who=name), f"user{n}", 100_000 + n))
    return found
