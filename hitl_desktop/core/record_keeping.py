"""The review file as the session uses it: off the loop, with what could not be written kept until it can be."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from hitl_desktop.core.backend import ThreadBusyError
from hitl_desktop.core.journal import EntryKind, JournalEntry, WrittenEntry, hash_of
from hitl_desktop.core.records import Lease, Records, RecordsError, RunStop, ThreadHeldError
from hitl_desktop.core.threads import ThreadDetail
from hitl_desktop.core.undelivered import Undelivered, undelivered_by_thread
from hitl_desktop.core.ways_to_read import shapes_of

if TYPE_CHECKING:
    from hitl_desktop.core.review import Delivery, Review

P = ParamSpec("P")
T = TypeVar("T")

SECONDS_TO_BEAT: Final = 10.0
"""How often the holder of leases says that it is still there."""

_LATEST: Final = 10


class RecordKeeper:
    """What is known from the review file, and everything that is put there.

    Attributes:
        stops: why each thread's last run stopped, by thread id.
        shapes: in which shape questions were answered last, by graph and node.
        undelivered: what was decided and not delivered, by thread id.
        elsewhere: what other processes run now, by thread id.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._unsaved_stops: dict[str, RunStop] = {}
        self._unsaved_entries: list[JournalEntry] = []
        self._unreleased: set[str] = set()
        self._unread: dict[str, None] = {}
        self._unwritten: dict[str, None] = {}
        self._file = asyncio.Lock()
        self._held: set[str] = set()
        self._beating: asyncio.Task[None] | None = None
        self.stops: dict[str, RunStop] = {}
        self.shapes: dict[tuple[str, str], str] = {}
        self.undelivered: dict[str, Undelivered] = {}
        self.elsewhere: dict[str, Lease] = {}

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the review file now, in words: what failed since it last could be read, and be written."""
        return (*self._unread, *self._unwritten)

    @property
    def cannot_be_read(self) -> bool:
        """Whether the last look at the file failed."""
        return bool(self._unread)

    async def open(self) -> None:
        """Read the file; raises `RecordsError`."""
        await self.refresh()
        self.shapes = dict(await self._reach(self._unread, self._records.shapes))
        await self.look_elsewhere()

    async def refresh(self) -> None:
        """Read anew what another window may have written; raises `RecordsError`, and then what is known stays."""
        async with self._file:
            stops = await self._reach(self._unread, self._records.stops)
            self.stops = {**stops, **self._unsaved_stops}
            kept = await self._reach(self._unread, self._records.undelivered)
            self.undelivered = undelivered_by_thread(kept)

    async def look_elsewhere(self) -> bool:
        """See what other processes run now; returns whether that is something else than before."""
        with suppress(RecordsError):
            # What is told of the file is found by other reads: this one would take their problems back, twice a second.
            found = dict(await asyncio.to_thread(self._records.leases_of_others))
            changed = {id_: lease.holder for id_, lease in found.items()} != {
                id_: lease.holder for id_, lease in self.elsewhere.items()
            }
            self.elsewhere = found
            return changed
        return False

    @asynccontextmanager
    async def holding(self, thread_id: str, graph: str, what: str) -> AsyncIterator[None]:
        """Hold the lease of a thread. Raises `ThreadBusyError` where another process has it, and `RecordsError`."""
        try:
            dead = await self._reach(self._unwritten, self._records.take_lease, thread_id, what)
        except ThreadHeldError as held:
            self.elsewhere[thread_id] = held.lease
            raise ThreadBusyError(busy_words(held.lease)) from held
        self._held.add(thread_id)
        self._unreleased.discard(thread_id)
        if self._beating is None:
            self._beating = asyncio.create_task(self._beat(), name="lease heartbeat")
        try:
            if dead is not None:
                words = f"Taken over from process {dead.process} on {dead.host}, which had begun “{dead.what}”"
                await self.note(JournalEntry(EntryKind.TAKEOVER, thread_id, graph, outcome=f"{words} at {dead.since}"))
            yield
        finally:
            self._held.discard(thread_id)
            self._unreleased.add(thread_id)
            if not self._held and self._beating is not None:
                self._beating.cancel()
                self._beating = None
            await self._save()

    async def write(self, entries: Sequence[JournalEntry]) -> tuple[int, ...]:
        """Put entries on the disk, all or none, and return their numbers; raises `RecordsError`."""
        numbers = await self._reach(self._unwritten, self._records.write, tuple(entries))
        self.shapes |= shapes_of(entries)
        return numbers

    async def write_decisions(self, delivery: Delivery, key: str) -> tuple[int, ...]:
        """Put decisions on the disk before they are sent; `key` is that of their delivery. Raises `RecordsError`.

        Those that are there already are only said to be delivered now. What else was decided on the thread, and not
        delivered, is given up with the new decision.
        """
        resumption, entries = delivery.resumption, [replace(entry, delivery=key) for entry in delivery.records]
        about = JournalEntry(EntryKind.RETRY, resumption.thread_id, resumption.graph, delivery=key)
        if delivery.kept:
            words = "Delivered after all, as the program had ended before"
            await self.write((replace(about, outcome=words, about=delivery.kept),))
            return delivery.kept
        before = self.undelivered.get(resumption.thread_id)
        if before is not None:
            words = "Decided anew"
            entries.append(replace(about, kind=EntryKind.DISCARD, outcome=words, about=before.numbers))
        numbers = await self.write(entries)
        if before is not None:
            self._settle(entries.pop())
        return numbers[: len(delivery.records)]

    async def with_undelivered(self, thread: Review, was_delivered: Callable[[str, str], Awaitable[bool]]) -> Review:
        """The review with what was decided on it and can be delivered still.

        Where the thread has gone on instead, it is written down whether that came from the delivery.
        """
        undelivered = self.undelivered.get(thread.thread_id)
        if undelivered is None:
            return thread
        if undelivered.belongs_to(thread):
            return replace(thread, undelivered=undelivered)
        await self.look_elsewhere()
        if thread.thread_id in self.elsewhere:  # by whom it is being delivered, and written down
            return thread
        # At the checkpoint of the decision, an answered question is one whose step was cut before its next checkpoint.
        answered = thread.detail.checkpoint_id == undelivered.checkpoint_id
        arrived = answered or await was_delivered(thread.thread_id, undelivered.delivery)
        outcome = "delivered" if arrived else "not delivered: the thread had gone on without it"
        outcome = f"{outcome}; found when the thread was opened after the program had ended"
        kind = EntryKind.DELIVERY if arrived else EntryKind.DISCARD
        await self._settled(thread.thread_id, undelivered, kind, outcome)
        return thread

    async def discard(self, thread_id: str, reason: str) -> None:
        """Give up what was decided on a thread and not delivered."""
        if (undelivered := self.undelivered.get(thread_id)) is not None:
            await self._settled(thread_id, undelivered, EntryKind.DISCARD, reason)

    async def _settled(self, thread_id: str, undelivered: Undelivered, kind: EntryKind, outcome: str) -> None:
        key = undelivered.delivery
        await self.note(JournalEntry(kind, thread_id, delivery=key, outcome=outcome, about=undelivered.numbers))

    async def note(self, entry: JournalEntry) -> None:
        """Put an entry on the disk, now or as soon as that works again."""
        self._unsaved_entries.append(entry)
        self._settle(entry)
        await self._save()

    async def keep_stop(self, stop: RunStop) -> None:
        """Keep why a run stopped, now or as soon as that works again."""
        self.stops[stop.thread_id] = self._unsaved_stops[stop.thread_id] = stop
        await self._save()

    async def entries(self, thread_id: str | None, before: int | None, most: int) -> Sequence[WrittenEntry]:
        """The newest entries of the journal first; raises `RecordsError`."""
        return await self._reach(self._unread, self._records.entries, thread_id, before, most)

    async def delivery_under_way(self, thread: ThreadDetail) -> str:
        """The key of the last delivery on a thread, where nothing else has moved the thread on since; else nothing."""
        for entry in await self.entries(thread.thread_id, None, _LATEST):
            key = str(entry.fields.get("delivery", ""))
            if key and (key == thread.delivery or entry.fields.get("checkpoint_id") == thread.checkpoint_id):
                return key
        return ""

    async def key_for(self, delivery: Delivery) -> str:
        """The key to deliver with: the one that the same answers to the same questions were delivered with before.

        Their node may have run then, and what came of it was not saved; or an older copy of the thread is back.
        """
        if delivery.resumption.delivery:
            return delivery.resumption.delivery
        wanted = {
            (entry.checkpoint_id, entry.request_id, hash_of(entry.answer) if entry.answer is not None else "")
            for entry in delivery.records
        }
        found: dict[str, set[tuple[str, str, str]]] = {}
        with suppress(RecordsError):  # which is said in a moment, as the decision must be written there
            most, thread_id = _LATEST * max(1, len(wanted)), delivery.resumption.thread_id
            for entry in await asyncio.to_thread(self._records.entries, thread_id, None, most):
                fields = entry.fields
                if fields.get("kind") in (EntryKind.DECISION, EntryKind.STATE_EDIT) and fields.get("delivery"):
                    answer = (str(fields["checkpoint_id"]), str(fields["request_id"]), str(fields["answer_hash"]))
                    found.setdefault(str(fields["delivery"]), set()).add(answer)
        return next((key for key, answers in found.items() if answers == wanted), "") or uuid.uuid4().hex

    async def close(self) -> None:
        """Write what is left to be written, and close the file."""
        await self._save()
        await asyncio.to_thread(self._records.close)

    def _settle(self, entry: JournalEntry) -> None:
        settled = self.undelivered.get(entry.thread_id)
        if settled is not None and set(settled.numbers) <= set(entry.about):
            del self.undelivered[entry.thread_id]

    async def _save(self) -> None:
        """Put stops, outcomes and given back leases on the disk. What cannot be written is tried again with the next.

        The graph has run by then, so that a failure is no reason to say that it has not. After a restart a lost
        stop makes a breakpoint a "probable" one, and a lost outcome a decision of which it is asked what became.
        """
        async with self._file:
            try:
                for stop in list(self._unsaved_stops.values()):
                    await self._reach(self._unwritten, self._records.stopped, stop)
                    if self._unsaved_stops.get(stop.thread_id) == stop:
                        del self._unsaved_stops[stop.thread_id]
                while self._unsaved_entries:
                    await self._reach(self._unwritten, self._records.write, (self._unsaved_entries[0],))
                    del self._unsaved_entries[0]
                for thread_id in self._unreleased - self._held:
                    await self._reach(self._unwritten, self._records.release_lease, thread_id)
                    self._unreleased.discard(thread_id)
            except RecordsError:
                pass

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(SECONDS_TO_BEAT)
            with suppress(RecordsError):  # it is said with the next thing that must be written
                await asyncio.to_thread(self._records.beat)

    async def _reach(self, problems: dict[str, None], access: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Read or write the review file, off the loop. Raises `RecordsError`: a problem until the same works again."""
        try:
            found = await asyncio.to_thread(access, *args, **kwargs)
        except RecordsError as error:
            problems[str(error)] = None
            raise
        problems.clear()
        return found


def busy_words(lease: Lease) -> str:
    """That a thread runs in another process, for the reviewer."""
    return (
        f"This thread is run by another program now: process {lease.process} on {lease.host} (“{lease.what}”). "
        "Nothing was sent; what you entered is kept. Wait for it, or close that program."
    )
