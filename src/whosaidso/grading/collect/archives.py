"""Look into the piles that hand-ins come in: zip files, folders, single files. Nothing is ever unpacked.

Every file is read into memory under a cap, one at a time, and by its place in the pile, never by the
name it gives itself. What could do harm (a path that leads outside, a link, a bomb, a locked or broken
file) is refused with one sentence, and the rest goes on. Knows nothing of students or notebooks.
"""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from attrs import define, field, frozen

from whosaidso.grading.notebooks import MOST_BYTES

MOST_MEMBERS = 100_000
MOST_READ = 4_000_000_000
MOST_MEMBERS_INSIDE = 5_000
"""Files of a zip that lies in another one."""
MOST_READ_INSIDE = 200_000_000
MOST_RATIO = 200
RATIO_FROM = 1_000_000
"""Bytes below which a file may be packed as tightly as it likes: a page of blanks is no bomb."""
MOST_DIRECTORY = 40_000_000
"""Bytes of a zip's table of contents, which has to be in memory before its entries can be counted."""
DEEPEST = 30

_JUNK = re.compile(r"(^|/)(__MACOSX|\.ipynb_checkpoints|\.git)(/|$)|(^|/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$", re.I)  # fmt: skip
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


class Refused(Exception):
    """A file or pile that is not read; the message is one sentence."""


def shown(text: str, most: int = 120) -> str:
    """Return a text from outside as one line that a terminal shows as it is.

    >>> shown("a\\u202eb\\x1b[2Jc\\nd")
    'a�b�[2Jc d'
    """
    line = "".join("\ufffd" if unicodedata.category(c) in _UNSEEN else c for c in " ".join(text.split()))
    return line if len(line) <= most else f"{line[:most]}…"


@define
class Budget:
    """How many bytes may still be read."""

    left: int = MOST_READ

    def take(self, number: int) -> None:
        """Count bytes that were read."""
        self.left -= number
        if self.left < 0:
            raise Refused(f"More than {MOST_READ:,} bytes would have to be read; collect the rest by itself.")


@frozen
class Entry:
    """One file of a pile."""

    path: str
    """Where it says it lies, with "/" between folders; only to be read and shown."""
    place: int
    """Which one of the pile it is."""
    modified: datetime | None = None
    """The date in a zip, in the clock of whoever made it."""
    zoned: bool = False
    """That date is UTC."""

    @property
    def name(self) -> str:
        """The file's name without its folders."""
        return self.path.rpartition("/")[2]


class Pile(Protocol):
    """Files that were found together."""

    name: str
    kind: str
    """zip, folder or file."""
    budget: Budget
    entries: list[Entry]
    refused: list[tuple[str, str]]
    """What is not read: path and one sentence."""

    def read(self, entry: Entry, most: int = MOST_BYTES) -> bytes:
        """Return a file's bytes, or refuse with a sentence."""

    def start(self, entry: Entry, number: int) -> bytes:
        """Return a file's first bytes, or refuse with a sentence."""

    def close(self) -> None:
        """Let go of the file."""


def _too_large(most: int) -> str:
    return f"has more than {most:,} bytes, which no hand-in needs; ask for it again without outputs."


def _drain(stream: BinaryIO, most: int, spend: Callable[[int], None], packed: int = 0) -> bytes:
    """Read a stream to its end, or refuse as soon as it is too long or too good to be true."""
    parts, total = [], 0
    while part := stream.read(1 << 16):
        total += len(part)
        spend(len(part))
        if total > most:
            raise Refused(_too_large(most))
        if packed and total > RATIO_FROM and total > MOST_RATIO * packed:
            raise Refused(f"is packed more than {MOST_RATIO} times smaller than it is, as zip bombs are: left alone.")
        parts.append(part)
    return b"".join(parts)


