"""Notices of decisions that were not sent: each names its thread, and leads to it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from hitl_desktop.ui.main_window import MainWindow
from hitl_desktop.ui.review_controller import ReviewController
from hitl_desktop.ui.thread_words import title_of

_LONGEST_TITLE = 80


class RefusalNotices(QObject):
    """Says what was refused, as a notice of the window, and in the thread whenever that is opened again."""

    def __init__(self, window: MainWindow, reviews: ReviewController) -> None:
        super().__init__(window)
        self._window, self._reviews = window, reviews
        reviews.refused.connect(self._on_refused)
        reviews.refused_before.connect(window.review.refuse)

    def _on_refused(self, thread_id: str, why: str) -> None:
        thread = self._window.inbox.model.summary(thread_id)
        title = title_of(thread) if thread is not None else ""
        title = title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1]}…"
        words = f"“{title}”: {why}" if title else why
        open_it = ("Open it", lambda: self._window.inbox.select(thread_id))
        self._window.notices.add(words, action=None if thread_id == self._reviews.thread_id else open_it)
