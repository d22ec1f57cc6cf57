"""One thread decoded: its newest checkpoint, what it asks, how it stands, and what to call it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

from hitl_desktop.backends.checkpoints.checkpoint_state import START, CheckpointState, read_state
from hitl_desktop.backends.checkpoints.delta_messages import CHANNEL, delta_messages
from hitl_desktop.backends.checkpoints.inert import UndecodableError, bounded
from hitl_desktop.backends.checkpoints.open_questions import Asked, read_asked, tasks_below
from hitl_desktop.backends.checkpoints.row_connection import RowConnection
from hitl_desktop.backends.checkpoints.tasks import Task, read_leftover, read_tasks
from hitl_desktop.backends.checkpoints.titles import title_of
from hitl_desktop.core.dialects import read_request
from hitl_desktop.core.dialects.base import one_line
from hitl_desktop.core.dialects.pending_calls import calls_line
from hitl_desktop.core.threads import GivenAnswer, ThreadDetail, ThreadState, ThreadSummary

T = TypeVar("T")

_NEWEST = f"""
SELECT checkpoint_id, type, {bounded("checkpoint")}, {bounded("metadata", "NULL")} FROM checkpoints
WHERE thread_id = ? AND checkpoint_ns = ? ORDER BY checkpoint_id DESC LIMIT 1
"""
_FIRST_METADATA = f"""
SELECT {bounded("metadata", "NULL")} FROM checkpoints
WHERE thread_id = ? AND checkpoint_ns = '' ORDER BY checkpoint_id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class ThreadReading:
    """What the rows of one thread say. `labels` are its metadata; `damage` tells why its state cannot be decoded.

    `delivery` is the key in the newest checkpoint's metadata alone: older ones are of other deliveries. `leftover` is
    an answer at the newest checkpoint that belongs to no question.
    """

    thread_id: str
    checkpoint_id: str
    labels: Mapping[str, str]
    state: CheckpointState
    tasks: tuple[Task, ...]
    asked: Asked
    damage: str = ""
    delivery: str = ""
    leftover: GivenAnswer | None = None

    @property
    def thread_state(self) -> ThreadState:
        """How the thread stands; a breakpoint counts as stopped midway, which is all that the file can tell."""
        if self.leftover is not None and self.asks:
            return ThreadState.NEEDS_REPAIR
        if self.asked.questions or self.asked.unreadable:
            return ThreadState.WAITING
        if self.asked.failed_after_answer:
            return ThreadState.NEEDS_REPAIR
        if any(task.times.failed_last for task in self.tasks):
            return ThreadState.FAILED
        return ThreadState.STOPPED if self.state.nodes or self.state.sends else ThreadState.DONE

    @property
    def next_nodes(self) -> tuple[str, ...]:
        """The nodes that run next, without those of the step that have finished. None does not mean done."""
        finished = [task for task in self.tasks if task.finished and not task.is_function_call]
        done = {task.node() for task in finished}
        sent = {task.send_number for task in finished}
        nodes = self.state.nodes
        if nodes == (START,):  # of the functional API, the name of whose only node stands in its task alone
            nodes = tuple(task.node() for task in self.tasks if not task.is_function_call) or nodes
        return (
            *(node for node in nodes if node not in done),
            *(node for number, node in enumerate(self.state.sends) if number not in sent),
        )

    @property
    def asks(self) -> str:
        """What is asked, on one line."""
        questions = self.asked.questions
        if questions:
            first = read_request(questions[0]).asks
            return first if len(questions) == 1 else one_line(f"{len(questions)} questions: {first}")
        return next((one_line(f"This question cannot be read: {why}.") for _, why in self.asked.unreadable), "")

    def summary(self) -> ThreadSummary:
        """The thread as a row of the inbox."""
        asks, state = self.asks, self.thread_state
        waits = state is ThreadState.WAITING
        return ThreadSummary(
            self.thread_id,
            self.checkpoint_id,
            state,
            self.labels.get("hitl_graph") or self.labels.get("graph_id"),
            len(self.asked.questions) + len(self.asked.unreadable) if waits else 0,
            self.labels.get("hitl_title") or title_of(self.state, asks if self.asked.questions else "", self.thread_id),
            asks,
            True,
            self.next_nodes,
            self.state.last_node,
            calls_line(self.state.values, self.next_nodes) if state is ThreadState.STOPPED else "",
        )

    def detail(self) -> ThreadDetail:
        """The thread as the review panel opens it. What cannot be read is named among the errors."""
        unreadable = [(node, f"The question cannot be read: {why}.") for node, why in self.asked.unreadable]
        damage = [("", f"The state cannot be read: {self.damage}.")] if self.damage else []
        return ThreadDetail(
            self.summary(),
            # An answer that belongs to none of them is given to the next: they cannot be answered beside it.
            self.asked.questions if self.leftover is None else (),
            self.state.messages,
            self.state.values,
            (*self.asked.errors, *unreadable, *damage),
            self.delivery,
            self._given() if self.thread_state is ThreadState.NEEDS_REPAIR else (),
        )

    def _given(self) -> tuple[GivenAnswer, ...]:
        # A node that was resumed with it has it as well.
        return (self.leftover,) if self.leftover is not None else self.asked.given


