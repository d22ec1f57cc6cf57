"""Which of a thread's questions are still open, where they were asked, and what failed.

A question of a subgraph stands in a row of every graph from the one that asks up to the root, under one id, but the
answer is recorded at the lowest alone. The rows above are stale when a run ended before they were written
anew, and then LangGraph's `get_state` lists questions that were answered. So the lowest row decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from operator import attrgetter, itemgetter
from typing import TypeAlias

from hitl_desktop.backends.checkpoints.checkpoint_state import CheckpointState
from hitl_desktop.backends.checkpoints.interrupts import StoredInterrupt, interrupt_id
from hitl_desktop.backends.checkpoints.row_connection import RowConnection
from hitl_desktop.backends.checkpoints.tasks import Task, read_tasks
from hitl_desktop.core.dialects.pending_calls import pending_calls
from hitl_desktop.core.messages import Message
from hitl_desktop.core.requests import Question
from hitl_desktop.core.threads import GivenAnswer

States: TypeAlias = Callable[[str], CheckpointState]
"""The newest checkpoint of a namespace, empty where it cannot be read."""

_depth = attrgetter("depth")


class _Answer(Enum):
    OPEN = auto()
    USED = auto()
    FAILED_WITH_IT = auto()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a thread's newest checkpoint asks.

    `unreadable` are questions that cannot be decoded, as node and reason; `failed_after_answer` says whether a node
    has its answer and failed with it, `given` what it has; `errors` are node and text.
    """

    questions: tuple[Question, ...]
    unreadable: tuple[tuple[str, str], ...]
    failed_after_answer: bool
    errors: tuple[tuple[str, str], ...]
    given: tuple[GivenAnswer, ...] = ()


def tasks_below(connection: RowConnection, task_path: str, thread_id: str, root: Sequence[Task]) -> list[Task]:
    """The tasks of the subgraphs that asking or failed root tasks run, each at its graph's newest checkpoint."""
    tasks = {task.id: task.node() for task in root if task.times.asks or task.times.failed_last}
    if not tasks:
        return []
    # The checkpoints of a subgraph that were written since the root's newest one, as their ids are times: the node that
    # asked may stand in an earlier one than the node that runs now.
    checkpoints = connection.execute(
        "SELECT checkpoint_ns, checkpoint_id FROM checkpoints WHERE thread_id = ? AND checkpoint_ns > '' "
        "AND checkpoint_id > (SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = '') "
        "ORDER BY checkpoint_ns, checkpoint_id",
        (thread_id, thread_id),
    ).fetchall()
    return [
        task
        for namespace, checkpoint_id in checkpoints
        if _is_below(namespace, tasks)
        for task in read_tasks(connection, task_path, thread_id, namespace, checkpoint_id)
    ]


def _is_below(namespace: str, tasks: Mapping[str, str]) -> bool:
    """Whether a subgraph belongs to one of these tasks, which are task ids with their nodes."""
    node, _, task_id = namespace.partition("|")[0].partition(":")
    if task_id:
        return task_id in tasks
    # A subgraph with a checkpointer of its own has a namespace without task ids, and keeps it for ever.
    return node in tasks.values() or "" in tasks.values()


def read_asked(root: Sequence[Task], below: Sequence[Task], states: States) -> Asked:
    """Read what is open from the tasks of the root graph and of the subgraphs below."""
    questions: dict[str, tuple[tuple[int, str, str], Question]] = {}
    unreadable = []
    failed: dict[str, Task] = {}
    lowest = {each.id: task for task in sorted((*root, *below), key=_depth) for each in task.interrupts}
    for number, task in enumerate(root):
        if not task.times.asks:
            continue
        if task.unreadable and not task.is_function_call:
            unreadable.append((task.node(states(task.namespace).sends), task.unreadable))
        for interrupt in task.interrupts:
            asking = lowest[interrupt.id]
            state = states(asking.namespace)
            answer = _answer(interrupt, asking, state)
            if answer is _Answer.FAILED_WITH_IT:
                failed[asking.id] = asking
            if answer is _Answer.OPEN and interrupt.id not in questions:
                path = _path(interrupt, asking, state)
                question = Question(
                    interrupt.id,
                    path[-1],
                    path,
                    interrupt.value,
                    interrupt.response_schema,
                    calling=_calling(asking, state),
                    answered=asking.answers,
                )
                questions[interrupt.id] = (number, asking.path, asking.namespace), question
    # A row with several questions holds them in the order in which they happened to arrive.
    ordered = tuple(question for _, question in sorted(questions.values(), key=itemgetter(0)))
    given = tuple(
        GivenAnswer(value, task.node(states(task.namespace).sends)) for task in failed.values() for value in task.given
    )
    return Asked(ordered, tuple(unreadable), bool(failed), tuple(_errors(root, below, states)), given)


def _answer(interrupt: StoredInterrupt, task: Task, state: CheckpointState) -> _Answer:
    if task.times.output:
        return _Answer.USED
    if not task.times.failed_after_answer:
        return _Answer.OPEN
    # Either this question was answered and the node failed then; or an earlier one was, and the answer to this one
    # did not fit its schema, which LangGraph does not keep. The id tells, as it counts the answers before it.
    asked_next = any(
        interrupt.id == interrupt_id(namespace, task.answers) for _, namespace in _own_namespaces(task, state)
    )
    return _Answer.OPEN if asked_next else _Answer.FAILED_WITH_IT


def _own_namespaces(task: Task, state: CheckpointState) -> Iterator[tuple[str, str]]:
    """The nodes that the task may be of, each with the namespace that the task then has."""
    above = f"{task.namespace}|" if task.namespace else ""
    known = task.node(state.sends)
    for node in (known,) if known else (*state.nodes, *state.sends):
        # An error handler is a node of its own, but its path names the node that failed.
        for name in (node, f"__error_handler__{node}", "__default_error_handler__"):
            yield node, f"{above}{name}:{task.id}"


def _calling(task: Task, state: CheckpointState) -> Message | None:
    """The message whose tool calls the task found in its state. One that carries out a `Send` has its own call."""
    if task.send_number is not None or task.is_function_call:
        return None
    return pending_calls(state.values, (task.node(),))[0]


def _path(interrupt: StoredInterrupt, task: Task, state: CheckpointState) -> tuple[str, ...]:
    """The nodes from the root graph down to the one that asks."""
    node = task.node(state.sends)
    if not node:  # an older saver, which records no paths: the id of its question is made of the name
        ids = range(task.answers + 1)
        names = _own_namespaces(task, state)
        node = next((name for name, own in names if interrupt.id in (interrupt_id(own, n) for n in ids)), "")
    above = [part.partition(":")[0] for part in task.namespace.split("|") if part and not part.isdecimal()]
    return (*above, node)


def _errors(root: Sequence[Task], below: Sequence[Task], states: States) -> Iterator[tuple[str, str]]:
    failed = [task for task in root if task.times.failed_last]
    callers = {task.error for task in failed if not task.is_function_call}
    failed = [task for task in failed if not (task.is_function_call and task.error in callers)]
    # When one node fails, LangGraph cancels the others of its step.
    causes = [task for task in failed if not task.error.startswith("CancelledError(")]
    # A run that was cancelled leaves failures below, and none at the root.
    cancelled = [task for task in below if task.times.failed_after_answer] if not failed else []
    for task in causes or failed or cancelled:
        same = [each for each in below if each.times.failed_last and each.error == task.error]
        lowest = max([task, *same], key=_depth)
        yield lowest.node(states(lowest.namespace).sends), task.error
