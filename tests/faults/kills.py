"""SIGKILL in the middle of a decision: at every step of its path, and at any moment."""

from __future__ import annotations

import asyncio
import atexit
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.faults.aftermath import FIRST, see_after
from tests.faults.desk import Office, begin, decide, desk
from tests.faults.processes import Steps, fork, gathered, must_succeed, wait

THREADS = AT_ONCE, LATER = "pays in the node that asks", "pays in the next node"
_LATEST = 0.25
"""Seconds after the beginning of a delivery within which a random kill falls; it takes less."""


@dataclass(slots=True)
class Counts:
    """What was done and what became of it. `not_made` are decisions of which nothing was on the disk when it died."""

    kills: int = 0
    delivered_later: int = 0
    not_made: int = 0
    begun_twice: int = 0


@contextmanager
def asking_office() -> Iterator[Office]:
    """An office with threads that ask the first of two questions."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(_prepared(), folder, dirs_exist_ok=True)
        yield Office(Path(folder))


@cache
def _prepared() -> Path:
    """A folder with what each office begins with, which is made once."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    office = Office(folder)
    office.open_ledger()

    async def start() -> None:
        async with desk(office) as session:
            for thread_id in THREADS:
                await begin(session, thread_id, 2, at_once=thread_id == AT_ONCE)

    must_succeed(start)
    return folder


def steps_of_a_decision(thread_id: str) -> list[str]:
    """The steps that a process takes that delivers a decision on this thread, each before and after."""
    with asking_office() as office:

        async def watch() -> str:
            steps = Steps()
            async with desk(office) as session:
                steps.install()
                await decide(session, thread_id, FIRST)
            return "\n".join(steps.taken)

        return gathered(watch).splitlines()


def kill_at(step: str, thread_id: str, counts: Counts, *, is_saved: bool = False) -> None:
    """Kill the process at this step, and see to it that the rest is as it must be.

    `is_saved` says that what the last node did is on the disk by then.
    """
    with asking_office() as office:

        async def die() -> None:
            async with desk(office) as session:
                Steps(step).install()
                await decide(session, thread_id, FIRST)

        ended = wait(fork(die))
        assert ended == -signal.SIGKILL, f"{step} was not reached: {ended}"
        _see_after(office, thread_id, counts)
        if is_saved:
            assert len(office.begun()) == 2, "a node that had finished ran again"


def kill_at_any_moment(chance: random.Random, thread_id: str, counts: Counts) -> None:
    """Kill the process at a random moment of a delivery."""
    with asking_office() as office:
        reading, writing = os.pipe()

        async def die() -> None:
            async with desk(office) as session:
                os.write(writing, b"!")
                await decide(session, thread_id, FIRST)
                await asyncio.sleep(_LATEST)

        child = fork(die)
        os.close(writing)
        os.read(reading, 1)
        os.close(reading)
        time.sleep(chance.uniform(0, _LATEST))
        os.kill(child, signal.SIGKILL)
        wait(child)
        _see_after(office, thread_id, counts)


def _see_after(office: Office, thread_id: str, counts: Counts) -> None:
    """See that all is as it must be, and count what became of the decision."""
    counts.kills += 1
    became = see_after(office, thread_id)
    counts.delivered_later += became == "delivered later"
    counts.not_made += became == "not made"
    counts.begun_twice += len(office.begun()) - 2
