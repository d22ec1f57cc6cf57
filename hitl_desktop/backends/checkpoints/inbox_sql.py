"""The whole inbox from SQL alone: nothing is decoded, and most of it comes from the indexes of the primary keys."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from heapq import nlargest, nsmallest
from sys import intern
from typing import Final, TypeAlias

from hitl_desktop.backends.checkpoints.task_times import ANSWERED, NULL_TASK, TaskTimes
from hitl_desktop.core.threads import ThreadState, ThreadSummary

EAGER: Final = 300
"""Of so many threads graph and title are read at once: of those that need attention the longest waiting, and of the
others the newest. They are at the top of the inbox; what is scrolled to is read then."""

Tasks: TypeAlias = dict[str, TaskTimes]

# A third faster than `max(checkpoint_id) … GROUP BY thread_id`, and more with longer histories.
_HEADS: Final = """
SELECT thread_id, (SELECT h.checkpoint_id FROM checkpoints AS h WHERE h.thread_id = t.thread_id
                   AND h.checkpoint_ns = '' ORDER BY h.checkpoint_id DESC LIMIT 1)
FROM (SELECT DISTINCT thread_id FROM checkpoints) AS t
"""

# The control rows of every newest checkpoint, each with its task's last output. Without the hint SQLite scans the
# table, with all its values (550 ms instead of 250 where the file is not in memory).
_CONTROL_ROWS: Final = f"""
SELECT w.thread_id, w.task_id, w.idx, w.rowid,
       (SELECT max(o.rowid) FROM writes AS o WHERE o.thread_id = w.thread_id AND o.checkpoint_ns = ''
        AND o.checkpoint_id = w.checkpoint_id AND o.task_id = w.task_id AND o.idx >= 0)
FROM writes AS w INDEXED BY sqlite_autoindex_writes_1
WHERE w.idx < 0 AND w.checkpoint_ns = '' AND (w.task_id <> '{NULL_TASK}' OR w.idx = {ANSWERED})
  AND NOT EXISTS (SELECT 1 FROM checkpoints AS c WHERE c.thread_id = w.thread_id AND c.checkpoint_ns = ''
                  AND c.checkpoint_id > w.checkpoint_id)
"""

# Of an `@task`: whoever called it repeats its question under the same id.
_FUNCTION_CALLS: Final = """
SELECT rowid FROM writes WHERE rowid IN (SELECT value FROM json_each(?)) AND task_path LIKE '~__pregel_push, ~%'
"""

# What the tasks of subgraphs below a task did: an answer is recorded at the lowest alone.
_ROWS_BELOW: Final = """
SELECT w.checkpoint_ns, w.task_id, w.idx, w.rowid FROM writes AS w
WHERE w.thread_id = ? AND instr(w.checkpoint_ns, ?)
  AND NOT EXISTS (SELECT 1 FROM checkpoints AS c WHERE c.thread_id = w.thread_id
                  AND c.checkpoint_ns = w.checkpoint_ns AND c.checkpoint_id > w.checkpoint_id)
"""

# Of a thread's first checkpoint: it is its smallest row, and never an update of the state without metadata.
_LABELS: Final = """
SELECT thread_id, coalesce(json_extract(data, '$.hitl_graph'), json_extract(data, '$.graph_id')),
       json_extract(data, '$.hitl_title')
FROM (SELECT c.thread_id, CAST(c.metadata AS TEXT) AS data FROM json_each(?) AS wanted CROSS JOIN checkpoints AS c
      ON c.rowid = (SELECT f.rowid FROM checkpoints AS f WHERE f.thread_id = wanted.value AND f.checkpoint_ns = ''
                    ORDER BY f.checkpoint_id LIMIT 1))
