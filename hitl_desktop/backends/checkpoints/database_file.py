"""Opening a checkpoint database for reading, and saying in plain words why that does not work."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from hitl_desktop.backends.checkpoints.inert import bounded
from hitl_desktop.backends.checkpoints.row_connection import RowConnection
from hitl_desktop.core.backend import DatabaseError

BUSY_SECONDS: Final = 5.0
_HEADER: Final = b"SQLite format 3\x00"
_COLUMNS: Final = {
    "checkpoints": {
        "thread_id",
        "checkpoint_ns",
        "checkpoint_id",
        "parent_checkpoint_id",
        "type",
        "checkpoint",
        "metadata",
    },
    "writes": {"thread_id", "checkpoint_ns", "checkpoint_id", "task_id", "idx", "channel", "type", "value"},
}
_WHY: Final = {
    "SQLITE_NOTADB": "is not an SQLite database, or it is encrypted as a whole. Choose another file",
    "SQLITE_CORRUPT": "is damaged. Restore it from a copy; a part of it may still be read by “sqlite3 FILE .recover”",
    "SQLITE_BUSY": "is locked by another program (SQLite does not say which). Close that program, or try again later",
    "SQLITE_LOCKED": "is locked by another program (SQLite does not say which). Close that program, or try again later",
    "SQLITE_READONLY": "was left in the middle of a write, and this program may not repair it. "
    "Open it once with a program that may write to it",
    "SQLITE_CANTOPEN": "cannot be opened. Check the permissions of the file and of its folder",
    "SQLITE_IOERR": "cannot be read from the disk or the network drive it is on",
    "SQLITE_FULL": "cannot be read, because the disk is full",
}

FileIdentity: TypeAlias = tuple[int, ...]
"""The device and the inode of a file, which change when another one is put in its place."""


class DatabaseMissingError(DatabaseError):
    """There is no database yet, or an empty file; its folder exists, so that a writer can make it."""


@dataclass(frozen=True, slots=True)
class OpenDatabase:
    """An open read-only connection.

    `task_path` is how SQL names that column, which older savers do not have. `immutable` says that the file is on a
    medium where SQLite cannot see other programs' changes.
    """

    connection: RowConnection
    identity: FileIdentity
    task_path: str
    immutable: bool = False


def identify(path: Path, *, immutable: bool = False) -> FileIdentity:
    """Which file stands at this path, of an immutable one in which version.

    Raises `DatabaseError` where none can be read.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise DatabaseError(
                f"The folder {path.parent} does not exist. Make it, or choose another file (File, Open database)."
            ) from None
        raise DatabaseMissingError(f"There is no database at {path}.") from None
    except OSError as error:
        raise DatabaseError(f"{path} cannot be read: {error.strerror}.") from None
    if stat.S_ISDIR(found.st_mode):
        raise DatabaseError(f"{path} is a folder. Choose the database file in it.")
    if found.st_size == 0:
        raise DatabaseMissingError(f"{path} is empty: no database was made in it yet.")
    version = (found.st_mtime_ns, found.st_size) if immutable else ()
    return (found.st_dev, found.st_ino, *version)


def open_database(path: Path) -> OpenDatabase:
    """Open the database for reading and see that it holds LangGraph's tables.

    Raises `DatabaseMissingError` where there is none, and `DatabaseError` for all else that is wrong with it.
    """
    identity = identify(path)
    _check_file(path, identity)
    try:
        connection, immutable = _connect_or_freeze(path)
    except sqlite3.Error as error:
        raise explain(error, path) from error
    try:
        if immutable:
            identity = identify(path, immutable=True)
        return OpenDatabase(connection, identity, _check_tables(connection, path), immutable)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error):
            raise explain(error, path) from error
        raise


def _connect_or_freeze(path: Path) -> tuple[RowConnection, bool]:
    """A connection, and whether it takes the file for one that never changes.

    On a read-only medium SQLite cannot make the shared-memory file of a write-ahead log. With nothing in that log
    the database can still be read as immutable; else its newest part would be missing.
    """
    try:
        return _connect(path, "mode=ro"), False
    except sqlite3.OperationalError as error:
        if not _is(error, "SQLITE_CANTOPEN", "SQLITE_READONLY"):
            raise
        if _size_of(path, "-wal") or _size_of(path, "-journal"):
            raise DatabaseError(
                f"{path} has changes beside it, in a file that ends in “-wal” or “-journal”, and these cannot be read "
                "where nothing may be written. Copy the database with that file to a folder of your own."
            ) from error
        return _connect(path, "mode=ro&immutable=1"), True


def _connect(path: Path, options: str) -> RowConnection:
    # `as_uri` quotes what a URI reserves: spaces, `?`, `#`, `%`.
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{options}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        factory=RowConnection,
    )
    # One name that is not UTF-8 must not make all others unreadable.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    try:
        connection.execute("PRAGMA trusted_schema=OFF")  # a stranger's schema calls no function that does something
        connection.execute("PRAGMA cell_size_check=ON")  # a damaged page is an error, not garbage
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


