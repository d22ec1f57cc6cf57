"""Reads the journal for its tab, off the loop."""

from __future__ import annotations

from PySide6.QtCore import QObject

from hitl_desktop.core.records import RecordsError
from hitl_desktop.core.session import ReviewSession
from hitl_desktop.ui.journal_panel import PAGE, JournalPanel
from hitl_desktop.ui.tasks import TaskRunner


class JournalController(QObject):
    """Brings the entries that the tab wants. What cannot be read is told as every fault of the review file is."""

    def __init__(self, session: ReviewSession, tasks: TaskRunner, panel: JournalPanel) -> None:
        super().__init__(panel)
        self._session = session
        self._tasks = tasks
        self._panel = panel
        panel.wanted.connect(self._on_wanted)

    def _on_wanted(self, thread_id: str | None, before: int | None) -> None:
        self._tasks.replace("read the journal", self._bring(thread_id, before))

    async def _bring(self, thread_id: str | None, before: int | None) -> None:
        try:
            entries = await self._session.entries(thread_id, before, PAGE)
        except RecordsError:
            entries = ()
        self._panel.show_entries(entries, before)
