"""Has drafts put on the disk, and the inbox show which threads have one."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer

from hitl_desktop.core.drafts import Draft
from hitl_desktop.core.session import ReviewSession
from hitl_desktop.ui.inbox_controller import InboxController
from hitl_desktop.ui.tasks import TaskRunner

_AGAIN_MS = 5000


class DraftKeeper(QObject):
    """What cannot be written is tried again every few seconds; that it cannot is among the session's problems."""

    def __init__(self, session: ReviewSession, tasks: TaskRunner, inbox: InboxController) -> None:
        super().__init__()
        self._session = session
        self._tasks = tasks
        self._inbox = inbox
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(_AGAIN_MS)
        self._again.timeout.connect(self._begin)

    def keep(self, drafts: Iterable[Draft]) -> None:
        """Keep these; one of nothing takes that of the same question away."""
        self._session.drafts.put(drafts)
        self._begin()

    def forget(self, thread_id: str, request_ids: Iterable[str]) -> None:
        """Forget the drafts of requests that were answered."""
        if thread_id in self._session.drafts.threads:
            self._session.drafts.forget(thread_id, request_ids)
            self._begin()

    def close(self) -> None:
        """Try nothing again, because the window goes."""
        self._again.stop()

    def _begin(self) -> None:
        self._tasks.start("save drafts", self._save())

    async def _save(self) -> None:
        await self._session.drafts.save()
        self._inbox.mark_drafts()
        if self._session.drafts.has_unsaved:
            self._again.start()
