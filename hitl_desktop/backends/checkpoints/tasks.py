"""The tasks of a checkpoint as `writes` records them: what each asked, how often it was answered, how it failed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hitl_desktop.backends.checkpoints.inert import UndecodableError, bounded
from hitl_desktop.backends.checkpoints.interrupts import StoredInterrupt, read_interrupts
from hitl_desktop.backends.checkpoints.row_connection import RowConnection
from hitl_desktop.backends.checkpoints.task_times import ANSWERED, ASKED, FAILED, NULL_TASK, TaskTimes
from hitl_desktop.core.threads import GivenAnswer

# `task_path_str` of langgraph.pregel._algo: numbers have ten digits, a path within a path starts with `~`.
_NODE: Final = re.compile(r"~__pregel_pull, (.+?)(?:, node_error_handler)?(?:, \d{10})*$", re.DOTALL)
_SEND: Final = re.compile(r"~__pregel_push, (\d{10})")
_FUNCTION_CALL: Final = "~__pregel_push, ~"
_HANDED_OVER: Final = "__error_source_node__"
"""The mark that a failed task's error handler takes over. It stands among the output, but is none."""


@dataclass(slots=True)
class Task:
    """One task of the newest checkpoint of a graph.

    `namespace` is empty for the root graph and else names the tasks above, ``node:task id|…``. `finished` is
    LangGraph's word for a task with output; `unreadable` says why its question cannot be decoded.
    """

    namespace: str
    id: str
    path: str
    times: TaskTimes = field(default_factory=TaskTimes)
    finished: bool = False
    interrupts: tuple[StoredInterrupt, ...] = ()
    given: tuple[Any, ...] = ()
    error: str = ""
    unreadable: str = ""

    @property
    def answers(self) -> int:
        """How many of its questions were answered."""
        return len(self.given)

    @property
    def is_function_call(self) -> bool:
        """Whether it is an `@task` that another task called."""
        return self.path.startswith(_FUNCTION_CALL)

    @property
    def depth(self) -> tuple[int, int]:
        """How far below the root graph it stands, then how many functions called each other to reach it."""
        return self.namespace.count("|") + bool(self.namespace), self.path.count("~")

    def node(self, sends: Sequence[str] = ()) -> str:
        """The node that ran; for an `@task` the one that called it. Empty where the saver did not record it.

        `sends` are the nodes of the checkpoint's `Send`s, which are numbered in the path.
        """
        if match := _NODE.search(self.path):
            return match[1]
        number = self.send_number
        return sends[number] if number is not None and number < len(sends) else ""

    @property
    def send_number(self) -> int | None:
        """Which of the checkpoint's `Send`s it carries out."""
        match = _SEND.search(self.path)
        return int(match[1]) if match else None


def read_tasks(
    connection: RowConnection, task_path: str, thread_id: str, namespace: str, checkpoint_id: str
) -> list[Task]:
    """The tasks of one checkpoint, in LangGraph's order. Output values are not read: they may be large."""
    rows = connection.execute(
        f"SELECT task_id, {task_path}, idx, rowid, channel, type, "
        f"CASE WHEN idx IN (?, ?, ?) THEN {bounded('value')} END "
        "FROM writes WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ? AND task_id <> ?",
        (ASKED, ANSWERED, FAILED, thread_id, namespace, checkpoint_id, NULL_TASK),
    )
    tasks: dict[str, Task] = {}
    for task_id, path, idx, row, channel, kind, value in rows:
        task = tasks.setdefault(task_id, Task(namespace, task_id, str(path)))
        task.times.note(idx, row)
        if idx in (ASKED, ANSWERED, FAILED):
            _take_in(connection, task, idx, kind, value)
        elif channel != _HANDED_OVER:
            task.finished = True
    return sorted(tasks.values(), key=lambda task: (task.path, task.id))


def read_leftover(connection: RowConnection, thread_id: str, checkpoint_id: str) -> GivenAnswer | None:
    """The answer at a checkpoint of the root graph that was given without saying to which question, if there is one."""
    row = connection.execute(
        f"SELECT type, {bounded('value')} FROM writes WHERE thread_id = ? AND checkpoint_ns = '' AND checkpoint_id = ? "
        "AND task_id = ? AND idx = ?",
        (thread_id, checkpoint_id, NULL_TASK, ANSWERED),
    ).fetchone()
    if row is None:
        return None
    try:
        return GivenAnswer(connection.decode(row[0], row[1]))
    except UndecodableError as error:
        return GivenAnswer(f"It cannot be read: {error}.")


def _take_in(connection: RowConnection, task: Task, idx: int, kind: str | None, value: bytes | None) -> None:
    try:
        content = connection.decode(kind, value)
        if idx == ASKED:
            task.interrupts = read_interrupts(content)
        elif idx == ANSWERED:
            task.given = tuple(content) if isinstance(content, list) else (content,)
        else:
            task.error = content if isinstance(content, str) else repr(content)
    except UndecodableError as error:
        if idx == ASKED:
            task.unreadable = str(error)
        elif idx == ANSWERED:
            task.given = (f"It cannot be read: {error}.",)
        else:
            task.error = f"The error cannot be read: {error}."
