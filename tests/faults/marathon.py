"""A day's work in minutes: several processes decide at random on many threads, and are killed at random."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hitl_desktop.core.backend import BackendError
from hitl_desktop.core.journal import EntryKind, findings
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.records.journal_reading import reading_journal
from hitl_desktop.records.review_file import review_file_of
from tests.faults.desk import Office, begin, decide, desk, take_up
from tests.faults.processes import fork, gathered, must_succeed, wait

WORKERS = 3
_SECONDS_BETWEEN_KILLS = (0.5, 3.0)


@dataclass(slots=True)
class Outcome:
    """What came of a marathon. `lost` and `twice` count decisions; `grown` is what one process took at its end, of
    memory and of open files, as a share of what it took after its first tenth.
    """

    decisions: int = 0
    kills: int = 0
    lost: int = 0
    twice: int = 0
    begun_twice: int = 0
    memory: float = 1.0
    files: float = 1.0


def run(decisions: int, threads: int, seed: int = 1) -> Outcome:
    """Have at least so many decisions made on so many threads. Raises `AssertionError` if the journal is not whole."""
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder))
        office.open_ledger()
        names = [f"t{number}" for number in range(threads)]

        async def start() -> None:
            async with desk(office) as session:
                for number, name in enumerate(names):
                    await begin(session, name, 4 * decisions // threads + 10, at_once=number % 2 == 0)

        must_succeed(start)
        outcome = Outcome()
        _let_them_work(office, names, decisions, random.Random(seed), outcome)

        async def finish() -> None:
            async with desk(office) as session:
                for name in names:
                    await take_up(session, name)
                assert not session.undelivered

        must_succeed(finish)
        _compare(office, outcome)
        outcome.memory, outcome.files = map(float, gathered(lambda: _grow(office, names, decisions // 10)).split())
        return outcome


def _let_them_work(office: Office, names: list[str], decisions: int, chance: random.Random, outcome: Outcome) -> None:
    """Keep the workers at it, and kill one now and then, until there are enough decisions."""
    workers: list[int] = []
    while _decided(office) < decisions:
        while len(workers) < WORKERS:
            workers.append(fork(partial(_work, office, names, random.Random(chance.random()))))
        time.sleep(chance.uniform(*_SECONDS_BETWEEN_KILLS))
        victim = workers.pop(chance.randrange(len(workers)))
        os.kill(victim, signal.SIGKILL)
        assert wait(victim) == -signal.SIGKILL, "a worker ended by itself"
        outcome.kills += 1
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
        wait(worker)
        outcome.kills += 1


async def _work(office: Office, names: list[str], chance: random.Random) -> None:
    async with desk(office) as session:
        number = 0
        while True:
            number += 1
            name = chance.choice(names)
            with suppress(BackendError):  # somebody else was faster, or is at it
                review = await take_up(session, name)
                if review.detail.summary.state is ThreadState.WAITING:
                    await decide(session, name, f"{os.getpid()} {number}")


def _decided(office: Office) -> int:
    with closing(sqlite3.connect(office.ledger)) as ledger:
        return int(ledger.execute("SELECT count(*) FROM paid").fetchone()[0])


def _compare(office: Office, outcome: Outcome) -> None:
    """Each decision that was not refused was paid once, and nothing else was."""
    decided: dict[int, str] = {}
    with reading_journal(review_file_of(office.database)) as entries:
        for entry in entries:
            fields = entry.fields
            if fields["kind"] == EntryKind.DECISION:
                decided[entry.number] = json.dumps(fields["answer"])
            elif fields["kind"] == EntryKind.DISCARD or fields["outcome"].startswith("not sent"):
                for number in fields["about"]:
                    decided.pop(number, None)
    with reading_journal(review_file_of(office.database)) as entries:
        anchor = office.anchor.read()
        assert list(findings(entries, [anchor] if anchor is not None else [])) == []
    wanted, paid = Counter(decided.values()), Counter(json.dumps(answer) for answer in office.paid())
    outcome.decisions = len(decided)
    outcome.lost = sum((wanted - paid).values())
    outcome.twice = sum((paid - wanted).values())
    outcome.begun_twice = len(office.begun()) - len(office.paid())


async def _grow(office: Office, names: list[str], decisions: int) -> str:
    """What one process takes after all of its decisions, beside what it took after a tenth of them."""
    async with desk(office) as session:
        taken: list[tuple[int, int]] = []
        for number in range(decisions):
            await decide(session, names[number % len(names)], f"more {number}")
            if number + 1 in (max(1, decisions // 10), decisions):
                taken.append((_memory(), len(os.listdir("/proc/self/fd"))))
    (memory, files), (memory_now, files_now) = taken[0], taken[-1]
    return f"{memory_now / memory} {files_now / files}"


def _memory() -> int:
    """Bytes of memory that this process has now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
