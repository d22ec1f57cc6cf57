"""An event loop that stands open for a plain test: tasks go on whenever Qt's events are processed."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

from hitl_desktop.loop import QtEventLoop
from hitl_desktop.testing.waiting import until

T = TypeVar("T")

_PATIENCE = 5.0
"""Seconds that nodes in threads, and tasks that were cancelled, get to end with the test."""


class StandingLoop(QtEventLoop):
    """A `QtEventLoop` that counts as running from `open` to `close_down`, without a `run_forever` around the test.

    The test is an ordinary function in the main thread, so that what it raises, a debugger, and the limit of
    pytest-timeout work as everywhere. It runs no callback itself: those run while Qt does, in `wait_for` here, or in
    `qtbot.waitUntil` and its relatives.

    `faults` gathers in words what the loop's exception handler got.
    """

    _thread_id: int | None
    _asyncgen_firstiter_hook: Callable[[Any], None]
    _asyncgen_finalizer_hook: Callable[[Any], None]
    _default_executor: Executor | None
    _transports: Mapping[int, asyncio.Transport]

    def __init__(self, app: QCoreApplication) -> None:
        super().__init__(app)
        self.faults: list[str] = []
        self._hooks = sys.get_asyncgen_hooks()
        self.set_exception_handler(self._keep_fault)

    def open(self) -> None:
        """Be the running loop of this thread; does nothing where it is already.

        Raises:
            RuntimeError: another loop runs in this thread.
        """
        if self.is_running():
            return
        if asyncio._get_running_loop() is not None:
            raise RuntimeError("An event loop runs in this thread already.")
        # What `run_forever` of asyncio does before its first round, in all versions of Python.
        self._thread_id = threading.get_ident()
        asyncio._set_running_loop(self)
        self._hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(firstiter=self._asyncgen_firstiter_hook, finalizer=self._asyncgen_finalizer_hook)
        self._request_drain()

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine as a task to its end, with Qt's events and all other tasks; returns or raises what it does.

        Raises:
            BaseException: `KeyboardInterrupt`, `SystemExit`, or what the handler of a signal raised meanwhile.
        """
        task = self.create_task(work)
        waiting = QEventLoop()
        task.add_done_callback(lambda _: waiting.quit())
        with self._signals_heard():
            waiting.exec()
        fatal = self.take_fatal()
        if fatal is not None or not task.done():
            task.cancel()
            raise fatal or RuntimeError("Qt's event loop was quit while the test waited: QApplication.quit or exit.")
        return task.result()

    def take_fatal(self) -> BaseException | None:
        """What would have ended `run_forever`; the loop goes on without it."""
        fatal, self._fatal = self._fatal, None
        if fatal is not None:
            self._stopping = False
            # `exit` has ended all of Qt's loops, and lets none begin but this.
            QTimer.singleShot(0, self._app.exit)
            self._app.exec()
        return fatal

    def close_down(self) -> list[str]:
        """Be open no more, end what is left as `asyncio.run` does, and close. Returns in words what was left."""
        self._step_down()
        found: list[str] = []
        try:
            found += self.run_until_complete(self._end_tasks())
            gc.collect(1)  # a failed task that nobody awaited is reported when it is collected
        finally:
            self.close()
        return [*found, *self.faults]

    def _step_down(self) -> None:
        if asyncio._get_running_loop() is self:
            self._thread_id = None
            self._stopping = False
            asyncio._set_running_loop(None)
            sys.set_asyncgen_hooks(*self._hooks)

    async def _end_tasks(self) -> list[str]:
        left = asyncio.all_tasks(self) - {asyncio.current_task(self)}
        for task in left:
            task.cancel()
        await self.shutdown_asyncgens()
        if left:
            await asyncio.wait(left, timeout=_PATIENCE)
        for transport in list(self._transports.values()):
            transport.abort()  # clients of models keep connections for later, and nobody ever closes them
        await asyncio.sleep(0)
        found = [f"a task still runs: {task!r}" for task in left if not task.done()]
        if not await self._end_threads():
            found.append("code of the graph still runs in a thread, which cannot be stopped")
        return found

    async def _end_threads(self) -> bool:
        """Wait for what runs in threads, but not for ever, as `shutdown_default_executor` does; whether all ended."""
        if self._default_executor is None:
            return True
        waiting = threading.Thread(target=self._default_executor.shutdown, daemon=True)
        waiting.start()
        try:
            return await until(lambda: not waiting.is_alive(), _PATIENCE)
        except AssertionError:
            return False

    def _keep_fault(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.faults.append(f"an exception was lost: {context['message']}: {context.get('exception')!r}")
