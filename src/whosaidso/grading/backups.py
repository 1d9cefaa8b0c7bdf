"""A backup before every write, and `whosaidso undo`.

A backup holds the gradebook as it was and the files that the write replaced or removed. Undoing swaps
the two, so that what was undone can be done again; nothing is thrown away but the oldest of ten.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from glob import glob
from pathlib import Path
from types import TracebackType

from attrs import define, frozen
from filelock import FileLock, Timeout
from sqlalchemy import Connection, create_engine, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from whosaidso.files import write_whole
from whosaidso.grading.folder import CourseFolder, Stopped

KEPT = 10


STATE, NOW = "state", "now"
"""What a backup holds, and what is there at the moment of undoing, until the two have changed places."""
COMPLETE, UNDONE, EXPECTED, FORESEEN = "complete", "undone", "expected", "foreseen"
STAGE = ".grading"
"""Where grading lays its files ready."""


@frozen
class Entry:
    """One backup, as `undo --list` shows it."""

    folder: Path
    verb: str
    when: str

    @property
    def undone(self) -> bool:
        """Was this write taken back? Then the backup holds what it had made."""
        return (self.folder / STATE / UNDONE).exists()

    @property
    def gradebook(self) -> Path:
        """The gradebook it holds; not there if the write left the gradebook alone."""
        return self.folder / STATE / "gradebook.db"

    @property
    def expected(self) -> str:
        """Digest of the gradebook as it was left, or as an interrupted write was about to leave it; "" if neither is known."""
        for name in (EXPECTED, FORESEEN):
            try:
                return (self.folder / STATE / name).read_text(encoding="ascii")
            except OSError:
                continue
        return ""

    @property
    def interrupted(self) -> bool:
        """Was the write cut short?"""
        return not (self.folder / STATE / EXPECTED).exists()


@define
class Backup:
    """An open backup: tell it of each file before it is written or removed.

    Used as `with Backup.of(course, "grade") as backup:`. A write that ends in an error is taken back.
    """

    course: CourseFolder
    entry: Entry
    told: set[Path]
    lock: FileLock
    committed_as: str = ""

    @classmethod
    def of(cls, course: CourseFolder, verb: str, *, gradebook: bool = True) -> Backup:
        """Keep what is there and return a backup to which files can be added.

        With `gradebook` the verb is going to write it, and so it is kept, too.

        Raises
        ------
        Stopped
            If another write is going on, or the gradebook cannot be read.
        """
        lock = _lock(course)
        try:
            if lock.lock_counter == 1:  # else the verb that holds it has recovered before it began
                _recover(course)
            return cls(course, _new_entry(course, verb, gradebook=gradebook), set(), lock)
        except BaseException as error:
            lock.release()
            if isinstance(error, OSError):
                raise _no_backup(course, error) from error
            raise

    def before(self, path: Path) -> None:
        """Keep a file as it is now, or remember that there is none."""
        if path not in self.told:
            _keep_file(self.course, self.entry.folder / STATE, path, len(self.told))
            self.told.add(path)

    def foresee(self, db: Connection) -> None:
        """Note, last in the transaction, what the gradebook is going to be: the computer may stop right after it."""
        write_whole(self.entry.folder / STATE / FORESEEN, digest_in(db).encode("ascii"))

    def committed(self) -> None:
        """Note what the gradebook is at this moment: what others write into it later is not this verb's to take back."""
        self.committed_as = digest(self.course.db_url)
        write_whole(self.entry.folder / STATE / EXPECTED, self.committed_as.encode("ascii"))

    def __enter__(self) -> Backup:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is not None:
                self._take_back()
            elif not self.committed_as:
                (self.entry.folder / STATE / EXPECTED).touch()
        finally:
            self.lock.release()

    def _take_back(self) -> None:
        """Put the files back, and the gradebook if nobody else has written into it since."""
        state = self.entry.folder / STATE
        # What stopped it may have come between the gradebook's transaction and the note of it.
        ours = self.committed_as or self.entry.expected
        if ours and digest(self.course.db_url) == ours:
            put_gradebook(self.course, self.entry.gradebook)
        _restore_files(self.course, state)
        _remove(self.entry.folder)


