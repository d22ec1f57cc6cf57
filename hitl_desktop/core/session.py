"""The review loop: list, open, decide, deliver, go on. Without a window, so that it can be driven by anything."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from hitl_desktop.core.backend import (
    Backend,
    BackendError,
    HowToGoOn,
    InboxChange,
    NewRun,
    ProjectNotTrustedError,
    Resumption,
    Run,
    RunsOn,
    ThreadBusyError,
)
from hitl_desktop.core.decisions import Decision
from hitl_desktop.core.draft_keeping import DraftKeeping
from hitl_desktop.core.events import NodeFailed, NodeFinished, NodeStarted, RunEnded, RunEvent, StopReason
from hitl_desktop.core.graphs import Project
from hitl_desktop.core.journal import EntryKind, JournalEntry, WrittenEntry
from hitl_desktop.core.outcomes import what_became
from hitl_desktop.core.record_keeping import RecordKeeper
from hitl_desktop.core.records import Records, RecordsError, RunStop
from hitl_desktop.core.review import (
    Delivery,
    Review,
    as_it_stands,
    going_on,
    prepare,
    review,
)
from hitl_desktop.core.threads import ThreadState, ThreadSummary
from hitl_desktop.core.ways_to_read import with_remembered_shapes

_KINDS = {HowToGoOn.RETRY: EntryKind.RETRY, HowToGoOn.ASK_AGAIN: EntryKind.ASK_AGAIN}

Emit: TypeAlias = Callable[[str, RunEvent], None]
"""Receives the thread's id and the event."""


async def _is_ready(graph: str) -> None:
    """Nothing is to be got ready."""


