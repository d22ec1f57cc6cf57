"""What the measurements share: fresh processes that answer in JSON, medians, and a table."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report: a measurement beside its floor, and what it may cost."""

    what: str
    floor: str
    measured: str
    ratio: str
    budget: str


def in_fresh_process(module: str, *arguments: str, runs: int = 1) -> list[dict[str, Any]]:
    """Run ``python -m module arguments`` several times, offscreen; each prints one JSON object as its last line."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    results = []
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments], capture_output=True, text=True, env=environment, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"{module} {' '.join(arguments)} failed:\n{done.stderr[-3000:]}")
        results.append(json.loads(done.stdout.splitlines()[-1]))
    return results


def median(results: Sequence[dict[str, Any]], key: str) -> float:
    """The median of one figure over several runs."""
    return statistics.median(result[key] for result in results)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share (0 to 1) of all lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    rows = [("what", "floor", "measured", "ratio", "budget"), ("---",) * 5]
    rows += [(each.what, each.floor, each.measured, each.ratio, each.budget) for each in figures]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