def _lock(course: CourseFolder) -> FileLock:
    """Return the lock of a course, taken."""
    try:
        course.backups.mkdir(exist_ok=True)
        lock = FileLock(course.backups / ".lock", is_singleton=True)  # grade holds it around its own Backup
        lock.acquire(timeout=0)
    except Timeout:
        raise Stopped(
            "Another whosaidso command is writing in this course; wait until it is done and try again."
        ) from None
    except OSError as error:
        raise _no_backup(course, error) from error
    return lock


def _no_backup(course: CourseFolder, error: OSError) -> Stopped:
    return Stopped(
        f"A backup must be kept in {course.backups} before anything is written, and that is not possible "
        f"({error.strerror}); nothing was changed. Make room, or make the folder writable."
    )


def _new_entry(course: CourseFolder, verb: str, *, gradebook: bool) -> Entry:
    """Make a backup, then let go of all but ten and of what was undone."""
    known = entries(course)
    number = 1 + max((int(entry.folder.name.split("-")[0]) for entry in known), default=0)
    entry = Entry(course.backups / f"{number:04d}-{verb.split()[0]}", verb, datetime.now().isoformat(" ", "seconds"))
    try:
        shutil.rmtree(entry.folder, ignore_errors=True)  # half made: the write it was for never began
        (entry.folder / STATE).mkdir(parents=True)
        if gradebook:
            copy_gradebook(course, entry.gradebook)
        about = {"verb": entry.verb, "when": entry.when}
        write_whole(entry.folder / "about.json", json.dumps(about).encode())
    except BaseException:
        shutil.rmtree(entry.folder, ignore_errors=True)
        raise
    kept = [old.folder for old in known if not old.undone][1 - KEPT :]
    for folder in course.backups.glob("[0-9]*-*"):
        if folder not in (*kept, entry.folder):
            _remove(folder)
    return entry


def _remove(folder: Path) -> None:
    """Remove a backup so that no half of it can be taken for one."""
    gone = folder.with_name(f".gone-{folder.name}")
    shutil.rmtree(gone, ignore_errors=True)
    try:
        os.replace(folder, gone)
    except OSError:
        return
    shutil.rmtree(gone, ignore_errors=True)


def entries(course: CourseFolder) -> list[Entry]:
    """Return the backups, oldest first."""
    found = []
    for path in sorted(course.backups.glob("[0-9]*-*/about.json")):
        try:
            found.append(Entry(path.parent, **json.loads(path.read_text(encoding="utf-8"))))
        except (ValueError, TypeError, OSError):
            continue
    return found


def undo(course: CourseFolder, *, force: bool = False) -> Entry:
    """Take the last write back and return it.

    Raises
    ------
    Stopped
        If there is none, or marks were entered since, which would be taken back, too.
    """
    with taking_turns(course) as finished:
        if finished:
            return finished[-1]
        done = [entry for entry in entries(course) if not entry.undone]
        if not done:
            raise Stopped("There is nothing to undo: no backup is kept in this course.")
        return _exchange(course, done[-1], force=force, words="undo")


def redo(course: CourseFolder, *, force: bool = False) -> Entry:
    """Do again what was undone last and return it.

    Raises
    ------
    Stopped
        If nothing was undone since the last write, or marks were entered since.
    """
    with taking_turns(course) as finished:
        if finished:
            return finished[-1]
        undone = [entry for entry in entries(course) if entry.undone]
        if not undone:
            raise Stopped("There is nothing to do again: nothing was undone since the last write.")
        return _exchange(course, undone[0], force=force, words="undo --redo")


