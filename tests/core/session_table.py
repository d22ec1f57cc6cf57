"""A review session on fakes, driven by hand."""

from __future__ import annotations

import asyncio

from hitl_desktop.core.backend import Backend
from hitl_desktop.core.decisions import Approve
from hitl_desktop.core.events import RunEnded, RunEvent
from hitl_desktop.core.records import Records
from hitl_desktop.core.review import Delivery, Review
from hitl_desktop.core.session import ReviewSession
from hitl_desktop.testing.waiting import until
from tests.core.fakes import FakeBackend, FakeRecords, FakeRun
from tests.core.samples import ID, opened, question, tool_approval


class Table:
    """A session on fakes. `noted` holds what was asked of them, in order; `heard` the events of all runs."""

    def __init__(self) -> None:
        self.noted: list[str] = []
        self.backend = FakeBackend(self.noted)
        self.records = FakeRecords(self.noted)
        backend: Backend = self.backend
        records: Records = self.records
        self.session = ReviewSession(
            backend, records, lambda graph, thread_id: {"model": f"for {graph} on {thread_id}"}, lambda graph: "thread"
        )
        self.heard: list[tuple[str, RunEvent]] = []
        self.seen = 0
        self.backend.details["t1"] = opened(question(tool_approval()))

    def hear(self, thread_id: str, event: RunEvent) -> None:
        self.heard.append((thread_id, event))

    async def review(self) -> Review:
        read = await self.session.open_thread("t1")
        assert read is not None
        return read

    async def delivery(self) -> Delivery:
        return self.session.prepare(await self.review(), {ID: [Approve()]})

    async def begin_delivery(self) -> tuple[FakeRun, asyncio.Task[RunEnded]]:
        """A delivery whose run has begun."""
        task = asyncio.create_task(self.session.deliver(await self.delivery(), self.hear))
        return await self.run_begun(), task

    async def run_begun(self) -> FakeRun:
        """The next run that was made, when it has begun."""
        runs, number = self.backend.runs, self.seen
        self.seen += 1
        await until(lambda: len(runs) > number and runs[number].begun.is_set())
        return runs[number]
