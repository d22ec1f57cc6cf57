"""What must hold of the database and the clock in the moment before a thread goes on, beside the thread itself."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from langgraph.checkpoint.base import id as ids
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from hitl_desktop.backends.checkpoints.database_file import FileIdentity, identify
from hitl_desktop.core.backend import BackendError, DatabaseError

_LAST: Final = "_last_v6_timestamp"
_EPOCH: Final = 0x01B21DD213814000
"""1970 in the steps of 100 ns since 1582 that the ids of checkpoints are made of (RFC 9562, UUID version 6)."""


class FileWatch:
    """Whether the database is the one that a run was begun on. Raises `DatabaseError` where none is there."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._file: FileIdentity = identify(database)

    def must_be_there(self) -> None:
        """Raise `DatabaseError` where another file stands at the path by now, or none: nothing was sent yet."""
        if identify(self._database) != self._file:
            raise DatabaseError(
                f"{self._database} was replaced by another file just now. Nothing was sent; what you entered is kept. "
                "Look at the thread again."
            )

    def has_changed(self) -> bool:
        """Whether another file stands there, or none."""
        try:
            return identify(self._database) != self._file
        except DatabaseError:
            return True

    def lost(self) -> str:
        """What to say of a run that has written to a file that is not at the path any more."""
        return (
            f"{self._database} was moved, deleted or replaced during the run. What the run saved since is not in the "
            "file that stands there now; if the file was only moved, it is in that one. What the nodes did elsewhere "
            "has been done. Put the right file there before you go on with this thread."
        )


async def must_be_writable(saver: AsyncSqliteSaver) -> None:
    """Wait until nobody else writes. Raises `sqlite3.Error` after the time that the connection waits for locks.

    LangGraph saves an answer together with what the node made of it: were the database locked, the node would have
    run by then.
    """
    async with saver.lock:
        if not saver.conn.in_transaction:  # of another run, which was stopped: that one will end it
            await saver.conn.execute("BEGIN IMMEDIATE")
            await saver.conn.rollback()


def ids_must_follow(newest: str) -> None:
    """See that the next checkpoint has a higher id than this one; raises `BackendError` where that cannot be.

    LangGraph takes the highest id for the newest checkpoint, and makes ids of the time: one that is made after the
    clock was set back is never read again, and its nodes run twice. It makes no id that is lower than the last one
    of this process, which is therefore taken to be the thread's.
    """
    made = _made_at(newest)
    if made is None or made < time.time_ns() // 100 + _EPOCH:
        return
    known = vars(ids)  # which has no other way to say it
    known[_LAST] = max(known.get(_LAST) or 0, made)
    if str(ids.uuid6()) > newest:
        return
    moment = f"{datetime.fromtimestamp((made - _EPOCH) / 10_000_000, UTC).astimezone():%Y-%m-%d %H:%M:%S}"
    raise BackendError(
        f"The clock of this computer is behind: this thread was saved last at {moment}, which is still to come. "
        "LangGraph tells the newest checkpoint by its time, and would go on from an old one. Nothing was sent; "
        "what you entered is kept. Set the clock, and decide again."
    )


def _made_at(checkpoint_id: str) -> int | None:
    """When a checkpoint was made, in steps of 100 ns since 1582; None where its id does not say."""
    try:
        known = uuid.UUID(checkpoint_id)
    except ValueError:
        return None
    return known.int >> 80 << 12 | known.int >> 64 & 0x0FFF if known.version == 6 else None
