"""Leases: which process runs a thread now. Kept in the review file, so that all windows and programs see them."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from platform import node
from typing import Final

from hitl_desktop.core.records import Lease, ThreadHeldError
from hitl_desktop.records.sealing import Sealing

_SECONDS_TO_LIVE: Final = 60.0
"""After how long without a beat the lease of another machine has ended; of this one, processes are looked at."""


class Heartbeats:
    """When each beat of a lease was seen first, by a clock that is never set.

    The times that stand in the file are those of other clocks, or of this one before it was set: they are only
    looked at for whether they change.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[tuple[str, str], tuple[float, float]] = {}

    def goes_on(self, thread_id: str, holder: str, beat: float) -> bool:
        """Whether there was another beat in the last minute, or this one was not known until then."""
        before = self._seen.get((thread_id, holder))
        if before is None or before[0] != beat:
            before = self._seen[thread_id, holder] = (beat, self._clock())
        return self._clock() - before[1] < _SECONDS_TO_LIVE


_COLUMNS = "thread_id, holder, host, process, began, what, since, beat"


def take(
    connection: sqlite3.Connection,
    thread_id: str,
    holder: str,
    what: str,
    since: str,
    beats: Heartbeats,
    sealing: Sealing,
) -> Lease | None:
    """Take the lease of a thread; returns the dead one that was taken over, if any.

    Raises `ThreadHeldError` where a living process holds it. Within a transaction of the caller that may write.
    """
    (before,) = [*_leases(connection, beats, sealing, "WHERE thread_id = ?", (thread_id,)), None][:1]
    if before is not None and before.is_alive and before.holder != holder:
        raise ThreadHeldError(before)
    words = sealing.text(what, _place(thread_id))
    connection.execute(
        f"REPLACE INTO leases ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (thread_id, holder, node(), os.getpid(), _began(os.getpid()), words, since, time.time()),
    )
    return before


def release(connection: sqlite3.Connection, thread_id: str, holder: str) -> None:
    """Give a lease back; that of another holder stays."""
    connection.execute("DELETE FROM leases WHERE thread_id = ? AND holder = ?", (thread_id, holder))


def beat(connection: sqlite3.Connection, holder: str) -> None:
    """Say that the holder is still there."""
    connection.execute("UPDATE leases SET beat = ? WHERE holder = ?", (time.time(), holder))


def living(connection: sqlite3.Connection, beats: Heartbeats, sealing: Sealing) -> list[Lease]:
    """The leases of processes that are alive."""
    return [lease for lease in _leases(connection, beats, sealing) if lease.is_alive]


def _place(thread_id: str) -> str:
    return f"lease {thread_id}"


def _leases(
    connection: sqlite3.Connection,
    beats: Heartbeats,
    sealing: Sealing,
    where: str = "",
    values: Iterable[object] = (),
) -> list[Lease]:
    found = []
    for thread_id, holder, host, process, began, what, since, last in connection.execute(
        f"SELECT {_COLUMNS} FROM leases {where}", tuple(values)
    ):
        if host == node():
            # A number is given to another process some day; when it began, with the boot, tells the two apart.
            is_alive = _began(process) == began if began else _exists(process)
        else:
            is_alive = beats.goes_on(thread_id, holder, last)
        words = sealing.read_text(what, _place(thread_id))
        found.append(Lease(thread_id, holder, host, process, words, since, is_alive))
    return found


def _began(process: int) -> str:
    """When a process of this machine began, as ticks since this boot; empty where that is not known, or it is dead."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return f"{_boot()} {fields[19]}" if fields[0] not in ("Z", "X") else ""  # proc(5): state, and starttime


@cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _exists(process: int) -> bool:
    """Whether there is such a process, where /proc does not say when it began."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
