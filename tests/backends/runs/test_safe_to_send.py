"""Just before a thread goes on: the file is the one that was opened, nobody writes to it, the clock is right."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from langgraph.checkpoint.base import id as ids

from hitl_desktop.backends.runs import graph_run
from hitl_desktop.backends.runs.safe_to_send import ids_must_follow
from hitl_desktop.backends.runs.thread_head import read_head
from hitl_desktop.core.backend import BackendError, DatabaseError
from hitl_desktop.core.decisions import Submit
from hitl_desktop.core.events import RunEvent, StopReason
from hitl_desktop.core.threads import ThreadState
from tests.backends.runs.bench import Bench, OddFolder
from tests.backends.runs.test_refusals import refused

HOUR = 60 * 60


def copied(database: Path) -> Path:
    """A whole copy of the database, with what is in its log."""
    copy = database.with_name("copy.db")
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


@pytest.mark.parametrize("behind", [0, 1, 24 * HOUR])
async def test_what_follows_is_the_newest_whatever_the_clock_says(
    behind: int, odd_bench: Bench, odd: OddFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another process, which knows no earlier id, and where the clock was set back since."""
    await odd_bench.start("asks", {"out": []})
    delivery, now, before = await odd_bench.prepare(Submit("yes")), time.time_ns, odd_bench.newest("t1")
    monkeypatch.setattr(time, "time_ns", lambda: now() - behind * 1_000_000_000)
    monkeypatch.setattr(ids, "_last_v6_timestamp", None)
    ended = await odd_bench.prepare_run(delivery.resumption).run(list[RunEvent]().append)
    assert ended.checkpoint_id > before
    (thread,) = await odd_bench.backend.read_threads(["t1"])
    assert thread.state is ThreadState.DONE


async def test_nothing_is_sent_where_a_lower_id_would_follow(
    odd_bench: Bench, odd: OddFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    await odd_bench.start("asks", {"out": []})
    delivery, ran, before, now = await odd_bench.prepare(Submit("yes")), odd.ran, odd_bench.newest("t1"), time.time_ns
    with monkeypatch.context() as patched:
        patched.setattr(time, "time_ns", lambda: now() - HOUR * 1_000_000_000)
        patched.setattr(ids, "uuid6", lambda clock_seq=None: UUID(int=0))
        words = r"clock of this computer is behind.*Nothing was sent.*Set the clock"
        await refused(odd_bench, odd_bench.prepare_run(delivery.resumption), BackendError, words)
    assert odd.ran == ran
    assert odd_bench.newest("t1") == before


@pytest.mark.parametrize("newest", ["", "no id", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"])
def test_ids_that_are_not_of_a_time_are_left_alone(newest: str) -> None:
    ids_must_follow(newest)


async def test_nothing_is_sent_while_another_program_writes(odd_bench: Bench, odd: OddFolder) -> None:
    await odd_bench.start("asks", {"out": []})
    delivery, before = await odd_bench.prepare(Submit("yes")), odd.ran
    saver: Any = odd_bench.backend._saver
    await saver.conn.execute("PRAGMA busy_timeout=50")
    with closing(sqlite3.connect(odd_bench.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        run = odd_bench.prepare_run(delivery.resumption)
        await refused(odd_bench, run, DatabaseError, "locked by another program for too long. Nothing was sent")
        other.execute("ROLLBACK")
    assert odd.ran == before
    ended = await odd_bench.prepare_run(delivery.resumption).run(list[RunEvent]().append)
    assert ended.reason is not StopReason.FAILED


async def test_nothing_is_sent_into_a_file_that_was_replaced_meanwhile(
    odd_bench: Bench, odd: OddFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    await odd_bench.start("asks", {"out": []})
    delivery, before = await odd_bench.prepare(Submit("yes")), odd.ran
    copy = copied(odd_bench.database)

    def replaced_while_it_is_read(*asked: Any) -> Any:
        head = read_head(*asked)
        os.replace(copy, asked[0])
        return head

    with monkeypatch.context() as patched:
        patched.setattr(graph_run, "read_head", replaced_while_it_is_read)
        with pytest.raises(DatabaseError, match=r"was replaced by another file just now\. Nothing was sent"):
            await odd_bench.prepare_run(delivery.resumption).run(list[RunEvent]().append)
    assert odd.ran == before


@pytest.mark.parametrize("how", ["moved", "replaced"])
async def test_a_run_whose_file_goes_says_so(how: str, odd_bench: Bench, odd: OddFolder) -> None:
    await odd_bench.start("asks", {"out": []})
    delivery, database = await odd_bench.prepare(Submit("yes")), odd_bench.database
    away, copy = database.with_name("moved.db"), copied(database)

    def goes(event: Any) -> None:
        if not away.exists():
            database.rename(away)
            if how == "replaced":
                os.replace(copy, database)

    ended = await odd_bench.prepare_run(delivery.resumption).run(goes)
    assert ended.reason is StopReason.FAILED
    assert "was moved, deleted or replaced during the run" in ended.message
    if how == "moved":
        with pytest.raises(DatabaseError, match="There is no database"):
            await odd_bench.backend.threads()
    else:
        (thread,) = await odd_bench.backend.read_threads(["t1"])
        assert thread.state is ThreadState.WAITING, "what was saved for the other file is read from this one"
    os.replace(away, database)
    (thread,) = await odd_bench.backend.read_threads(["t1"])
    assert thread.state is ThreadState.DONE, "the file has all that the run wrote"
