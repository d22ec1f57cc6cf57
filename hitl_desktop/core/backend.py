"""What the program needs of the place where threads live and graphs run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol, TypeAlias

from hitl_desktop.core.events import RunEnded, RunEvent
from hitl_desktop.core.graphs import Project
from hitl_desktop.core.requests import GoOn
from hitl_desktop.core.threads import ThreadDetail, ThreadSummary
from hitl_desktop.core.trust import ProjectReach


class BackendError(Exception):
    """Something did not work. The text says what happened, what was kept and what to do."""


class DatabaseError(BackendError):
    """The database cannot be opened, read or written."""


class StaleThreadError(BackendError):
    """The thread moved on since the reviewer saw it; nothing was sent."""


class ThreadBusyError(BackendError):
    """The thread is being run already; nothing was sent."""


class GraphUnavailableError(BackendError):
    """The thread's graph is not loaded, so the thread can be read but not run."""


class ProjectNotTrustedError(BackendError):
    """The project may not run its code, or not all that it uses by now; none of it was run. `reach` is what it is."""

    def __init__(self, reach: ProjectReach) -> None:
        super().__init__(
            f"The project in {reach.folder} is not trusted, so none of its code was run and nothing can be run. "
            "Threads can be read; File, Reload the project asks again."
        )
        self.reach = reach


@dataclass(frozen=True, slots=True)
class NewRun:
    """A new thread of `graph` with this input; `title` is what the inbox calls it."""

    thread_id: str
    graph: str
    input: Any
    title: str = ""


class HowToGoOn(StrEnum):
    """How a thread is taken up again."""

    ANSWER = "answer"
    CONTINUE = "continue"
    RETRY = "retry"
    ASK_AGAIN = "ask again"
    END = "end"


@dataclass(frozen=True, slots=True)
class Resumption:
    """Go on with a thread from the checkpoint that the reviewer saw.

    ANSWER sends `answers` (LangGraph's interrupt ids to their answers, all of one checkpoint). CONTINUE goes on
    without one, with `go_on` saying whether the state is changed before. RETRY goes on after a stop or a failure, with
    the answer that a failed node already has. ASK_AGAIN forgets that answer, so that the node asks anew. END leaves
    the thread without a step to do: no node runs, and what is asked is not answered. `what` says in words what the
    reviewer did; `title` is the thread's, kept in the inbox. `delivery` is a key of this delivery, the same if it is
    made again: graphs find it in their config, to do nothing twice.
    """

    thread_id: str
    graph: str
    checkpoint_id: str
    how: HowToGoOn
    answers: Mapping[str, Any] = field(default_factory=dict)
    go_on: GoOn = field(default_factory=GoOn)
    what: str = ""
    title: str = ""
    delivery: str = ""


@dataclass(frozen=True, slots=True)
class InboxChange:
    """What changed in the database since the last look: these threads, or so much that all must be listed."""

    thread_ids: tuple[str, ...]
    everything: bool = False


RunsOn: TypeAlias = Literal["loop", "thread"]
"""Where a run's nodes are awaited: on the window's own loop, or on a loop in a worker thread."""


class Run(Protocol):
    """One run of a graph on a thread. Where it runs is its own affair."""

    thread_id: str
    graph: str

    async def run(self, emit: Callable[[RunEvent], None]) -> RunEnded:
        """Run to the end and return the last event; every event, this one too, goes to `emit` in the loop's thread.

        Failures of the graph are events, not exceptions. Raises `StaleThreadError` and other `BackendError`s
        before anything was sent. Cancelling the caller stops the run.
        """
        ...

    def pause(self) -> None:
        """Ask the run to stop before its next step."""
        ...

    def stop(self) -> None:
        """Cancel the node that runs, and end."""
        ...


class Backend(Protocol):
    """Threads and graphs of one database and one project. Nothing here blocks the loop that awaits it."""

    @property
    def read_only(self) -> bool:
        """Whether threads can be looked at only."""
        ...

    async def open(self) -> None:
        """Open the database for reading; raises `DatabaseError`."""
        ...

    async def threads(self) -> list[ThreadSummary]:
        """All threads, unread, in no order; raises `DatabaseError`."""
        ...

    async def read_threads(self, thread_ids: Sequence[str]) -> list[ThreadSummary]:
        """These threads anew, with title, question and exact state; those that are gone are left out."""
        ...

    async def thread(self, thread_id: str) -> ThreadDetail | None:
        """One thread whole, or None where there is no such thread."""
        ...

    async def was_delivered(self, thread_id: str, delivery: str) -> bool:
        """Whether a checkpoint of the thread came from the delivery of this key; raises `DatabaseError`."""
        ...

    async def changes(self) -> InboxChange | None:
        """What changed since the last call, by whomever; None for nothing. Cheap enough for twice a second."""
        ...

    async def load_project(self, progress: Callable[[str], None]) -> Project:
        """Import LangGraph and the project's graphs, in a thread; a graph that fails carries its error.

        `progress` is called on the loop with a sentence for each step. Runs must have ended. Raises
        `ProjectNotTrustedError` where the project may not run its code; then no project is loaded any more.
        """
        ...

    async def keep_copy(self, thread_id: str) -> str:
        """Keep a copy of a thread before it is repaired; returns where, for people. Raises `DatabaseError`."""
        ...

    async def must_be_usable(self) -> None:
        """Raise `DatabaseError` where nothing can be run in the database, as it is gone or not LangGraph's."""
        ...

    def new_run(self, work: NewRun | Resumption, context: Mapping[str, Any], where: RunsOn = "loop") -> Run:
        """A run, not yet begun. `context` holds what the graph may read as its runtime context.

        Raises `GraphUnavailableError`, or `DatabaseError` where the database can be read only.
        """
        ...

    async def close(self) -> None:
        """Close every connection. Runs must have ended."""
        ...
