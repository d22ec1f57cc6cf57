"""Checkpoint rows written by hand, for what LangGraph would not write: damage, attacks, older savers, ten thousands."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any, Self

import ormsgpack
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.types import Interrupt

_SERIALIZER = JsonPlusSerializer(allowed_msgpack_modules=None)
_TABLES = """
CREATE TABLE checkpoints (thread_id TEXT NOT NULL, checkpoint_ns TEXT NOT NULL DEFAULT '', checkpoint_id TEXT NOT NULL,
  parent_checkpoint_id TEXT, type TEXT, checkpoint BLOB, metadata BLOB,
  PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id));
CREATE TABLE writes (thread_id TEXT NOT NULL, checkpoint_ns TEXT NOT NULL DEFAULT '', checkpoint_id TEXT NOT NULL,
  task_id TEXT NOT NULL, {task_path} idx INTEGER NOT NULL, channel TEXT NOT NULL, type TEXT, value BLOB,
  PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id, task_id, idx));
"""
_TASK_PATH = "task_path TEXT NOT NULL DEFAULT '',"
CHANNELS = {-1: "__error__", -3: "__interrupt__", -4: "__resume__"}


def pack(value: Any) -> bytes:
    """As LangGraph stores this value."""
    return _SERIALIZER.dumps_typed(value)[1]


def extension(code: int, *content: Any) -> ormsgpack.Ext:
    """One of LangGraph's msgpack extensions, whatever it names."""
    return ormsgpack.Ext(code, ormsgpack.packb(list(content), default=lambda value: value))


def asked(value: Any, identity: str = "0" * 32) -> bytes:
    """The content of an `__interrupt__` row."""
    return pack([Interrupt(value, identity)])


def checkpoint(channels: dict[str, Any], **more: Any) -> bytes:
    """The content of a checkpoint with these channel values."""
    return pack({"v": 4, "channel_values": channels, "channel_versions": {}, "versions_seen": {}, **more})


class RawDatabase:
    """A database with the tables of LangGraph's saver; of an older one without `task_path`."""

    def __init__(self, path: Path, *, task_path: bool = True) -> None:
        self.path = path
        self.connection = sqlite3.connect(path)
        self.connection.executescript(_TABLES.format(task_path=_TASK_PATH if task_path else ""))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def checkpoint(
        self,
        thread: str,
        content: bytes,
        *,
        number: str = "1",
        namespace: str = "",
        kind: str = "msgpack",
        metadata: Any = b"{}",
    ) -> None:
        metadata = metadata if isinstance(metadata, bytes | str | None) else json.dumps(metadata).encode()
        row = (thread, namespace, number, None, kind, content, metadata)
        self.connection.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        self.connection.commit()

    def write(
        self,
        thread: str,
        idx: int,
        content: bytes,
        *,
        task: str = "task",
        path: str | None = "~__pregel_pull, ask",
        number: str = "1",
        namespace: str = "",
        kind: str = "msgpack",
        channel: str = "out",
    ) -> None:
        """One row of `writes`; `path` None for a table without that column."""
        paths = {} if path is None else {"task_path": path}
        row = {
            **{"thread_id": thread, "checkpoint_ns": namespace, "checkpoint_id": number, "task_id": task, **paths},
            **{"idx": idx, "channel": CHANNELS.get(idx, channel), "type": kind, "value": content},
        }
        marks = ", ".join("?" * len(row))
        self.connection.execute(f"INSERT OR REPLACE INTO writes ({', '.join(row)}) VALUES ({marks})", [*row.values()])
        self.connection.commit()
