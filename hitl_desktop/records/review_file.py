"""The review file ``NAME.review.db`` beside a database ``NAME``: our own SQLite file, readable by the user alone."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from hitl_desktop.core.events import StopReason
from hitl_desktop.core.records import DecisionRecord, RecordsError, RunStop

# What makes each version of the file, the first one from nothing, out of the one before.
_UPGRADES = (
    (
        """CREATE TABLE IF NOT EXISTS stops (
    thread_id TEXT PRIMARY KEY, checkpoint_id TEXT NOT NULL, reason TEXT NOT NULL, nodes TEXT NOT NULL,
    at TEXT NOT NULL)""",
        """CREATE TABLE IF NOT EXISTS decisions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, thread_id TEXT NOT NULL, graph TEXT NOT NULL,
    checkpoint_id TEXT NOT NULL, request_id TEXT NOT NULL, node TEXT NOT NULL, payload TEXT NOT NULL,
    decisions TEXT NOT NULL, answer TEXT NOT NULL, outcome TEXT, outcome_at TEXT)""",
    ),
    ("ALTER TABLE stops ADD COLUMN message TEXT NOT NULL DEFAULT ''",),
)
_VERSION = len(_UPGRADES)

# SQLite takes the other columns from the row with the greatest number.
_SHAPES = """
SELECT graph, node, json_extract(decisions, '$[0].shape') FROM (
    SELECT graph, node, decisions, max(number) FROM decisions
    WHERE json_extract(decisions, '$[0].kind') = 'submit' GROUP BY graph, node)
"""


def review_file_of(database: Path) -> Path:
    """Where the review file of a database is: ``threads.db`` has ``threads.review.db``."""
    return database.with_name(f"{database.stem}.review.db")


class ReviewFile:
    """See `core.records.Records`. Made by the first thing that must be kept; until then it is an empty one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    def stops(self) -> Mapping[str, RunStop]:
        """The last stop of each thread."""
        if not os.path.exists(self.path):  # False also where the folder may not be looked into
            return {}
        with self._using("read", "Breakpoints are told from crashes by it.") as connection:
            rows = connection.execute("SELECT thread_id, checkpoint_id, reason, nodes, message FROM stops").fetchall()
            known = {reason.value for reason in StopReason}
            return {
                row[0]: RunStop(row[0], row[1], StopReason(row[2]), tuple(json.loads(row[3])), row[4])
                for row in rows
                if row[2] in known
            }

    def shapes(self) -> Mapping[tuple[str, str], str]:
        """The label of the shape in which the questions of a graph's node were answered last."""
        if not os.path.exists(self.path):
            return {}
        with self._using("read", "How questions were answered before is not known.") as connection:
            return {(graph, node): shape for graph, node, shape in connection.execute(_SHAPES) if shape}

    def stopped(self, stop: RunStop) -> None:
        """Keep why a run stopped; an earlier stop of the thread is replaced."""
        with self._using("written", "Why a run stopped was not kept.") as connection:
            connection.execute(
                "INSERT OR REPLACE INTO stops (thread_id, checkpoint_id, reason, nodes, at, message) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    stop.thread_id,
                    stop.checkpoint_id,
                    stop.reason.value,
                    json.dumps(stop.nodes),
                    _now(),
                    # The name of a file that is no text, say, may stand in an error; SQLite takes none of it.
                    stop.message.encode("utf-8", "backslashreplace").decode(),
                ),
            )

    def decided(self, records: tuple[DecisionRecord, ...]) -> tuple[int, ...]:
        """Put decisions on the disk in one transaction; returns their numbers."""
        columns = "at, thread_id, graph, checkpoint_id, request_id, node, payload, decisions, answer"
        numbers = []
        with self._using("written", "Nothing was sent: decisions are put there before they are.") as connection:
            for record in records:
                texts = (json.dumps(part) for part in (record.payload, record.decisions, record.answer))
                cursor = connection.execute(
                    f"INSERT INTO decisions ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        _now(),
                        record.thread_id,
                        record.graph,
                        record.checkpoint_id,
                        record.request_id,
                        record.node,
                        *texts,
                    ),
                )
                numbers.append(cursor.lastrowid or 0)
        return tuple(numbers)

    def delivered(self, numbers: tuple[int, ...], outcome: str) -> None:
        """Note what became of these decisions."""
        with self._using("written", "What became of a decision was not kept.") as connection:
            connection.executemany(
                "UPDATE decisions SET outcome = ?, outcome_at = ? WHERE number = ?",
                [(outcome, _now(), number) for number in numbers],
            )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _using(self, attempt: str, consequence: str) -> Iterator[sqlite3.Connection]:
        """A transaction on the open file; the rest names in the error what was tried, and what follows."""
        try:
            with self._lock, self._open() as connection:
                yield connection
        except (sqlite3.Error, OSError, ValueError, TypeError) as error:  # the last two for what is no JSON in it
            raise RecordsError(
                f"The review file {self.path} could not be {attempt} ({error}). {consequence} {_way_out(error)}"
            ) from error

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            # Never opened but to make it: closing any descriptor of a file drops the locks that this process has on
            # it through SQLite (https://www.sqlite.org/howtocorrupt.html, section 2.2).
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            connection = sqlite3.connect(self.path, check_same_thread=False)
            try:
                version = _version_of(connection)
                if version > _VERSION:
                    raise _NewerVersionError(f"it is of version {version}, from a newer program")
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=FULL")
                if version < _VERSION:
                    _upgrade(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection


def _version_of(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _upgrade(connection: sqlite3.Connection) -> None:
    """Bring a new or an older file to the current version, wholly or not at all."""
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        version = _version_of(connection)  # anew, because another window may have been faster
        for statement in (each for step in _UPGRADES[version:] for each in step):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {max(version, _VERSION)}")


class _NewerVersionError(sqlite3.DatabaseError):
    pass


def _way_out(error: Exception) -> str:
    code = getattr(error, "sqlite_errorname", "")
    if isinstance(error, _NewerVersionError):
        return "Use that program, or choose another database."
    if code in ("SQLITE_NOTADB", "SQLITE_CORRUPT") or isinstance(error, ValueError | TypeError):
        return "It is damaged: move it to another place to begin a new one. The threads are not in it."
    if code == "SQLITE_FULL":
        return "Free some space."
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "Another program holds it: close that one, or try again."
    return "See whether its folder exists and can be written."


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
