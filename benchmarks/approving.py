"""How long it takes from an answer to the first line of the node that asked.

``python -m benchmarks.approving bare|window``: bare is `ainvoke(Command(resume=...))` on asyncio.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_THREADS = 25


async def bare() -> dict[str, Any]:
    """Median over several threads, durability "sync" as the program uses it."""
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
    from langgraph.types import Command

    from benchmarks.project.graphs import asking

    found = []
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncSqliteSaver.from_conn_string(f"{folder}/threads.db") as saver:
            graph = asking.copy(update={"checkpointer": saver})
            for number in range(_THREADS):
                config: Any = {"configurable": {"thread_id": str(number)}}
                asked = await graph.ainvoke({"went_on": 0.0}, config, durability="sync")
                (question,) = asked["__interrupt__"]
                start = time.perf_counter()
                result = await graph.ainvoke(Command(resume={question.id: 1}), config, durability="sync")
                found.append(result["went_on"] - start)
    return {"ms": statistics.median(found) * 1000}


async def window() -> dict[str, Any]:
    """The same by a click in the window; a decision is on the disk before LangGraph hears of it."""
    from hitl_desktop.app import Options, Program
    from hitl_desktop.cli.trusting import trust_project
    from hitl_desktop.core.decisions import Submit
    from hitl_desktop.core.events import RunEnded
    from hitl_desktop.locations import HOME_VARIABLE

    found = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ[HOME_VARIABLE] = folder  # the trust is not the user's
        project = Path(__file__).parent / "project"
        trust_project(project)
        program = Program(Options(Path(folder) / "threads.db", project))
        running = asyncio.create_task(program.run())
        await program.ready.wait()
        controller = program.controller
        controller.reviews.hold_seconds = 0.0
        for _ in range(_THREADS):
            ended: asyncio.Future[RunEnded] = asyncio.get_running_loop().create_future()
            connection = controller.runs.ended.connect(lambda _, end, ended=ended: ended.set_result(end))
            thread_id = controller.reviews.start_unopened("asking", {"went_on": 0.0}, "ask")
            await ended
            controller.runs.ended.disconnect(connection)
            review = await program.session.open_thread(thread_id)
            assert review is not None
            ended = asyncio.get_running_loop().create_future()
            connection = controller.runs.ended.connect(lambda _, end, ended=ended: ended.set_result(end))
            delivery = program.session.prepare(review, {review.requests[0].id: [Submit(1)]})
            start = time.perf_counter()
            controller.reviews.decide(delivery)
            await ended
            controller.runs.ended.disconnect(connection)
            after = await program.session.open_thread(thread_id)
            assert after is not None
            found.append(after.detail.values["went_on"] - start)
        program.window.close()
        await running
    return {"ms": statistics.median(found) * 1000}


def main() -> None:
    """Print the figure as one line of JSON."""
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
