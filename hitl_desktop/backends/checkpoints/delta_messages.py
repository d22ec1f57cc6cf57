"""The conversation of a graph that stores its messages as changes: LangGraph's `DeltaChannel`, which deepagents uses.

A checkpoint then holds no messages but now and then a snapshot, and what its nodes wrote stands in `writes`. All
of it is read and put together here as `add_messages` does: a message takes the place of the one with its id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from hitl_desktop.backends.checkpoints.inert import UndecodableError, bounded
from hitl_desktop.backends.checkpoints.row_connection import RowConnection
from hitl_desktop.core.values import Foreign

CHANNEL: Final = "messages"
_REMOVE_ALL: Final = "__remove_all__"
_MOST_STEPS: Final = 5_000
"""LangGraph writes a snapshot after so many at the latest (`DELTA_MAX_SUPERSTEPS_SINCE_SNAPSHOT`)."""

# From a checkpoint back to the beginning, along its own branch. Without the contents, which would all be read first.
_ANCESTORS: Final = """
WITH RECURSIVE chain(checkpoint_id, step) AS (
    SELECT parent_checkpoint_id, 1 FROM checkpoints
    WHERE thread_id = :thread AND checkpoint_ns = :namespace AND checkpoint_id = :head
    UNION ALL
    SELECT c.parent_checkpoint_id, chain.step + 1 FROM chain JOIN checkpoints AS c
    ON c.thread_id = :thread AND c.checkpoint_ns = :namespace AND c.checkpoint_id = chain.checkpoint_id
    WHERE chain.step < :most)
SELECT checkpoint_id FROM chain WHERE checkpoint_id IS NOT NULL ORDER BY step
"""
_CONTENT: Final = f"""
SELECT type, {bounded("checkpoint")} FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?
"""
_WRITES: Final = f"""
SELECT type, {bounded("value")} FROM writes
WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ? AND channel = ?
AND idx >= 0 ORDER BY {{task_path}}, task_id, idx
"""


def delta_messages(
    connection: RowConnection, task_path: str, thread_id: str, namespace: str, checkpoint_id: str
) -> list[Any]:
    """The messages at a checkpoint, oldest first, decoded; what cannot be decoded is left out.

    Raises `sqlite3.Error`.
    """
    steps: list[list[Any]] = []
    base: list[Any] = []
    found = connection.execute(
        _ANCESTORS, {"thread": thread_id, "namespace": namespace, "head": checkpoint_id, "most": _MOST_STEPS}
    )
    # Each once: LangGraph makes no circles, and a stranger's would have no end.
    for ancestor in dict.fromkeys(row[0] for row in found):
        content = connection.execute(_CONTENT, (thread_id, namespace, ancestor)).fetchone()
        if content is None:
            break
        rows = connection.execute(
            _WRITES.format(task_path=task_path), (thread_id, namespace, ancestor, CHANNEL)
        ).fetchall()
        steps.append([value for row in rows for value in _decoded(connection, *row)])
        snapshot = _snapshot(connection, *content)
        if snapshot is not None:
            base = snapshot
            break
    messages: dict[str, Any] = {}
    for value in (base, *reversed(steps)):
        for message in value:
            _put(messages, message)
    return list(messages.values())


def _decoded(connection: RowConnection, kind: str | None, value: bytes | None) -> Iterator[Any]:
    try:
        written = connection.decode(kind, value)
    except UndecodableError:
        return
    if isinstance(written, Foreign) and written.type_name.endswith("Overwrite"):
        written = written.value.get("value") if isinstance(written.value, Mapping) else written.value
        yield Foreign("RemoveMessage", {"type": "remove", "id": _REMOVE_ALL})
    yield from written if isinstance(written, list) else [written]


def _snapshot(connection: RowConnection, kind: str | None, blob: bytes | None) -> list[Any] | None:
    try:
        checkpoint = connection.decode(kind, blob)
    except UndecodableError:
        return None
    values = checkpoint.get("channel_values") if isinstance(checkpoint, Mapping) else None
    held = values.get(CHANNEL) if isinstance(values, Mapping) else None
    if isinstance(held, Foreign):  # the snapshot's own type around the list
        held = held.value
    return held if isinstance(held, list) else None


def _put(messages: dict[str, Any], message: Any) -> None:
    fields = message.value if isinstance(message, Foreign) else message
    identity = fields.get("id") if isinstance(fields, Mapping) else None
    if isinstance(fields, Mapping) and fields.get("type") == "remove":
        if identity == _REMOVE_ALL:
            messages.clear()
        else:
            messages.pop(str(identity), None)
        return
    messages[identity if isinstance(identity, str) else f"without id {len(messages)}"] = message
