"""Runs the faults and prints what became of them; ends with 1 if anything was lost or done twice."""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from tests.faults import hostile, kills, locks, marathon, plan

T = TypeVar("T")


class Runner:
    """Injects faults one after the other and counts them; what fails is printed at once, and the rest goes on."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.failed = 0

    def run(self, faults: Iterable[plan.Fault]) -> None:
        for fault in faults:
            self.tried(f"{fault.kind}, {fault.name}", fault.inject)
            self.done[fault.kind] += 1

    def tried(self, what: str, work: Callable[[], T]) -> T | None:
        """What came of it; None where it failed."""
        try:
            return work()
        except Exception:
            sys.stdout.write(f"{what}:\n{traceback.format_exc()}\n")
            self.failed += 1
            return None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a few of each, in about a minute and a half")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the random moments")
    options = parser.parse_args()
    short = options.short
    moments, doubles, decisions, threads, held_for = (8, 3, 60, 8, 6) if short else (250, 50, 10_000, 500, 30)
    counts, chance, runner = kills.Counts(), random.Random(options.seed), Runner()
    sys.stdout.write(f"seed {options.seed}\n")
    held = plan.locks(short=short)
    holding = locks.Holding(held, held_for)  # which mostly waits, beside the others
    runner.run(plan.full_disks(short=short))
    runner.run(plan.protected())
    runner.run(plan.damaged_files(short=short))
    runner.run(plan.set_clocks(short=short))
    runner.tried("locks", holding.finish)
    rows = runner.tried("hostile rows", hostile.look_at_rows) or 0
    refused = runner.tried("refused connections", hostile.reach_out) or 0
    runner.run(plan.kills(moments, chance, counts))
    runner.run(plan.doubles(doubles))
    day = marathon.run(decisions, threads, options.seed)
    for words, count in (
        ("kills", counts.kills + day.kills),
        ("  at named steps", runner.done[plan.NAMED]),
        ("  at random moments", runner.done[plan.RANDOM]),
        ("  delivered after the restart", counts.delivered_later),
        ("  not made, as nothing was on the disk yet", counts.not_made),
        ("  nodes that were cut and ran again", counts.begun_twice + day.begun_twice),
        ("double resumes", runner.done[plan.DOUBLES]),
        ("hostile rows", rows),
        ("refused connections", refused),
        (f"locked for {held_for} seconds", len(held)),
        ("disk full", runner.done[plan.WRITES] + runner.done[plan.SIZES]),
        ("  at a write", runner.done[plan.WRITES]),
        ("  by the largest size of a file", runner.done[plan.SIZES]),
        ("not writable", runner.done[plan.PROTECTED]),
        ("files replaced or damaged", runner.done[plan.FILES]),
        ("clocks set back or forward", runner.done[plan.CLOCKS]),
        (f"decisions on {threads} threads by {marathon.WORKERS} processes", day.decisions),
        ("lost", day.lost),
        ("twice", day.twice),
        ("failed", runner.failed),
    ):
        sys.stdout.write(f"{words}: {count}\n")
    sys.stdout.write(f"  memory grew to {day.memory:.2f}, open files to {day.files:.2f}\n")
    return 1 if runner.failed or day.lost or day.twice else 0


if __name__ == "__main__":
    sys.exit(main())
