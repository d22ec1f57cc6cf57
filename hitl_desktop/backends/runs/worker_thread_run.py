"""A run on an asyncio loop of its own in a worker thread, for graphs whose async nodes compute or block."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable

from hitl_desktop.backends.runs.exits import ProgramExitError
from hitl_desktop.core.backend import Run
from hitl_desktop.core.events import RunEnded, RunEvent


class WorkerThreadRun:
    """Runs another run on the worker thread's own loop and hands its events over to the caller's."""

    def __init__(self, inner: Run) -> None:
        self.thread_id = inner.thread_id
        self.graph = inner.graph
        self._inner = inner
        self._loop: asyncio.AbstractEventLoop | None = None

    def pause(self) -> None:
        """Pause the run before its next step."""
        self._inner.pause()

    def stop(self) -> None:
        """Cancel the node that runs; one that blocks its loop ends first."""
        if self._loop is None:
            self._inner.stop()
        else:
            with contextlib.suppress(RuntimeError):  # the run has just ended and closed its loop
                self._loop.call_soon_threadsafe(self._inner.stop)

    async def run(self, emit: Callable[[RunEvent], None]) -> RunEnded:
        """Run to the end; events arrive in batches, one wake-up of the caller's loop each."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[RunEnded] = loop.create_future()
        waiting: deque[RunEvent] = deque()

        def flush() -> None:
            while waiting:
                emit(waiting.popleft())

        def hand_over(event: RunEvent) -> None:
            waiting.append(event)
            if len(waiting) == 1:
                loop.call_soon_threadsafe(flush)

        def finish(result: RunEnded | BaseException) -> None:
            try:
                flush()
            finally:
                if isinstance(result, BaseException):
                    done.set_exception(result)
                else:
                    done.set_result(result)

        # A plain loop: the policy of this process may make loops that belong to the window's thread.
        own_loop = self._loop = asyncio.SelectorEventLoop()

        def work() -> None:
            result: RunEnded | BaseException
            try:
                with asyncio.Runner(loop_factory=lambda: own_loop) as runner:
                    result = runner.run(self._inner.run(hand_over))
            except (SystemExit, KeyboardInterrupt) as error:  # not from a task: from a callback that a node made
                result = ProgramExitError.of(error)
            except BaseException as error:
                result = error
            loop.call_soon_threadsafe(finish, result)

        threading.Thread(target=work, name=f"run {self.thread_id}", daemon=True).start()
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            self.stop()
            await asyncio.wait({done})
            raise
