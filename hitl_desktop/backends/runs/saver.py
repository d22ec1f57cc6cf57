"""LangGraph's saver on a connection that a run can be stopped on at any moment."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from hitl_desktop.backends.runs.secret_values import without_secrets
from hitl_desktop.encryption.cipher import Cipher


@asynccontextmanager
async def open_saver(database: Path, cipher: Cipher | None = None) -> AsyncIterator[AsyncSqliteSaver]:
    """A saver on a connection of its own; makes the database where there is none. Raises `sqlite3.Error`.

    Durable as LangGraph makes it: write-ahead log, and every commit on the disk (`synchronous=FULL`). With a cipher
    it encrypts what it writes, and reads encrypted rows and plain ones, both strictly.
    """
    # What cannot be opened is found out here: aiosqlite's thread outlives a failure to connect for a moment, and
    # then speaks to a loop that may be closed by then.
    await asyncio.to_thread(_make_ready, database)
    connection = aiosqlite.connect(database, factory=_SettledConnection)
    saver = _DiscreetSaver(connection, serde=_encrypting(cipher) if cipher is not None else None)
    try:
        await _to_the_end(_set_up(saver))
        yield saver
    finally:
        await _to_the_end(_close(saver))


@asynccontextmanager
async def borrowed(saver: AsyncSqliteSaver) -> AsyncIterator[AsyncSqliteSaver]:
    """The saver for one run of several that share it."""
    try:
        yield saver
    finally:
        await _to_the_end(_give_back(saver))


async def put_log_into_file(saver: AsyncSqliteSaver) -> None:
    """Put what only the write-ahead log holds into the file that is open, wherever it is by now, and empty the log.

    SQLite does not when it closes a file that was moved, and reads a log that stays into what is put in its place.
    """
    async with _last_writes_done(saver):
        with suppress(sqlite3.Error):
            await saver.conn.execute("PRAGMA busy_timeout=0")
            await saver.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


_making_ready = threading.Lock()


def _make_ready(database: Path) -> None:
    """Open the database once, and turn its write-ahead log on, as LangGraph does.

    One run at a time: SQLite refuses the second of two that turn it on at once, instead of having it wait. A file that
    is made here can be read by its user alone, and so can the log beside it, as SQLite gives it the same permissions.
    """
    with _making_ready:
        with suppress(OSError):  # what is wrong with the place is said by SQLite, in words of its own
            os.close(os.open(database, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA journal_mode=WAL").fetchone()


def _encrypting(cipher: Cipher) -> EncryptedSerializer:
    return EncryptedSerializer.from_pycryptodome_aes(serde=JsonPlusSerializer(), key=cipher.key)


class _DiscreetSaver(AsyncSqliteSaver):
    """Writes no keys and passwords of a run's config into its checkpoints."""

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        return await super().aput(without_secrets(config), checkpoint, metadata, new_versions)


class _SettledConnection(sqlite3.Connection):
    """Ends the transaction that a cancelled write left open, before it closes.

    Until then no other connection can write. Closing alone is no better, as SQLite keeps a connection while anything
    refers to one of its statements. The saver writes a checkpoint, or the writes of a task, in one statement, so
    that what is committed here is whole.
    """

    def close(self) -> None:
        try:
            self.commit()
        except sqlite3.ProgrammingError:  # closed already
            pass
        except sqlite3.Error:
            self.rollback()
        finally:
            super().close()


async def _set_up(saver: AsyncSqliteSaver) -> None:
    await saver.conn
    await saver.conn.execute("PRAGMA synchronous=FULL")
    await saver.setup()


async def _give_back(saver: AsyncSqliteSaver) -> None:
    async with _last_writes_done(saver):
        try:
            await saver.conn.commit()
        except sqlite3.Error:
            await saver.conn.rollback()


async def _close(saver: AsyncSqliteSaver) -> None:
    async with _last_writes_done(saver):
        await saver.conn.close()


@asynccontextmanager
async def _last_writes_done(saver: AsyncSqliteSaver) -> AsyncIterator[None]:
    """The saver to oneself.

    A node that ends while its run is cancelled has its result written by a task that LangGraph does not wait for
    (`AsyncBackgroundExecutor.__aexit__` waits for those of the moment when it began to). It starts in the turn of
    the loop in which the run ends, and then holds the saver's lock: let it, or the node would run again.
    """
    await asyncio.sleep(0)
    async with saver.lock:
        yield


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