def _exchange(course: CourseFolder, entry: Entry, *, force: bool, words: str) -> Entry:
    if entry.gradebook.exists():
        _must_be_free(course)
        # As the write left it, or, where that was cut short, as it still was.
        known = {entry.expected, digest(f"sqlite:///{entry.gradebook}")}
        if not force and digest(course.db_url) not in known:
            raise Stopped(
                f"The gradebook has changed since `{entry.verb}` of {entry.when}, perhaps by marks entered in formgrader: "
                f"they would be taken back, too. If that is what you want, say `whosaidso {words} --force`; "
                f"`whosaidso undo{'' if 'redo' in words else ' --redo'}` brings them back."
            )
    try:
        _swap(course, entry.folder)
    except OSError as error:
        raise Stopped(
            f"Not finished, because {error.filename or course.root} could not be written ({error.strerror}): make room or make "
            "it writable, and say it again; it goes on where it stopped."
        ) from error
    return entry


@contextmanager
def taking_turns(course: CourseFolder) -> Iterator[list[Entry]]:
    """Keep other commands from writing; give the undoing that was interrupted before and is finished now, if any."""
    lock = _lock(course)
    try:
        yield _recover(course)
    finally:
        lock.release()


def _recover(course: CourseFolder) -> list[Entry]:
    """Finish what was being undone when the computer stopped, and clear away what was half written.

    Raises
    ------
    Stopped
        If somebody has written into the gradebook since: the undoing is given up then, so that no mark is lost.
    """
    marks = list(course.backups.glob(f"*/{NOW}/{COMPLETE}"))
    for mark in marks:
        folder = mark.parent.parent
        sides = [folder / side / "gradebook.db" for side in (STATE, NOW)]
        held = [digest(f"sqlite:///{path}") for path in sides if path.exists()]
        if held and digest(course.db_url) not in held:
            shutil.rmtree(folder / NOW)
            raise Stopped(
                "An undo was interrupted, and the gradebook has changed since: it was given up, so that no mark is lost. "
                "Say the command again; `whosaidso grade` puts the files right."
            )
        _finish_swap(course, folder)
    known = entries(course)
    _sweep(course, everywhere=bool(marks) or any(entry.interrupted for entry in known))
    return [entry for entry in known if entry.folder in [mark.parent.parent for mark in marks]]


def _sweep(course: CourseFolder, *, everywhere: bool) -> None:
    """Clear away what was half written when the computer stopped; `everywhere` if a write was interrupted."""
    for gone in course.backups.glob(".gone-*"):
        shutil.rmtree(gone, ignore_errors=True)
    places = [course.outcomes, course.backups, *course.backups.glob("*-*"), *course.backups.glob(f"*-*/{STATE}")]
    places += course.place("source").glob("*")
    if everywhere:
        places += map(Path, glob(str(course.place("autograded", "*", "*"))))
        shutil.rmtree(course.root / STAGE, ignore_errors=True)
    for place in places:
        for path in place.glob(".writing-*"):
            path.unlink(missing_ok=True)


def _swap(course: CourseFolder, folder: Path) -> None:
    """Exchange what a backup holds with what is there now; killed at any moment, it can be finished."""
    state, now = folder / STATE, folder / NOW
    shutil.rmtree(now, ignore_errors=True)
    now.mkdir()
    if (state / "gradebook.db").exists():
        copy_gradebook(course, now / "gradebook.db", damaged=True)
    for number, row in enumerate(_listed(state)):
        _keep_file(course, now, course.root / row["path"], number)
    if not (state / UNDONE).exists():
        (now / UNDONE).touch()
    (now / COMPLETE).touch()
    _finish_swap(course, folder)


