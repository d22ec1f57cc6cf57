"""The journal in the review file. Its rows are only ever added; the two tables beside it can be made from it anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from hitl_desktop.core.journal import (
    BEFORE_THE_FIRST,
    Anchor,
    EntryKind,
    JournalEntry,
    Reviewer,
    WrittenEntry,
    write_entry,
)
from hitl_desktop.records.sealing import PLAIN, Sealing

CREATE_JOURNAL: Final = (
    """CREATE TABLE journal (
    number INTEGER PRIMARY KEY, thread_id TEXT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL)""",
    "CREATE INDEX journal_by_thread ON journal (thread_id, number)",
    # Against mistakes, not against malice: that is what the chain is for.
    """CREATE TRIGGER journal_is_not_changed BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END""",
    """CREATE TRIGGER journal_is_not_shortened BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END""",
    "CREATE TABLE undelivered (number INTEGER PRIMARY KEY)",
    "CREATE TABLE shapes (graph TEXT, node TEXT, shape TEXT NOT NULL, PRIMARY KEY (graph, node))",
)

_DECIDES = (EntryKind.DECISION, EntryKind.STATE_EDIT)
_ENDS = (EntryKind.DELIVERY, EntryKind.FAILURE, EntryKind.DISCARD)
"""The kinds after which nothing is left to be done about a decision."""


def append(
    connection: sqlite3.Connection,
    entries: Sequence[JournalEntry],
    time: str,
    reviewer: Reviewer,
    sealing: Sealing = PLAIN,
) -> tuple[int, ...]:
    """Add entries within the transaction of the caller, which must have the right to write; returns their numbers."""
    last = newest(connection)
    number, previous = (last.number, last.hash) if last is not None else (0, BEFORE_THE_FIRST)
    numbers = []
    for entry in entries:
        number += 1
        written = write_entry(entry, number, previous, time, reviewer, sealing.entry)
        previous = written.hash
        connection.execute(
            "INSERT INTO journal (number, thread_id, body, hash) VALUES (?, ?, ?, ?)",
            (number, entry.thread_id, written.body, written.hash),
        )
        _keep_track(connection, entry, number, sealing)
        numbers.append(number)
    return tuple(numbers)


def newest(connection: sqlite3.Connection) -> Anchor | None:
    """Where the journal ends; None while it is empty."""
    row = connection.execute("SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1").fetchone()
    return Anchor(*row) if row else None


def hash_at(connection: sqlite3.Connection, number: int) -> str | None:
    """The hash that stands with the entry of this number; None where there is none."""
    row = connection.execute("SELECT hash FROM journal WHERE number = ?", (number,)).fetchone()
    return str(row[0]) if row else None


def all_entries(connection: sqlite3.Connection) -> Iterator[WrittenEntry]:
    """The whole journal from its beginning, an entry at a time."""
    for row in connection.execute("SELECT number, body, hash, thread_id FROM journal ORDER BY number"):
        yield WrittenEntry(*row)


def latest_entries(
    connection: sqlite3.Connection, thread_id: str | None, before: int | None, most: int
) -> list[WrittenEntry]:
    """At most so many entries, the newest first: of a thread or of all, and older than the entry `before`."""
    where, values = ["1"], list[object]()
    for condition, value in (("thread_id = ?", thread_id), ("number < ?", before)):
        if value is not None:
            where.append(condition)
            values.append(value)
    query = f"SELECT number, body, hash FROM journal WHERE {' AND '.join(where)} ORDER BY number DESC LIMIT ?"
    return [WrittenEntry(*row) for row in connection.execute(query, (*values, most))]


def undelivered(connection: sqlite3.Connection) -> list[WrittenEntry]:
    """The decisions of which no outcome is written, the oldest first."""
    query = "SELECT number, body, hash FROM journal NATURAL JOIN undelivered ORDER BY number"
    return [WrittenEntry(*row) for row in connection.execute(query)]


def shapes(connection: sqlite3.Connection, sealing: Sealing) -> Mapping[tuple[str, str], str]:
    """The shape in which the questions of a graph's node were answered last."""
    return {
        (graph, node): sealing.read_text(shape, _place(graph, node))
        for graph, node, shape in connection.execute("SELECT graph, node, shape FROM shapes")
    }


def _place(graph: str, node: str) -> str:
    return f"shape {graph} {node}"


def _keep_track(connection: sqlite3.Connection, entry: JournalEntry, number: int, sealing: Sealing) -> None:
    if entry.kind in _DECIDES:
        connection.execute("INSERT INTO undelivered (number) VALUES (?)", (number,))
        for decision in entry.decision if isinstance(entry.decision, list) else ():
            if isinstance(decision, dict) and isinstance(shape := decision.get("shape"), str) and shape:
                label = sealing.text(shape, _place(entry.graph, entry.node))
                connection.execute("REPLACE INTO shapes VALUES (?, ?, ?)", (entry.graph, entry.node, label))
    elif entry.kind in _ENDS:
        connection.executemany("DELETE FROM undelivered WHERE number = ?", [(each,) for each in entry.about])
