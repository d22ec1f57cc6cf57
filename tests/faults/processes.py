"""Processes to be killed: forked from this one, which has imported everything and has a single thread."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import threading
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from hitl_desktop.backends.runs.graph_run import GraphRun
from hitl_desktop.records.anchor_files import AnchorFile
from hitl_desktop.records.review_file import ReviewFile

Work = Callable[[], Coroutine[Any, Any, None]]

POINTS: dict[str, tuple[type, str]] = {
    "the lease": (ReviewFile, "take_lease"),
    "the journal": (ReviewFile, "write"),
    "the anchor": (AnchorFile, "keep"),
    "the checks": (GraphRun, "_source"),
    "the writes of a task": (AsyncSqliteSaver, "aput_writes"),
    "a checkpoint": (AsyncSqliteSaver, "aput"),
    "why it stopped": (ReviewFile, "stopped"),
    "the lease given back": (ReviewFile, "release_lease"),
}
"""The steps on the path of a decision, by what they put on the disk or read from it."""


class Steps:
    """Counts the steps that a process takes, and ends it without a word at one of them."""

    def __init__(self, deadly: str = "") -> None:
        self.taken: list[str] = []
        self._deadly = deadly
        self._counts: dict[str, int] = {}

    def install(self) -> None:
        """Have every step be told to this object."""
        for name, (owner, attribute) in POINTS.items():
            setattr(owner, attribute, self._told(name, getattr(owner, attribute)))

    def _told(self, name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        if asyncio.iscoroutinefunction(step):

            async def awaited(*args: Any, **kwargs: Any) -> Any:
                number = self._begin(name)
                result = await step(*args, **kwargs)
                self._reach(f"after {name}, {number}")
                return result

            return awaited

        def called(*args: Any, **kwargs: Any) -> Any:
            number = self._begin(name)
            result = step(*args, **kwargs)
            self._reach(f"after {name}, {number}")
            return result

        return called

    def _begin(self, name: str) -> int:
        self._counts[name] = self._counts.get(name, 0) + 1
        self._reach(f"before {name}, {self._counts[name]}")
        return self._counts[name]

    def _reach(self, place: str) -> None:
        self.taken.append(place)
        if place == self._deadly:
            os.kill(os.getpid(), signal.SIGKILL)


def fork(work: Work) -> int:
    """Begin work in another process; returns its number. It ends with 0, or with 1 and a traceback."""
    assert threading.active_count() == 1, "a process with threads cannot be forked safely"
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        asyncio.run(work())
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class Gate:
    """Where a process waits for another: `open` lets one `pass_` through, whichever comes first."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()

    def open(self) -> None:
        os.write(self._writing, b"!")

    def pass_(self) -> None:
        """Wait for it; raises `AssertionError` after half a minute."""
        ready, _, _ = select.select([self._reading], [], [], 30)
        assert ready, "the other process did not come as far"
        os.read(self._reading, 1)

    def close(self) -> None:
        os.close(self._reading)
        os.close(self._writing)


def wait(child: int) -> int:
    """How a process ended: its exit code, or the number of a signal, negative."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def must_end_well(child: int) -> None:
    """Wait for a process; raises `AssertionError` unless it ended well."""
    code = wait(child)
    assert code == 0, f"a process ended with {code}"


def must_succeed(work: Work) -> None:
    """Have work done in another process; raises `AssertionError` unless that ended well."""
    must_end_well(fork(work))


def gathered(work: Callable[[], Awaitable[str]]) -> str:
    """Have work done in another process and return the text that came of it."""
    reading, writing = os.pipe()

    async def told() -> None:
        text = await work()
        with os.fdopen(writing, "w", encoding="utf-8") as pipe:
            pipe.write(text)

    child = fork(told)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        text = pipe.read()
    must_end_well(child)
    return text
