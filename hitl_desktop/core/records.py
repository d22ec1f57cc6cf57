"""What the program itself keeps about a database: why runs stopped, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from hitl_desktop.core.events import RunEnded, StopReason
from hitl_desktop.core.values import Json

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
class DecisionRecord:
    """One decision as it was made: for which request at which checkpoint, what was shown, what is sent."""

    thread_id: str
    graph: str
    checkpoint_id: str
    request_id: str
    node: str
    payload: Json
    decisions: Json
    answer: Json


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

    def decided(self, records: tuple[DecisionRecord, ...]) -> tuple[int, ...]:
        """Put decisions on the disk, before LangGraph hears of them; returns their numbers."""
        ...

    def delivered(self, numbers: tuple[int, ...], outcome: str) -> None:
        """Note what became of these decisions."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...
