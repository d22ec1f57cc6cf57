"""The review file while it is open: whether it is still the one at its path, whole, and with the log beside it."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

from hitl_desktop.core.journal import Anchor
from hitl_desktop.records.journal_table import hash_at
from hitl_desktop.records.versions import bring_up_to_date, must_be_ours, must_not_be_newer

_MAGIC: Final = b"SQLite format 3\x00"
_Identity: TypeAlias = tuple[int, int]

_kept_open: dict[_Identity, int] = {}
"""A descriptor of each file that was looked into, kept for as long as the process lives.

Closing any descriptor of a file drops the locks that this process has on it through SQLite
(https://www.sqlite.org/howtocorrupt.html, section 2.2).
"""


class DamagedFileError(sqlite3.DatabaseError):
    """Parts of the file were cut off or written over."""


class ReplacedFileError(sqlite3.DatabaseError):
    """Another file stands at the path than the one that is open, or none."""


class OpenFile:
    """A connection to the review file at this path, which is made where there is none. Raises `sqlite3.Error`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        _make(path)
        _make_writable(path)
        connection = sqlite3.connect(path, check_same_thread=False)
        try:
            must_not_be_newer(connection)
            connection.execute("PRAGMA cell_size_check=ON")  # a damaged page is an error, not garbage
            must_be_ours(connection)
            _must_be_whole(connection)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            bring_up_to_date(connection)
            found = path.stat()
            self._identity, self._size = (found.st_dev, found.st_ino), found.st_size
            self._log = self._log_beside()
        except BaseException:
            connection.close()
            raise
        self.connection = connection

    def look(self) -> bool:
        """Whether the file is as it was left; if not, it must be opened anew, which tells what is wrong with it.

        Raises `ReplacedFileError` where another one stands there: nothing may be written over this connection then.
        """
        try:
            found = self._path.stat()
        except FileNotFoundError:
            raise ReplacedFileError("it is not there any more: it was deleted or moved") from None
        if (found.st_dev, found.st_ino) != self._identity:
            raise ReplacedFileError("another file was put in its place while it was in use")
        log, before, self._size = self._log_beside(), self._size, found.st_size
        if log is not None and log != self._log:
            raise ReplacedFileError("another program began its log anew while it was in use")
        return log == self._log and found.st_size >= before and _begins_as_sqlite(self._path, self._identity)

    def is_back(self) -> bool:
        """Whether the file stands at the path again, of which `look` said that it was moved or replaced."""
        try:
            found = self._path.stat()
        except OSError:
            return False
        return (found.st_dev, found.st_ino) == self._identity

    def close(self, *, moved: bool = False) -> None:
        """Close the connection; of a file that was moved, what only its log holds is put into it first.

        SQLite does not do that for such a file, and a log that stays would be read into whatever is put in its place.
        """
        if moved:
            with suppress(sqlite3.Error):
                self.connection.execute("PRAGMA busy_timeout=0")
                self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.connection.close()

    def _log_beside(self) -> _Identity | None:
        try:
            found = _log_of(self._path).stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


def must_hold(path: Path, end: Anchor) -> None:
    """Raise `sqlite3.Error` unless whoever opens the file at this path now finds this entry in it."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as other:
        other.execute("PRAGMA cell_size_check=ON")
        found = hash_at(other, end.number)
    if found != end.hash:
        raise ReplacedFileError("what was written there cannot be read from it")


def _make(path: Path) -> None:
    """Make an empty file for the user alone where there is none.

    A log that is left of another one is kept under another name: SQLite would delete it.
    """
    try:
        # Never opened but to make it: see `_kept_open`.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return
    log = _log_of(path)
    with suppress(FileNotFoundError):
        if log.stat().st_size:
            log.rename(log.with_name(f"{log.name}.{datetime.now(UTC):%Y%m%dT%H%M%S%f}"))


def _make_writable(path: Path) -> None:
    """Give the files beside a file that may be written its rights.

    SQLite makes them with those that the file has then, and leaves them if it could only be read.
    """
    if not os.access(path, os.W_OK):
        return
    for suffix in ("-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        with suppress(OSError):
            if not os.access(beside, os.W_OK):
                beside.chmod(stat.S_IMODE(path.stat().st_mode))


def _must_be_whole(connection: sqlite3.Connection) -> None:
    """Look through the whole file, which takes a second for each 800 MB: 200,000 decisions."""
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise DamagedFileError(" ".join(str(found).split()))


def _begins_as_sqlite(path: Path, identity: _Identity) -> bool:
    file = _kept_open.get(identity)
    if file is None:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        found = os.fstat(file)
        _kept_open[found.st_dev, found.st_ino] = file
        if not stat.S_ISREG(found.st_mode) or (found.st_dev, found.st_ino) != identity:
            return True  # replaced at this very moment, which the next look finds
    begin = os.pread(file, len(_MAGIC), 0)
    return begin in (_MAGIC, b"")  # of a new file, all that was written may be in the log still


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")
