"""Streams 8,000 tokens at 2,000 a second into the run log, and says how late the window's loop ran.

``python -m benchmarks.streaming bare|window``: bare is `astream` on asyncio, with nobody watching.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measuring import percentile
from benchmarks.talking_graph import TOKENS, graph

_INPUT = {"messages": [("user", "talk")]}
_TICK_MS = 5


async def bare() -> dict[str, Any]:
    """Wall time of the graph alone, with the modes that the program streams."""
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    with tempfile.TemporaryDirectory() as folder:
        async with AsyncSqliteSaver.from_conn_string(f"{folder}/threads.db") as saver:
            talking = graph.copy(update={"checkpointer": saver})
            start = time.perf_counter()
            async for _ in talking.astream(
                _INPUT,
                {"configurable": {"thread_id": "t"}},
                stream_mode=["tasks", "updates", "messages", "custom"],
                subgraphs=True,
                durability="sync",
            ):
                pass
            return {"seconds": time.perf_counter() - start}


async def window() -> dict[str, Any]:
    """The same through the program's window, with a precise timer that notes how late it was called."""
    from PySide6.QtCore import QElapsedTimer, Qt, QTimer
    from PySide6.QtWidgets import QPlainTextEdit

    from hitl_desktop.app import Options, Program
    from hitl_desktop.cli.trusting import trust_project
    from hitl_desktop.locations import HOME_VARIABLE

    project = Path(__file__).parent / "project"
    with tempfile.TemporaryDirectory() as folder:
        os.environ[HOME_VARIABLE] = folder  # the trust is not the user's
        trust_project(project)
        program = Program(Options(Path(folder) / "threads.db", project))
        running = asyncio.create_task(program.run())
        await program.ready.wait()
        lateness: list[float] = []
        clock, ticks = QElapsedTimer(), QTimer()
        ticks.setTimerType(Qt.TimerType.PreciseTimer)

        def tick() -> None:
            lateness.append(max(0.0, clock.nsecsElapsed() / 1e6 - _TICK_MS))
            clock.restart()

        ended: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        start = time.perf_counter()
        program.controller.runs.ended.connect(lambda *_: ended.set_result(time.perf_counter() - start))
        ticks.timeout.connect(tick)
        clock.start()
        ticks.start(_TICK_MS)
        program.controller.reviews.start("talking", _INPUT, "talk")
        seconds = await ended
        ticks.stop()
        text = program.window.findChild(QPlainTextEdit, "run_log_view").toPlainText()
        assert f"word{TOKENS - 2}" in text, "the last tokens did not reach the run log"
        program.window.close()
        await running
        return {
            "seconds": seconds,
            "p50": percentile(lateness, 0.5),
            "p99": percentile(lateness, 0.99),
            "max": max(lateness),
            "ticks": len(lateness),
        }


def main() -> None:
    """Print the figures as one line of JSON."""
    if sys.argv[1] == "bare":
        figures = asyncio.run(bare())
    else:
        from PySide6.QtWidgets import QApplication

        from hitl_desktop.loop import run

        sys.setswitchinterval(0.001)
        application = QApplication(sys.argv[:1])
        application.setQuitOnLastWindowClosed(False)
        figures = run(window())
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
