"""Reads the journal for its tab, off the loop, and says which of its decisions were not delivered."""

from __future__ import annotations

from PySide6.QtCore import QObject

from hitl_desktop.core.records import RecordsError
from hitl_desktop.core.session import ReviewSession
from hitl_desktop.ui.journal_panel import PAGE
from hitl_desktop.ui.main_window import MainWindow
from hitl_desktop.ui.tasks import TaskRunner


class JournalController(QObject):
    """Brings the entries that the tab wants. What cannot be read is told as every fault of the review file is."""

    def __init__(self, session: ReviewSession, tasks: TaskRunner, window: MainWindow) -> None:
        super().__init__(window)
        self._session = session
        self._tasks = tasks
        self._window = window
        window.journal.wanted.connect(self._on_wanted)

    def note_trust(self, words: str) -> None:
        """Keep in the journal that trust was given to a project, or withdrawn."""
        self._tasks.start("note trust", self._session.note_trust(words))

    def show_undelivered(self) -> None:
        """Say that there are decisions that were not delivered, and offer to go to the first."""
        threads = sorted(self._session.undelivered)
        if threads:
            text = "A decision was" if len(threads) == 1 else f"Decisions on {len(threads)} threads were"
            text = f"{text} made and not delivered before the program ended. Nothing of it is lost."
            show = ("Show it", lambda: self._window.inbox.list.select(threads[0]))
            self._window.notices.add(text, kind="notice", action=show)

    def _on_wanted(self, thread_id: str | None, before: int | None) -> None:
        self._tasks.replace("read the journal", self._bring(thread_id, before))

    async def _bring(self, thread_id: str | None, before: int | None) -> None:
        try:
            entries = await self._session.entries(thread_id, before, PAGE)
        except RecordsError:
            entries = ()
        self._window.journal.show_entries(entries, before)
