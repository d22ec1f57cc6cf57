"""A copy of one thread, kept before something is done to it that cannot be taken back."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from hitl_desktop.backends.checkpoints.database_file import explain
from hitl_desktop.core.backend import DatabaseError
from hitl_desktop.encryption.marker import marker_of, write_marker

_TABLES: Final = ("checkpoints", "writes")
_NAME_LENGTH: Final = 60


def keep_copy(database: Path, thread_id: str, key_name: str = "") -> Path:
    """Copy all rows of a thread into a database of its own, which LangGraph and this program can open.

    It stands in the folder ``NAME.copies`` beside the database, readable by the user alone, and is on the disk when
    this returns. Encrypted rows stay so: `key_name` is that of their key. Raises `DatabaseError` where it cannot be
    made; then nothing is left of it.
    """
    folder = database.with_name(f"{database.stem}.copies")
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", thread_id)[:_NAME_LENGTH]
    path = folder / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.db"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        if key_name:
            write_marker(path, key_name)
        with closing(sqlite3.connect(path, uri=True)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("ATTACH ? AS source", (f"{database.absolute().as_uri()}?mode=ro",))
            with connection:
                for table in _TABLES:
                    _copy(connection, table, thread_id)
        return path
    except (OSError, sqlite3.Error) as error:
        for made in (path, marker_of(path)):
            with suppress(OSError):
                made.unlink()
        why = explain(error, database) if isinstance(error, sqlite3.Error) else error
        raise DatabaseError(
            f"A copy of the thread could not be kept in {folder} ({why}). Nothing was done to the thread."
        ) from error


def _copy(connection: sqlite3.Connection, table: str, thread_id: str) -> None:
    (statement,) = connection.execute(
        "SELECT sql FROM source.sqlite_master WHERE type = 'table' AND name = ?", (table,)
    ).fetchone()
    connection.execute(statement)
    # In the order in which they were written: what was written later tells a failure from a new question.
    connection.execute(
        f"INSERT INTO main.{table} SELECT * FROM source.{table} WHERE thread_id = ? ORDER BY rowid", (thread_id,)
    )
