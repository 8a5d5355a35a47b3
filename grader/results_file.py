"""The file that holds results: who may open it, its form and how it grows, and what SQLite's complaints mean.

Nothing of it is left where others could read: the folder is its owner's, deleted text is overwritten, and SQLite keeps
what it sorts in memory.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.errors import GraderError, UsageError

FILE = "results.sqlite"
APPLICATION = 0x67726164  # "grad", in the header of our files and no one else's

Steps = Sequence[tuple[int, Sequence[str]]]
# Columns that every look-up needs come first: SQLite then never reads the long texts' overflow pages for them.
STEPS: Steps = (
    (
        1,
        (
            "CREATE TABLE students (key TEXT PRIMARY KEY, student TEXT NOT NULL UNIQUE, name TEXT, email TEXT)",
            "CREATE TABLE exercises (exercise TEXT PRIMARY KEY, title TEXT, pass_points INTEGER, version TEXT)",
            "CREATE TABLE submissions (student_key TEXT NOT NULL REFERENCES students, exercise TEXT NOT NULL, path TEXT"
            " NOT NULL, sha256 TEXT NOT NULL, late INTEGER, submitted REAL, attempt INTEGER, counts INTEGER,"
            " present INTEGER, PRIMARY KEY (student_key, exercise, path, sha256))",
            "CREATE INDEX by_content ON submissions (sha256, exercise)",
            "CREATE TABLE runs (run INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, exercise TEXT NOT NULL, at REAL,"
            " seconds REAL, environment TEXT, notes TEXT)",
            "CREATE INDEX runs_by_content ON runs (sha256, exercise)",
            "CREATE TABLE checks (sha256 TEXT NOT NULL, exercise TEXT NOT NULL, id TEXT NOT NULL, key TEXT NOT NULL,"
            " run INTEGER NOT NULL REFERENCES runs, verdict TEXT NOT NULL, points INTEGER NOT NULL, max_points INTEGER"
            " NOT NULL, hidden INTEGER, cell INTEGER, line INTEGER, functions TEXT, title TEXT, mistake TEXT,"
            " hint TEXT, review TEXT, message TEXT, call TEXT, got TEXT, expected TEXT, output TEXT,"
            " PRIMARY KEY (sha256, exercise, id, key))",
            "CREATE TABLE chosen (sha256 TEXT NOT NULL, exercise TEXT NOT NULL, id TEXT NOT NULL, key TEXT NOT NULL,"
            " position INTEGER NOT NULL, PRIMARY KEY (sha256, exercise, id)) WITHOUT ROWID",
            "CREATE TABLE todo (what TEXT PRIMARY KEY)",
        ),
    ),
)

SETTINGS = ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON", "temp_store = MEMORY")
SAFE = "Everything stored before is safe."
FULL = f"The disk is full. {SAFE} Make room, then give the same command again."
FAILING = (  # a quota that is used up is this too: SQLite calls only ENOSPC full
    f"The disk cannot be read or written: it fails, or your quota on it is used up. {SAFE}"
    " See to that, then give the same command again."
)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
FAILURES = (  # part of what SQLite says (its errors have codes only since Python 3.11), kind of error, our sentence
    ("disk is full", GraderError, FULL),
    ("disk I/O", GraderError, FAILING),
    ("locked", GraderError, "Another process has kept it busy for too long. Wait for it, then try again."),
    ("not a database", UsageError, "This is no results file. Name another folder."),
    ("readonly", UsageError, "It cannot be written. Name a folder of your own."),
    ("unable to open", UsageError, "It cannot be opened. Name a folder of your own."),
    ("malformed", GraderError, "The file is damaged. Bring back a copy, or name a new folder and grade again."),
)


def claim(folder: Path, path: Path, create: bool) -> None:
    """Make sure that the folder is the user's own, and make an empty private file where there is none. One that exists
    is not opened: closing any descriptor of it would drop the locks of this process's other connections.

    Raises:
        UsageError: the folder or file cannot be used.
        GraderError: the disk is full.
    """
    try:
        if create and not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(0o700, exist_ok=True)
            folder.chmod(0o700)  # a umask may have kept the owner out
        elif not os.path.lexists(path) and not create:
            raise UsageError(f"There are no results in {folder}. `grade bulk` makes them.")
        about = folder.stat()
        if not stat.S_ISDIR(about.st_mode):
            raise UsageError(f"{folder} is no folder. Name a folder for the results.")
        if about.st_uid != os.geteuid():
            raise UsageError(f"{folder} belongs to another user (number {about.st_uid}). Name a folder of your own.")
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise UsageError(f"{folder} cannot be read and written. Name another folder for the results.")
        if os.path.lexists(path):
            about = path.lstat()
            if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid():
                raise UsageError(f"{path} is not an ordinary file of your own. Name another folder for the results.")
            return
        if about.st_mode & 0o077 and any(folder.iterdir()):
            raise UsageError(
                f"Others can look into {folder}, and it holds other things. Results are private: name a folder that"
                f" does not exist yet, or close this one with `chmod 700 {folder}`."
            )
        with contextlib.suppress(FileExistsError):  # another process was faster, and made the same
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_RDWR, 0o600))
            path.chmod(0o600)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise GraderError(f"{path}: {FULL}") from None
        raise UsageError(f"{folder} cannot hold the results: {error.strerror}. Name another folder.") from None


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process at a time: SQLite does not wait for others where a new file's journal mode is changed. The lock is
    the folder's, and the kernel takes it from a process that is killed."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            raise UsageError(
                f"{folder} cannot be locked: {error.strerror}. Name one on a disk of this machine."
            ) from None
        yield
    finally:
        os.close(descriptor)


def prepare(database: sqlite3.Connection, path: Path, steps: Steps) -> None:
    """Recognise the file before anything is written, close it to others, and bring it to the newest form."""
    newest = max(number for number, statements in steps)
    version, application, tables = header(database)
    if application != APPLICATION and (version or application or tables):
        raise UsageError(f"{path} is another program's database. Name another folder for the results.")
    if version > newest:
        raise UsageError(
            f"{path} was made by a newer version of the grader (its form is {version}, this version knows {newest})."
            " Nothing was changed. Bring the grader up to date, or name another folder."
        )
    os.chmod(path.parent, 0o700)
    for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):  # SQLite gives new ones the mode of the first
        if file.exists():
            os.chmod(file, 0o600)
    if database.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise GraderError(f"{path} is on a file system without shared memory. Name a folder on a disk of this machine.")
    for setting in SETTINGS:
        database.execute(f"PRAGMA {setting}")
    if version == newest:
        return
    database.execute("BEGIN IMMEDIATE")
    for number, statements in steps:
        for statement in statements if number > version else ():
            database.execute(statement)
    database.execute(f"PRAGMA user_version = {newest}")
    database.execute(f"PRAGMA application_id = {APPLICATION}")
    database.execute("COMMIT")


def header(database: sqlite3.Connection) -> tuple[int, int, int]:
    questions = ("PRAGMA user_version", "PRAGMA application_id", "SELECT count(*) FROM sqlite_master")
    version, application, tables = (int(database.execute(question).fetchone()[0]) for question in questions)
    return version, application, tables


@contextlib.contextmanager
def telling(path: Path) -> Iterator[None]:
    """Turn what SQLite says of disk and file into a sentence; our own mistakes in SQL stay what they are."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError):
        raise
    except sqlite3.DatabaseError as error:
        for words, kind, sentence in FAILURES:
            if words in str(error):
                raise kind(f"{path}: {sentence}") from error
        raise GraderError(f"{path} cannot be used: {error}.") from error
