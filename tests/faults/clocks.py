"""The clock is set back or forward while somebody decides, between two decisions, and after a crash.

The clock of a machine cannot be set for a test: in the process that decides, and in no other, the functions are
replaced that the program, LangGraph and the journal ask for the time.
"""

from __future__ import annotations

import json
import os
import signal
import time
from datetime import UTC, datetime, timedelta
from functools import partial

from hitl_desktop.records import review_file
from hitl_desktop.records.journal_reading import reading_journal
from hitl_desktop.records.review_file import ReviewFile, review_file_of
from tests.faults.aftermath import FIRST, SECOND, see_after
from tests.faults.desk import Office, decide, desk, opened, told
from tests.faults.kills import asking_office
from tests.faults.processes import Gate, Steps, fork, must_succeed, wait

HOUR = 60 * 60
DAY = 24 * HOUR
_CRASH = "after the journal, 1"
_time, _time_ns = time.time, time.time_ns


def set_clock(seconds: float) -> None:
    """Set the clock of this process: so far ahead of the real one, or behind it."""
    vars(time)["time"] = lambda: _time() + seconds
    vars(time)["time_ns"] = lambda: _time_ns() + round(seconds * 1_000_000_000)
    shift = timedelta(seconds=seconds)
    vars(review_file)["_now"] = lambda: (datetime.now(UTC) + shift).isoformat(timespec="milliseconds")


def between_decisions(thread_id: str, steps: tuple[float, float]) -> None:
    """Decide twice, each time with the clock set anew: the thread goes on from its newest checkpoint.

    Once in one process, and once in a process for each decision.
    """
    for alone in (False, True):
        with asking_office() as office:

            async def decide_both() -> None:
                async with desk(office) as session:
                    for step, answer in zip(steps, (FIRST, SECOND), strict=True):
                        set_clock(step)
                        assert not await told(session, thread_id, answer)

            async def decide_one(step: float, answer: str) -> None:
                set_clock(step)
                async with desk(office) as session:
                    assert not await told(session, thread_id, answer)

            if alone:
                must_succeed(decide_both)
            else:
                for step, answer in zip(steps, (FIRST, SECOND), strict=True):
                    must_succeed(partial(decide_one, step, answer))
            see_after(office, thread_id)
            assert len(office.begun()) == 2, "the thread went on from an older checkpoint, and a node ran again"
            _must_be_in_order(office, backwards=steps[1] < steps[0])


def _must_be_in_order(office: Office, *, backwards: bool) -> None:
    """The journal's entries stand in the order in which they were written, whatever their times say."""
    with reading_journal(review_file_of(office.database)) as entries:
        found = [(entry.number, json.loads(entry.body)) for entry in entries]
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    answers = [body["answer"] for _, body in found if body["kind"] == "decision"]
    assert answers == [FIRST, SECOND], answers
    times = [body["time"] for _, body in found]
    assert (times != sorted(times)) == backwards, times


def held_by_another(thread_id: str, step: float) -> None:
    """A lease that is taken before the clock is set is respected after it, for as long as its process lives."""
    with asking_office() as office:
        sits, holds, free = Gate(), Gate(), Gate()

        async def hold() -> None:
            sits.pass_()
            ReviewFile(review_file_of(office.database)).take_lease(thread_id, "Approve")
            holds.open()
            free.pass_()
            os.kill(os.getpid(), signal.SIGKILL)

        async def decide_beside_it() -> None:
            async with desk(office) as session:
                review = await opened(session, thread_id)
                sits.open()
                holds.pass_()
                set_clock(step)
                for _ in range(2):
                    words = await told(session, thread_id, FIRST, review)
                    assert "run by another program now" in words, words
                assert not office.begun()
                free.open()
                while "run by another program now" in (words := await told(session, thread_id, FIRST, review)):
                    pass  # until the other one has died
                assert not words, words

        children = [fork(hold), fork(decide_beside_it)]
        assert [wait(child) for child in children] == [-signal.SIGKILL, 0]
        see_after(office, thread_id)


def after_a_crash(thread_id: str, step: float) -> None:
    """A decision that was on the disk when its process was killed is delivered by one whose clock was set since."""
    with asking_office() as office:

        async def die() -> None:
            async with desk(office) as session:
                Steps(_CRASH).install()
                await decide(session, thread_id, FIRST)

        assert wait(fork(die)) == -signal.SIGKILL
        assert see_after(office, thread_id, begin=partial(set_clock, step)) == "delivered later"
        see_after(office, thread_id)  # with the clock set right
