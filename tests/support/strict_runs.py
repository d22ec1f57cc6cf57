"""A run to a question, and its answer after somebody has changed the database between: by this program, or not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig


async def run_here(database: Path, folder: Path, poison: Callable[[], None]) -> None:
    """With this program's backend, each half with one of its own."""
    from hitl_desktop.backends.sqlite_backend import SqliteBackend
    from hitl_desktop.core.decisions import Submit
    from hitl_desktop.core.events import StopReason
    from hitl_desktop.core.session import ReviewSession
    from hitl_desktop.records.review_file import ReviewFile, review_file_of

    thread_id = "t"
    for begins in (True, False):
        records = ReviewFile(review_file_of(database))
        session = ReviewSession(SqliteBackend(database, folder), records)
        await session.open()
        await session.load_project()
        if begins:
            await session.start("agent", {"task": "x"}, "x", lambda *_: None, thread_id)
        else:
            poison()
            review = await session.open_thread(thread_id)
            assert review is not None
            delivery = session.prepare(review, {review.requests[0].id: [Submit("yes")]})
            ended = await session.deliver(delivery, lambda *_: None)
            assert ended.reason is StopReason.FINISHED, ended
        await session.close()
    sys.stdout.write("resumed\n")


async def run_alone(database: Path, folder: Path, poison: Callable[[], None]) -> None:
    """With LangGraph alone, as any script does it."""
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
    from langgraph.types import Command

    sys.path.append(str(folder))
    from importlib import import_module

    graph: Any = import_module("agent").graph
    config: RunnableConfig = {"configurable": {"thread_id": "t"}}
    async with AsyncSqliteSaver.from_conn_string(str(database)) as saver:
        graph.checkpointer = saver
        await graph.ainvoke({"task": "x"}, config)
    poison()
    async with AsyncSqliteSaver.from_conn_string(str(database)) as saver:
        graph.checkpointer = saver
        await graph.ainvoke(Command(resume="yes"), config)
    sys.stdout.write("resumed\n")
