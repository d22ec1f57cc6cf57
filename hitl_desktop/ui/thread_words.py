"""Threads in words, as the inbox and a screen reader tell them."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from hitl_desktop.core.threads import ThreadState, ThreadSummary
from hitl_desktop.ui.plain_text import visible

STATE_WORDS: Final[dict[ThreadState, str]] = {
    ThreadState.WAITING: "Waiting",
    ThreadState.BREAKPOINT: "At a breakpoint",
    ThreadState.NEEDS_REPAIR: "Needs repair",
    ThreadState.RUNNING: "Running",
    ThreadState.FAILED: "Failed",
    ThreadState.STOPPED: "Stopped midway",
    ThreadState.DONE: "Done",
}


class StateFilter(Enum):
    """Which threads are listed: the words of the choice, and the states (none for all)."""

    ALL = ("All threads", frozenset[ThreadState]())
    WAITING = ("Waiting", frozenset({ThreadState.WAITING, ThreadState.BREAKPOINT}))
    RUNNING = ("Running", frozenset({ThreadState.RUNNING}))
    FAILED = ("Failed or needs repair", frozenset({ThreadState.FAILED, ThreadState.NEEDS_REPAIR}))
    STOPPED = ("Stopped midway", frozenset({ThreadState.STOPPED}))
    DONE = ("Done", frozenset({ThreadState.DONE}))

    @property
    def words(self) -> str:
        """The filter's name in the window."""
        return self.value[0]

    @property
    def states(self) -> frozenset[ThreadState]:
        """The states that it lets through; empty for all."""
        return self.value[1]


def is_known(thread: ThreadSummary) -> bool:
    """Whether the thread's state is certain: what was not read yet counts as done, rightly or not."""
    return thread.read or thread.state is not ThreadState.DONE


def stood_at_breakpoint(old: ThreadSummary, new: ThreadSummary) -> bool:
    """Whether a thread that was left midway is now known to stand at a breakpoint, and did before: nothing happened."""
    left, found = old.state is ThreadState.STOPPED, new.state is ThreadState.BREAKPOINT
    return left and found and old.checkpoint_id == new.checkpoint_id


def at_local_time(time: str) -> str:
    """A time in ISO 8601 as people here read it: the day and the minute; the text itself where it is no such time."""
    try:
        return f"{datetime.fromisoformat(time).astimezone():%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError, OSError):
        return time


def state_words(thread: ThreadSummary) -> str:
    """The thread's state in words, with the number of its requests where there are several."""
    if not is_known(thread):
        return "Reading…"
    words = STATE_WORDS[thread.state]
    return f"{words} · {thread.requests} requests" if thread.requests > 1 else words


def title_of(thread: ThreadSummary) -> str:
    """The thread's title in one line, its id where it has none, with hidden characters spelled out."""
    return one_line(thread.title) or one_line(thread.thread_id)


def one_line(text: str) -> str:
    """The start of the text in one line, long enough for any row, with hidden characters spelled out."""
    return visible(" ".join(text[:1000].split()))


def graph_of(thread: ThreadSummary) -> str:
    """The name of the thread's graph."""
    return one_line(thread.graph or "") or "unknown graph"


def age_words(then: datetime, now: datetime) -> str:
    """How long ago, in a word or two: "now", "2 min", "3 h", "5 d", later the date. Both times are aware.

    A time to come, as of a clock that was set back, is told as one: "in 3 h".
    """
    seconds = (now - then).total_seconds()
    if seconds <= -60:
        return f"in {age_words(now, then)}" if seconds > -7 * 86400 else f"{then.astimezone():%Y-%m-%d}"
    if seconds < 60:
        return "now"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min"
    if seconds < 86400:
        return f"{seconds // 3600:.0f} h"
    if seconds < 7 * 86400:
        return f"{seconds // 86400:.0f} d"
    local = then.astimezone()
    year = f" {local.year}" if now - then > timedelta(days=300) else ""
    return f"{local.day} {local:%b}{year}"


def row_words(thread: ThreadSummary, now: datetime) -> str:
    """The whole row as one text, the state first, for a screen reader."""
    then = thread.updated_at
    parts = [f"{state_words(thread)}: {title_of(thread)}", one_line(thread.asks), graph_of(thread)]
    parts += ["with a draft"] if thread.has_draft else []
    if then is not None and (age := age_words(then, now)):
        parts.append(f"{age} ago" if age != "now" and now - timedelta(days=7) <= then < now else age)
    return ", ".join(part for part in parts if part)


def row_details(thread: ThreadSummary) -> str:
    """What a row has no room for: the whole title and question, the exact time, the thread's id."""
    then = thread.updated_at
    when = f"{then.astimezone():%d %B %Y, %H:%M:%S}" if then is not None else ""
    return "\n".join(part for part in (thread.title, thread.asks, when, f"Thread {thread.thread_id}") if part)