def _finish_swap(course: CourseFolder, folder: Path) -> None:
    state, now = folder / STATE, folder / NOW
    if state.exists():
        if (state / "gradebook.db").exists():
            put_gradebook(course, state / "gradebook.db")
        _restore_files(course, state)
        (now / EXPECTED).write_text(digest(course.db_url) if (now / "gradebook.db").exists() else "", encoding="ascii")
        shutil.rmtree(folder / "old", ignore_errors=True)
        os.replace(state, folder / "old")
    os.replace(now, state)
    (state / COMPLETE).unlink()
    shutil.rmtree(folder / "old", ignore_errors=True)


def _keep_file(course: CourseFolder, state: Path, path: Path, number: int) -> None:
    """Add a file to what a backup holds, or the fact that there is none."""
    kept = ""
    if path.is_file():
        kept = f"files/{number}"
        (state / "files").mkdir(exist_ok=True)
        shutil.copy2(path, state / kept)
    line = {"path": os.path.relpath(path, course.root), "kept": kept}
    with (state / "files.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _listed(state: Path) -> list[dict[str, str]]:
    listed = state / "files.jsonl"
    found = []
    for line in listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            break  # cut off: the file it would have told of was not touched yet
    return found


def _restore_files(course: CourseFolder, state: Path) -> None:
    """Make the files what a backup holds."""
    for row in _listed(state):
        path = course.root / row["path"]
        if row["kept"]:
            write_whole(path, (state / row["kept"]).read_bytes(), beside=course.backups)
        else:
            path.unlink(missing_ok=True)
            _prune(path.parent, course.root)


def _prune(folder: Path, root: Path) -> None:
    """Remove folders that became empty, up to two levels below the root."""
    for parent in (folder, folder.parent):
        if parent != root and parent.parent != root and root in parent.parents:
            try:
                parent.rmdir()
            except OSError:
                return


def sqlite_path(course: CourseFolder) -> Path | None:
    """Return the gradebook's file, or None where it is kept by a database server."""
    url = make_url(course.db_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def gradebook_file(course: CourseFolder) -> Path | None:
    """Return the gradebook's file, which must be there, or None where it is kept by a database server.

    Raises
    ------
    Stopped
        If there is none: SQLite would make an empty one in its place.
    """
    path = sqlite_path(course)
    if path is not None and not path.is_file():
        raise Stopped(
            f"The gradebook {path.name} is missing in {path.parent}: make the course with `whosaidso new-course`, "
            "or release its assignments with `whosaidso release`."
        )
    return path


def digest(db_url: str) -> str:
    """Return a hash of all that is in a gradebook, the same for a copy of it in another kind of database."""
    engine = create_engine(db_url)
    try:
        with engine.connect() as db:
            return digest_in(db)
    except SQLAlchemyError as error:
        return f"none: {type(error).__name__}"
    finally:
        engine.dispose()


def digest_in(db: Connection) -> str:
    """Return the digest of what a connection sees, its own transaction included."""
    from nbgrader.api import Base

    hashed = hashlib.sha256()
    for table in Base.metadata.sorted_tables:
        rows = [repr(tuple(row)) for row in db.execute(select(table))]
        for row in sorted(rows):  # servers sort names each in their own way
            hashed.update(row.encode("utf-8", "replace"))
    return hashed.hexdigest()


def copy_gradebook(course: CourseFolder, target: Path, *, damaged: bool = False) -> None:
    """Copy the gradebook, wherever it is kept, into an SQLite file; with `damaged` even if it is no database.

    Raises
    ------
    Stopped
        If it is missing, locked or damaged.
    """
    path = sqlite_path(course) if damaged else gradebook_file(course)
    if path is not None:
        if not path.is_file():
            target.touch()
            return
        try:
            with closing(sqlite3.connect(path, timeout=10)) as db, closing(sqlite3.connect(target)) as copy:
                db.backup(copy, progress=_patience())
                found = copy.execute("PRAGMA quick_check(1)").fetchone()
            if found != ("ok",):
                raise sqlite3.DatabaseError(f"database disk image is malformed: {found[0]}")
        except sqlite3.Error as error:
            if not damaged or "locked" in str(error):
                raise Stopped(gradebook_trouble(course, error)) from error
            shutil.copy2(path, target)
        return
    _copy_tables(course.db_url, f"sqlite:///{target}", course)


def _patience() -> Callable[[int, int, int], None]:
    """Return what ends a copying after five seconds of waiting: SQLite itself would wait for ever."""
    waited = 0

    def progress(status: int, remaining: int, total: int) -> None:
        nonlocal waited
        waited += status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        if waited > 20:
            raise sqlite3.OperationalError("database is locked")

    return progress


def _must_be_free(course: CourseFolder) -> None:
    """Stop while another program writes to the gradebook: what it holds cannot be told then."""
    path = sqlite_path(course)
    if path is None or not path.is_file():
        return
    try:
        with closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")
    except sqlite3.Error as error:
        if "locked" in str(error):
            raise Stopped(gradebook_trouble(course, error)) from error


def put_gradebook(course: CourseFolder, source: Path) -> None:
    """Make the gradebook what an SQLite copy of it holds, in one transaction.

    Raises
    ------
    Stopped
        If the copy is not there, or the gradebook cannot be written.
    """
    if not source.is_file() or not source.stat().st_size:
        raise Stopped(f"The copy of the gradebook in {source.parent} is gone, so nothing was put back.")
    path = sqlite_path(course)
    if path is None:
        _copy_tables(f"sqlite:///{source}", course.db_url, course)
        return
    try:
        with closing(sqlite3.connect(source)) as copy, closing(sqlite3.connect(path, timeout=10)) as db:
            copy.backup(db, progress=_patience())
    except sqlite3.Error as error:
        if "not a database" not in str(error) and "malformed" not in str(error):
            raise Stopped(gradebook_trouble(course, error)) from error
        for beside in ("-journal", "-wal", "-shm"):  # they belong to the damaged one
            path.with_name(path.name + beside).unlink(missing_ok=True)
        write_whole(path, source.read_bytes())


def _copy_tables(source: str, target: str, course: CourseFolder) -> None:
    from nbgrader.api import Base

    engines = create_engine(source), create_engine(target)
    try:
        Base.metadata.create_all(engines[1])
        with engines[0].connect() as old, engines[1].begin() as new:
            if engines[0].dialect.name != "sqlite":  # all tables as of one moment
                old = old.execution_options(isolation_level="REPEATABLE READ")
            for table in reversed(Base.metadata.sorted_tables):
                new.execute(table.delete())
            for table in Base.metadata.sorted_tables:
                rows = [dict(row._mapping) for row in old.execute(select(table))]
                if rows:
                    new.execute(table.insert(), rows)
    except SQLAlchemyError as error:
        raise Stopped(gradebook_trouble(course, error)) from error
    finally:
        for engine in engines:
            engine.dispose()


def gradebook_trouble(course: CourseFolder, error: object) -> str:
    """Return one sentence on what is wrong with a gradebook and what to do."""
    path = sqlite_path(course)
    name = path.name if path is not None else make_url(course.db_url).render_as_string(hide_password=True)
    cause = getattr(error, "orig", None) or error
    told = cause.args[0] if isinstance(cause, BaseException) and cause.args else cause
    said = str(told.get("M", told) if isinstance(told, dict) else told).strip().splitlines()[0]
    if "locked" in said:
        remedy = "another program is writing to it: close formgrader or wait a minute, and try again"
    elif "readonly" in said or "unable to open" in said:
        remedy = "make the file and its folder writable, and try again"
    elif "full" in said:
        remedy = "make room on the disk, and try again"
    elif "malformed" in said or "not a database" in said or ("ok" not in said and path is not None and not said):
        remedy = "it is damaged: `whosaidso undo --force` puts back the last one kept"
    else:
        remedy = "see that it can be reached and is a gradebook of nbgrader's"
    return f"The gradebook {name} cannot be used ({said}); nothing was changed: {remedy}."
