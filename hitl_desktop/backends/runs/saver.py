"""LangGraph's saver on a connection that a run can be stopped on at any moment."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import aiosqlite
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver


@asynccontextmanager
async def open_saver(database: Path) -> AsyncIterator[AsyncSqliteSaver]:
    """A saver on a connection of its own; makes the database where there is none. Raises `sqlite3.Error`.

    Durable as LangGraph makes it: write-ahead log, and every commit on the disk (`synchronous=FULL`).
    """
    # What cannot be opened is found out here: aiosqlite's thread outlives a failure to connect for a moment, and
    # then speaks to a loop that may be closed by then.
    await asyncio.to_thread(_look_at, database)
    connection = aiosqlite.connect(database)
    try:
        yield await _to_the_end(_set_up(connection))
    finally:
        await _to_the_end(_close(connection))


@asynccontextmanager
async def borrowed(saver: AsyncSqliteSaver) -> AsyncIterator[AsyncSqliteSaver]:
    """The saver for one run of several that share it."""
    try:
        yield saver
    finally:
        await _to_the_end(_give_back(saver))


def _look_at(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA schema_version").fetchone()


async def _set_up(connection: aiosqlite.Connection) -> AsyncSqliteSaver:
    await connection
    await connection.execute("PRAGMA synchronous=FULL")
    saver = AsyncSqliteSaver(connection)
    await saver.setup()
    return saver


async def _give_back(saver: AsyncSqliteSaver) -> None:
    async with saver.lock:
        await _settle(saver.conn)


async def _close(connection: aiosqlite.Connection) -> None:
    try:
        await _settle(connection)
    finally:
        await connection.close()


async def _settle(connection: aiosqlite.Connection) -> None:
    """End the transaction that a cancelled write left open: until then no other connection can write.

    A closed connection is no better, as SQLite keeps it while anything refers to the statement. The saver writes a
    checkpoint, or the writes of a task, in one statement, so that what is committed here is whole.
    """
    try:
        await connection.commit()
    except sqlite3.Error:
        await connection.rollback()
    except ValueError:  # it was never open
        pass


async def _to_the_end(work: Coroutine[Any, Any, Any]) -> Any:
    """Await work to its end, whoever is cancelled meanwhile: then that is cancelled after it."""
    task = asyncio.ensure_future(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
    return task.result()
