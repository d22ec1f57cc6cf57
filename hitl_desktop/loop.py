"""The event loop: asyncio keeps its queues, and empties them from inside `QApplication.exec()`.

This replaces the whole scheduling of qasync 0.28.0; `tests/ui/test_loop*.py` has a test for each of its defects.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import math
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import Context
from types import FrameType
from typing import Any, TypeAlias, TypeVar, TypeVarTuple

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from hitl_desktop.qt_sockets import QtSocketLoop

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
SignalHandler: TypeAlias = Callable[[int, FrameType | None], object]

DRAIN_BUDGET = 0.008
"""Seconds that callbacks may run on before Qt gets a turn: half a frame at 60 Hz."""

_LONGEST_QT_TIMER = 2**31 - 1
"""Milliseconds. `QTimer.start` takes a C int."""

_MANY_CANCELLED_TIMERS = 64
"""Cancelled timers stay in asyncio's heap until there are this many and they are the larger half of it."""

logger = logging.getLogger(__name__)


class _Doorbell(QObject):
    """Wakes Qt from another thread. asyncio's socket pair would do, but takes two rounds through Qt."""

    rung = Signal()


class QtEventLoop(QtSocketLoop):
    """An asyncio event loop that runs inside Qt's, in the thread of the windows.

    It keeps asyncio's promises: callbacks in the order of `call_soon`, timers in the order of their deadlines and never
    early, context variables everywhere, `ThreadPoolExecutor` as the default executor, `SystemExit` and
    `KeyboardInterrupt` raised from `run_forever`. On top of them:

    - Qt gets a turn at least every `DRAIN_BUDGET` seconds, between two callbacks.
    - No callback starts while another one runs a Qt event loop of its own (`QDialog.exec`); it waits for the end of
      that loop. Tasks can't be nested, and qasync lost such wake-ups for ever.
    - No callback starts while the loop does not run, whoever processes Qt's events then.

    Works where asyncio has a selector loop (not on Windows).

    Args:
        app: the application whose `exec` runs the loop. `QApplication.quit` ends the loop like `stop`.
    """

    def __init__(self, app: QCoreApplication) -> None:
        super().__init__(app)
        self._app = app
        self._draining = False
        self._drain_requested = False
        self._rung = False
        self._armed_for: float | None = None
        self._fatal: BaseException | None = None
        self._drain_timer = QTimer(singleShot=True)
        self._drain_timer.timeout.connect(self._drain)
        self._deadline_timer = QTimer(singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._deadline_timer.timeout.connect(self._on_deadline)
        self._doorbell = _Doorbell()
        self._doorbell.rung.connect(self._on_rung, Qt.ConnectionType.QueuedConnection)

    # Scheduling: asyncio fills its queues, and Qt is told to come by.

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Queue a callback, as `asyncio.loop.call_soon` does."""
        handle = super().call_soon(callback, *args, context=context)
        if not self._drain_requested:
            self._request_drain()
        return handle

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Queue a callback for a time on the clock of `time()`, as `asyncio.loop.call_at` does."""
        handle = super().call_at(when, callback, *args, context=context)
        if not self._draining and self.is_running():
            self._arm_deadline_timer()
        return handle

    def stop(self) -> None:
        """Leave `run_forever` after the callbacks that are queued now, as `asyncio.loop.stop` does."""
        super().stop()
        self._request_drain()

    def _request_drain(self) -> None:
        if not (self._drain_requested or self._draining) and self.is_running():
            self._drain_requested = True
            self._drain_timer.start(0)

    def _write_to_self(self) -> None:
        """Wake the loop from any thread: asyncio has queued a callback for `call_soon_threadsafe`."""
        if not self._rung:
            self._rung = True
            self._doorbell.rung.emit()

    def _arm_deadline_timer(self) -> None:
        """Make Qt call when the earliest timer is due, in whole milliseconds rounded up."""
        deadline = self._scheduled[0].when() if self._scheduled else None
        if deadline == self._armed_for:
            return
        self._armed_for = deadline
        if deadline is None:
            self._deadline_timer.stop()
        else:
            wait = math.ceil((deadline - self.time()) * 1000)
            self._deadline_timer.start(min(max(wait, 0), _LONGEST_QT_TIMER))

    # Draining: Qt comes by, and asyncio's queues are emptied.

    def _on_rung(self) -> None:
        self._rung = False  # before draining: what is queued from here on rings again
        self._drain()

    def _on_deadline(self) -> None:
        self._armed_for = None
        self._drain()

    def _drain(self) -> None:
        self._drain_requested = False
        if self._draining or not self.is_running():
            return
        self._draining = True
        try:
            self._run_callbacks(self.time() + DRAIN_BUDGET)
        except BaseException as error:
            # SystemExit, KeyboardInterrupt, or from the handler of a signal: callbacks keep all others to themselves.
            # PySide would end the process on the spot for the first, and only print the others.
            self._fatal = error
            self._stopping = True
        finally:
            self._draining = False
        if self._stopping:
            self._app.exit()
        elif self._ready:
            self._request_drain()
        else:
            self._arm_deadline_timer()

    def _run_callbacks(self, until: float) -> None:
        """Run what is queued, and what that queues, until nothing is left or the time is up.

        After `stop()` the rest of the current batch still runs and nothing after it: asyncio documents this.
        """
        while True:
            self._move_due_timers()
            batch = len(self._ready)
            if not batch:
                return
            for _ in range(batch):
                handle = self._ready.popleft()
                if not handle.cancelled():
                    self._run_callback(handle)
                if not self._stopping and self.time() >= until:
                    return
            if self._stopping:
                return

    def _run_callback(self, handle: asyncio.Handle) -> None:
        if not self._debug:
            handle._run()
            return
        started = self.time()
        self._current_handle = handle
        try:
            handle._run()
        finally:
            self._current_handle = None
        seconds = self.time() - started
        if seconds >= self.slow_callback_duration:
            task = getattr(getattr(handle, "_callback", None), "__self__", None)
            logger.warning("Executing %r took %.3f seconds", task if asyncio.isfuture(task) else handle, seconds)

    def _move_due_timers(self) -> None:
        timers = self._scheduled
        if self._timer_cancelled_count > max(_MANY_CANCELLED_TIMERS, len(timers) // 2):
            timers[:] = [timer for timer in timers if not timer.cancelled()]
            heapq.heapify(timers)
            self._timer_cancelled_count = 0
        now = self.time() + self._clock_resolution
        while timers and (timers[0].cancelled() or timers[0].when() < now):
            timer: Any = heapq.heappop(timers)
            timer._scheduled = False  # asyncio counts the cancelled timers that are still in the heap
            if timer.cancelled():
                self._timer_cancelled_count -= 1
            else:
                self._ready.append(timer)

    # Running and closing.

    def _run_once(self) -> None:
        """Run Qt until `stop()`: asyncio's `run_forever` calls this where it would poll its selector once."""
        self._request_drain()
        try:
            with self._signals_heard():
                self._app.exec()
        finally:
            self._stopping = True  # Qt's loop may have ended by itself: QApplication.quit()
            self._drain_timer.stop()
            self._drain_requested = False
        fatal, self._fatal = self._fatal, None
        if fatal is not None:
            raise fatal

    @contextmanager
    def _signals_heard(self) -> Iterator[None]:
        """Let signals end Qt's wait, and what their handlers raise end the loop: Ctrl+C, or the limit of a test.

        Python runs the handlers of `signal.signal` between two of its own instructions. While Qt waits there are none,
        unless the signal also makes a socket readable, and PySide would only print what they raise.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        replaced = {}
        for number in signal.valid_signals() - self._signal_handlers.keys():
            handler = signal.getsignal(number)
            if callable(handler):
                replaced[number] = handler, self._ending_the_loop(handler)
                signal.signal(number, replaced[number][1])
        previous_fd = signal.set_wakeup_fd(self._csock.fileno())
        try:
            yield
        finally:
            signal.set_wakeup_fd(previous_fd)
            for number, (handler, replacement) in replaced.items():
                if signal.getsignal(number) is replacement:
                    signal.signal(number, handler)

    def _ending_the_loop(self, handler: SignalHandler) -> SignalHandler:
        def call(number: int, frame: FrameType | None) -> None:
            try:
                handler(number, frame)
            except BaseException as error:
                if self._draining:
                    raise
                self._fatal = error
                self.stop()

        return call

    def remove_signal_handler(self, sig: int) -> bool:
        """Remove a handler, as asyncio does, but go on listening: asyncio stops after the last one."""
        removed = super().remove_signal_handler(sig)
        if removed and self.is_running():
            signal.set_wakeup_fd(self._csock.fileno())
        return removed

    def close(self) -> None:
        """Release everything, as `asyncio.loop.close` does. A closed loop can't run again."""
        super().close()
        self._drain_timer.stop()
        self._deadline_timer.stop()


def run(main: Coroutine[Any, Any, T], *, debug: bool | None = None) -> T:
    """Run a coroutine on a new `QtEventLoop` and return its result: `asyncio.run` for a program with windows.

    At the end, tasks that still run are cancelled and awaited, asynchronous generators are closed, and the threads of
    the executor are joined. Ctrl+C cancels `main`, and the second one raises `KeyboardInterrupt`, as in `asyncio.run`.

    Args:
        main: the coroutine.
        debug: asyncio's debug mode; `None` leaves it to `PYTHONASYNCIODEBUG`.

    Raises:
        RuntimeError: there is no `QApplication` yet, another loop runs in this thread, or Qt's loop was quit before
            `main` was done.
        BaseException: whatever `main` raises, and `SystemExit` or `KeyboardInterrupt` from any callback.
    """
    app = QApplication.instance()
    if app is None or asyncio._get_running_loop() is not None:
        main.close()
        raise RuntimeError(
            "There is no QApplication. Create one before running the event loop."
            if app is None
            else "An event loop runs in this thread already."
        )
    with asyncio.Runner(debug=debug, loop_factory=lambda: QtEventLoop(app)) as runner:
        return runner.run(main)
