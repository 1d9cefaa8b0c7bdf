"""Whose a file is and when it came, by the place where an LMS puts it: one closed pattern for each LMS.

Where the patterns are known from:

* Canvas: `lib/content_zipper.rb` of canvas-lms. `sortable name`, "LATE" where it is, user id, attachment id, file
  name, with "_" between; the name in small letters and without anything but letters, digits and "_". Where
  grading is anonymous "anon" and an anonymous id stand for the first two (older: "anonymous" for the name).
  For group assignments it is the group's name and the number of one member.
* Moodle: `mod/assign/classes/downloader.php`. `Full Name_12345_assignsubmission_file/…`, with one more "_" in
  older versions, and the file's name after that where no folders were asked for. The number belongs to person *and*
  assignment. Marking blind, the name is "Participant" in the site's language; of a team, the group's name.
* Blackboard Learn: nbgrader's own example for `named_regexp`, and kwurst/bb-file-cleanup, which names the parts:
  `assignment_username_attempt_datetime_file`, with a text file of the same name for each attempt.
* Teams: lwchkg/teams_assignment_explorer: `Submitted files/student/assignment/Version 2/file` in the library
  "Student Work"; the folder names are translated. "Working files" were not turned in.
* Google Drive: seen by anyone who downloads a folder: `folder-20261120T143312Z-001.zip`, several of them for a large
  one, each a zip in its own right. Classroom names a student's copy "Jane Doe - title".
* nbgrader: its documentation of `submitted/<student>/<assignment>/` and of `timestamp.txt`.

A file in no such place is loose: it belongs to whoever is typed in it.
"""

from __future__ import annotations

import re

from attrs import frozen

BLIND = frozenset(
    [
        "participant",
        "participante",
        "partecipante",
        "deelnemer",
        "deltager",
        "deltagare",
        "osallistuja",
        "uczestnik",
        "účastník",
        "участник",
        "مشارك",
        "参加者",
    ]
) | {"teilnehmer/in", "teilnehmer in", "teilnehmerin", "teilnehmer"}
"""What Moodle calls everybody while marking is blind."""

_CANVAS_ANONYMOUS = re.compile(r"(?:(?P<late>LATE)_)?anon_(?P<key>[0-9A-Za-z]+)_(?P<order>\d{3,})_(?P<file>.+)")
_CANVAS = re.compile(r"(?:(?P<name>\w+?)_)?(?:(?P<late>LATE|late)_)?(?P<key>\d+)_(?P<order>\d{3,})_(?P<file>.+)")
_MOODLE = re.compile(r"(?P<name>.+?)(?:_(?P<key>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?")
_BLACKBOARD = re.compile(r"(?P<before>.+)_attempt_(?P<stamp>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(?:_(?P<file>.+)|\.txt)")
_VERSION = re.compile(r"(?:Version|Versión|Versão|Versione|Versie|Wersja|Verze|Версия|Versio|Sürüm|バージョン|版本) ?(\d{1,6})", re.I)  # fmt: skip
_HANDED_IN = {"submitted files", "eingereichte dateien", "übermittelte dateien", "abgegebene dateien", "fichiers envoyés", "fichiers soumis", "archivos enviados", "ficheiros submetidos", "file inviati", "ingediende bestanden"}  # fmt: skip
_DRAFTS = {"working files", "arbeitsdateien", "fichiers de travail", "archivos de trabajo", "ficheiros de trabalho", "file di lavoro", "werkbestanden"}  # fmt: skip
_DRIVE_ZIP = re.compile(r".*-\d{8}T\d{6}Z(?:-\d+)?-\d{3}(?: \(\d+\))?\.zip", re.I)
_COPY = re.compile(r"(copy|copie|copia|kopie|kopia|cópia)( \(?\d+\)?)?|\d+|final|neu|new|v\d+", re.I)
_COPY_OF = re.compile(r"^(copy of|copie de|copia de|kopie von|cópia de) ", re.I)


@frozen
class Found:
    """What the place of a file says."""

    layout: str
    """canvas, moodle, blackboard, teams, nbgrader, drive, draft (not handed in) or loose."""
    name: str = ""
    """The person's name, as the LMS writes it."""
    key: str = ""
    """By what the LMS tells people apart: user id, number, login, folder."""
    prefix: str = ""
    """The LMS's whole part of the name."""
    order: str = ""
    """Which attempt it is: it grows in `by_order`."""
    stamp: str = ""
    """When it was handed in, in local time: 2026-11-20-14-33-12."""
    late: bool = False
    file: str = ""
    """What the student called the file."""
    hints: tuple[str, ...] = ()
    """Names it might go by, if a class list knows one of them."""
    anonymous: bool = False


def by_order(order: str) -> tuple[int, str]:
    """Sort key for `Found.order`.

    >>> sorted(["100", "99", ""], key=by_order)
    ['', '99', '100']
    """
    return len(order), order