@define(eq=False)
class FolderPile:
    """The files in a folder and below it, or one file alone."""

    name: str
    root: Path
    budget: Budget
    kind: str = "folder"
    entries: list[Entry] = field(factory=list)
    refused: list[tuple[str, str]] = field(factory=list)

    @classmethod
    def of(cls, root: Path, budget: Budget, leave_out: frozenset[Path]) -> FolderPile:
        """List a folder. Links are not followed."""
        pile = cls(shown(root.name) or str(root), root, budget)
        if root.is_file():
            pile.root, pile.kind = root.parent, "file"
            pile.entries.append(Entry(root.name, 0))
        else:
            pile._walk(root, "", 0, leave_out)
        return pile

    def _walk(self, folder: Path, above: str, depth: int, leave_out: frozenset[Path]) -> None:
        try:
            inside = sorted(os.scandir(folder), key=lambda one: one.name)
        except OSError as error:
            self.refused.append((above or self.name, f"cannot be opened ({error.strerror})."))
            return
        for one in inside:
            path = above + one.name
            if _JUNK.search(path) or Path(one.path) in leave_out:
                continue
            if one.is_symlink():
                self.refused.append((path, "is a link, which is not followed; copy in what it points to."))
            elif one.is_dir(follow_symlinks=False):
                if depth >= DEEPEST:
                    self.refused.append((path, f"lies more than {DEEPEST} folders deep: left alone."))
                else:
                    self._walk(Path(one.path), f"{path}/", depth + 1, leave_out)
            elif not one.is_file(follow_symlinks=False):
                self.refused.append((path, "is no plain file: left alone."))
            elif len(self.entries) >= MOST_MEMBERS:
                self.refused.append((path, f"and what follows: {self.name} has more than {MOST_MEMBERS:,} files."))
                return
            else:
                self.entries.append(Entry(path, len(self.entries)))

    def read(self, entry: Entry, most: int = MOST_BYTES) -> bytes:
        """Return a file's bytes."""
        with self._open(entry) as stream:
            return _drain(stream, most, self.budget.take)

    def start(self, entry: Entry, number: int) -> bytes:
        """Return a file's first bytes."""
        with self._open(entry) as stream:
            return stream.read(number)

    def _open(self, entry: Entry) -> BinaryIO:
        try:
            # O_NONBLOCK: a pipe put in the file's place since would keep us waiting
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # fmt: skip
            stream = os.fdopen(os.open(self.root / entry.path, flags), "rb")
        except (OSError, ValueError) as error:
            raise Refused(f"cannot be opened ({getattr(error, 'strerror', None) or error}).") from error
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            stream.close()
            raise Refused("is no plain file: left alone.")
        return stream

    def close(self) -> None:
        """Nothing is held open."""


@define(eq=False)
class ZipPile:
    """The files in a zip file."""

    name: str
    zip: zipfile.ZipFile
    budget: Budget
    most: int = 2 * MOST_READ
    kind: str = "zip"
    entries: list[Entry] = field(factory=list)
    refused: list[tuple[str, str]] = field(factory=list)

    @classmethod
    def of(cls, path: Path, budget: Budget) -> ZipPile:
        """Open a zip file and list it, or refuse it with a sentence."""
        try:
            with path.open("rb") as file:
                _check_directory(file, MOST_DIRECTORY)
        except OSError as error:
            raise Refused(f"cannot be opened ({error.strerror}).") from error
        pile = cls(shown(path.name), _opened(path), budget)
        pile._list(MOST_MEMBERS)
        return pile

    @classmethod
    def inside(cls, data: bytes, name: str, budget: Budget) -> ZipPile:
        """Open a zip that lies in another pile."""
        file = io.BytesIO(data)
        _check_directory(file, MOST_DIRECTORY // 20)
        pile = cls(name, _opened(file), budget, MOST_READ_INSIDE)
        pile._list(MOST_MEMBERS_INSIDE)
        return pile

    def _list(self, most: int) -> None:
        for place, info in enumerate(self.zip.infolist()):
            path = _name_of(info).replace("\\", "/")
            if _JUNK.search(path):
                continue
            if place >= most:
                self.refused.append((path, f"and what follows: {self.name} has more than {most:,} files."))
                return
            problem = _danger(info, path)
            if problem:
                self.refused.append((path, problem))
            elif not path.endswith("/"):
                self.entries.append(Entry(path, place, *_date_of(info)))

    def read(self, entry: Entry, most: int = MOST_BYTES) -> bytes:
        """Return a file's bytes."""
        info = self.zip.infolist()[entry.place]
        return self._through(info, lambda stream: _drain(stream, most, self._spend, max(info.compress_size, 1)))

    def start(self, entry: Entry, number: int) -> bytes:
        """Return a file's first bytes."""
        return self._through(self.zip.infolist()[entry.place], lambda stream: stream.read(number))

    def _spend(self, number: int) -> None:
        self.budget.take(number)
        self.most -= number
        if self.most < 0:
            raise Refused(f"would unpack to more than {MOST_READ_INSIDE:,} bytes: left alone.")

    def _through(self, info: zipfile.ZipInfo, read: Callable[[BinaryIO], bytes]) -> bytes:
        try:
            with self.zip.open(info) as stream:
                return read(cast(BinaryIO, stream))
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error, OSError) as error:  # fmt: skip
            raise Refused("is damaged in the zip and cannot be unpacked; ask for it again.") from error

    def close(self) -> None:
        """Close the file."""
        self.zip.close()


