"""The kinds of thread that wait for an answer."""

from __future__ import annotations

from langgraph.types import Command

from hitl_desktop.core.threads import ThreadState
from tests.backends.zoo import asking_graphs, other_graphs
from tests.backends.zoo.payloads import PAYLOADS
from tests.backends.zoo.specimen import Specimen, kind


@kind(ThreadState.WAITING)
async def waiting(it: Specimen) -> None:
    await it.run(asking_graphs.asks_once(), {"task": "Pay the invoice"})


@kind(ThreadState.WAITING)
async def sequential_second(it: Specimen) -> None:
    await it.run(asking_graphs.asks_twice(), {"task": "Two questions"})
    await it.answer("first answer")


@kind(ThreadState.NEEDS_REPAIR)
async def plain_resume(it: Specimen) -> None:
    await it.run(asking_graphs.asks_twice(), {"task": "Answered without an id"})
    await it.go(Command(resume="plain"))


@kind(ThreadState.WAITING)
async def parallel(it: Specimen) -> None:
    await it.run(asking_graphs.two_branches(), {"task": "Two at once"})


@kind(ThreadState.WAITING)
async def parallel_partly(it: Specimen) -> None:
    await it.run(asking_graphs.two_branches(), {"task": "One of two answered"})
    await it.answer("yes")


@kind(ThreadState.WAITING)
async def parallel_one_failed_after(it: Specimen) -> None:
    await it.run(asking_graphs.two_branches(), {"task": "One answered and failed, one waits"})
    await it.answer("fail")


@kind(ThreadState.WAITING)
async def fan_out(it: Specimen) -> None:
    await it.run(asking_graphs.fan_out(), {"task": "Three sends"})
    await it.answer("yes")


@kind(ThreadState.WAITING)
async def fan_out_failed(it: Specimen) -> None:
    await it.run(asking_graphs.fan_out(), {"task": "One of three sends failed"})
    await it.answer("fail")


@kind(ThreadState.WAITING)
async def nested(it: Specimen) -> None:
    await it.run(asking_graphs.nested(), {"task": "Asked two levels down"})


@kind(ThreadState.WAITING)
async def nested_sequential(it: Specimen) -> None:
    await it.run(asking_graphs.nested(asking_graphs.asks_twice()), {"task": "Second question two levels down"})
    await it.answer("one")


@kind(ThreadState.WAITING)
async def nested_parallel(it: Specimen) -> None:
    await it.run(asking_graphs.nested(asking_graphs.two_branches()), {"task": "Two questions below"})


@kind(ThreadState.WAITING)
async def nested_parallel_partly(it: Specimen) -> None:
    await nested_parallel(it)
    await it.answer("yes")


@kind(ThreadState.WAITING)
async def nested_parallel_failed(it: Specimen) -> None:
    await nested_parallel(it)
    await it.answer("fail")


@kind(ThreadState.WAITING)
async def stateful_subgraph(it: Specimen) -> None:
    await it.run(asking_graphs.stateful_subgraph(), {"task": "The subgraph keeps its own state"})


@kind(ThreadState.WAITING)
async def subgraph_in_node(it: Specimen) -> None:
    await it.run(asking_graphs.subgraph_in_node(), {"task": "Called twice inside a node"})
    await it.answer("one")


@kind(ThreadState.WAITING)
async def functional(it: Specimen) -> None:
    await it.run(asking_graphs.functional(), {"topic": "A workflow of functions"})


@kind(ThreadState.WAITING)
async def functional_task(it: Specimen) -> None:
    await it.run(asking_graphs.functional_task(), {"topic": "A task asks"})


@kind(ThreadState.WAITING)
async def functional_tasks_partly(it: Specimen) -> None:
    await it.run(asking_graphs.functional_tasks(), {"topic": "Parallel tasks ask"})
    await it.answer("yes")


@kind(ThreadState.WAITING)
async def failed_then_asked(it: Specimen) -> None:
    await it.run(other_graphs.fails(1), {"task": "Failed, tried again, asked"})
    await it.go()


@kind(ThreadState.WAITING)
async def retried_beside_question(it: Specimen) -> None:
    await it.run(other_graphs.fails_beside_question(1), {"task": "Failed, tried again, well, beside a question"})
    await it.go()


@kind(ThreadState.WAITING)
async def tool_node(it: Specimen) -> None:
    await it.run(other_graphs.tool_node(), {"messages": [("user", "Two tools that ask in one node")]})


@kind(ThreadState.WAITING)
async def second_answer_invalid(it: Specimen) -> None:
    await it.run(asking_graphs.asks_with_schema(first=True), {"task": "The second answer does not fit"})
    await it.answer("first")
    await it.answer({"amount": "much"})


@kind(ThreadState.WAITING)
async def nested_second_answer_invalid(it: Specimen) -> None:
    await it.run(asking_graphs.nested(asking_graphs.asks_with_schema(first=True)), {"task": "The same two levels down"})
    await it.answer("first")
    await it.answer({"amount": "much"})


@kind(ThreadState.WAITING)
async def invalid_answer(it: Specimen) -> None:
    await it.run(asking_graphs.asks_with_schema(), {"task": "An answer that does not fit"})
    await it.answer({"amount": "much"})


@kind(ThreadState.WAITING)
async def handler_asks(it: Specimen) -> None:
    await it.run(other_graphs.error_handler(), {"task": "The error handler asks"})


@kind(ThreadState.WAITING)
async def handler_asks_after_answer(it: Specimen) -> None:
    await it.run(other_graphs.error_handler(asks_first=True), {"task": "Answered, failed, the handler asks"})
    await it.answer("fail")


@kind(ThreadState.WAITING)
async def waiting_before_join(it: Specimen) -> None:
    await it.run(other_graphs.join(asks=True), {"task": "One branch done, one asks"})


@kind(ThreadState.WAITING)
async def updated_while_paused(it: Specimen) -> None:
    await it.run(asking_graphs.asks_once(), {"task": "State changed while it waits"})
    await it.go(Command(update={"task": "Changed"}))


@kind(ThreadState.WAITING)
async def forked(it: Specimen) -> None:
    await it.run(asking_graphs.asks_once(), {"task": "Forked"})
    await it.answer("yes")
    history = [state async for state in it.graph.aget_state_history(it.config)]
    asked = next(state for state in history if state.next == ("ask",))
    await it.graph.ainvoke(None, asked.config, durability="sync")


@kind(ThreadState.WAITING)
async def titled(it: Specimen) -> None:
    it.metadata = {"hitl_title": "A title of its own", "hitl_graph": "named"}
    await it.run(asking_graphs.asks_once(), {"task": "Not this one"})


@kind(ThreadState.WAITING)
async def payloads(it: Specimen) -> None:
    await it.run(asking_graphs.asks_once(lambda: PAYLOADS), {"task": "All kinds of values"})


@kind(ThreadState.WAITING)
async def chat(it: Specimen) -> None:
    await it.run(other_graphs.mail_agent(), {"messages": [("user", "Write to Ana that I am late")]})
