"""LangGraph on SQLite: threads of one checkpoint database, graphs of one project."""

from __future__ import annotations

import asyncio
import importlib
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hitl_desktop.backends.checkpoints.database_file import FileIdentity, identify
from hitl_desktop.backends.checkpoints.reader import CheckpointReader, DatabaseMissingError
from hitl_desktop.backends.checkpoints.thread_copy import keep_copy
from hitl_desktop.core.backend import (
    DatabaseError,
    GraphUnavailableError,
    InboxChange,
    NewRun,
    ProjectNotTrustedError,
    Resumption,
    Run,
    RunsOn,
)
from hitl_desktop.core.graphs import Project
from hitl_desktop.core.run_model import gets_model
from hitl_desktop.core.threads import ThreadDetail, ThreadSummary
from hitl_desktop.core.trust import ProjectReach
from hitl_desktop.encryption.cipher import Cipher
from hitl_desktop.encryption.protection import Protection

if TYPE_CHECKING:  # LangGraph takes most of a second to import: `load_project` does it, in a thread
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    from hitl_desktop.backends.project.loader import LoadedProject


_KEPT = "Nothing was sent; what you entered is kept."


class SqliteBackend:
    """See `core.backend.Backend`. A database that is not there yet is an empty one, made by the first run.

    `permits` says whether a project may run its code; `protection` whether the database is encrypted, and with what.
    """

    def __init__(
        self,
        database: Path,
        project: Path,
        *,
        read_only: bool = False,
        permits: Callable[[ProjectReach], bool] = lambda _: True,
        protection: Protection | None = None,
    ) -> None:
        self.database = database
        self._folder = project
        self._read_only = read_only
        self._permits = permits
        self._cannot_write = False
        self._protection = protection or Protection(database)
        self._reader = CheckpointReader(database, self._protection)
        self._opened = False
        self._project: LoadedProject | None = None
        self._saver: AsyncSqliteSaver | None = None
        self._saver_file: FileIdentity | None = None
        self._saver_log: FileIdentity | None = None
        self._saver_cipher: Cipher | None = None
        self._saver_in_use = 0
        self._saver_resources = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._resources = AsyncExitStack()

    @property
    def read_only(self) -> bool:
        """Whether threads can be looked at only: asked for, the file cannot be written as of the last look, or its key
        is not there.
        """
        return self._read_only or self._cannot_write or bool(self._protection.problem)

    async def open(self) -> None:
        """Open the database for reading; raises `DatabaseError`, also where there is none and none can be made."""
        try:
            await asyncio.to_thread(self._reader.open)
            self._opened = True
        except DatabaseMissingError as missing:
            if self._read_only:
                raise
            if not os.access(self.database.parent, os.W_OK):
                raise DatabaseError(
                    f"{missing} Nor can one be made: the folder cannot be written. Choose another file."
                ) from missing
        await asyncio.to_thread(self._reader.look_at_protection)
        self._cannot_write = await asyncio.to_thread(self._is_protected)

    async def threads(self) -> list[ThreadSummary]:
        """All threads, unread."""
        return await asyncio.to_thread(self._reader.threads) if await self._is_open() else []

    async def read_threads(self, thread_ids: Sequence[str]) -> list[ThreadSummary]:
        """These threads, decoded."""
        return await asyncio.to_thread(self._reader.read_threads, thread_ids) if await self._is_open() else []

    async def thread(self, thread_id: str) -> ThreadDetail | None:
        """One thread whole, read without graph code."""
        return await asyncio.to_thread(self._reader.thread, thread_id) if await self._is_open() else None

    async def was_delivered(self, thread_id: str, delivery: str) -> bool:
        """Whether the thread went on with the delivery of this key."""
        return await self._is_open() and await asyncio.to_thread(self._reader.was_delivered, thread_id, delivery)

    async def changes(self) -> InboxChange | None:
        """What changed since the last call."""
        was_open = self._opened
        self._cannot_write = await asyncio.to_thread(self._is_protected)
        if not await self._is_open():
            return None
        return await asyncio.to_thread(self._reader.changes) if was_open else InboxChange((), everything=True)

    async def _is_open(self) -> bool:
        """Whether there is a database by now: a run of this or another program may have made it.

        Raises `DatabaseError` where there can be none, as its folder is missing or cannot be written.
        """
        await self._put_log_back()
        if not self._opened and (self.database.exists() or not os.access(self.database.parent, os.W_OK)):
            await self.open()
        return self._opened

    async def load_project(self, progress: Callable[[str], None]) -> Project:
        """Import LangGraph and the project's graphs in a thread."""
        loop = asyncio.get_running_loop()
        progress("Loading LangGraph")
        awaited = True

        def say(words: str) -> None:
            if awaited:  # else whom it would be told may be gone: the thread goes on after a cancellation
                progress(words)

        def tell(words: str) -> None:
            loop.call_soon_threadsafe(say, words)

        try:
            self._project = await asyncio.to_thread(_load, self._folder, tell, self._permits)
        except ProjectNotTrustedError:
            self._project = None
            raise
        finally:
            awaited = False
        return replace(self._project.info, notes=self._project.notes)

    async def keep_copy(self, thread_id: str) -> str:
        """Keep a copy of a thread in a file of its own."""
        cipher = self._protection.cipher
        return str(await asyncio.to_thread(keep_copy, self.database, thread_id, cipher.name if cipher else ""))

    async def must_be_usable(self) -> None:
        """Raise `DatabaseError` where nothing can be run in this file."""
        await asyncio.to_thread(self._must_be_langgraphs)

    def new_run(self, work: NewRun | Resumption, context: Mapping[str, Any], where: RunsOn = "loop") -> Run:
        """A run of one of the project's graphs."""
        if self._protection.problem:
            raise DatabaseError(f"{self._protection.problem} {_KEPT}")
        if self.read_only:
            raise DatabaseError(f"{self.database} is open for reading only, so nothing can be run.")
        graph = self._project.graphs.get(work.graph) if self._project else None
        info = self._project.info.graph(work.graph) if self._project else None
        if graph is None or info is None:
            raise GraphUnavailableError(
                f"The graph “{work.graph}” is not loaded, so its threads can be read but not run. "
                "Open the project that it belongs to."
            )
        # Imported here, when `load_project` has imported LangGraph off the loop's thread.
        from hitl_desktop.backends.runs.graph_run import GraphRun
        from hitl_desktop.backends.runs.worker_thread_run import WorkerThreadRun

        offered = {name: value for name, value in context.items() if name in info.context_fields}
        saver = self._own_saver if where == "thread" else self._shared_saver
        names_model = not gets_model(info)
        run = GraphRun(graph, saver, self.database, work, offered, self._protection, names_model=names_model)
        return WorkerThreadRun(run) if where == "thread" else run

    @asynccontextmanager
    async def _shared_saver(self) -> AsyncIterator[AsyncSqliteSaver]:
        """The saver of all runs on the window's loop, opened by the first of them."""
        from hitl_desktop.backends.runs.saver import borrowed, open_saver

        await self._put_log_back()
        await asyncio.to_thread(self._must_be_langgraphs)
        async with self._opening:
            cipher = self._protection.cipher
            if self._saver is None or self._saver_file != self._file() or self._saver_cipher is not cipher:
                # What was put in the file's place gets a saver of its own; the other one, which may still be at
                # work for an earlier run, is closed in the end.
                self._saver_resources = AsyncExitStack()
                self._resources.push_async_callback(self._saver_resources.aclose)
                self._saver = await self._saver_resources.enter_async_context(open_saver(self.database, cipher))
                self._saver_file, self._saver_log, self._saver_cipher = self._file(), self._log(), cipher
            saver = self._saver
            self._saver_in_use += 1
        try:
            async with borrowed(saver):
                yield saver
        finally:
            self._saver_in_use -= 1

    async def _put_log_back(self) -> None:
        """Close the runs' connection where its file was moved or replaced, or its write-ahead log deleted.

        That connection still has the log, and nobody else: new ones only get errors, or the state before it. The log
        is put into the file that it belongs to, and emptied; the next run opens another.
        """
        async with self._opening:
            if self._saver is None or self._saver_in_use:
                return
            moved = self._saver_file != await asyncio.to_thread(self._file)
            if not moved and not await asyncio.to_thread(self._has_lost_log):
                return
            from hitl_desktop.backends.runs.saver import put_log_into_file

            saver, self._saver = self._saver, None
            await asyncio.to_thread(self._reader.close)
            if moved:
                await put_log_into_file(saver)
            await self._saver_resources.aclose()

    @asynccontextmanager
    async def _own_saver(self) -> AsyncIterator[AsyncSqliteSaver]:
        """A saver for one run alone, on the loop that it is opened on."""
        from hitl_desktop.backends.runs.saver import open_saver

        await asyncio.to_thread(self._must_be_langgraphs)
        async with open_saver(self.database, self._protection.cipher) as saver:
            yield saver

    def _must_be_langgraphs(self) -> None:
        """Raise `DatabaseError` unless this is LangGraph's database, or none yet, and its key is there if it has one.

        LangGraph's saver asks nothing: it makes its tables in any SQLite file, and a new file in place of one that
        was moved away.
        """
        try:
            self._reader.open()
        except DatabaseMissingError:
            if self._opened:
                raise DatabaseError(
                    f"{self.database} is not there any more: it was moved or deleted. {_KEPT} "
                    "Put it back, or open another one."
                ) from None
        except DatabaseError as error:
            raise DatabaseError(f"{error} {_KEPT}") from error
        self._reader.look_at_protection()
        if self._protection.problem:
            raise DatabaseError(f"{self._protection.problem} {_KEPT}")

    def _is_protected(self) -> bool:
        """Whether the file may not be written, or none be made in its folder."""
        place = self.database if self._opened else self.database.parent
        return os.path.exists(place) and not os.access(place, os.W_OK)

    def _file(self) -> FileIdentity | None:
        try:
            return identify(self.database)
        except DatabaseError:
            return None

    def _has_lost_log(self) -> bool:
        """Whether the runs' connection is to the file that stands here, and to another log than the one beside it."""
        self._saver_log = self._saver_log or self._log()
        return self._saver_file == self._file() and self._saver_log != self._log()

    def _log(self) -> FileIdentity | None:
        """Which file the write-ahead log is; None without one. It is there for as long as a connection is open."""
        try:
            found = self.database.with_name(f"{self.database.name}-wal").stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    async def close(self) -> None:
        """Close the readers' and the runs' connections."""
        self._saver = self._saver_file = None
        # The runs' connection last: only one that may write puts the log into the file and takes it away.
        await asyncio.to_thread(self._reader.close)
        await self._resources.aclose()
        self._opened = False


def _load(folder: Path, progress: Callable[[str], None], permits: Callable[[ProjectReach], bool]) -> LoadedProject:
    from hitl_desktop.backends.project.loader import load_project

    importlib.import_module("hitl_desktop.core.validation")
    importlib.import_module("hitl_desktop.backends.runs.saver")
    importlib.import_module("hitl_desktop.backends.runs.graph_run")  # what the first run needs, off the loop's thread
    return load_project(folder, progress, permits)
