"""The kinds of thread that failed, stopped, or are done."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

from langgraph.graph import END

from hitl_desktop.core.threads import ThreadState
from tests.backends.zoo import asking_graphs, other_graphs
from tests.backends.zoo.specimen import Specimen, cancelled_in, kind


@kind(ThreadState.NEEDS_REPAIR)
async def nested_failed_after(it: Specimen) -> None:
    await it.run(asking_graphs.nested(), {"task": "Answered below, then failed"})
    await it.answer("fail")


@kind(ThreadState.NEEDS_REPAIR)
async def nested_parallel_cancelled(it: Specimen) -> None:
    await it.run(asking_graphs.nested(asking_graphs.two_branches()), {"task": "Cancelled with two answers"})
    await cancelled_in(it.answer("yes", "hang"))


@kind(ThreadState.DONE)
async def functional_done(it: Specimen) -> None:
    await it.run(asking_graphs.functional(), {"topic": "A workflow of functions"})
    await it.answer("yes")


@kind(ThreadState.NEEDS_REPAIR)
async def answered_then_failed(it: Specimen) -> None:
    await it.run(asking_graphs.asks_once(), {"task": "Answered, then failed"})
    await it.answer("fail")


@kind(ThreadState.NEEDS_REPAIR)
async def second_answered_then_failed(it: Specimen) -> None:
    await it.run(asking_graphs.asks_twice(), {"task": "Second answer, then failed"})
    await it.answer("one")
    await it.answer("fail")


@kind(ThreadState.FAILED)
async def failed(it: Specimen) -> None:
    await it.run(other_graphs.fails(1), {"task": "Fails at once"})


@kind(ThreadState.FAILED)
async def edge_failed(it: Specimen) -> None:
    await it.run(other_graphs.edge_fails(), {"task": "The edge after the node fails"})


@kind(ThreadState.FAILED)
async def answered_then_edge_failed(it: Specimen) -> None:
    await it.run(other_graphs.edge_fails(asks=True), {"task": "Answered, then the edge fails"})
    await it.answer("yes")


@kind(ThreadState.FAILED)
async def sibling_cancelled(it: Specimen) -> None:
    asking_graphs.HANGING.clear()
    await it.run(other_graphs.fails_beside_work(), {"task": "One fails, the other is cancelled for it"})


@kind(ThreadState.STOPPED)
async def killed(it: Specimen) -> None:
    """Its process ends within a node, beside another one that has finished."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-W", "ignore", "-c", _KILLED, str(it.database))
    assert await process.wait() == 9
    it.graph = other_graphs.quick_beside_hanging().compile(checkpointer=it.saver)


@kind(ThreadState.NEEDS_REPAIR)
async def handler_failed(it: Specimen) -> None:
    await it.run(other_graphs.error_handler(), {"task": "The error handler fails too"})
    await it.answer_stored("fail")


@kind(ThreadState.STOPPED)
async def breakpoint_before(it: Specimen) -> None:
    await it.run(other_graphs.tool_loop(), {"messages": [("user", "Delete the old mails")]}, interrupt_before=["tools"])


@kind(ThreadState.STOPPED)
async def breakpoint_after(it: Specimen) -> None:
    await it.run(other_graphs.chain(), {"task": "Stops after a"}, interrupt_after=["a"])


@kind(ThreadState.STOPPED)
async def cancelled(it: Specimen) -> None:
    await cancelled_in(it.run(other_graphs.chain(hang=True), {"task": "Cancelled in b"}))


@kind(ThreadState.STOPPED)
async def recursion_limit(it: Specimen) -> None:
    it.graph = other_graphs.endless().compile(checkpointer=it.saver)
    await it.go({"task": "Round and round"}, recursion_limit=4)


@kind(ThreadState.STOPPED)
async def unserialisable(it: Specimen) -> None:
    with suppress(TypeError):
        await it.run(asking_graphs.asks_once(lambda: 2**70), {"task": "A payload that cannot be stored"})


@kind(ThreadState.DONE)
async def finished(it: Specimen) -> None:
    await it.run(other_graphs.chain(), {"task": "All done"})


@kind(ThreadState.DONE)
async def finished_after_join(it: Specimen) -> None:
    await it.run(other_graphs.join(), {"task": "Joined and deferred"})


@kind(ThreadState.STOPPED)
async def breakpoint_before_join(it: Specimen) -> None:
    await it.run(other_graphs.join(), {"task": "Stops before the join"}, interrupt_before=["last"])


@kind(ThreadState.DONE)
async def ended(it: Specimen) -> None:
    await it.run(asking_graphs.asks_once(), {"task": "Ended by hand"})
    while (await it.look()).tasks:
        await it.graph.aupdate_state(it.config, None, as_node=END)


@kind(ThreadState.STOPPED)
async def updated_and_not_run(it: Specimen) -> None:
    it.graph = other_graphs.chain().compile(checkpointer=it.saver)
    await it.graph.aupdate_state(it.config, {"task": "Only updated"}, as_node="a")


_KILLED = """
import asyncio, os, sys
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from tests.backends.zoo.other_graphs import quick_beside_hanging

async def run(database):
    async with AsyncSqliteSaver.from_conn_string(database) as saver:
        graph = quick_beside_hanging().compile(checkpointer=saver)
        config = {"configurable": {"thread_id": "killed"}, "metadata": {"hitl_graph": "zoo"}}
        async for _ in graph.astream({"task": "Killed"}, config, stream_mode="updates", durability="sync"):
            while not (await saver.aget_tuple(config)).pending_writes:
                pass  # what the quick node did is being saved
            os._exit(9)

asyncio.run(run(sys.argv[1]))
"""
