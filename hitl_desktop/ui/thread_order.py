"""Where a thread stands in the inbox, and what is kept of it from one listing to the next."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, TypeAlias

from hitl_desktop.core.threads import ThreadState, ThreadSummary

Key: TypeAlias = tuple[int, int, str]
"""Sorts a thread: 0 for one that waits and 1 for another, its time (downwards for others), its id."""

FIRST_OF_OTHERS: Final[Key] = (1, -(1 << 64), "")

# Looking up a member of an enumeration costs more than the rest of a comparison.
_WAITING, _BREAKPOINT = ThreadState.WAITING, ThreadState.BREAKPOINT


def place_of(thread: ThreadSummary) -> Key:
    """What sorts the thread: those that wait first, the longest waiting on top; the others newest first."""
    time, state = _sortable_time(thread.checkpoint_id), thread.state
    if state is _WAITING or state is _BREAKPOINT:
        return 0, time, thread.thread_id
    return 1, -time, thread.thread_id


def keeping_what_was_read(old: ThreadSummary | None, new: ThreadSummary) -> ThreadSummary:
    """The new summary, with what was read of the same checkpoint before.

    A listing does not decode, and calls done what it cannot tell from done; it can tell the other states.
    """
    if old is None or new.read or old == new:
        return new
    graph, title = new.graph or old.graph, new.title or old.title
    if not old.read or old.checkpoint_id != new.checkpoint_id:
        return replace(new, graph=graph, title=title)
    cannot_tell = new.state is ThreadState.DONE and old.state in (ThreadState.BREAKPOINT, ThreadState.STOPPED)
    if new.state is not old.state and not cannot_tell:
        return replace(new, graph=graph, title=title)
    return replace(old, graph=graph, has_draft=new.has_draft)


def _sortable_time(checkpoint_id: str) -> int:
    # A checkpoint id is a UUID of version 6, which starts with its time (RFC 9562, section 5.6).
    try:
        return int(checkpoint_id.replace("-", "")[:16], 16)
    except ValueError:
        return 0