@dataclass(slots=True)
class ActiveRun:
    """A run that is under way: what it was begun with, and the nodes that run now, by task id."""

    run: Run
    what: str
    nodes: dict[str, str] = field(default_factory=dict)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class ReviewSession:
    """One database, one project, the runs of this process. One run a thread at a time.

    `context` gives what a graph may read as its runtime context on a thread (the model); `runs_on` where a graph's
    nodes are awaited. `get_ready` is awaited with the name of the graph before each run of it.
    """

    def __init__(
        self,
        backend: Backend,
        records: Records,
        context: Callable[[str, str], Mapping[str, Any]] = lambda graph, thread_id: {},
        runs_on: Callable[[str], RunsOn] = lambda graph: "loop",
        get_ready: Callable[[str], Awaitable[None]] = _is_ready,
    ) -> None:
        self._backend = backend
        self._keeper = RecordKeeper(records)
        self._context = context
        self._runs_on = runs_on
        self._get_ready = get_ready
        self._chosen: dict[str, str] = {}
        self.project = Project("")
        self.active: dict[str, ActiveRun] = {}
        self.drafts = DraftKeeping(records)

    @property
    def read_only(self) -> bool:
        """Whether threads can be looked at only."""
        return self._backend.read_only

    @property
    def records_problems(self) -> tuple[str, ...]:
        """What is wrong with the review file now, in words: what failed since it last could be read, and be written."""
        return (*self._keeper.problems, *self.drafts.problems)

    @property
    def undelivered(self) -> Collection[str]:
        """The threads on which something was decided that was not delivered."""
        return self._keeper.undelivered.keys() - self.active.keys() - self._keeper.elsewhere.keys()

    async def open(self) -> None:
        """Open the database and the review file; raises `BackendError` or `RecordsError`."""
        await self._backend.open()
        await self._keeper.open()

    async def load_project(self, progress: Callable[[str], None] = lambda _: None) -> Project:
        """Load the graphs; until then threads can only be looked at. Raises `ThreadBusyError` while one runs.

        Raises `ProjectNotTrustedError`: then `project` has no graphs, and an error that says why.
        """
        if self.active:
            raise ThreadBusyError("The graphs cannot be loaded anew while a run is under way.")
        try:
            self.project = await self._backend.load_project(progress)
        except ProjectNotTrustedError as refused:
            self.project = Project(refused.reach.folder, error=str(refused))
            raise
        return self.project

    async def threads(self) -> list[ThreadSummary]:
        """The whole inbox, unread, with what this process knows of runs."""
        # Of the others nothing is to be said, in 10,000 threads or more.
        known = self._keeper.stops.keys() | self._keeper.elsewhere.keys() | self.active.keys()
        return [
            self._known(summary) if summary.read or summary.thread_id in known else summary
            for summary in await self._backend.threads()
        ]

    async def read_threads(self, thread_ids: Sequence[str]) -> list[ThreadSummary]:
        """These threads with their titles, questions and exact states."""
        return [self._known(summary) for summary in await self._backend.read_threads(thread_ids)]

    async def changes(self) -> InboxChange | None:
        """What changed in the database since the last call; everything where the review file can be read again."""
        change, failed = await self._backend.changes(), self._keeper.cannot_be_read
        if await self._keeper.look_elsewhere():
            change = change or InboxChange((), everything=True)
        if change is not None or failed:  # another window of this program may have written a stop
            with suppress(RecordsError):  # what is known of stops stays, and the change is not lost
                await self._keeper.refresh()
                change = InboxChange((), everything=True) if failed else change
        return change

    async def open_thread(self, thread_id: str) -> Review | None:
        """One thread to review, or None where it is gone. Runs nothing and changes nothing."""
        detail = await self._backend.thread(thread_id)
        if detail is None:
            return None
        opened = review(detail, self.project, self._keeper.stops.get(thread_id), self._chosen.get(thread_id))
        opened = with_remembered_shapes(opened, self._keeper.shapes)
        if thread_id in self._keeper.elsewhere:  # as of the last look, which may be half a second ago
            await self._keeper.look_elsewhere()
        if thread_id not in self.active and thread_id not in self._keeper.elsewhere:
            return (
                opened if self.read_only else await self._keeper.with_undelivered(opened, self._backend.was_delivered)
            )
        running = replace(opened.detail.summary, state=ThreadState.RUNNING)
        runs_elsewhere = self._keeper.elsewhere.get(thread_id)
        return replace(
            opened, detail=replace(opened.detail, summary=running), requests=(), runs_elsewhere=runs_elsewhere
        )

    def choose_graph(self, thread_id: str, graph: str) -> None:
        """Say which graph a thread belongs to whose checkpoints do not name one."""
        self._chosen[thread_id] = graph

    def prepare(self, thread: Review, decisions: Mapping[str, Sequence[Decision]]) -> Delivery:
        """Check decisions and make them ready; raises `InvalidAnswerError`, `ValueError` or `ThreadBusyError`."""
        self._must_be_free(thread.thread_id)
        if thread.graph is None and not self.project.folder:
            raise ValueError("The graphs are being loaded still. Nothing was sent; decide again in a moment.")
        return prepare(thread, decisions)

    async def start(self, graph: str, value: Any, title: str, emit: Emit, thread_id: str | None = None) -> RunEnded:
        """Run a new thread of a graph with this input, to its first stop. Raises `BackendError` where it cannot be."""
        new = NewRun(thread_id or str(uuid.uuid4()), graph, value, title)
        async with self._holding(new, "Started") as active:
            return await self._run(active, emit)

    async def deliver(self, delivery: Delivery, emit: Emit) -> RunEnded:
        """Send decisions and run to the next stop. They are on the disk before LangGraph hears of them.

        Raises `StaleThreadError`, `ThreadBusyError`, `RecordsError` and other `BackendError`s when nothing was sent.
        """
        key = await self._keeper.key_for(delivery)
        resumption = replace(delivery.resumption, delivery=key)
        async with self._holding(resumption, delivery.words) as active:
            numbers = await self._keeper.write_decisions(delivery, key)
            return await self._send(active, resumption, numbers, emit)

    async def discard_undelivered(self, thread_id: str, reason: str = "Discarded by the reviewer") -> None:
        """Give up what was decided and not delivered, with a word on why in the journal."""
        await self._keeper.discard(thread_id, reason)

    async def go_on(self, thread: Review, how: HowToGoOn, words: str, emit: Emit) -> RunEnded:
        """Retry, go on or ask again; raises as `deliver` does. What goes on with a delivery has the key of that."""
        known = await self._keeper.delivery_under_way(thread.detail) if how is HowToGoOn.RETRY else ""
        resumption = replace(going_on(thread, how, words), delivery=known or uuid.uuid4().hex)
        async with self._holding(resumption, words) as active:
            # Asking again drops the answer that the node has, for good.
            copy = await self._backend.keep_copy(thread.thread_id) if how is HowToGoOn.ASK_AGAIN else ""
            entry = JournalEntry(
                _KINDS.get(how, EntryKind.CONTINUE),
                thread.thread_id,
                resumption.graph,
                " and ".join(thread.detail.summary.next_nodes),
                resumption.checkpoint_id,
                reason=f"{words}. A copy is in {copy}" if copy else words,
                delivery=resumption.delivery,
            )
            numbers = await self._keeper.write((entry,))
            return await self._send(active, resumption, numbers, emit)

    async def note_trust(self, words: str) -> None:
        """Keep in the journal that a project may run its code, or may not any more."""
        await self._keeper.note(JournalEntry(EntryKind.TRUST, outcome=words))

    async def entries(self, thread_id: str | None, before: int | None, most: int) -> Sequence[WrittenEntry]:
        """The newest entries of the journal first: of a thread or of all; raises `RecordsError`."""
        return await self._keeper.entries(thread_id, before, most)

    async def stop_all(self) -> None:
        """Stop every run and wait until all have ended, and what became of them is on the disk."""
        running = list(self.active.values())
        for active in running:
            active.run.stop()
        await asyncio.gather(*(active.ended.wait() for active in running))

    async def close(self) -> None:
        """Close the database and the review file, after the runs."""
        await self._backend.close()
        await self.drafts.save()
        await self._keeper.close()

    @asynccontextmanager
    async def _holding(self, work: NewRun | Resumption, what: str) -> AsyncIterator[ActiveRun]:
        """Keep the thread to one run, from before its decisions are written until its outcome is."""
        thread_id = work.thread_id
        self._must_be_free(thread_id)
        await self._get_ready(work.graph)
        self._must_be_free(thread_id)  # it may have taken a while
        run = self._backend.new_run(work, self._context(work.graph, thread_id), self._runs_on(work.graph))
        active = self.active[thread_id] = ActiveRun(run, what)
        try:
            await self._backend.must_be_usable()  # before anything is written beside a file that is not LangGraph's
            async with self._keeper.holding(thread_id, work.graph, what):
                yield active
        finally:
            del self.active[thread_id]
            active.ended.set()

    async def _send(self, active: ActiveRun, resumption: Resumption, numbers: tuple[int, ...], emit: Emit) -> RunEnded:
        """Run, and note what became of the entries of these numbers."""
        entry = JournalEntry(
            EntryKind.DELIVERY,
            resumption.thread_id,
            resumption.graph,
            checkpoint_id=resumption.checkpoint_id,
            delivery=resumption.delivery,
            about=numbers,
        )
        try:
            ended = await self._run(active, emit)
        except BaseException as error:
            became = f"not sent: {error}" if isinstance(error, BackendError) else f"not known: {error!r}"
            await self._keeper.note(replace(entry, outcome=became))
            raise
        became = await what_became(self._backend, resumption, ended)
        kind = EntryKind.FAILURE if ended.reason is StopReason.FAILED else EntryKind.DELIVERY
        await self._keeper.note(replace(entry, kind=kind, outcome=became, reason=ended.message))
        return ended

    async def _run(self, active: ActiveRun, emit: Emit) -> RunEnded:
        thread_id = active.run.thread_id

        def heard(event: RunEvent) -> None:
            match event:
                case NodeStarted(node, task_id):
                    active.nodes[task_id] = node
                case NodeFinished(_, task_id) | NodeFailed(_, task_id):
                    active.nodes.pop(task_id, None)
            emit(thread_id, event)

        ended = await active.run.run(heard)
        await self._keeper.keep_stop(RunStop.of(thread_id, ended))
        return ended

    def _must_be_free(self, thread_id: str) -> None:
        if thread_id in self.active:
            raise ThreadBusyError("This thread is running already. Nothing was sent; wait for it, or stop it first.")

    def _known(self, summary: ThreadSummary) -> ThreadSummary:
        """The summary with what its rows cannot say."""
        id_ = summary.thread_id
        if id_ in self.active or id_ in self._keeper.elsewhere:
            return replace(summary, state=ThreadState.RUNNING)
        return as_it_stands(summary, self._keeper.stops.get(id_), self.project, self._chosen.get(id_))
