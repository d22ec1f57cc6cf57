"""Starts runs, hands their events to the window in batches, pauses and stops them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from hitl_desktop.core.backend import BackendError, HowToGoOn, StaleThreadError
from hitl_desktop.core.events import RunEnded, RunEvent
from hitl_desktop.core.records import RecordsError
from hitl_desktop.core.review import Delivery, Review
from hitl_desktop.core.session import ReviewSession
from hitl_desktop.ui.tasks import TaskRunner

_FLUSH_MS = 33


class RunController(QObject):
    """The only caller of the session's runs.

    Signals:
        started(str): a run of this thread began; told with its first events, so that what the window does
            about it does not hold up what was sent.
        events(str, list[RunEvent]): what happened in it, about 30 times a second.
        ended(str, RunEnded): it ended; all its events were handed over before.
        refused(str, str): nothing was sent to this thread, and why.
        moved_on(str): a decision was not sent because this thread had moved on.
    """

    started = Signal(str)
    events = Signal(str, list)
    ended = Signal(str, object)
    refused = Signal(str, str)
    moved_on = Signal(str)

    def __init__(self, session: ReviewSession, tasks: TaskRunner) -> None:
        super().__init__()
        self._session = session
        self._tasks = tasks
        self._buffers: dict[str, list[RunEvent]] = {}
        self._untold: set[str] = set()
        self._timer = QTimer(self)
        self._timer.setInterval(_FLUSH_MS)
        self._timer.timeout.connect(self.flush)

    def start(self, thread_id: str, graph: str, value: Any, title: str) -> None:
        """Run a new thread."""
        self._run(thread_id, lambda: self._session.start(graph, value, title or graph, self._heard, thread_id))

    def deliver(self, delivery: Delivery) -> None:
        """Send decisions and run on."""
        self._run(delivery.resumption.thread_id, lambda: self._session.deliver(delivery, self._heard))

    def go_on(self, thread: Review, how: HowToGoOn, words: str) -> None:
        """Retry, go on or ask again."""
        self._run(thread.thread_id, lambda: self._session.go_on(thread, how, words, self._heard))

    def pause(self, thread_id: str) -> None:
        """Stop before the next step."""
        if (active := self._session.active.get(thread_id)) is not None:
            active.run.pause()

    def stop(self, thread_id: str) -> None:
        """Stop now."""
        if (active := self._session.active.get(thread_id)) is not None:
            active.run.stop()

    def flush(self) -> None:
        """Hand over what has gathered; the timer rests while nothing does."""
        buffers, self._buffers = self._buffers, {}
        if not buffers:
            self._timer.stop()
        for thread_id, events in buffers.items():
            if thread_id in self._untold:
                self._untold.discard(thread_id)
                self.started.emit(thread_id)
            self.events.emit(thread_id, events)

    def close(self) -> None:
        """Hand over nothing more, because the window goes."""
        self._timer.stop()
        self._buffers.clear()

    def _run(self, thread_id: str, work: Callable[[], Awaitable[RunEnded]]) -> None:
        self._tasks.start(f"run {thread_id}", self._guard(thread_id, work))

    async def _guard(self, thread_id: str, work: Callable[[], Awaitable[RunEnded]]) -> None:
        self._untold.add(thread_id)
        try:
            ended = await work()
        except StaleThreadError as error:
            self.refused.emit(thread_id, str(error))
            self.moved_on.emit(thread_id)
        except (BackendError, RecordsError, ValueError) as error:
            self.refused.emit(thread_id, str(error))
        except Exception as error:
            # The graph's own code runs before the first event too (factories); the window must not lose that.
            self.refused.emit(thread_id, f"The run could not be started: {type(error).__name__}: {error}")
        else:
            self.flush()
            self.ended.emit(thread_id, ended)

    def _heard(self, thread_id: str, event: RunEvent) -> None:
        self._buffers.setdefault(thread_id, []).append(event)
        if not self._timer.isActive():
            self._timer.start()
