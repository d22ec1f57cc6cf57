"""Threads of a checkpoint database as the inbox and the review panel want them, read without graph code."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Lock

from hitl_desktop.backends.checkpoints.changes import ChangeWatch
from hitl_desktop.backends.checkpoints.database_file import (
    DatabaseMissingError,
    OpenDatabase,
    encrypted_rows,
    explain,
    holds_plain_rows,
    identify,
    open_database,
    snapshot,
)
from hitl_desktop.backends.checkpoints.earlier_answers import with_earlier_answers
from hitl_desktop.backends.checkpoints.inbox_sql import list_threads
from hitl_desktop.backends.checkpoints.thread_reading import ThreadReading, take_from_thread
from hitl_desktop.core.backend import DatabaseError, InboxChange
from hitl_desktop.core.threads import ThreadDetail, ThreadSummary
from hitl_desktop.encryption.protection import Protection

__all__ = ["CheckpointReader", "DatabaseMissingError"]


class CheckpointReader:
    """Reads one database through a connection of its own, which cannot write.

    Every method blocks, and is meant for worker threads: calls of several threads wait for each other. Each looks
    first whether the file is still the one that was opened, and opens what stands there now if it is not. All
    raise `core.backend.DatabaseError` where the database cannot be read.
    """

    def __init__(self, database: Path, protection: Protection | None = None) -> None:
        self._path = database
        self._protection = protection
        self._lock = Lock()
        self._database: OpenDatabase | None = None
        self._watch: ChangeWatch | None = None
        self._all_changed = False

    def open(self) -> None:
        """Open the database; raises `DatabaseMissingError` where there is none yet, but its folder exists."""
        with self._reading():
            pass

    def look_at_protection(self) -> None:
        """Tell the protection what the database holds, and have it look for the key; it may wait for the keyring.

        Where there is no database, or none that can be read, that is told by others: the protection looks all the same.
        """
        if self._protection is None:
            return
        rows, plain = list[tuple[str, bytes]](), False
        with suppress(DatabaseError), self._reading() as (database, _):
            rows, plain = encrypted_rows(database.connection), holds_plain_rows(database.connection)
        self._protection.look(rows, holds_plain_rows=plain)

    def encrypted_rows(self) -> list[tuple[str, bytes]]:
        """Some of the encrypted rows, if there are any: their types, and their values as they stand."""
        with self._reading() as (database, _):
            return encrypted_rows(database.connection)

    def threads(self) -> list[ThreadSummary]:
        """All threads, undecoded, in no order. See `inbox_sql.list_threads` for what they tell."""
        with self._reading() as (database, watch):
            threads = list_threads(database.connection, database.task_path)
            # What is not UTF-8 reads as another name, by which it is not found again.
            watch.know(thread.thread_id for thread in threads if "\ufffd" not in thread.thread_id)
            return threads

    def read_threads(self, thread_ids: Sequence[str]) -> list[ThreadSummary]:
        """These threads decoded, in the same order; those that are gone are left out."""
        with self._reading() as (database, _):
            known = (database.connection, database.task_path)
            found = (take_from_thread(*known, thread_id, ThreadReading.summary) for thread_id in thread_ids)
            return [summary for summary in found if summary is not None]

    def thread(self, thread_id: str) -> ThreadDetail | None:
        """One thread whole; None where there is no such thread."""
        with self._reading() as (database, _):
            detail = take_from_thread(database.connection, database.task_path, thread_id, ThreadReading.detail)
            if detail is None:
                return None
            known = (database.connection, database.task_path, detail.summary.graph)
            return replace(detail, questions=with_earlier_answers(*known, detail.questions))

    def was_delivered(self, thread_id: str, delivery: str) -> bool:
        """Whether a checkpoint of the thread names this delivery in its metadata, where LangGraph puts the config."""
        query = (
            "SELECT 1 FROM checkpoints WHERE thread_id = ? AND json_valid(CAST(metadata AS TEXT)) "
            "AND json_extract(CAST(metadata AS TEXT), '$.hitl_delivery') = ? LIMIT 1"
        )
        with self._reading() as (database, _):
            return database.connection.execute(query, (thread_id, delivery)).fetchone() is not None

    def changes(self) -> InboxChange | None:
        """What changed since the last call or since the opening, by whomever; None for nothing."""
        with self._lock:
            _, watch = self._current()
            if self._all_changed:
                self._all_changed = False
                return InboxChange((), everything=True)
            with self._explained():
                return watch.look()

    def close(self) -> None:
        """Close the connection. Another call opens it again, or another file that stands there by then."""
        with self._lock:
            self._all_changed = self._all_changed or self._database is not None
            self._drop()

    @contextmanager
    def _reading(self) -> Iterator[tuple[OpenDatabase, ChangeWatch]]:
        with self._lock:
            database, watch = self._current()
            with self._explained(), snapshot(database.connection):
                yield database, watch

    def _current(self) -> tuple[OpenDatabase, ChangeWatch]:
        """The database that stands at the path now, opened if need be."""
        if self._database is not None:
            try:
                replaced = identify(self._path, immutable=self._database.immutable) != self._database.identity
            except Exception:
                self._all_changed = True
                self._drop()
                raise
            if replaced:
                self._all_changed = True
                self._drop()
        if self._database is None or self._watch is None:
            database = open_database(self._path)
            try:
                self._watch = ChangeWatch(database.connection)
            except sqlite3.Error as error:
                database.connection.close()
                raise explain(error, self._path) from error
            self._database = database
        self._database.connection.cipher = self._protection.cipher if self._protection is not None else None
        return self._database, self._watch

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise explain(error, self._path) from error

    def _drop(self) -> None:
        if self._database is not None:
            self._database.connection.close()
        self._database = self._watch = None
