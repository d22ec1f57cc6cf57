"""The newest checkpoint of a thread and what is open there, read just before something is sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hitl_desktop.backends.checkpoints.database_file import explain, snapshot
from hitl_desktop.backends.checkpoints.row_connection import RowConnection
from hitl_desktop.backends.checkpoints.thread_reading import read_thread
from hitl_desktop.encryption.cipher import Cipher


@dataclass(frozen=True, slots=True)
class ThreadHead:
    """What a thread's newest checkpoint holds; an empty id where there is no such thread.

    `open` are the ids of the questions that have no answer: LangGraph itself also counts those that were answered
    before their node failed, and would ignore another answer. `waits` is true for a question that cannot be decoded
    as well. `leftover` says that a plain answer lies there, which LangGraph would give to the next question (#8837).
    `newest` is the highest id of all its checkpoints, those of subgraphs too.
    """

    checkpoint_id: str = ""
    open: frozenset[str] = frozenset()
    waits: bool = False
    leftover: bool = False
    newest: str = ""


def read_head(database: Path, thread_id: str, cipher: Cipher | None = None) -> ThreadHead:
    """Read it as the inbox does, on a connection of its own. Blocks, as long as the state takes to be decoded.

    Raises `core.backend.DatabaseError`.
    """
    with _reading(database, cipher) as connection:
        columns = {row[1] for row in connection.execute("PRAGMA table_info(writes)")}
        thread = read_thread(connection, "task_path" if "task_path" in columns else "''", thread_id)
        if thread is None:
            return ThreadHead()
        (newest,) = connection.execute(
            "SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = ?", (thread_id,)
        ).fetchone()
    questions = frozenset(question.id for question in thread.asked.questions)
    waits = bool(questions or thread.asked.unreadable)
    return ThreadHead(thread.checkpoint_id, questions, waits, thread.leftover is not None, newest)


def newest_checkpoint(database: Path, thread_id: str) -> str:
    """The id of a thread's newest checkpoint, empty where there is none. Raises `core.backend.DatabaseError`."""
    with _reading(database) as connection:
        (found,) = connection.execute(
            "SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ''", (thread_id,)
        ).fetchone()
    return found or ""


@contextmanager
def _reading(database: Path, cipher: Cipher | None = None) -> Iterator[RowConnection]:
    """A connection that only reads, in one state of the database. The saver has set up its tables before."""
    place = f"{database.absolute().as_uri()}?mode=ro"
    try:
        with (
            closing(sqlite3.connect(place, uri=True, factory=RowConnection)) as connection,
            snapshot(connection),
        ):
            connection.cipher = cipher
            yield connection
    except sqlite3.Error as error:
        raise explain(error, database) from error
