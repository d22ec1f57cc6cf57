"""The review file ``NAME.review.db`` beside a database ``NAME``: our own SQLite file, readable by the user alone."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from hitl_desktop.core.drafts import StoredDraft
from hitl_desktop.core.events import StopReason
from hitl_desktop.core.journal import Anchor, JournalEntry, Reviewer, WrittenEntry
from hitl_desktop.core.records import Lease, RecordsError, RunStop
from hitl_desktop.encryption.keys import EncryptionError
from hitl_desktop.encryption.protection import Protection
from hitl_desktop.records import draft_table, journal_table, lease_table
from hitl_desktop.records.open_file import DamagedFileError, OpenFile, ReplacedFileError, must_hold
from hitl_desktop.records.sealing import Sealing
from hitl_desktop.records.versions import NewerVersionError, StrangerError

_NO_DRAFTS = "What you type is not kept on the disk as a draft now; it is kept in the window, and can be sent."


def review_file_of(database: Path) -> Path:
    """Where the review file of a database is: ``threads.db`` has ``threads.review.db``."""
    return database.with_name(f"{database.stem}.review.db")


class ReviewFile:
    """See `core.records.Records`. Made by the first thing that must be kept; until then it is an empty one.

    `reviewer` says whose decisions the journal is told; `anchor` is where its end is kept as well, outside the file.
    With a `protection` that says so, what is written is sealed; where its key is not there, nothing is written.
    `clock` gives seconds by which the beats of programs on other machines are waited for.
    """

    def __init__(
        self,
        path: Path,
        reviewer: Callable[[], Reviewer] = Reviewer,
        anchor: Callable[[Anchor], None] = lambda _: None,
        protection: Protection | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self._reviewer = reviewer
        self._anchor = anchor
        self._protection = protection
        self._holder = uuid.uuid4().hex
        self._beats = lease_table.Heartbeats(clock)
        self._file: OpenFile | None = None
        self._untold: tuple[ReplacedFileError, OpenFile] | None = None
        self._lock = threading.Lock()

    def stops(self) -> Mapping[str, RunStop]:
        """The last stop of each thread."""
        if self._is_missing():
            return {}
        with self._using("read", "Breakpoints are told from crashes by it.") as connection:
            rows = connection.execute("SELECT thread_id, checkpoint_id, reason, nodes, message FROM stops").fetchall()
            known = {reason.value for reason in StopReason}
            return {
                row[0]: RunStop(row[0], row[1], StopReason(row[2]), tuple(json.loads(row[3])), message)
                for row in rows
                if row[2] in known
                for message in (self._sealing.read_text(row[4], _stop(row[0])),)
            }

    def shapes(self) -> Mapping[tuple[str, str], str]:
        """The label of the shape in which the questions of a graph's node were answered last."""
        if self._is_missing():
            return {}
        with self._using("read", "How questions were answered before is not known.") as connection:
            return journal_table.shapes(connection, self._sealing)

    def stopped(self, stop: RunStop) -> None:
        """Keep why a run stopped; an earlier stop of the thread is replaced."""
        with self._using("written", "Why a run stopped was not kept.") as connection:
            # The name of a file that is no text, say, may stand in an error; SQLite takes none of it.
            message = stop.message.encode("utf-8", "backslashreplace").decode()
            connection.execute(
                "INSERT OR REPLACE INTO stops (thread_id, checkpoint_id, reason, nodes, at, message) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    stop.thread_id,
                    stop.checkpoint_id,
                    stop.reason.value,
                    json.dumps(stop.nodes),
                    _now(),
                    self._sealing.text(message, _stop(stop.thread_id)),
                ),
            )

    def write(self, entries: Sequence[JournalEntry]) -> tuple[int, ...]:
        """Put entries into the journal, all or none; returns their numbers."""
        decides = any(entry.delivery and not entry.outcome for entry in entries)
        lost = "Nothing was sent: decisions are put there before they are." if decides else "The journal lacks it."
        with self._using("written", lost, writes=True, begins=decides) as connection:
            numbers = journal_table.append(connection, entries, _now(), self._reviewer(), self._sealing)
            end = journal_table.newest(connection)
        if end is not None:
            if decides:
                with self._trying("written", lost):
                    must_hold(self.path, end)
            self._anchor(end)
        return numbers

    def undelivered(self) -> list[WrittenEntry]:
        """The decisions of which nobody wrote what became of them."""
        if self._is_missing():
            return []
        with self._using("read", "Decisions that were not delivered are not known.") as connection:
            return self._sealing.entries(journal_table.undelivered(connection))

    def entries(self, thread_id: str | None, before: int | None, most: int) -> list[WrittenEntry]:
        """The newest entries first."""
        if self._is_missing():
            return []
        with self._using("read", "The journal cannot be shown.") as connection:
            return self._sealing.entries(journal_table.latest_entries(connection, thread_id, before, most))

    def take_lease(self, thread_id: str, what: str) -> Lease | None:
        """Take the right to run a thread; raises `ThreadHeldError` where a living process has it."""
        with self._using(
            "written", "Nothing was run and nothing sent: who runs a thread is kept there.", writes=True, begins=True
        ) as connection:
            return lease_table.take(connection, thread_id, self._holder, what, _now(), self._beats, self._sealing)

    def release_lease(self, thread_id: str) -> None:
        """Give it back."""
        with self._using("written", "A thread seems to run for as long as this program does.") as connection:
            lease_table.release(connection, thread_id, self._holder)

    def beat(self) -> None:
        """Say that this program still runs what it runs."""
        with self._using("written", "Programs on other machines may take its threads over.") as connection:
            lease_table.beat(connection, self._holder)

    def leases_of_others(self) -> Mapping[str, Lease]:
        """What living processes run now, this file's own user left out."""
        if self._is_missing():
            return {}
        with self._using("read", "What runs elsewhere is not known.") as connection:
            found = lease_table.living(connection, self._beats, self._sealing)
        return {lease.thread_id: lease for lease in found if lease.holder != self._holder}

    def drafts(self, thread_id: str) -> tuple[StoredDraft, ...]:
        """What was typed on a thread and not sent, the oldest first."""
        if self._is_missing():
            return ()
        with self._using("read", "What was typed before and not sent cannot be shown.") as connection:
            return draft_table.drafts_of(connection, thread_id, self._sealing)

    def drafted_threads(self) -> frozenset[str]:
        """The threads on which something was typed and not sent."""
        if self._is_missing():
            return frozenset()
        with self._using("read", "Which threads have drafts is not known.") as connection:
            return draft_table.drafted_threads(connection)

    def keep_drafts(self, drafts: tuple[StoredDraft, ...]) -> None:
        """Put drafts in the place of those of the same questions; one without content takes the other away."""
        with self._using("written", _NO_DRAFTS) as connection:
            draft_table.keep(connection, drafts, self._sealing)

    def forget_drafts(self, thread_id: str, request_ids: tuple[str, ...]) -> None:
        """Forget the drafts of these requests."""
        with self._using("written", _NO_DRAFTS) as connection:
            draft_table.forget(connection, thread_id, request_ids)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._drop()

    def _is_missing(self) -> bool:
        """Whether there is no file, or its folder may not be looked into."""
        with self._lock, suppress(OSError):
            self._look()
        return not os.path.exists(self.path)

    @property
    def _sealing(self) -> Sealing:
        return Sealing(self._protection.cipher if self._protection is not None else None)

    def _look_at_protection(self, attempt: str, consequence: str) -> None:
        """Raise `RecordsError` where something is to be written that could not be sealed."""
        try:
            if self._protection is not None:
                self._protection.writing()
        except EncryptionError as error:
            if attempt == "written":
                raise RecordsError(f"Nothing was written to {self.path}. {consequence} {error}") from error

    @contextmanager
    def _using(
        self, attempt: str, consequence: str, *, writes: bool = False, begins: bool = False
    ) -> Iterator[sqlite3.Connection]:
        """A transaction on the open file; the rest names in the error what was tried, and what follows.

        `writes` takes the right to write at once: what is read in it then is what the write goes on from. `begins`
        says that something is run only if this works: then the reviewer hears of a file that was replaced, and the
        next attempt goes on with what stands there. Nothing is written there before.
        """
        self._look_at_protection(attempt, consequence)
        with self._trying(attempt, consequence), self._lock:
            self._look()
            if self._untold is not None and attempt == "written":
                replaced, known = self._untold
                if begins or known.is_back():
                    self._untold = None
                if not known.is_back():
                    raise replaced
            if self._file is None:
                self._file = OpenFile(self.path)
            with self._file.connection as connection:
                if writes:
                    connection.execute("BEGIN IMMEDIATE")
                yield connection

    @contextmanager
    def _trying(self, attempt: str, consequence: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, ValueError, TypeError, RecursionError) as error:  # the last for odd JSON in it
            if not getattr(error, "sqlite_errorname", "").startswith(_PASSING):
                with self._lock:
                    self._drop()  # opened anew it may be another one, or may be written again
            raise RecordsError(
                f"The review file {self.path} could not be {attempt} ({error}). {consequence} {_way_out(error)}"
            ) from error

    def _look(self) -> None:
        """See that what is open stands at the path still, and is whole; if not, close it."""
        try:
            if self._file is not None and not self._file.look():
                self._drop()
        except ReplacedFileError as replaced:
            if self._file is not None:
                self._untold = (replaced, self._file)
            self._drop(moved=True)

    def _drop(self, *, moved: bool = False) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close(moved=moved)


_PASSING = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_CONSTRAINT")
"""The errors after which an open connection is as good as before."""


def _way_out(error: Exception) -> str:
    code = getattr(error, "sqlite_errorname", "")
    if isinstance(error, NewerVersionError):
        return "Use that program, or choose another database."
    if isinstance(error, ReplacedFileError):
        return (
            "What you entered is kept. Put the file back, if it was not meant to go; "
            "decide again to go on with what stands there now, or with a new one."
        )
    if isinstance(error, StrangerError):
        return "Nothing was changed in it. Move it to another place to begin a new review file."
    if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")) or isinstance(
        error, DamagedFileError | ValueError | TypeError
    ):
        return (
            "It is damaged: move it to another place to begin a new one, with the file beside it that ends in “-wal”. "
            "The threads are not in it."
        )
    if code == "SQLITE_FULL":
        return "Free some space."
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "Another program holds it: close that one, or try again."
    return "See whether its folder exists and can be written."


def _stop(thread_id: str) -> str:
    return f"stop {thread_id}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
