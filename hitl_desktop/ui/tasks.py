"""Asyncio tasks that the window starts: named, kept, and never silent when they fail."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal


class TaskRunner(QObject):
    """Starts coroutines on the running loop and keeps them until they end.

    Signals:
        failed(str, object): a task of this name raised this exception.
    """

    failed = Signal(str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: dict[asyncio.Task[Any], str] = {}
        self._latest: dict[str, asyncio.Task[Any]] = {}

    @property
    def names(self) -> frozenset[str]:
        """The names of the tasks that run."""
        return frozenset(self._tasks.values())

    def start(self, name: str, work: Coroutine[Any, Any, Any]) -> None:
        """Start a task beside all others."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks[task] = name
        task.add_done_callback(self._on_done)

    def replace(self, name: str, work: Coroutine[Any, Any, Any]) -> None:
        """Start a task and cancel an earlier one of this name: the later click counts."""
        if (earlier := self._latest.get(name)) is not None:
            earlier.cancel()
        self.start(name, work)
        self._latest[name] = next(reversed(self._tasks))

    def cancel(self, name: str) -> None:
        """Cancel the task of this name that `replace` started last, if it still runs."""
        if (task := self._latest.get(name)) is not None:
            task.cancel()

    async def close(self) -> None:
        """Cancel what still runs and wait for it."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _on_done(self, task: asyncio.Task[Any]) -> None:
        name = self._tasks.pop(task)
        if self._latest.get(name) is task:
            del self._latest[name]
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failed.emit(name, error)
