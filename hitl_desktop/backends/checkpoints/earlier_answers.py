"""What was answered at a node before, in any thread of its graph: it shows what shape of answer the graph expects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from hitl_desktop.backends.checkpoints.inert import UndecodableError
from hitl_desktop.backends.checkpoints.row_connection import RowConnection
from hitl_desktop.backends.checkpoints.task_times import ANSWERED, NULL_TASK
from hitl_desktop.core.requests import Question

_LOOKED_AT: Final = 300
_KEPT: Final = 5
_LARGEST: Final = 100_000
"""Bytes of an answer above which its shape is no help."""

# The newest answers first, by the index alone; their values are read from the table for these rows only.
_ANSWERS: Final = """
SELECT w.type, w.value FROM (
    SELECT rowid AS row FROM writes INDEXED BY sqlite_autoindex_writes_1
    WHERE idx = ? AND task_id <> ? ORDER BY row DESC LIMIT ?
) AS newest JOIN writes AS w ON w.rowid = newest.row
WHERE (w.task_path = ? OR w.task_path LIKE ?) AND length(w.value) <= ?
  AND (SELECT coalesce(json_extract(data, '$.hitl_graph'), json_extract(data, '$.graph_id')) FROM (
      SELECT CAST(f.metadata AS TEXT) AS data FROM checkpoints AS f WHERE f.thread_id = w.thread_id
      AND f.checkpoint_ns = '' ORDER BY f.checkpoint_id LIMIT 1) WHERE json_valid(data)) IS ?
ORDER BY newest.row DESC
"""


def with_earlier_answers(
    connection: RowConnection, task_path: str, graph: str | None, questions: Sequence[Question]
) -> tuple[Question, ...]:
    """The questions of a thread of this graph, those without a schema with what was answered to them before.

    An older saver, which does not record the path of a task, knows none. Raises `sqlite3.Error`.
    """
    if task_path != "task_path":
        return tuple(questions)
    return tuple(
        question
        if question.response_schema is not None
        else replace(question, earlier=_earlier(connection, graph, question))
        for question in questions
    )


def _earlier(connection: RowConnection, graph: str | None, question: Question) -> tuple[Any, ...]:
    path = f"~__pregel_pull, {question.node}"
    escaped = path.replace("%", "_")  # a name with a per cent sign may match others of its length too
    rows = connection.execute(_ANSWERS, (ANSWERED, NULL_TASK, _LOOKED_AT, path, f"{escaped}, %", _LARGEST, graph))
    found: list[Any] = []
    for kind, value in rows:
        try:
            answers = connection.decode(kind, value)
        except UndecodableError:
            continue
        # A node that asks several times has a list of answers; that to the same question of it tells.
        if isinstance(answers, list) and len(answers) > question.answered:
            found.append(answers[question.answered])
            if len(found) == _KEPT:
                break
    return tuple(found)
