"""Threads as the inbox lists them and as the review panel opens them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from hitl_desktop.core.messages import Message
from hitl_desktop.core.requests import Question

_UUID_EPOCH = datetime(1582, 10, 15, tzinfo=UTC)


class ThreadState(StrEnum):
    """What a thread is doing, and so what can be done with it (design, section 3). In the order of the inbox."""

    WAITING = "waiting"
    BREAKPOINT = "breakpoint"
    NEEDS_REPAIR = "needs repair"
    RUNNING = "running"
    FAILED = "failed"
    STOPPED = "stopped midway"
    DONE = "done"

    @property
    def waits(self) -> bool:
        """Whether a reviewer's decision is what the thread waits for."""
        return self in (ThreadState.WAITING, ThreadState.BREAKPOINT)


@dataclass(slots=True)  # not frozen: an inbox of 10,000 takes a third less time to list
class ThreadSummary:
    """One row of the inbox. A value: it is replaced and never changed.

    `checkpoint_id` is the thread's newest checkpoint. `read` says whether that checkpoint was decoded: until
    then `asks` and `next_nodes` are empty, and a thread whose state SQL alone cannot tell counts as done; threads far
    down in the inbox have no graph and title either. `requests` counts the open questions. `last_node` is the
    node that ran last, as far as that is known; `calls` are the tool calls that the next node will run, on one line.
    `has_draft` says that something was typed on it and not sent.
    """

    thread_id: str
    checkpoint_id: str
    state: ThreadState
    graph: str | None = None
    requests: int = 0
    title: str = ""
    asks: str = ""
    read: bool = False
    next_nodes: tuple[str, ...] = ()
    last_node: str = ""
    calls: str = ""
    has_draft: bool = False

    @property
    def updated_at(self) -> datetime | None:
        """When the newest checkpoint was written (UTC), from its id; None where the id carries no time."""
        return checkpoint_time(self.checkpoint_id)


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer that a thread holds: at this node, or at none, as it was given without saying to which question.

    LangGraph gives one of no node to whatever question is asked next in the step (langgraph #8837).
    """

    value: Any
    node: str = ""


@dataclass(frozen=True, slots=True)
class ThreadDetail:
    """An opened thread, read from the database alone: no graph code ran.

    `values` is the state by channel, `messages` its conversation where it has one, `errors` what failed
    at the newest checkpoint (node and text). `delivery` is the key of the delivery that wrote it, if one did. `given`
    are the answers of a thread that needs repair.
    """

    summary: ThreadSummary
    questions: tuple[Question, ...] = ()
    messages: tuple[Message, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[tuple[str, str], ...] = ()
    delivery: str = ""
    given: tuple[GivenAnswer, ...] = ()

    @property
    def holds_a_leftover(self) -> bool:
        """Whether an answer lies here that belongs to no question, so that none can be answered."""
        return any(not answer.node for answer in self.given)

    @property
    def thread_id(self) -> str:
        """The thread's id."""
        return self.summary.thread_id

    @property
    def checkpoint_id(self) -> str:
        """The checkpoint that was read, which a decision is bound to."""
        return self.summary.checkpoint_id


def checkpoint_time(checkpoint_id: str) -> datetime | None:
    """The time (UTC) inside a checkpoint id, which is a UUID of version 6 (RFC 9562, section 5.6); else None."""
    digits = checkpoint_id.replace("-", "")
    if len(digits) != 32 or digits[12] != "6":
        return None
    try:
        ticks = int(digits[:12] + digits[13:16], 16)  # of 100 ns
        return _UUID_EPOCH + timedelta(microseconds=ticks // 10)
    except (ValueError, OverflowError):
        return None
