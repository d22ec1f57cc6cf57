"""What changed in the database since the last look, at a cost that grows with what changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from hitl_desktop.backends.checkpoints.database_file import snapshot
from hitl_desktop.core.backend import InboxChange

SWEEP: Final = 500
"""So many known threads are looked for in one go, in turn, to find those that were deleted beside other changes."""
FULL_SWEEP: Final = 20_000
"""The same, where nothing but a deletion was seen to have happened."""

_KEYS: Final = {
    "checkpoints": ("thread_id", "checkpoint_ns", "checkpoint_id"),
    "writes": ("thread_id", "checkpoint_ns", "checkpoint_id", "task_id", "idx"),
}
_EVERYTHING: Final = InboxChange((), everything=True)
Mark: TypeAlias = tuple[int, tuple[Any, ...]]
"""The newest row of a table: its rowid and its primary key; rowid 0 for an empty table."""


class ChangeWatch:
    """Follows one connection. LangGraph only adds and replaces rows, and both give a row a new, higher rowid."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._version = self._data_version()
        self._marks = self._newest()
        self._known: dict[str, None] = {}
        self._to_look_for: list[str] = []
        self._look_again = False

    def know(self, thread_ids: Iterable[str]) -> None:
        """Remember these threads, to notice when one of them is deleted."""
        self._known = dict.fromkeys(thread_ids)
        self._to_look_for, self._look_again = [], False

    def look(self) -> InboxChange | None:
        """What changed since the last look; None for nothing."""
        if self._data_version() == self._version:  # 5 µs, and changes with every commit of another connection
            return self._sweep(SWEEP)
        with snapshot(self._connection):
            self._version = self._data_version()
            before, self._marks = self._marks, self._newest()
            if not all(self._still_there(table, mark) for table, mark in before.items()):
                return _EVERYTHING
            changed = self._threads_after(before)
            self._look_again = True
            deleted = self._sweep(SWEEP if changed else FULL_SWEEP)
            self._known.update(changed)
        return deleted or (InboxChange(tuple(changed)) if changed else None)

    def _threads_after(self, marks: Mapping[str, Mark]) -> dict[str, None]:
        return dict.fromkeys(
            thread_id
            for table, (row, _) in marks.items()
            for (thread_id,) in self._connection.execute(
                f"SELECT DISTINCT thread_id FROM {table} WHERE rowid > ?", (row,)
            )
            if isinstance(thread_id, str)
        )

    def _data_version(self) -> int:
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(version)

    def _newest(self) -> dict[str, Mark]:
        marks = {}
        for table, key in _KEYS.items():
            row = self._connection.execute(
                f"SELECT rowid, {', '.join(key)} FROM {table} ORDER BY rowid DESC LIMIT 1"
            ).fetchone()
            marks[table] = (row[0], row[1:]) if row else (0, ())
        return marks

    def _still_there(self, table: str, mark: Mark) -> bool:
        """Whether the row that was newest still is where it was, or was replaced by a newer one.

        If not, it was deleted, and new rows may have taken the numbers of old ones; or `VACUUM` numbered all anew.
        """
        row, key = mark
        if not row:
            return True
        condition = " AND ".join(f"{column} = ?" for column in _KEYS[table])
        found = self._connection.execute(f"SELECT rowid FROM {table} WHERE {condition}", key).fetchone()
        return found is not None and found[0] >= row

    def _sweep(self, count: int) -> InboxChange | None:
        """Look for the next known threads: a deletion leaves no other trace."""
        if not self._to_look_for and self._look_again:
            self._to_look_for, self._look_again = list(self._known), False
        if not self._to_look_for:
            return None
        some = [self._to_look_for.pop() for _ in range(min(count, len(self._to_look_for)))]
        (gone,) = self._connection.execute(
            "SELECT EXISTS (SELECT 1 FROM json_each(?) AS known "
            "WHERE NOT EXISTS (SELECT 1 FROM checkpoints AS c WHERE c.thread_id = known.value))",
            (json.dumps(some),),
        ).fetchone()
        return _EVERYTHING if gone else None
