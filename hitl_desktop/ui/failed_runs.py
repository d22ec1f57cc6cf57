"""Notices of runs that failed in threads that are not open; the thread that is open says it itself."""

from __future__ import annotations

from PySide6.QtCore import QObject

from hitl_desktop.core.events import RunEnded
from hitl_desktop.ui.main_window import MainWindow
from hitl_desktop.ui.review_controller import ReviewController


class FailedRuns(QObject):
    """Names the thread and offers to open it; the notice goes when the thread is opened or runs again."""

    def __init__(self, reviews: ReviewController, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._told: dict[str, str] = {}
        self._reviews = reviews
        reviews.failed_elsewhere.connect(self._on_failed)
        reviews.opened.connect(lambda *_: self.forget(reviews.thread_id))

    def forget(self, thread_id: str) -> None:
        """Say nothing more of this thread's failure."""
        self._window.notices.remove(self._told.pop(thread_id, ""))

    def _on_failed(self, thread_id: str, ended: RunEnded) -> None:
        self.forget(thread_id)
        summary = self._window.inbox.model.summary(thread_id)
        title = (summary.title if summary is not None else "") or thread_id
        words = f"A run failed: “{title}”. {ended.message}"
        open_it = ("Open it", lambda: self._window.inbox.list.select(thread_id))
        self._window.notices.add(words, ended.details, action=open_it)
        self._told[thread_id] = words
