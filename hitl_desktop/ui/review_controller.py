"""Opens threads, holds and sends decisions, and keeps what could not be sent."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from hitl_desktop.core.backend import BackendError, HowToGoOn
from hitl_desktop.core.decisions import Decision
from hitl_desktop.core.drafts import NO_DRAFTS, Draft
from hitl_desktop.core.events import RunEnded, StopReason
from hitl_desktop.core.review import Delivery, Review
from hitl_desktop.core.session import ReviewSession
from hitl_desktop.core.threads import ThreadState, ThreadSummary
from hitl_desktop.core.values import from_json, to_json
from hitl_desktop.ui.draft_keeper import DraftKeeper
from hitl_desktop.ui.held_deliveries import HeldDeliveries
from hitl_desktop.ui.inbox_controller import InboxController
from hitl_desktop.ui.run_controller import RunController
from hitl_desktop.ui.run_inputs import RunInput, RunInputs
from hitl_desktop.ui.tasks import TaskRunner

_READ_AGAIN_SECONDS = 0.5


class ReviewController(QObject):
    """The review loop as the window sees it.

    Signals:
        opening(): the open thread is read anew, or left for another one; what was typed on it is to be kept.
        opened(Review | None, dict, KeptDrafts): the thread to show, with unsent decisions by request id, and drafts.
        decided(str): a decision on this thread is on its way or held; the next one may open.
        moved_on(): the thread that is shown has changed in the database.
        problem(str, str): something went wrong, with details.
        failed_elsewhere(str, RunEnded): a run of this thread, which is not the one that is open, failed.
        started(str): a new thread begins; it is not in the database yet.
        not_begun(str, RunInput, str, str): this new thread could not begin, and why, with details; its input is kept.
    """

    opening = Signal()
    opened = Signal(object, object, object)
    decided = Signal(str)
    moved_on = Signal()
    problem = Signal(str, str)
    failed_elsewhere = Signal(str, object)
    started = Signal(str)
    not_begun = Signal(str, object, str, str)

    def __init__(
        self,
        session: ReviewSession,
        tasks: TaskRunner,
        held: HeldDeliveries,
        inbox: InboxController,
        runs: RunController,
    ) -> None:
        super().__init__()
        self._session = session
        self._tasks = tasks
        self._held = held
        self._inbox = inbox
        self._runs = runs
        self._thread_id = ""
        self._seen = ("", "")
        self._unsent: dict[str, Mapping[str, Sequence[Decision]]] = {}
        self._arrived: dict[str, Mapping[str, Sequence[Decision]]] = {}
        self._inputs = RunInputs()
        self.drafts = DraftKeeper(session, tasks, inbox)
        self.hold_seconds = 3.0
        held.released.connect(self._on_released)
        held.undone.connect(self._on_undone)
        runs.started.connect(self._on_run_started)
        runs.ended.connect(self._on_run_ended)
        runs.refused.connect(self._on_refused)
        inbox.changed_elsewhere.connect(self._on_changed)

    @property
    def thread_id(self) -> str:
        """The thread that is open, or the empty text."""
        return self._thread_id

    @property
    def left_input(self) -> RunInput | None:
        """What was entered for the last new run that could not begin, None once it or another one has."""
        return self._inputs.latest

    def open(self, thread_id: str) -> None:
        """Open a thread; an opening that is under way gives way."""
        self.opening.emit()
        self._thread_id = thread_id
        self._tasks.replace("open a thread", self._open(thread_id))

    def reopen(self) -> None:
        """Read the open thread anew."""
        if self._thread_id:
            self.open(self._thread_id)

    def decide(self, delivery: Delivery) -> None:
        """Hold a decision that lets something happen, send any other at once."""
        thread_id = delivery.resumption.thread_id
        seconds = self.hold_seconds if delivery.lets_something_happen else 0
        self._held.hold(delivery, seconds)
        if seconds > 0:
            self._inbox.reread(thread_id)
            self.reopen()
        self.decided.emit(thread_id)

    def start(self, graph: str, value: Any, title: str) -> None:
        """Run a new thread and open it."""
        self._begin(str(uuid.uuid4()), RunInput(graph, to_json(value), title), value)

    def start_again(self) -> bool:
        """Run the open thread with the same input if it could not begin; returns whether that was so."""
        given = self._inputs.take(self._thread_id)
        if given is not None:
            self._begin(self._thread_id, given, from_json(given.value))
        return given is not None

    def start_unopened(self, graph: str, value: Any, title: str) -> str:
        """Run a new thread in the background; returns its id."""
        thread_id = str(uuid.uuid4())
        self._runs.start(thread_id, graph, value, title)
        return thread_id

    def go_on(self, thread: Review, how: HowToGoOn) -> None:
        """Retry, go on or ask again on a thread that asks nothing."""
        words = {HowToGoOn.RETRY: "Tried again", HowToGoOn.ASK_AGAIN: "Asked again"}.get(how, "Gone on")
        self._runs.go_on(thread, how, words)

    def discard_undelivered(self) -> None:
        """Give up what was decided on the open thread and not delivered."""
        self._tasks.start("discard a decision", self._discard(self._thread_id))

    async def _discard(self, thread_id: str) -> None:
        await self._session.discard_undelivered(thread_id)
        self._inbox.reread(thread_id)
        if thread_id == self._thread_id:
            self.reopen()

    def keep_drafts(self, drafts: Sequence[Draft]) -> None:
        """Keep what was typed and not sent. It counts more than decisions that were taken back before it was."""
        for draft in drafts:
            if draft.thread_id not in self._session.active:
                self._unsent.pop(draft.thread_id, None)
        self.drafts.keep(drafts)

    def choose_graph(self, graph: str) -> None:
        """Say which graph the open thread belongs to."""
        self._session.choose_graph(self._thread_id, graph)
        self._inbox.reread(self._thread_id)
        self.reopen()

    def _begin(self, thread_id: str, given: RunInput, value: Any) -> None:
        self._inputs.send(thread_id, given)
        self._runs.start(thread_id, given.graph, value, given.title)
        self._thread_id = thread_id
        self.started.emit(thread_id)

    async def _open(self, thread_id: str) -> None:
        review = await self._read(thread_id)
        self._seen = _stands_at(review.detail.summary) if review is not None else ("", "")
        if review is not None:
            self._inputs.forget(thread_id)
        if review is not None and self._held.holds(thread_id):
            summary = replace(review.detail.summary, state=ThreadState.RUNNING)
            review = replace(review, requests=(), detail=replace(review.detail, summary=summary))
        drafts = NO_DRAFTS
        if review is not None and review.detail.summary.state is not ThreadState.RUNNING:
            asked = {request.id for request in review.requests}
            self.drafts.forget(thread_id, self._arrived.pop(thread_id, {}).keys() - asked)
            drafts = await self._session.drafts.of(review)
        self.opened.emit(review, self._unsent.get(thread_id, {}), drafts)

    async def _read(self, thread_id: str) -> Review | None:
        """The thread, when it can be read: a panel that waits for what became of its decision must not stay so."""
        told = ""
        while True:
            try:
                return await self._session.open_thread(thread_id)
            except BackendError as error:
                if str(error) != told:
                    told = str(error)
                    self.problem.emit(told, "")
                await asyncio.sleep(_READ_AGAIN_SECONDS)

    def _on_released(self, delivery: Delivery) -> None:
        # Kept until LangGraph has it, so that it comes back into the panel if it cannot be sent.
        self._unsent[delivery.resumption.thread_id] = delivery.decisions
        self._runs.deliver(delivery)

    def _on_undone(self, delivery: Delivery) -> None:
        thread_id = delivery.resumption.thread_id
        self._unsent[thread_id] = delivery.decisions
        self._inbox.reread(thread_id)
        self.open(thread_id)

    def _on_run_started(self, thread_id: str) -> None:
        self._inbox.reread(thread_id)
        if thread_id == self._thread_id:
            self.reopen()

    def _on_run_ended(self, thread_id: str, ended: RunEnded) -> None:
        # A run that failed or was stopped may not have saved the answer: then the thread asks the same again.
        broke_off = ended.reason in (StopReason.FAILED, StopReason.CANCELLED)
        if broke_off:
            self._arrived[thread_id] = self._unsent.get(thread_id, {})
        else:
            self.drafts.forget(thread_id, self._unsent.pop(thread_id, {}))
        if broke_off and not ended.checkpoint_id and (given := self._inputs.leave(thread_id)) is not None:
            if ended.reason is StopReason.FAILED:
                self.not_begun.emit(thread_id, given, ended.message, ended.details)
            return
        self._inputs.forget(thread_id)
        self._inbox.reread(thread_id)
        if thread_id == self._thread_id:
            self.reopen()
        elif ended.reason is StopReason.FAILED:
            self.failed_elsewhere.emit(thread_id, ended)

    def _on_refused(self, thread_id: str, why: str) -> None:
        if (given := self._inputs.leave(thread_id)) is not None:
            self.not_begun.emit(thread_id, given, why, "")
            return
        self.problem.emit(why, "")
        self._inbox.reread(thread_id)
        if thread_id == self._thread_id:
            self.reopen()

    def _on_changed(self, thread_ids: list[str]) -> None:
        if self._thread_id and (not thread_ids or self._thread_id in thread_ids):
            self._tasks.replace("look at the open thread", self._look(self._thread_id))

    async def _look(self, thread_id: str) -> None:
        """Say so if the open thread has moved on since it came onto the screen."""
        if thread_id in self._session.active:
            return
        found = await self._session.read_threads([thread_id])
        if thread_id == self._thread_id and found and _stands_at(found[0]) != self._seen:
            self.moved_on.emit()


def _stands_at(summary: ThreadSummary) -> tuple[str, str]:
    """What tells that a thread moved on: its checkpoint, and the question, as the next one of a node has the same."""
    return summary.checkpoint_id, summary.asks if summary.state is ThreadState.WAITING else ""
