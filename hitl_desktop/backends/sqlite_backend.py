"""LangGraph on SQLite: threads of one checkpoint database, graphs of one project."""

from __future__ import annotations

import asyncio
import importlib
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hitl_desktop.backends.checkpoints.reader import CheckpointReader, DatabaseMissingError
from hitl_desktop.core.backend import (
    DatabaseError,
    GraphUnavailableError,
    InboxChange,
    NewRun,
    Resumption,
    Run,
    RunsOn,
)
from hitl_desktop.core.graphs import Project
from hitl_desktop.core.threads import ThreadDetail, ThreadSummary

if TYPE_CHECKING:  # LangGraph takes most of a second to import: `load_project` does it, in a thread
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    from hitl_desktop.backends.project.loader import LoadedProject


class SqliteBackend:
    """See `core.backend.Backend`. A database that is not there yet is an empty one, made by the first run."""

    def __init__(self, database: Path, project: Path, *, read_only: bool = False) -> None:
        self.database = database
        self._folder = project
        self._read_only = read_only
        self._reader = CheckpointReader(database)
        self._opened = False
        self._project: LoadedProject | None = None
        self._saver: AsyncSqliteSaver | None = None
        self._opening = asyncio.Lock()
        self._resources = AsyncExitStack()

    @property
    def read_only(self) -> bool:
        """Whether threads can be looked at only: asked for, or the file cannot be written."""
        return self._read_only

    async def open(self) -> None:
        """Open the database for reading; raises `DatabaseError`."""
        try:
            await asyncio.to_thread(self._reader.open)
            self._opened = True
        except DatabaseMissingError:
            if self._read_only:
                raise
        place = self.database if self._opened else self.database.parent
        self._read_only = self._read_only or not os.access(place, os.W_OK)

    async def threads(self) -> list[ThreadSummary]:
        """All threads, unread."""
        return await asyncio.to_thread(self._reader.threads) if await self._is_open() else []

    async def read_threads(self, thread_ids: Sequence[str]) -> list[ThreadSummary]:
        """These threads, decoded."""
        return await asyncio.to_thread(self._reader.read_threads, thread_ids) if await self._is_open() else []

    async def thread(self, thread_id: str) -> ThreadDetail | None:
        """One thread whole, read without graph code."""
        return await asyncio.to_thread(self._reader.thread, thread_id) if await self._is_open() else None

    async def changes(self) -> InboxChange | None:
        """What changed since the last call."""
        was_open = self._opened
        if not await self._is_open():
            return None
        return await asyncio.to_thread(self._reader.changes) if was_open else InboxChange((), everything=True)

    async def _is_open(self) -> bool:
        """Whether there is a database by now: a run of this or another program may have made it."""
        if not self._opened and self.database.exists():
            await self.open()
        return self._opened

    async def load_project(self, progress: Callable[[str], None]) -> Project:
        """Import LangGraph and the project's graphs in a thread."""
        loop = asyncio.get_running_loop()
        progress("Loading LangGraph")

        def tell(words: str) -> None:
            loop.call_soon_threadsafe(progress, words)

        self._project = await asyncio.to_thread(_load, self._folder, tell)
        return replace(self._project.info, notes=self._project.notes)

    def new_run(self, work: NewRun | Resumption, context: Mapping[str, Any], where: RunsOn = "loop") -> Run:
        """A run of one of the project's graphs."""
        if self._read_only:
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
        from hitl_desktop.backends.runs.saver import open_saver
        from hitl_desktop.backends.runs.worker_thread_run import WorkerThreadRun

        offered = {name: value for name, value in context.items() if name in info.context_fields}
        if where == "thread":
            return WorkerThreadRun(GraphRun(graph, partial(open_saver, self.database), self.database, work, offered))
        return GraphRun(graph, self._shared_saver, self.database, work, offered)

    @asynccontextmanager
    async def _shared_saver(self) -> AsyncIterator[AsyncSqliteSaver]:
        """The saver of all runs on the window's loop, opened by the first of them."""
        from hitl_desktop.backends.runs.saver import borrowed, open_saver

        async with self._opening:
            if self._saver is None:
                self._saver = await self._resources.enter_async_context(open_saver(self.database))
        async with borrowed(self._saver) as saver:
            yield saver

    async def close(self) -> None:
        """Close the readers' and the runs' connections."""
        self._saver = None
        await self._resources.aclose()
        await asyncio.to_thread(self._reader.close)
        self._opened = False


def _load(folder: Path, progress: Callable[[str], None]) -> LoadedProject:
    from hitl_desktop.backends.project.loader import load_project

    importlib.import_module("hitl_desktop.core.validation")
    importlib.import_module("hitl_desktop.backends.runs.saver")
    importlib.import_module("hitl_desktop.backends.runs.graph_run")  # what the first run needs, off the loop's thread
    return load_project(folder, progress)
