"""The run logs of all threads of this session, of which the window shows that of the open thread."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QObject

from hitl_desktop.core.events import RunEvent, Token
from hitl_desktop.ui.run_log import RunLog

_MOST_EVENTS = 5_000
_MOST_THREADS = 50  # the oldest logs are forgotten; the threads themselves are in the database


class RunLogs(QObject):
    """Keeps what happened in each thread's runs, with the tokens of a message joined into one."""

    def __init__(self, view: RunLog) -> None:
        super().__init__(view)
        self._view = view
        self._logs: dict[str, deque[RunEvent]] = {}
        self._shown = ""

    def show_thread(self, thread_id: str) -> None:
        """Show the log of this thread."""
        if thread_id != self._shown:
            self._shown = thread_id
            self._view.set_thread(thread_id)
            self._view.append(list(self._logs.get(thread_id, ())))

    def add(self, thread_id: str, events: list[RunEvent]) -> None:
        """Keep what happened, and show it if its thread is shown."""
        log = self._logs.setdefault(thread_id, deque(maxlen=_MOST_EVENTS))
        for event in events:
            last = log[-1] if log else None
            if isinstance(event, Token) and isinstance(last, Token) and last.message_id == event.message_id:
                log[-1] = Token(event.node, event.message_id, last.text + event.text)
            else:
                log.append(event)
        if len(self._logs) > _MOST_THREADS:
            self._logs.pop(next(iter(self._logs)))
        if thread_id == self._shown:
            self._view.append(events)