def find_layout(path: str, *, pile: str, assignments: frozenset[str] = frozenset()) -> Found:
    """Return what a file's place in a pile of that name says of it.

    >>> found = find_layout("doejane_LATE_123456_7891011_mosul-claims-1.ipynb", pile="submissions.zip")
    >>> found.layout, found.name, found.key, found.order, found.late, found.file
    ('canvas', 'doejane', '123456', '7891011', True, 'mosul-claims-1.ipynb')
    """
    parts = path.split("/")
    return (
        _moodle(parts)
        or _blackboard(parts)
        or _canvas(parts)
        or _teams(parts)
        or _nbgrader(parts, pile)
        or _drive(parts, pile, assignments)
        or Found("loose", file=parts[-1])
    )


def _moodle(parts: list[str]) -> Found | None:
    for part in parts:
        found = _MOODLE.fullmatch(part)
        if found is None:
            continue
        name, key = found["name"], found["key"] or ""
        return Found(
            "moodle",
            name,
            key or name,
            prefix=f"{name}_{key}" if key else name,
            file=parts[-1] if part is not parts[-1] else found["file"] or part,
            anonymous=name.casefold() in BLIND,
        )
    return None


def _blackboard(parts: list[str]) -> Found | None:
    found = _BLACKBOARD.fullmatch(parts[-1])
    if found is None or "_" not in found["before"]:
        return None
    login = found["before"].rpartition("_")[2]
    stamp = found["stamp"]
    return Found(
        "blackboard", "", login, f"{found['before']}_attempt_{stamp}", stamp, stamp, file=found["file"] or parts[-1]
    )


def _canvas(parts: list[str]) -> Found | None:
    found = _CANVAS_ANONYMOUS.fullmatch(parts[-1])
    if found is not None:
        key = f"anon_{found['key']}"
        return Found(
            "canvas", "", key, key, found["order"], late=bool(found["late"]), file=found["file"], anonymous=True
        )
    found = _CANVAS.fullmatch(parts[-1])
    if found is None:
        return None
    name = found["name"] or ""
    nobody = name in ("anonymous", "anon")
    return Found(
        "canvas",
        "" if nobody else name,
        f"anon_{found['key']}" if nobody else found["key"],
        prefix=f"{name}_{found['key']}".lstrip("_"),
        order=found["order"],
        late=bool(found["late"]),
        file=found["file"],
        anonymous=nobody,
    )


def _teams(parts: list[str]) -> Found | None:
    lower = [part.casefold() for part in parts]
    if any(part in _DRAFTS for part in lower[:-3]):
        return Found("draft", file=parts[-1])
    version = _VERSION.fullmatch(parts[-2]) if len(parts) >= 4 else None
    if version is not None:
        name, order = parts[-4], version[1].lstrip("0") or "0"
    else:
        top = next((n for n, part in enumerate(lower[:-3]) if part in _HANDED_IN), None)
        if top is None:
            return None
        name, order = parts[top + 1], ""
    return Found("teams", name, name, prefix=name, order=order, file=parts[-1])


def _nbgrader(parts: list[str], pile: str) -> Found | None:
    parts = [pile, *parts]
    if len(parts) < 4 or _DRIVE_ZIP.fullmatch(pile):
        return None
    for top in (0, 1, 2):
        if parts[top] == "submitted" and len(parts) == top + 4:
            return Found("nbgrader", "", parts[top + 1], prefix=parts[top + 1], file=parts[-1])
    return None


def _drive(parts: list[str], pile: str, assignments: frozenset[str]) -> Found | None:
    if not _DRIVE_ZIP.fullmatch(pile):
        return None
    stem = _COPY_OF.sub("", re.sub(r"(\.ipynb)?(\.\w{1,5})?$", "", parts[-1]))
    pieces = [piece.strip() for piece in re.split(r" [-–—] ", stem)]
    titles = {name.casefold() for name in assignments} | {name.casefold().replace("-", " ") for name in assignments}

    def name_like(piece: str) -> bool:
        plain = re.sub(r" ?\(\d+\)$", "", piece).casefold()
        return bool(piece) and plain not in titles and not _COPY.fullmatch(plain)

    named = [piece for piece in pieces if name_like(piece)] if len(pieces) > 1 else []
    hints = (*named, *(part for part in (stem, *parts[-2:-1]) if part not in named))
    name = named[0] if (named and named[0] == pieces[0]) or (len(named) == 1 and len(pieces) > 1) else ""
    return Found("drive", name, name, prefix=name, file=parts[-1], hints=hints)


def read_receipt(text: str) -> tuple[str, str]:
    """Return name and login from the text file that Blackboard adds to each attempt; "" for what it does not say.

    >>> read_receipt("Name: Jane Doe (j_doe)\\nAssignment: Claims\\nDate Submitted: Friday, 20 November 2026")
    ('Jane Doe', 'j_doe')
    """
    found = re.match(r"\s*[^\n:]{2,20}:[ \t]*([^\n]{0,200}?)[ \t]*\(([^()\n]{1,100})\)[ \t]*\r?\n", text)
    return (found[1].strip(), found[2].strip()) if found else ("", "")