WHERE json_valid(data)
"""


def list_threads(connection: sqlite3.Connection, task_path: str) -> list[ThreadSummary]:
    """Every thread, with the state that SQL alone can tell; the rest counts as done until it is read.

    Graph and title are there for the `EAGER` longest waiting or failed, and for the `EAGER` newest of the others.
    """
    tasks = _tasks_of_threads(connection)
    _leave_out_function_calls(connection, tasks, task_path)
    states = {thread_id: _state(connection, thread_id, each) for thread_id, each in tasks.items()}
    heads = {
        thread_id: head
        for thread_id, head in connection.execute(_HEADS)
        if isinstance(thread_id, str) and isinstance(head, str)  # none: only a subgraph has checkpoints
    }
    labels = _labels(connection, heads, states)
    done, unlabelled = (ThreadState.DONE, 0), (None, "")
    return [
        ThreadSummary(thread_id, head, state, graph, requests, title)
        for thread_id, head in heads.items()
        for state, requests in (states.get(thread_id, done),)
        for graph, title in (labels.get(thread_id, unlabelled),)
    ]


def _tasks_of_threads(connection: sqlite3.Connection) -> dict[str, Tasks]:
    threads: defaultdict[str, Tasks] = defaultdict(dict)
    for thread_id, task_id, idx, row, output in connection.execute(_CONTROL_ROWS):
        tasks = threads[thread_id]
        times = tasks.get(task_id)
        if times is None:
            tasks[task_id] = times = TaskTimes(output=output or 0)
        times.note(idx, row)
    return threads


def _leave_out_function_calls(connection: sqlite3.Connection, threads: dict[str, Tasks], task_path: str) -> None:
    """Forget the `@task`s among several asking tasks of a thread."""
    several = [times.asked for tasks in threads.values() if len(tasks) > 1 for times in tasks.values() if times.asks]
    if not several or task_path != "task_path":
        return
    calls = {row for (row,) in connection.execute(_FUNCTION_CALLS, (json.dumps(several),))}
    for tasks in threads.values():
        for task_id in [task_id for task_id, times in tasks.items() if times.asked in calls]:
            del tasks[task_id]


def _state(connection: sqlite3.Connection, thread_id: str, tasks: Tasks) -> tuple[ThreadState, int]:
    """The state, and how many tasks wait for an answer."""
    waiting = repair = 0
    for task_id, times in tasks.items():
        if not times.asks:
            continue
        if times.failed_after_answer or (times.failed_last and _failed_below(connection, thread_id, task_id)):
            repair += 1
        else:
            waiting += 1
    if waiting and NULL_TASK not in tasks:
        return ThreadState.WAITING, waiting
    if waiting or repair:  # an answer that belongs to no question would be given to any of them
        return ThreadState.NEEDS_REPAIR, 0
    return ThreadState.FAILED if any(times.failed_last for times in tasks.values()) else ThreadState.DONE, 0


def _failed_below(connection: sqlite3.Connection, thread_id: str, task_id: str) -> bool:
    """Whether a task in a subgraph failed with its answer, and none beside it waits for one."""
    below: defaultdict[tuple[str, str], TaskTimes] = defaultdict(TaskTimes)
    for namespace, below_id, idx, row in connection.execute(_ROWS_BELOW, (thread_id, task_id)):
        below[namespace, below_id].note(idx, row)
    waits = any(times.asks and not times.failed_last for times in below.values())
    return not waits and any(times.failed_after_answer for times in below.values())


def _labels(
    connection: sqlite3.Connection, heads: Mapping[str, str], states: Mapping[str, object]
) -> dict[str, tuple[str | None, str]]:
    """The graph and the title of the threads that the inbox shows first."""
    placed = [(head, thread_id) for thread_id, head in heads.items()]
    first = nsmallest(EAGER, (each for each in placed if each[1] in states))
    newest = nlargest(EAGER, (each for each in placed if each[1] not in states))
    wanted = [thread_id for _, thread_id in (*first, *newest)]
    return {
        thread_id: (intern(graph) if isinstance(graph, str) else None, title if isinstance(title, str) else "")
        for thread_id, graph, title in connection.execute(_LABELS, (json.dumps(wanted),))
    }
