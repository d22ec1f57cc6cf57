"""A thread that notices when the event loop stands still, and finds out what holds it up."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

PING_SECONDS = 0.1
NOTICE_AFTER = 0.25


@dataclass(frozen=True)
class Blocked:
    """One time that the loop did not answer, and what its thread was doing then.

    Attributes:
        seconds: from the question to the answer. The loop stood still for up to `PING_SECONDS` longer.
        stack: the stack of the loop's thread as a traceback prints it, innermost call last. Empty if it is not known.
        node: the LangGraph node that held up the loop, or `None` if it was something else.
    """

    seconds: float
    stack: str
    node: str | None


class _Ping:
    """One question to the loop: are you there?"""

    def __init__(self) -> None:
        self.sent = time.monotonic()
        self.answered = False
        self.found: tuple[str, str | None] | None = None


class LoopWatchdog:
    """Asks an event loop ten times a second whether it still runs callbacks, and reports when it did not.

    What blocks a loop can't be interrupted, so the report comes when the loop runs again: once for each time it stood
    still for more than `notice_after` seconds, however long that was. A loop that is not running is not blocked.

    Args:
        loop: the loop to watch. It may run in any thread.
        on_blocked: called in the loop's thread.
        notice_after: seconds without an answer.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        on_blocked: Callable[[Blocked], object],
        *,
        notice_after: float = NOTICE_AFTER,
    ) -> None:
        self._loop = loop
        self._on_blocked = on_blocked
        self._notice_after = notice_after
        self._loop_thread: int | None = None
        self._stopped = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to watch. A watchdog can be started once.

        Raises:
            RuntimeError: it was started before.
        """
        if self._thread is not None:
            raise RuntimeError("This watchdog was started before. Make a new one.")
        self._thread = threading.Thread(target=self._watch, name="loop-watchdog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching and wait for the thread to end, a few milliseconds at most. Nothing is reported afterwards."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    # In the watchdog's thread

    def _watch(self) -> None:
        while not self._stopped_within(PING_SECONDS):
            ping = _Ping()
            try:
                self._loop.call_soon_threadsafe(self._answer, ping)
            except RuntimeError:  # the loop is closed
                return
            if not self._answered_within(self._notice_after, ping) and self._loop.is_running():
                found = self._look()
                with self._changed:
                    ping.found = found
            self._answered_within(None, ping)

    def _stopped_within(self, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._stopped, seconds)

    def _answered_within(self, seconds: float | None, ping: _Ping) -> bool:
        """Wait for the answer, or for `stop`, after which no answer matters."""
        with self._changed:
            return self._changed.wait_for(lambda: self._stopped or ping.answered, seconds)

    def _look(self) -> tuple[str, str | None]:
        """Return the stack of the loop's thread and the LangGraph node in it."""
        innermost = sys._current_frames().get(self._loop_thread or 0)
        frames = list(_walk(innermost))
        # Line numbers now, source lines later: the thread may go on at any moment.
        stack = traceback.StackSummary.extract(((f, f.f_lineno) for f in reversed(frames)), lookup_lines=False)
        node = next((name for name in map(_node_of, frames) if name is not None), None)
        return "".join(stack.format()), node

    # In the loop's thread

    def _answer(self, ping: _Ping) -> None:
        self._loop_thread = threading.get_ident()
        with self._changed:
            ping.answered = True
            self._changed.notify()
            stopped = self._stopped
        if ping.found is not None and not stopped:
            stack, node = ping.found
            self._on_blocked(Blocked(time.monotonic() - ping.sent, stack, node))


def _walk(frame: FrameType | None) -> Iterator[FrameType]:
    """Go from the innermost call outwards."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def _node_of(frame: FrameType) -> str | None:
    """Return the name of the LangGraph node that a frame runs, if the frame is one that knows.

    LangGraph runs a node's task in `langgraph.pregel._retry`, and there are its conditional edges. The node's own
    function gets a new asyncio task, or makes some: what it belongs to is then in the context of the callback that
    runs it, where langchain-core keeps the configuration of the run.
    """
    module = frame.f_globals.get("__name__")
    if module == "langgraph.pregel._retry":
        return _text(getattr(frame.f_locals.get("task"), "name", None))
    if module == "asyncio.events" and frame.f_code.co_name == "_run":
        handle: Any = frame.f_locals.get("self")
        for variable, value in getattr(handle, "_context", {}).items():
            if variable.name == "child_runnable_config" and isinstance(value, dict):
                return _text((value.get("metadata") or {}).get("langgraph_node"))
    return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
