"""A database with very many threads: a few made by really running graphs, then copied by SQL under other ids."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import Annotated, Any

from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import interrupt
from typing_extensions import TypedDict

_TEXT = "The quick brown fox jumps over the lazy dog, and the reviewer reads every word of it. " * 18
_SHARES = {"finished": 70, "asks": 20, "fails": 5, "stops": 5}


class _State(TypedDict):
    messages: Annotated[list[Any], add_messages]
    kind: str


def _graph() -> StateGraph[Any]:
    def talk(state: _State) -> dict[str, Any]:
        return {"messages": [AIMessage(_TEXT)]}

    def decide(state: _State) -> dict[str, Any]:
        if state["kind"] == "asks":
            interrupt({"action": "transfer", "amount": 480.0, "message": "Please approve the repair."})
        if state["kind"] == "fails":
            raise RuntimeError("the model server is down")
        return {"messages": [AIMessage("done")]}

    builder = StateGraph(_State)
    builder.add_node("talk", talk)
    builder.add_node("decide", decide)
    builder.add_edge(START, "talk")
    builder.add_edge("talk", "decide")
    builder.add_edge("decide", END)
    return builder


async def _make_originals(database: Path) -> None:
    async with AsyncSqliteSaver.from_conn_string(str(database)) as saver:
        for kind in _SHARES:
            before = ["decide"] if kind == "stops" else None
            graph = _graph().compile(checkpointer=saver, interrupt_before=before)
            config = {"configurable": {"thread_id": kind}, "metadata": {"hitl_graph": "benchmark"}}
            with contextlib.suppress(RuntimeError):
                await graph.ainvoke({"messages": [HumanMessage(f"{kind}: {_TEXT}")], "kind": kind}, config)


def make_database(database: Path, threads: int) -> None:
    """Write a database with this many threads: 70 % finished, 20 % asking, 5 % failed, 5 % at a breakpoint."""
    asyncio.run(_make_originals(database))
    connection = sqlite3.connect(database)
    with contextlib.closing(connection), connection:
        for table in ("checkpoints", "writes"):
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            rest = ", ".join(name for name in names if name != "thread_id")
            for kind, share in _SHARES.items():
                connection.executemany(
                    f"INSERT INTO {table} (thread_id, {rest}) SELECT ?, {rest} FROM {table} WHERE thread_id = ?",
                    ((f"{kind}-{number:08}", kind) for number in range(threads * share // 100)),
                )
        for table in ("checkpoints", "writes"):
            connection.execute(
                f"DELETE FROM {table} WHERE thread_id IN ({','.join('?' * len(_SHARES))})", tuple(_SHARES)
            )
