"""The newest checkpoint of a thread and what is open there, asked of SQLite just before something is sent."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_NULL_TASK = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class ThreadHead:
    """What a thread's newest checkpoint holds.

    `open` counts the tasks that ask and have no answer, `answered` those that were answered and then failed.
    `leftover` says that a plain answer lies there, which LangGraph would give to the next question (#8837).
    """

    checkpoint_id: str = ""
    open: int = 0
    answered: int = 0
    leftover: bool = False


def read_head(database: Path, thread_id: str) -> ThreadHead:
    """Read it on a connection of its own, without decoding anything; a thread that is not there has an empty id.

    Blocks for some tenths of a millisecond; raises `sqlite3.Error`.
    """
    with closing(sqlite3.connect(database.absolute().as_uri() + "?mode=ro", uri=True)) as connection:
        return read_head_from(connection, thread_id)


def read_head_from(connection: sqlite3.Connection, thread_id: str) -> ThreadHead:
    """The same on a given connection."""
    row = connection.execute(
        "SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ''", (thread_id,)
    ).fetchone()
    if not row or row[0] is None:
        return ThreadHead()
    # Control rows have fixed indexes (-1 error, -3 interrupt, -4 resume) and are replaced when written
    # again, so that their rowids tell which came last; an output row (>= 0) means that the task ended.
    tasks: dict[str, dict[int, int]] = {}
    rows = connection.execute(
        "SELECT task_id, idx, rowid FROM writes WHERE thread_id = ? AND checkpoint_ns = '' AND checkpoint_id = ?",
        (thread_id, row[0]),
    )
    for task_id, index, rowid in rows:
        tasks.setdefault(task_id, {})[min(index, 0)] = rowid
    leftover = -4 in tasks.pop(_NULL_TASK, {})
    asking = [task for task in tasks.values() if -3 in task and 0 not in task]
    answered = sum(1 for task in asking if -4 in task and task.get(-1, 0) > task[-3])
    return ThreadHead(row[0], len(asking) - answered, answered, leftover)
