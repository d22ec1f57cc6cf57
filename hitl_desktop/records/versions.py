"""The versions of the review file: what makes each out of the one before."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Final, TypeAlias

from hitl_desktop.core.journal import EntryKind, JournalEntry, Reviewer
from hitl_desktop.records.draft_table import DRAFT_TABLE
from hitl_desktop.records.journal_table import CREATE_JOURNAL, append

Step: TypeAlias = "str | Callable[[sqlite3.Connection], None]"
"""A statement, or a function that changes the file over its connection."""


class NewerVersionError(sqlite3.DatabaseError):
    """The file is of a newer program."""


class StrangerError(sqlite3.DatabaseError):
    """The file is the database of something else."""


def must_not_be_newer(connection: sqlite3.Connection) -> None:
    """Raise `NewerVersionError` for a file that is newer than this program; nothing is changed in it."""
    version = _version_of(connection)
    if version > VERSION:
        raise NewerVersionError(f"it is of version {version}, from a newer program")


def must_be_ours(connection: sqlite3.Connection) -> None:
    """Raise `StrangerError` for a database that is neither empty nor a review file; nothing is changed in it."""
    with connection:
        connection.execute("BEGIN")  # else another window may upgrade it in between
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        version = _version_of(connection)
    needed = {"stops"} if version < _WITH_JOURNAL else {"stops", "journal", "leases"}
    if not (needed <= tables if version else tables <= {"stops"}):
        raise StrangerError("it is the database of another program")


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Bring a new or an older file to the current version, wholly or not at all. Raises `sqlite3.Error`."""
    if _version_of(connection) == VERSION:
        return
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        version = _version_of(connection)  # anew, because another window may have been faster
        for step in (each for steps in _UPGRADES[version:] for each in steps):
            if isinstance(step, str):
                connection.execute(step)
            else:
                step(connection)
        connection.execute(f"PRAGMA user_version = {max(version, VERSION)}")


def _version_of(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _journal_of_decisions(connection: sqlite3.Connection) -> None:
    """Write the decisions of older files into the journal, as they were kept, and their outcomes."""
    columns = "at, thread_id, graph, checkpoint_id, request_id, node, payload, decisions, answer, outcome, outcome_at"
    for row in connection.execute(f"SELECT {columns} FROM decisions ORDER BY number").fetchall():
        at, thread_id, graph, checkpoint_id, request_id, node, payload, decisions, answer, outcome, outcome_at = row
        entry = JournalEntry(
            EntryKind.DECISION,
            thread_id,
            graph,
            node,
            checkpoint_id,
            request_id,
            json.loads(payload),
            json.loads(decisions),
            answer=json.loads(answer),
        )
        numbers = append(connection, (entry,), at, Reviewer())
        became = outcome or "not known: the program ended before it was kept"
        ended = JournalEntry(EntryKind.DELIVERY, thread_id, graph, outcome=became, about=numbers)
        append(connection, (ended,), outcome_at or at, Reviewer())


# Of each version the steps from the one before, the first one from nothing.
_UPGRADES: Final[tuple[tuple[Step, ...], ...]] = (
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
    (
        *CREATE_JOURNAL,
        """CREATE TABLE leases (
    thread_id TEXT PRIMARY KEY, holder TEXT NOT NULL, host TEXT NOT NULL, process INTEGER NOT NULL,
    began TEXT NOT NULL, what TEXT NOT NULL, since TEXT NOT NULL, beat REAL NOT NULL)""",
        _journal_of_decisions,
        "DROP TABLE decisions",
    ),
    (DRAFT_TABLE,),
)
VERSION: Final = len(_UPGRADES)
_WITH_JOURNAL: Final = 3
