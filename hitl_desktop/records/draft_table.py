"""The table of drafts in the review file: one row for each question on which something was typed and not sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

from hitl_desktop.core.drafts import StoredDraft
from hitl_desktop.records.sealing import Sealing

DRAFT_TABLE: Final = """CREATE TABLE IF NOT EXISTS drafts (
    thread_id TEXT NOT NULL, request_id TEXT NOT NULL, asked TEXT NOT NULL, checkpoint_id TEXT NOT NULL,
    at TEXT NOT NULL, content TEXT NOT NULL, PRIMARY KEY (thread_id, request_id, asked))"""

_COLUMNS = "thread_id, request_id, asked, checkpoint_id, at, content"


def drafts_of(connection: sqlite3.Connection, thread_id: str, sealing: Sealing) -> tuple[StoredDraft, ...]:
    """The drafts of one thread, the oldest first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM drafts WHERE thread_id = ? ORDER BY at", (thread_id,))
    return tuple(sealing.read_draft(StoredDraft(*row)) for row in rows)


def drafted_threads(connection: sqlite3.Connection) -> frozenset[str]:
    """The ids of all threads that have a draft."""
    return frozenset(thread_id for (thread_id,) in connection.execute("SELECT DISTINCT thread_id FROM drafts"))


def keep(connection: sqlite3.Connection, drafts: Iterable[StoredDraft], sealing: Sealing) -> None:
    """Put drafts in the place of those of the same questions; one without content only takes the other away."""
    for given in drafts:
        draft = sealing.draft(given)
        key = (draft.thread_id, draft.request_id, draft.asked)
        # Under another name there may be one from before the database was encrypted.
        for asked in {draft.asked, given.asked}:
            connection.execute(
                "DELETE FROM drafts WHERE thread_id = ? AND request_id = ? AND asked = ?",
                (draft.thread_id, draft.request_id, asked),
            )
        if draft.content:
            values = (*key, draft.checkpoint_id, draft.at, draft.content)
            connection.execute(f"INSERT INTO drafts ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", values)


def forget(connection: sqlite3.Connection, thread_id: str, request_ids: Iterable[str]) -> None:
    """Take away the drafts of these requests, whatever they asked."""
    keys = [(thread_id, request_id) for request_id in request_ids]
    connection.executemany("DELETE FROM drafts WHERE thread_id = ? AND request_id = ?", keys)