_kept_open: dict[FileIdentity, int] = {}


def _peek(path: Path, identity: FileIdentity) -> tuple[bytes, int]:
    """The first 100 bytes of a file and its size. Raises `OSError`.

    The descriptor of an SQLite file is kept for as long as the process lives: closing it would drop the locks that
    *all* connections of this process hold on the file (https://www.sqlite.org/howtocorrupt.html, section 2.2), and
    another program would then delete the write-ahead log that ours goes on writing to.
    """
    file = _kept_open.get(identity)
    if file is None:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        found = os.fstat(file)
        if os.pread(file, len(_HEADER), 0) != _HEADER:
            try:
                return os.pread(file, 100, 0), found.st_size
            finally:
                os.close(file)
        _kept_open[found.st_dev, found.st_ino] = file
    return os.pread(file, 100, 0), os.fstat(file).st_size


def _check_file(path: Path, identity: FileIdentity) -> None:
    try:
        header, size = _peek(path, identity)
    except OSError as error:
        raise DatabaseError(f"{path} cannot be read: {error.strerror}.") from None
    if not header.startswith(_HEADER):
        raise DatabaseError(f"{path} {_WHY['SQLITE_NOTADB']}.")
    # https://www.sqlite.org/fileformat.html#the_database_header: page size at 16, number of pages at 28, which
    # counts if the change counters at 24 and 92 agree. Pages that are missing may still stand in the log.
    page_size = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big") if header[24:28] == header[92:96] else 0
    expected = pages * (65536 if page_size == 1 else page_size)
    if (len(header) < 100 or size < expected) and not _size_of(path, "-wal"):
        raise DatabaseError(
            f"{path} is cut off: {size:,} bytes of {max(expected, 100):,} are there. "
            "Copy it again from where it came, together with the file that ends in “-wal”, if there is one."
        )


def _size_of(path: Path, suffix: str) -> int:
    """The size of a file that SQLite keeps beside the database; 0 without one."""
    try:
        return path.with_name(path.name + suffix).stat().st_size
    except OSError:
        return 0


def _check_tables(connection: sqlite3.Connection, path: Path) -> str:
    """How SQL names the column `task_path`; raises `DatabaseError` if these are not LangGraph's tables."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    columns = {
        table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")} if table in tables else set()
        for table in _COLUMNS
    }
    if _is_being_made(connection, columns):
        raise DatabaseMissingError(f"{path} is empty: it has no tables yet.")
    if any(not needed <= columns[table] for table, needed in _COLUMNS.items()):
        raise DatabaseError(
            f"{path} is an SQLite database, but not one of LangGraph's: it has no tables “checkpoints” and “writes” "
            "as its SQLite saver makes them. Choose another file."
        )
    return "task_path" if "task_path" in columns["writes"] else "''"


def encrypted_rows(connection: sqlite3.Connection) -> list[tuple[str, bytes]]:
    """Some of the encrypted rows, as type and value: those among the first and the last of each table."""
    return [
        (kind, value)
        for table, column in (("checkpoints", "checkpoint"), ("writes", "value"))
        for kind, value in connection.execute(
            f"SELECT type, {bounded(column, 'NULL')} FROM {table} WHERE rowid IN "
            f"((SELECT min(rowid) FROM {table}), (SELECT max(rowid) FROM {table})) AND instr(type, '+')"
        )
        if isinstance(kind, str) and isinstance(value, bytes)
    ]


def holds_plain_rows(connection: sqlite3.Connection) -> bool:
    """Whether the first or the last row of a table is not encrypted."""
    query = """SELECT 1 FROM {0} WHERE NOT instr(coalesce(type, ''), '+')
               AND rowid IN ((SELECT min(rowid) FROM {0}), (SELECT max(rowid) FROM {0}))"""
    return any(connection.execute(query.format(table)).fetchone() for table in ("checkpoints", "writes"))


def _is_being_made(connection: sqlite3.Connection, columns: dict[str, set[str]]) -> bool:
    """Whether this is a new database whose tables a saver makes just now: it makes one after the other."""
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE sql IS NOT NULL")}
    if not names:
        return True
    is_first = names == {"checkpoints"} and _COLUMNS["checkpoints"] <= columns["checkpoints"]
    return is_first and connection.execute("SELECT 1 FROM checkpoints LIMIT 1").fetchone() is None


def explain(error: sqlite3.Error, path: Path) -> DatabaseError:
    """The same failure in words for people."""
    why = next((text for name, text in _WHY.items() if _is(error, name)), None)
    return DatabaseError(f"{path} {why} ({error})." if why else f"{path} cannot be read: {error}.")


def _is(error: sqlite3.Error, *names: str) -> bool:
    return str(getattr(error, "sqlite_errorname", "")).startswith(names)


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is read within sees one state of the database."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
