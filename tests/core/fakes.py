"""A backend and records in memory, which note in one list what was asked of them, for tests of the session's order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hitl_desktop.core.backend import InboxChange, NewRun, Resumption, Run, RunsOn
from hitl_desktop.core.drafts import StoredDraft
from hitl_desktop.core.events import NodeStarted, RunEnded, RunEvent, RunStarted, StopReason
from hitl_desktop.core.graphs import Project
from hitl_desktop.core.journal import EntryKind, JournalEntry, Reviewer, WrittenEntry, write_entry
from hitl_desktop.core.records import Lease, RecordsError, RunStop, ThreadHeldError
from hitl_desktop.core.threads import ThreadDetail, ThreadSummary
from hitl_desktop.core.ways_to_read import shapes_of
from tests.core.samples import CHECKPOINT, project

ENDS = (EntryKind.DELIVERY, EntryKind.FAILURE, EntryKind.DISCARD)
NEXT_CHECKPOINT = "1f1e589c-8cfa-6aca-8005-4b24c745eadf"


@dataclass
class FakeRun:
    """A run that goes on until `finish` or `stop`, or fails before it begins with `refusal`."""

    thread_id: str
    graph: str
    noted: list[str]
    refusal: Exception | None = None
    events: tuple[RunEvent, ...] = ()
    reason: StopReason = StopReason.FINISHED
    message: str = ""
    _ends: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, emit: Callable[[RunEvent], None]) -> RunEnded:
        self.noted.append("run")
        if self.refusal is not None:
            raise self.refusal
        emit(RunStarted(self.thread_id, self.graph, "Started"))
        emit(NodeStarted("ask", "task 1"))
        for event in self.events:
            emit(event)
        self.begun.set()
        await self._ends.wait()
        ended = RunEnded(self.reason, NEXT_CHECKPOINT, self.message, nodes=("ask",))
        emit(ended)
        return ended

    def pause(self) -> None:
        self.reason = StopReason.PAUSED
        self._ends.set()

    def stop(self) -> None:
        self.noted.append(f"stop {self.thread_id}")
        self.reason = StopReason.CANCELLED
        self._ends.set()

    def finish(self, reason: StopReason = StopReason.FINISHED) -> None:
        self.reason = reason
        self._ends.set()


class FakeBackend:
    """Has the threads that it is given, and makes runs that a test drives by hand."""

    read_only = False

    def __init__(self, noted: list[str]) -> None:
        self.noted = noted
        self.summaries: list[ThreadSummary] = []
        self.details: dict[str, ThreadDetail] = {}
        self.change: InboxChange | None = None
        self.runs: list[FakeRun] = []
        self.work: list[NewRun | Resumption] = []
        self.given: list[tuple[Mapping[str, Any], RunsOn]] = []
        self.delivered: set[str] = set()
        self.unusable: Exception | None = None
        self.refusal: Exception | None = None
        self.unavailable: Exception | None = None
        self.unreadable: Exception | None = None
        self.events: tuple[RunEvent, ...] = ()

    async def open(self) -> None:
        self.noted.append("open")

    async def threads(self) -> list[ThreadSummary]:
        return self.summaries

    async def read_threads(self, thread_ids: Sequence[str]) -> list[ThreadSummary]:
        return [summary for summary in self.summaries if summary.thread_id in thread_ids]

    async def thread(self, thread_id: str) -> ThreadDetail | None:
        if self.unreadable is not None:
            raise self.unreadable
        return self.details.get(thread_id)

    async def was_delivered(self, thread_id: str, delivery: str) -> bool:
        return delivery in self.delivered

    async def changes(self) -> InboxChange | None:
        return self.change

    async def load_project(self, progress: Callable[[str], None]) -> Project:
        progress("Loading")
        return project()

    async def keep_copy(self, thread_id: str) -> str:
        self.noted.append(f"copy {thread_id}")
        return f"{thread_id}.db"

    async def must_be_usable(self) -> None:
        if self.unusable is not None:
            raise self.unusable

    def new_run(self, work: NewRun | Resumption, context: Mapping[str, Any], where: RunsOn = "loop") -> Run:
        if self.unavailable is not None:
            raise self.unavailable
        self.work.append(work)
        self.given.append((context, where))
        self.runs.append(FakeRun(work.thread_id, work.graph, self.noted, self.refusal, self.events))
        return self.runs[-1]

    async def close(self) -> None:
        self.noted.append("close backend")


class FakeRecords:
    """Keeps everything, unless it is told that the disk is full, or will be after something was written."""

    def __init__(self, noted: list[str]) -> None:
        self.noted = noted
        self.full = False
        self.full_after = ""
        self.kept: dict[str, RunStop] = {"old": RunStop("old", CHECKPOINT, StopReason.BREAKPOINT_BEFORE)}
        self.entries_kept: list[JournalEntry] = []
        self.held_by_others: dict[str, Lease] = {}
        self.dead: dict[str, Lease] = {}
        self.drafted: dict[tuple[str, str, str], StoredDraft] = {}

    @property
    def decisions(self) -> list[JournalEntry]:
        return [entry for entry in self.entries_kept if entry.kind not in (*ENDS, EntryKind.TAKEOVER)]

    @property
    def outcomes(self) -> dict[int, str]:
        return {number: entry.outcome for entry in self.entries_kept for number in entry.about}

    def _write(self, what: str) -> None:
        self.noted.append(what)
        if self.full:
            raise RecordsError("The disk is full.")
        self.full = what == self.full_after

    def shapes(self) -> Mapping[tuple[str, str], str]:
        return shapes_of(self.entries_kept)

    def stops(self) -> Mapping[str, RunStop]:
        self._write("read stops")
        return dict(self.kept)

    def stopped(self, stop: RunStop) -> None:
        self._write(f"stopped {stop.reason.value}")
        self.kept[stop.thread_id] = stop

    def write(self, entries: Sequence[JournalEntry]) -> tuple[int, ...]:
        self._write("delivered" if entries[0].kind in ENDS else "decided")
        first = len(self.entries_kept) + 1
        self.entries_kept.extend(entries)
        return tuple(range(first, len(self.entries_kept) + 1))

    def undelivered(self) -> list[WrittenEntry]:
        done = {number for entry in self.entries_kept if entry.kind in ENDS for number in entry.about}
        return [each for each in self._written() if each.fields["kind"] == "decision" and each.number not in done]

    def entries(self, thread_id: str | None, before: int | None, most: int) -> list[WrittenEntry]:
        found = [each for each in self._written() if thread_id in (None, each.fields["thread_id"])]
        return [each for each in reversed(found) if before is None or each.number < before][:most]

    def _written(self) -> list[WrittenEntry]:
        return [write_entry(entry, n, "", "", Reviewer()) for n, entry in enumerate(self.entries_kept, 1)]

    def take_lease(self, thread_id: str, what: str) -> Lease | None:
        if self.full:
            raise RecordsError("The disk is full.")
        if thread_id in self.held_by_others:
            raise ThreadHeldError(self.held_by_others[thread_id])
        return self.dead.pop(thread_id, None)

    def release_lease(self, thread_id: str) -> None:
        if self.full:
            raise RecordsError("The disk is full.")

    def beat(self) -> None:
        self.noted.append("beat")

    def leases_of_others(self) -> Mapping[str, Lease]:
        return dict(self.held_by_others)

    def drafts(self, thread_id: str) -> tuple[StoredDraft, ...]:
        self._write("read drafts")
        return tuple(each for each in self.drafted.values() if each.thread_id == thread_id)

    def drafted_threads(self) -> frozenset[str]:
        return frozenset(thread_id for thread_id, *_ in self.drafted)

    def keep_drafts(self, drafts: tuple[StoredDraft, ...]) -> None:
        self._write("keep drafts")
        for each in drafts:
            self.drafted.pop(key := (each.thread_id, each.request_id, each.asked), None)
            self.drafted |= {key: each} if each.content else {}

    def forget_drafts(self, thread_id: str, request_ids: tuple[str, ...]) -> None:
        self._write("forget drafts")
        for key in [key for key in self.drafted if key[0] == thread_id and key[1] in request_ids]:
            del self.drafted[key]

    def close(self) -> None:
        self.noted.append("close records")
