"""Which faults are injected, in the short run and in the long one; each ends in an `AssertionError` or well."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count

from tests.faults import clocks, disks, files, permissions
from tests.faults.kills import AT_ONCE, LATER, THREADS, Counts, kill_at, kill_at_any_moment, steps_of_a_decision
from tests.faults.locks import DATABASE, REVIEW_FILE, Lock
from tests.faults.rivals import answer_at_once

_SAVED = {AT_ONCE: "after the writes of a task, 2", LATER: "after the writes of a task, 3"}
"""When the effect of the node that pays is known to LangGraph, so that it must not run again."""

NAMED, RANDOM, DOUBLES = "kills at named steps", "kills at random moments", "double resumes"
WRITES, SIZES = "disk full at a write", "disk full by the largest size of a file"
PROTECTED, FILES, CLOCKS = "not writable", "files replaced or damaged", "clocks"


@dataclass(frozen=True, slots=True)
class Fault:
    """What it is counted as, which one it is, and how to inject it."""

    kind: str
    name: str
    inject: Callable[[], object]


def kills(moments: int, chance: random.Random, counts: Counts) -> Iterator[Fault]:
    """A SIGKILL at every step of a decision, and at so many random moments."""
    for thread_id in THREADS:
        steps = steps_of_a_decision(thread_id)
        saved = steps.index(_SAVED[thread_id])
        for place, step in enumerate(steps):
            fault = partial(kill_at, step, thread_id, counts, is_saved=place >= saved)
            yield Fault(NAMED, f"{thread_id}, {step}", fault)
        for number in range(moments // len(THREADS)):
            yield Fault(RANDOM, f"{thread_id}, {number}", partial(kill_at_any_moment, chance, thread_id, counts))


def doubles(number: int) -> Iterator[Fault]:
    """Two processes that answer the same question at the same moment."""
    for each in range(number):
        yield Fault(DOUBLES, str(each), answer_at_once)


def locks(*, short: bool) -> list[Lock]:
    """Which locks are held at the same time, and who decides meanwhile."""
    threads = (LATER,) if short else THREADS
    held = (DATABASE, REVIEW_FILE)
    return [Lock(file, each, at_start) for file in held for each in threads for at_start in (False, True)]


def full_disks(*, short: bool) -> Iterator[Fault]:
    """Every write that fails, in the short run every 14th; and every page by which a file may grow, or some."""
    for place, (file, thread_id) in enumerate((file, each) for file in (DATABASE, REVIEW_FILE) for each in THREADS):
        if disks.writes_can_fail():
            writes = disks.writes_of_a_decision(file, thread_id)
            for number in range(3 * place, writes, 14) if short else range(writes):
                yield Fault(WRITES, f"{file}, {thread_id}, {number}", partial(disks.full_from, number, file, thread_id))
    for thread_id in THREADS:
        came_through: list[bool] = []
        for pages in count(1, 9 if short else 1):
            fault = partial(_note, came_through, disks.largest_file, pages * disks.PAGE, thread_id)
            yield Fault(SIZES, f"{thread_id}, {pages} pages", fault)
            if any(came_through) or pages > 100:
                break


def _note(came_through: list[bool], inject: Callable[[int, str], bool], size: int, thread_id: str) -> None:
    came_through.append(inject(size, thread_id))


def protected() -> Iterator[Fault]:
    """What may not be written for a while."""
    for what in permissions.ALL:
        yield Fault(PROTECTED, what, partial(permissions.protect, what, LATER))


def damaged_files(*, short: bool) -> Iterator[Fault]:
    """Every fault of every file while it is open and before the start; in the short run one of each kind."""
    for number, case in enumerate(files.ALL):
        if not short or number % 5 == 0:
            yield Fault(FILES, str(case), partial(files.damage, case))


def set_clocks(*, short: bool) -> Iterator[Fault]:
    """The clock set back by a day or forward by an hour, at each place where a time is taken."""
    hour, day = clocks.HOUR, clocks.DAY
    steps = [(0, -day)] if short else [(0, -day), (day, 0), (-day, 0), (0, hour), (hour, -hour)]
    for thread_id in (LATER,) if short else THREADS:
        for each in steps:
            yield Fault(CLOCKS, f"{thread_id}, {each}", partial(clocks.between_decisions, thread_id, each))
        for step in (hour,) if short else (hour, -day):
            yield Fault(CLOCKS, f"{thread_id}, lease, {step}", partial(clocks.held_by_another, thread_id, step))
        for step in (-day,) if short else (hour, -day):
            yield Fault(CLOCKS, f"{thread_id}, crash, {step}", partial(clocks.after_a_crash, thread_id, step))