def _opened(file: Path | BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except OSError as error:
        raise Refused(f"cannot be opened ({error.strerror}).") from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, ValueError, struct.error, EOFError, UnicodeError, IndexError) as error:  # fmt: skip
        raise Refused("is no readable zip file: it may be damaged or half downloaded; download it again.") from error


def _check_directory(file: BinaryIO, most: int) -> None:
    """Refuse a zip whose table of contents would fill the memory: it is read whole before it can be counted."""
    file.seek(0, os.SEEK_END)
    size = file.tell()
    file.seek(max(0, size - 66_000))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) < at + 22:
        raise Refused("is no readable zip file: it may be damaged or half downloaded; download it again.")
    (length,) = struct.unpack_from("<L", tail, at + 12)
    big = tail.rfind(b"PK\6\6", 0, at)
    if big >= 0 and len(tail) >= big + 48:
        length = max(length % 0xFFFFFFFF, struct.unpack_from("<Q", tail, big + 40)[0])
    if length > most:
        raise Refused(f"has a table of contents of {length:,} bytes, as no class needs: left alone.")


def _danger(info: zipfile.ZipInfo, path: str) -> str:
    """Return one sentence on what is wrong with a member, or ""."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if "\0" in info.orig_filename:
        return "has a name with a hidden end: left alone."
    if path.startswith("/") or re.match("[A-Za-z]:", path) or ".." in path.split("/"):
        return "has a path that leads out of its folder: left alone."
    if kind == stat.S_IFLNK:
        return "is a link, which is not followed."
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is no plain file: left alone."
    if path.endswith("/"):
        return ""
    if info.flag_bits & 0x1:
        return "is locked with a password; unlock the zip and collect it again."
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # what bzip2 and LZMA unpack to cannot be capped while it is read
        return "is packed in a way that is not read here; unpack the zip and collect the folder."
    if info.file_size > RATIO_FROM and info.file_size > MOST_RATIO * max(info.compress_size, 1):
        return f"is packed more than {MOST_RATIO} times smaller than it is, as zip bombs are: left alone."
    return ""


def _name_of(info: zipfile.ZipInfo) -> str:
    """Return a member's name, also where the zip does not say how it is written."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        windows = raw.decode("cp1252")
    except UnicodeDecodeError:
        return info.filename
    return windows if _latin(windows) >= _latin(info.filename) else info.filename


def _latin(text: str) -> int:
    """Return how many characters beyond ASCII are letters of a European name."""
    return sum(c > "\x7f" and unicodedata.name(c, "").startswith("LATIN") for c in text)


def _date_of(info: zipfile.ZipInfo) -> tuple[datetime | None, bool]:
    """Return a member's date, and whether it is UTC: the zip's own field is local time of whoever made it."""
    extra, at = info.extra, 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 0x5455 and length >= 5 and extra[at + 4 : at + 5] and extra[at + 4] & 1 and at + 9 <= len(extra):
            return datetime.fromtimestamp(struct.unpack_from("<l", extra, at + 5)[0], UTC).replace(tzinfo=None), True
        at += 4 + length
    try:
        return (datetime(*info.date_time) if info.date_time[0] > 1980 else None), False
    except ValueError:
        return None, False


@define
class Piles:
    """All that was named on the command line, open for reading. Used in a `with` statement."""

    piles: list[Pile] = field(factory=list)
    refused: list[tuple[str, str]] = field(factory=list)
    """Whole sources that cannot be read: name and one sentence."""
    budget: Budget = field(factory=Budget)

    def add(self, path: Path, leave_out: frozenset[Path]) -> None:
        """Open a source; zips that lie in a folder count as sources of their own, unless a student made them."""
        try:
            if path.is_file() and zip_file(path):
                self.piles.append(ZipPile.of(path, self.budget))
            else:
                self.piles.append(FolderPile.of(path, self.budget, leave_out))
        except Refused as error:
            self.refused.append((shown(path.name), str(error)))
        except OSError as error:
            self.refused.append((shown(path.name), f"cannot be opened ({error.strerror})."))

    def __enter__(self) -> Piles:
        return self

    def __exit__(self, *error: object) -> None:
        for pile in self.piles:
            pile.close()


def zip_file(path: Path) -> bool:
    """Is this a zip by its name or by its first bytes?"""
    if path.suffix.lower() == ".zip":
        return True
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\3\4" and path.suffix.lower() not in (
                ".ipynb",
                ".docx",
                ".xlsx",
                ".pptx",
                ".odt",
            )
    except OSError:
        return False
