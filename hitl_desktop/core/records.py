"""What the program itself keeps about a database: why runs stopped, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from hitl_desktop.core.drafts import StoredDraft
from hitl_desktop.core.events import RunEnded, StopReason
from hitl_desktop.core.journal import JournalEntry, WrittenEntry

_MOST = 4000


class RecordsError(Exception):
    """The review file cannot be read or written. The text says what happened, what was kept and what to do."""


@dataclass(frozen=True, slots=True)
class RunStop:
    """Why the last run of a thread stopped, and at which checkpoint: it tells a breakpoint from a crash.

    `message` says of a failure what happened and what to do; LangGraph does not keep that of every one.
    """

    thread_id: str
    checkpoint_id: str
    reason: StopReason
    nodes: tuple[str, ...] = ()
    message: str = ""

    @classmethod
    def of(cls, thread_id: str, ended: RunEnded) -> RunStop:
        """What is kept of a run's last event. An error that is a whole page long is kept by its beginning."""
        message = ended.message if ended.reason is StopReason.FAILED else ""
        if len(message) > _MOST:
            message = f"{message[: _MOST - 1]}…"
        return cls(thread_id, ended.checkpoint_id, ended.reason, ended.nodes, message)


@dataclass(frozen=True, slots=True)
class Lease:
    """A process' right to run a thread. `since` is in UTC; `what` says in words what it does."""

    thread_id: str
    holder: str
    host: str
    process: int
    what: str
    since: str
    is_alive: bool


class ThreadHeldError(Exception):
    """Another process runs the thread: see `lease`."""

    def __init__(self, lease: Lease) -> None:
        super().__init__(f"process {lease.process} on {lease.host}")
        self.lease = lease


class Records(Protocol):
    """The review file. Every method blocks for a disk access, and raises `RecordsError`."""

    def stops(self) -> Mapping[str, RunStop]:
        """The last stop of each thread, by thread id."""
        ...

    def stopped(self, stop: RunStop) -> None:
        """Keep why a run stopped."""
        ...

    def shapes(self) -> Mapping[tuple[str, str], str]:
        """In which shape questions were answered last, by graph and node: the label of the shape."""
        ...

    def write(self, entries: Sequence[JournalEntry]) -> tuple[int, ...]:
        """Put entries into the journal and on the disk, all or none; returns their numbers.

        Decisions are undelivered until an entry of their delivery, or that they were discarded, is about them.
        """
        ...

    def undelivered(self) -> Sequence[WrittenEntry]:
        """The decisions of which nobody wrote what became of them, the oldest first."""
        ...

    def entries(self, thread_id: str | None, before: int | None, most: int) -> Sequence[WrittenEntry]:
        """The newest entries of the journal first: of a thread or of all, and older than `before`."""
        ...

    def take_lease(self, thread_id: str, what: str) -> Lease | None:
        """Take the right to run a thread; returns the lease of a dead process that was taken over, if any.

        Raises `ThreadHeldError` where a living process has it.
        """
        ...

    def release_lease(self, thread_id: str) -> None:
        """Give it back."""
        ...

    def beat(self) -> None:
        """Say that the holder of these leases is still there."""
        ...

    def leases_of_others(self) -> Mapping[str, Lease]:
        """What living processes other than this holder run now, by thread id."""
        ...

    def drafts(self, thread_id: str) -> tuple[StoredDraft, ...]:
        """What was typed on a thread and not sent, the oldest first."""
        ...

    def drafted_threads(self) -> frozenset[str]:
        """The threads on which something was typed and not sent."""
        ...

    def keep_drafts(self, drafts: tuple[StoredDraft, ...]) -> None:
        """Put drafts in the place of those of the same questions; one without content takes the other away."""
        ...

    def forget_drafts(self, thread_id: str, request_ids: tuple[str, ...]) -> None:
        """Forget the drafts of these requests."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...
