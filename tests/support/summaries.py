"""Rows for the inbox of tests: threads whose newest checkpoint is some minutes after one fixed time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hitl_desktop.core.threads import ThreadState, ThreadSummary

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def checkpoint_id(minutes: float, start: datetime = START) -> str:
    """A checkpoint id as LangGraph makes them, a UUID of version 6, of this many minutes after the start."""
    ticks = int(((start - datetime(1582, 10, 15, tzinfo=UTC)) / timedelta(microseconds=1)) + minutes * 6e7) * 10
    return str(UUID(int=(ticks >> 12) << 80 | 6 << 76 | (ticks & 0xFFF) << 64 | 2 << 62))


def thread(name: str, minutes: float, state: ThreadState = ThreadState.DONE, **fields: Any) -> ThreadSummary:
    """A row that was read, with a title made of its name, unless `fields` say otherwise."""
    values = {"title": f"Title of {name}", "read": True, "graph": "mail", **fields}
    return ThreadSummary(name, checkpoint_id(minutes), state, **values)
