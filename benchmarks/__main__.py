"""Runs all measurements and prints them as a table, each beside its floor in the same run."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.many_threads import make_database
from benchmarks.measuring import Figure, in_fresh_process, median, table

_RUNS = 5


def first_paint(database: Path) -> list[Figure]:
    """Time to a painted window with the inbox, and to graphs and model ready."""
    bare = median(in_fresh_process("benchmarks.first_paint", "bare", runs=_RUNS), "ms")
    ours = in_fresh_process("benchmarks.first_paint", "window", str(database), runs=_RUNS)
    painted, ready = median(ours, "ms"), median(ours, "ready_ms")
    threads = int(ours[0]["threads"])
    return [
        Figure(
            f"painted window, {threads:,} threads", f"{bare:.0f} ms", f"{painted:.0f} ms", f"{painted / bare:.2f}", "2"
        ),
        Figure("graphs and model ready after that", "", f"{ready - painted:.0f} ms", "", "2,500 ms"),
        Figure("idle memory", "", f"{median(ours, 'mib'):.0f} MiB", "", "200 MB"),
    ]


def inbox(database: Path) -> list[Figure]:
    """The whole inbox beside the pending-interrupt SQL and LangGraph's own listing."""
    (found,) = in_fresh_process("benchmarks.inbox", str(database))
    floor, ours, alist = found["pending_sql"], found["inbox"], found["alist"]
    return [
        Figure(
            f"inbox of {found['threads']:,} threads", f"{floor:.1f} ms", f"{ours:.1f} ms", f"{ours / floor:.2f}", "3"
        ),
        Figure(
            "the same, faster than alist(None)", f"{alist:.0f} ms", f"{ours:.1f} ms", f"{alist / ours:.0f} x", "50 x"
        ),
        Figure("first 50 rows decoded", "", f"{found['first_page']:.1f} ms", "", ""),
        Figure("did anything change", "", f"{found['nothing_changed']:.2f} ms", "", ""),
    ]


def streaming() -> list[Figure]:
    """2,000 tokens a second into the run log."""
    bare = median(in_fresh_process("benchmarks.streaming", "bare", runs=3), "seconds")
    ours = in_fresh_process("benchmarks.streaming", "window", runs=3)
    seconds = median(ours, "seconds")
    late = f"{median(ours, 'p50'):.1f} / {median(ours, 'p99'):.1f} / {median(ours, 'max'):.1f} ms"
    return [
        Figure("8,000 tokens at 2,000 a second", f"{bare:.2f} s", f"{seconds:.2f} s", f"{seconds / bare:.2f}", "1.1"),
        Figure("window's loop late meanwhile (p50 / p99 / max)", "", late, "", "p99 5 ms, max 50 ms"),
    ]


def approving() -> list[Figure]:
    """From the decision to the first line of the node."""
    bare = median(in_fresh_process("benchmarks.approving", "bare", runs=3), "ms")
    ours = median(in_fresh_process("benchmarks.approving", "window", runs=3), "ms")
    budget = bare * 1.2 + 1000 / 60
    return [
        Figure(
            "approve to the node's first line",
            f"{bare:.1f} ms",
            f"{ours:.1f} ms",
            f"{ours / bare:.2f}",
            f"{budget:.1f} ms",
        )
    ]


def main() -> None:
    """Measure everything; ``--threads N`` changes the size of the inbox."""
    threads = int(sys.argv[2]) if sys.argv[1:2] == ["--threads"] else 10_000
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "many.db"
        print(f"Writing a database of {threads:,} threads …", file=sys.stderr)
        make_database(database, threads)
        figures = [*inbox(database), *first_paint(database), *streaming(), *approving()]
    print(table(figures))


if __name__ == "__main__":
    main()
