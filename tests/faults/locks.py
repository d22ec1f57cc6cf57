"""Another program holds a lock on the database or on the review file for longer than anybody waits for it."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hitl_desktop.records.review_file import review_file_of
from tests.faults.aftermath import FIRST, see_after
from tests.faults.desk import Office, desk, told, told_at_start
from tests.faults.kills import asking_office
from tests.faults.processes import Gate, fork, wait

DATABASE, REVIEW_FILE = "the database", "the review file"
_LOCKED = ("locked by another program", "Another program holds it")


@dataclass(frozen=True, slots=True)
class Lock:
    """Which file is held, on which thread somebody decides meanwhile, and whether it is held when the program starts.

    Then nobody else can even read: that is how a program holds a file that has nobody else yet.
    """

    file: str
    thread_id: str
    at_start: bool = False

    def path(self, office: Office) -> Path:
        return office.database if self.file == DATABASE else review_file_of(office.database)


class Holding:
    """Each of these held in an office of its own, all at the same time, while this process goes on."""

    def __init__(self, locks: list[Lock], seconds: float) -> None:
        self._locks = locks
        self._stack = ExitStack()
        self._offices = [self._stack.enter_context(asking_office()) for _ in locks]
        self._gates: list[Gate] = []
        self._children: list[int] = []
        for lock, office in zip(locks, self._offices, strict=True):
            sits, held = Gate(), Gate()
            self._gates += [sits, held]
            self._children += [
                fork(partial(_hold, lock, office, seconds, sits, held)),
                fork(partial(_decide, lock, office, sits, held)),
            ]

    def finish(self) -> None:
        """Wait for the end of all and see to it that the rest is as it must be. Raises `AssertionError`."""
        with self._stack:
            ended = [wait(child) for child in self._children]
            for gate in self._gates:
                gate.close()
            assert not any(ended), ended
            for lock, office in zip(self._locks, self._offices, strict=True):
                see_after(office, lock.thread_id)


async def _hold(lock: Lock, office: Office, seconds: float, sits: Gate, held: Gate) -> None:
    if not lock.at_start:
        sits.pass_()
    connection = sqlite3.connect(lock.path(office), isolation_level=None)
    if lock.at_start:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    connection.execute("BEGIN IMMEDIATE")
    held.open()
    await asyncio.sleep(seconds)
    connection.close()


async def _decide(lock: Lock, office: Office, sits: Gate, held: Gate) -> None:
    """Decide until it works; until then nothing is sent, and each time it is said why."""
    if lock.at_start:
        held.pass_()
        while words := await told_at_start(office, lock.thread_id, FIRST):
            _must_be_said(words, office)
        return
    async with desk(office) as session:
        sits.open()
        held.pass_()
        refusals = 0
        while words := await told(session, lock.thread_id, FIRST):
            _must_be_said(words, office)
            refusals += 1
        assert refusals, f"{lock.file} was not locked for long enough"


def _must_be_said(words: str, office: Office) -> None:
    assert any(each in words for each in _LOCKED), words
    assert not office.begun(), f"sent in spite of: {words}"
