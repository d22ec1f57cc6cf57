"""One run of a graph on the loop that awaits it."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from langchain_core.runnables import RunnableConfig
from langgraph.callbacks import GraphCallbackHandler, GraphInterruptEvent
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.errors import GraphDrained, UnknownInterruptError
from langgraph.pregel import Pregel
from langgraph.runtime import RunControl
from langgraph.types import Command

from hitl_desktop.backends.project.loader import LoadedGraph
from hitl_desktop.backends.runs.exits import create_run_task
from hitl_desktop.backends.runs.failures import explain, not_begun, unsent
from hitl_desktop.backends.runs.model_trouble import model_trouble
from hitl_desktop.backends.runs.safe_to_send import FileWatch, ids_must_follow, must_be_writable
from hitl_desktop.backends.runs.state_update import change_state, end_thread
from hitl_desktop.backends.runs.stream_events import STREAM_MODES, StreamReader
from hitl_desktop.backends.runs.thread_head import ThreadHead, newest_checkpoint, read_head
from hitl_desktop.core.backend import BackendError, DatabaseError, HowToGoOn, NewRun, Resumption, StaleThreadError
from hitl_desktop.core.events import RunEnded, RunEvent, RunStarted, StopReason
from hitl_desktop.encryption.protection import Protection

Emit: TypeAlias = Callable[[RunEvent], None]
OpenSaver: TypeAlias = Callable[[], AbstractAsyncContextManager[AsyncSqliteSaver]]


class GraphRun:
    """Runs a graph for a new input or a resumption; see `core.backend.Run`.

    `names_model` says that the graph is not given the model of this program, so that the words of a failure fit.
    """

    def __init__(
        self,
        graph: LoadedGraph,
        open_saver: OpenSaver,
        database: Path,
        work: NewRun | Resumption,
        context: Mapping[str, Any],
        protection: Protection | None = None,
        *,
        names_model: bool = False,
    ) -> None:
        self.thread_id = work.thread_id
        self.graph = work.graph
        self._loaded = graph
        self._open_saver = open_saver
        self._database = database
        self._work = work
        self._context = context
        self._protection = protection
        self._names_model = names_model
        self._control = RunControl()
        self._reader = StreamReader()
        self._breakpoints = _BreakpointListener()
        self._stream: asyncio.Task[None] | None = None
        self._stopped = False
        self._sent = False
        self._began = False
        self._nothing_left = False
        self._watch: FileWatch | None = None

    def pause(self) -> None:
        """Ask LangGraph to stop at the next step boundary, where it saves a checkpoint."""
        self._control.request_drain("reviewer")

    def stop(self) -> None:
        """Cancel the nodes that run. A node in an executor thread cannot be cut; its result is dropped."""
        self._stopped = True
        if self._stream is not None:
            self._stream.cancel()

    async def run(self, emit: Emit) -> RunEnded:
        """Run to the end; see `core.backend.Run.run`."""
        self._stream = create_run_task(self._run(emit), name=f"run {self.thread_id}")
        if self._stopped:
            self._stream.cancel()
        try:
            await asyncio.wait({self._stream})
        except asyncio.CancelledError:
            self._stream.cancel()
            await asyncio.wait({self._stream})
            raise
        ended = await self._ended()
        if self._watch is not None and await asyncio.to_thread(self._watch.has_changed):
            ended = replace(ended, reason=StopReason.FAILED, message=self._watch.lost())
        self._begin(emit)
        emit(ended)
        return ended

    async def _run(self, emit: Emit) -> None:
        config, context = self._config(), self._context or None
        if isinstance(self._work, Resumption):  # before a saver makes its tables in what may be another file by now
            newest = await asyncio.to_thread(newest_checkpoint, self._database, self.thread_id)
            _must_stand_at(newest, self._work)
        async with self._open_saver() as saver, self._loaded.open(saver, config, context=context) as graph:
            self._watch = await asyncio.to_thread(FileWatch, self._database)
            if isinstance(self._work, Resumption):
                await must_be_writable(saver)
            source = await self._source(graph, config)
            self._sent = True
            if isinstance(self._work, Resumption) and self._work.how is HowToGoOn.END:
                return
            stream = graph.astream(
                source,
                self._config_for(source),
                context=context,
                stream_mode=STREAM_MODES,
                subgraphs=True,
                version="v2",
                durability="sync",
                control=self._control,
            )
            async for part in stream:
                self._begin(emit)
                for event in self._reader.read(part):
                    emit(event)
            if self._breakpoints.status == "interrupt_after":  # which it also is after the last node
                self._nothing_left = not (await graph.aget_state(config)).next

    def _begin(self, emit: Emit) -> None:
        """Say once that the run began: when LangGraph has accepted what was sent, which it may refuse till then."""
        if not self._began:
            self._began = True
            emit(RunStarted(self.thread_id, self.graph, _what(self._work)))

    def _config(self) -> RunnableConfig:
        # `hitl_*` metadata reaches every checkpoint, where the inbox reads it by SQL. Strict resume is
        # private to LangGraph (its SDK calls it strict_resume): an id that is not open is refused, not ignored.
        # `hitl_delivery` is for nodes whose effects must not happen twice: a delivery that is made again has the same.
        # Metadata is never encrypted: there, the title is what the reader makes of the thread's own text.
        title = "" if self._protection is not None and self._protection.is_encrypted else self._work.title
        delivery = self._work.delivery if isinstance(self._work, Resumption) else ""
        return {
            "configurable": {
                "thread_id": self.thread_id,
                "__pregel_strict_resume": True,
                **({"hitl_delivery": delivery} if delivery else {}),
            },
            "metadata": {"hitl_graph": self.graph, **({"hitl_title": title} if title else {})},
            "callbacks": [self._breakpoints],
        }

    def _config_for(self, source: Any) -> RunnableConfig:
        config = self._config()
        if isinstance(self._work, Resumption) and self._work.how is HowToGoOn.ASK_AGAIN:
            # With its checkpoint id LangGraph replays: it forks, drops the answer and asks under a new id.
            config["configurable"]["checkpoint_id"] = self._work.checkpoint_id
        return config

    async def _source(self, graph: Pregel[Any, Any, Any, Any], config: RunnableConfig) -> Any:
        """What the graph is run with, after the checks that must hold before anything is sent."""
        work = self._work
        cipher = self._protection.cipher if self._protection is not None else None
        head = await asyncio.to_thread(read_head, self._database, self.thread_id, cipher)
        if isinstance(work, NewRun):
            if head.checkpoint_id:
                raise StaleThreadError("A thread of this id exists already, so the new run was not started.")
            return work.input
        _check_head(head, work)
        ids_must_follow(head.newest)
        if self._watch is not None:
            await asyncio.to_thread(self._watch.must_be_there)
        if work.how is HowToGoOn.END:
            await end_thread(graph, config)
        if work.how is HowToGoOn.ANSWER:
            return Command(resume=dict(work.answers))
        if work.how is HowToGoOn.CONTINUE and work.go_on.update is not None:
            await change_state(graph, config, work.go_on)
        return None

    async def _ended(self) -> RunEnded:
        """The last event; raises `BackendError` where nothing was sent."""
        assert self._stream is not None
        if self._stream.cancelled():
            if not self._sent:
                raise BackendError("Stopped before anything was sent.")
            return await self._end(StopReason.CANCELLED, "Stopped. Everything up to the last finished node is kept.")
        error = self._stream.exception()
        if error is None:
            return await self._end(self._reason())
        if isinstance(error, GraphDrained):
            return await self._end(StopReason.PAUSED, "Paused before the next step.")
        if isinstance(error, UnknownInterruptError) and not self._began:
            raise StaleThreadError(explain(error)) from error
        if not self._sent:
            raise unsent(error) from error
        details = "".join(traceback.format_exception(error))
        ended = await self._end(StopReason.FAILED, self._words(error), details)
        ended = replace(ended, trouble=model_trouble(error, named_in_code=self._names_model))
        if isinstance(self._work, NewRun) and not ended.checkpoint_id:
            return replace(ended, message=not_begun(error))
        return ended

    def _words(self, error: BaseException) -> str:
        return explain(error, self._reader.failed_nodes, names_model=self._names_model)

    def _reason(self) -> StopReason:
        if self._reader.asked:
            return StopReason.ASKED
        if self._reader.stopped and not self._nothing_left:
            before = self._breakpoints.status != "interrupt_after"
            return StopReason.BREAKPOINT_BEFORE if before else StopReason.BREAKPOINT_AFTER
        return StopReason.FINISHED

    async def _end(self, reason: StopReason, message: str = "", details: str = "") -> RunEnded:
        try:
            checkpoint_id = await asyncio.to_thread(newest_checkpoint, self._database, self.thread_id)
        except DatabaseError:
            checkpoint_id = ""
        return RunEnded(reason, checkpoint_id, message, details, tuple(self._reader.failed_nodes))


class _BreakpointListener(GraphCallbackHandler):
    """Hears from LangGraph whether the run stopped before or after a node: the database does not say."""

    def __init__(self) -> None:
        self.status = ""

    def on_interrupt(self, event: GraphInterruptEvent) -> None:
        if not event.checkpoint_ns:
            self.status = event.status


def _what(work: NewRun | Resumption) -> str:
    return "Started" if isinstance(work, NewRun) else work.what or str(work.how)


def _must_stand_at(newest: str, work: Resumption) -> None:
    if newest != work.checkpoint_id:
        raise StaleThreadError(
            "This thread has moved on since it was shown: somebody else answered it, or it was run elsewhere. "
            "Nothing was sent; what you entered is kept. Look at it again."
        )


def _check_head(head: ThreadHead, work: Resumption) -> None:
    """Raise `StaleThreadError` unless the thread is where the reviewer saw it, in a state that this resumption fits."""
    _must_stand_at(head.checkpoint_id, work)
    if head.leftover and work.how not in (HowToGoOn.ASK_AGAIN, HowToGoOn.END):  # which leave it behind
        raise StaleThreadError(
            "Another program left an answer in this thread that belongs to no question; LangGraph would give it "
            "to the next one. Nothing was sent; what you entered is kept. “Ask again” drops that answer."
        )
    if work.how is HowToGoOn.ANSWER and not set(work.answers) <= head.open:
        raise StaleThreadError(
            "This question has been answered already. Nothing was sent; what you entered is kept. Look at it again."
        )
    withdrawn = bool(work.go_on.withdraws) and work.go_on.withdraws == head.open
    if work.how in (HowToGoOn.CONTINUE, HowToGoOn.RETRY) and head.waits and not withdrawn:
        raise StaleThreadError("This thread waits for an answer, so it cannot simply go on. Nothing was sent.")
