"""Keeps the inbox true: lists threads, reads what is shown, follows what anybody changes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from hitl_desktop.core.backend import BackendError
from hitl_desktop.core.records import RecordsError
from hitl_desktop.core.session import ReviewSession
from hitl_desktop.core.threads import ThreadState, ThreadSummary
from hitl_desktop.ui.held_deliveries import HeldDeliveries
from hitl_desktop.ui.tasks import TaskRunner

_POLL_SECONDS = 0.5
_CHUNK = 100  # threads decoded in one go: about 10 ms of a worker thread


class InboxController(QObject):
    """The only caller of the session's listing. `tried` is set when that was done for the first time.

    Signals:
        listed(list[ThreadSummary]): the whole inbox.
        updated(list[ThreadSummary], list[str]): threads that changed, and ids of those that are gone.
        changed_elsewhere(list[str]): ids whose rows changed in the database, by this process or another.
        unreadable(str): the database cannot be read now, in words; `readable()` when it can again.
        looked(): the database was looked at, and with it the review file; about twice a second.
    """

    listed = Signal(list)
    updated = Signal(list, list)
    changed_elsewhere = Signal(list)
    unreadable = Signal(str)
    readable = Signal()
    looked = Signal()

    def __init__(self, session: ReviewSession, tasks: TaskRunner, held: HeldDeliveries) -> None:
        super().__init__()
        self._held = held
        self._session = session
        self._tasks = tasks
        self._wanted: dict[str, None] = {}
        self.tried = asyncio.Event()
        self._broken = False
        self._reading = False
        self._drafted: frozenset[str] = frozenset()

    def follow(self) -> None:
        """List everything, and then what changes, until the task runner closes."""
        self._tasks.replace("follow the inbox", self._follow())

    def refresh(self) -> None:
        """List everything anew."""
        self._tasks.replace("list the inbox", self._list())

    def read(self, thread_ids: Sequence[str]) -> None:
        """Decode these threads, because they are shown or searched."""
        self._wanted = dict.fromkeys([*thread_ids, *self._wanted])  # the latest wish is what is in view
        if self._wanted and not self._reading:
            self._reading = True
            self._tasks.start("read threads", self._read())

    def reread(self, thread_id: str) -> None:
        """Read one thread anew, because a run of it began or ended here."""
        self.read([thread_id])

    def mark_drafts(self) -> None:
        """Show of the threads on which a draft was begun or has gone that it is so."""
        before, self._drafted = self._drafted, self._session.drafts.threads
        if changed := before ^ self._drafted:
            self.read(list(changed))

    async def _follow(self) -> None:
        await self._list()
        while True:
            self.looked.emit()
            await asyncio.sleep(_POLL_SECONDS)
            try:
                change = await self._session.changes()
            except (BackendError, RecordsError) as error:
                self._report(error)
                continue
            was_broken = self._broken
            self._report(None)
            if was_broken or (change is not None and change.everything):
                await self._list()
            elif change is not None:
                self.read(change.thread_ids)
            if change is None:
                continue
            self.changed_elsewhere.emit(list(change.thread_ids))

    async def _list(self) -> None:
        try:
            threads = await self._session.threads()
            self._drafted = await self._session.drafts.look()
        except BackendError as error:
            self._report(error)
            return
        finally:
            self.tried.set()
        self._report(None)
        plain = not self._held.deliveries and not self._drafted
        self.listed.emit(threads if plain else [self._as_here(thread) for thread in threads])
        # What is shown is decoded first (`rows_shown` of the pane); the rest follows when that is done, so
        # that counts by state are exact a moment later.
        await asyncio.sleep(_POLL_SECONDS / 2)
        self.read([thread.thread_id for thread in threads if not thread.read])

    async def _read(self) -> None:
        try:
            while self._wanted:
                chunk = list(self._wanted)[:_CHUNK]
                for thread_id in chunk:
                    del self._wanted[thread_id]
                found = await self._session.read_threads(chunk)
                there = {thread.thread_id for thread in found}
                self.updated.emit(
                    [self._as_here(each) for each in found],
                    [thread_id for thread_id in chunk if thread_id not in there],
                )
        except BackendError as error:
            self._report(error)
        finally:
            self._reading = False

    def _as_here(self, thread: ThreadSummary) -> ThreadSummary:
        """A thread whose decision is held does not wait for the reviewer any more, unless it is taken back."""
        if thread.thread_id in self._drafted:
            thread = replace(thread, has_draft=True)
        if thread.state.waits and self._held.holds(thread.thread_id):
            return replace(thread, state=ThreadState.RUNNING, asks="Decided, sent in a moment")
        return thread

    def _report(self, error: Exception | None) -> None:
        if error is not None:
            self._broken = True
            self.unreadable.emit(str(error))
        elif self._broken:
            self._broken = False
            self.readable.emit()
