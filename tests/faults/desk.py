"""A reviewer's desk in a process of its own: a session on a real database, with what is left over taken up first."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hitl_desktop.backends.sqlite_backend import SqliteBackend
from hitl_desktop.core.backend import BackendError, HowToGoOn, ThreadBusyError
from hitl_desktop.core.decisions import Submit
from hitl_desktop.core.events import RunEnded, RunEvent, StopReason
from hitl_desktop.core.records import RecordsError
from hitl_desktop.core.review import Delivery, Review
from hitl_desktop.core.session import ReviewSession
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.core.undelivered import deliver_after_all
from hitl_desktop.records.anchor_files import AnchorFile
from hitl_desktop.records.review_file import ReviewFile, review_file_of

PROJECT = Path(__file__).parent / "project"
_MIDWAY = (ThreadState.STOPPED, ThreadState.FAILED, ThreadState.NEEDS_REPAIR)


@dataclass(frozen=True, slots=True)
class Office:
    """The files of one fault run: the threads, the journal beside them, the anchor, and the ledger of the graph."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "threads.db"

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.db"

    @property
    def anchor(self) -> AnchorFile:
        return AnchorFile(self.folder / "anchors", review_file_of(self.database))

    def open_ledger(self) -> None:
        with closing(sqlite3.connect(self.ledger)) as ledger, ledger:
            ledger.execute("PRAGMA journal_mode=WAL")
            ledger.execute("CREATE TABLE IF NOT EXISTS begun (key TEXT, answer TEXT)")
            ledger.execute("CREATE TABLE IF NOT EXISTS paid (key TEXT PRIMARY KEY, answer TEXT)")

    def paid(self) -> list[str]:
        """The answers that were paid, in no order."""
        return self._answers("paid")

    def begun(self) -> list[str]:
        """The answers that a node began to pay."""
        return self._answers("begun")

    def _answers(self, table: str) -> list[str]:
        with closing(sqlite3.connect(self.ledger)) as ledger:
            return [answer for (answer,) in ledger.execute(f"SELECT answer FROM {table}")]


@asynccontextmanager
async def desk(office: Office) -> AsyncIterator[ReviewSession]:
    os.environ["LEDGER"] = str(office.ledger)
    records = ReviewFile(review_file_of(office.database), anchor=lambda end: office.anchor.keep(end))
    session = ReviewSession(SqliteBackend(office.database, PROJECT), records)
    await session.open()
    await session.load_project()
    try:
        yield session
    finally:
        await session.close()


def deaf(thread_id: str, event: RunEvent) -> None:
    """Hears no event."""


async def begin(session: ReviewSession, thread_id: str, questions: int, *, at_once: bool) -> None:
    """Start a thread that will ask this many questions, and pay in the node that asks or in the next one."""
    given = {"left": questions, "at_once": at_once, "done": []}
    await session.start("ledger", given, f"Thread {thread_id}", deaf, thread_id)


async def opened(session: ReviewSession, thread_id: str) -> Review:
    """The thread as it is on the screen. Raises `BackendError` where it is gone, or the database is."""
    await session.changes()
    review = await session.open_thread(thread_id)
    if review is None:
        raise BackendError(f"{thread_id} is gone")
    return review


def decided(session: ReviewSession, review: Review, answer: Any) -> Delivery:
    """This answer to all that is asked, made ready as a person does who has it on the screen.

    Raises `BackendError` where nothing is asked.
    """
    if not review.requests:
        raise ThreadBusyError(f"{review.thread_id} asks nothing: somebody else is at it.")
    decisions: Mapping[str, Any] = {request.id: [Submit(answer)] for request in review.requests}
    return session.prepare(review, decisions)


async def decide(session: ReviewSession, thread_id: str, answer: Any) -> RunEnded:
    """Answer the question that is open, as a person does who looks at it. Raises `BackendError` where none is."""
    return await session.deliver(decided(session, await opened(session, thread_id), answer), deaf)


async def told(session: ReviewSession, thread_id: str, answer: Any, review: Review | None = None) -> str:
    """Decide; returns what the reviewer is told where that does not work, and nothing where it does.

    `review` is what is on the screen already.
    """
    try:
        delivery = decided(session, review or await opened(session, thread_id), answer)
        ended = await session.deliver(delivery, deaf)
    except (BackendError, RecordsError) as error:
        return str(error)
    return ended.message if ended.reason is StopReason.FAILED else ""


async def told_at_start(office: Office, thread_id: str, answer: Any) -> str:
    """The same of a program that is started for it."""
    try:
        async with desk(office) as session:
            return await told(session, thread_id, answer)
    except (BackendError, RecordsError) as error:
        return str(error)


async def take_up(session: ReviewSession, thread_id: str) -> Review:
    """Finish what was left in the middle: deliver what was decided and not delivered, go on with what was cut.

    Returns the review of the thread that waits again, or is done.
    """
    for _ in range(20):
        review = await opened(session, thread_id)
        if review.undelivered is not None:
            await session.deliver(deliver_after_all(review, review.undelivered), deaf)
        elif review.detail.summary.state in _MIDWAY:
            await session.go_on(review, HowToGoOn.RETRY, "Go on", deaf)
        else:
            return review
    raise AssertionError(f"{thread_id} comes to no rest")
