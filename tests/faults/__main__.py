"""Runs the faults and prints what became of them; ends with 1 if anything was lost or done twice."""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial

from tests.faults import kills, marathon, rivals

_SAVED = {kills.AT_ONCE: "after the writes of a task, 2", kills.LATER: "after the writes of a task, 3"}
"""When the effect of the node that pays is known to LangGraph, so that it must not run again."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a few of each, in about a minute")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the random moments")
    options = parser.parse_args()
    moments, doubles, decisions, threads = (8, 3, 60, 8) if options.short else (250, 50, 10_000, 500)
    counts, chance, failed = kills.Counts(), random.Random(options.seed), 0

    def tried(what: str, fault: Callable[[], object]) -> int:
        try:
            fault()
        except Exception:
            sys.stdout.write(f"{what}:\n{traceback.format_exc()}\n")
            return 1
        return 0

    sys.stdout.write(f"seed {options.seed}\n")
    named = 0
    for thread_id in kills.THREADS:
        steps = kills.steps_of_a_decision(thread_id)
        named += len(steps)
        saved = steps.index(_SAVED[thread_id])
        for place, step in enumerate(steps):
            fault = partial(kills.kill_at, step, thread_id, counts, is_saved=place >= saved)
            failed += tried(f"{thread_id}, {step}", fault)
        for number in range(moments // len(kills.THREADS)):
            fault = partial(kills.kill_at_any_moment, chance, thread_id, counts)
            failed += tried(f"{thread_id}, random moment {number}", fault)
    for number in range(doubles):
        failed += tried(f"two at once {number}", rivals.answer_at_once)
    day = marathon.run(decisions, threads, options.seed)
    for words, count in (
        ("kills at named steps", named),
        ("kills at random moments", moments),
        ("  delivered after the restart", counts.delivered_later),
        ("  not made, as nothing was on the disk yet", counts.not_made),
        ("  nodes that were cut and ran again", counts.begun_twice),
        ("two processes at once", doubles),
        (f"decisions on {threads} threads by {marathon.WORKERS} processes", day.decisions),
        ("  kills", day.kills),
        ("  nodes that were cut and ran again", day.begun_twice),
        ("  lost", day.lost),
        ("  twice", day.twice),
        ("failed", failed),
    ):
        sys.stdout.write(f"{words}: {count}\n")
    sys.stdout.write(f"  memory grew to {day.memory:.2f}, open files to {day.files:.2f}\n")
    return 1 if failed or day.lost or day.twice else 0


if __name__ == "__main__":
    sys.exit(main())
