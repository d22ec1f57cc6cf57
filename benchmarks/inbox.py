"""The inbox of 10,000 threads beside the SQL that finds the pending interrupts, and what others do.

``python -m benchmarks.inbox DATABASE``
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_RUNS = 9
_PENDING = """
WITH k AS MATERIALIZED (
  SELECT w.thread_id, w.checkpoint_id, w.task_id FROM writes AS w INDEXED BY sqlite_autoindex_writes_1
  WHERE w.idx = -3 AND w.checkpoint_ns = ''
    AND NOT EXISTS (SELECT 1 FROM checkpoints c WHERE c.thread_id = w.thread_id AND c.checkpoint_ns = ''
                    AND c.checkpoint_id > w.checkpoint_id)
    AND NOT EXISTS (SELECT 1 FROM writes o WHERE o.thread_id = w.thread_id AND o.checkpoint_ns = ''
                    AND o.checkpoint_id = w.checkpoint_id AND o.task_id = w.task_id AND o.idx >= 0))
SELECT k.thread_id, k.checkpoint_id, k.task_id, i.task_path, i.type, i.value FROM k
JOIN writes i ON i.thread_id = k.thread_id AND i.checkpoint_ns = '' AND i.checkpoint_id = k.checkpoint_id
  AND i.task_id = k.task_id AND i.idx = -3
"""


def milliseconds(work: Callable[[], Any]) -> float:
    """The median time of several runs, after one that warms the caches."""
    work()
    found = []
    for _ in range(_RUNS):
        start = time.perf_counter()
        work()
        found.append((time.perf_counter() - start) * 1000)
    return statistics.median(found)


async def with_alist(database: Path) -> float:
    """Seconds that LangGraph's own listing takes."""
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    start = time.perf_counter()
    async with AsyncSqliteSaver.from_conn_string(str(database)) as saver:
        async for _ in saver.alist(None):
            pass
    return time.perf_counter() - start


def main() -> None:
    """Print the figures as one line of JSON."""
    import sqlite3

    from hitl_desktop.backends.checkpoints.reader import CheckpointReader

    database = Path(sys.argv[1])
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
    floor = milliseconds(lambda: connection.execute(_PENDING).fetchall())
    connection.close()
    reader = CheckpointReader(database)
    reader.open()
    threads = reader.threads()
    figures = {
        "threads": len(threads),
        "pending_sql": floor,
        "inbox": milliseconds(reader.threads),
        "first_page": milliseconds(lambda: reader.read_threads([thread.thread_id for thread in threads[:50]])),
        "nothing_changed": milliseconds(reader.changes),
    }
    reader.close()
    figures["alist"] = asyncio.run(with_alist(database)) * 1000
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