def take_from_thread(
    connection: RowConnection, task_path: str, thread_id: str, take: Callable[[ThreadReading], T]
) -> T | None:
    """Read one thread as `read_thread` does, and take from it what is wanted.

    Where decoded rows fit together in no way that LangGraph could have written, the whole thread is one that cannot
    be read, and no other one is. Raises `sqlite3.Error` where the file cannot be read.
    """
    try:
        reading = read_thread(connection, task_path, thread_id)
        return take(reading) if reading is not None else None
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        why = f"its rows do not fit together ({type(error).__name__}: {error})"
        return take(ThreadReading(thread_id, "", {}, CheckpointState(), (), Asked((), (), False, ()), why))


def read_thread(connection: RowConnection, task_path: str, thread_id: str) -> ThreadReading | None:
    """Read one thread at its newest checkpoint; None where there is no such thread.

    A row that cannot be decoded costs only what it holds. Raises `sqlite3.Error` where the file cannot be read.
    """
    row = connection.execute(_NEWEST, (thread_id, "")).fetchone()
    if row is None:
        return None
    head, kind, blob, metadata = row

    def whole(state: CheckpointState, namespace: str, checkpoint_id: str) -> CheckpointState:
        if not state.has_delta_messages:
            return state
        messages = delta_messages(connection, task_path, thread_id, namespace, checkpoint_id)
        return replace(state, values={**state.values, CHANNEL: messages})

    state, damage = _decode_state(connection, kind, blob)
    state = whole(state, "", head)

    @cache
    def states(namespace: str) -> CheckpointState:
        if not namespace:
            return state
        found = connection.execute(_NEWEST, (thread_id, namespace)).fetchone()
        return (
            whole(_decode_state(connection, found[1], found[2])[0], namespace, found[0]) if found else CheckpointState()
        )

    tasks = read_tasks(connection, task_path, thread_id, "", head)
    asked = read_asked(tasks, tasks_below(connection, task_path, thread_id, tasks), states)
    (first,) = connection.execute(_FIRST_METADATA, (thread_id,)).fetchone()
    newest = _labels(metadata)
    labels, delivery = {**_labels(first), **newest}, newest.get("hitl_delivery", "")
    leftover = read_leftover(connection, thread_id, head)
    return ThreadReading(thread_id, head, labels, state, tuple(tasks), asked, damage, delivery, leftover)


def _decode_state(connection: RowConnection, kind: str | None, blob: bytes | None) -> tuple[CheckpointState, str]:
    """The checkpoint, or an empty one and the reason why it cannot be decoded."""
    try:
        checkpoint = connection.decode(kind, blob)
    except UndecodableError as error:
        return CheckpointState(), str(error)
    return read_state(checkpoint), "" if isinstance(checkpoint, Mapping) else "it is no checkpoint of LangGraph's"


def _labels(metadata: bytes | str | None) -> dict[str, str]:
    """The texts among a checkpoint's metadata, which LangGraph takes over from the configuration of the run."""
    try:
        found = json.loads(metadata or "{}")
    except (ValueError, RecursionError):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}
