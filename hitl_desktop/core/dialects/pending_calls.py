"""The tool calls of a model's message that have no result yet, and the updates of the state that decide them.

One update decides all of them before the node that runs tools: an edited call is in the message that replaces the
present one (same id), a rejected call gets a result. The node runs every call of the last message. So where some are
rejected and others not, the message keeps the rejected calls, their results follow, and the others stand in a
message after these: the model reads each rejection, and each call has one result. A call without a result, or a
result in the name of another node, ends the thread silently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hitl_desktop.core.decisions import AnswerProblem, Approve, Decision, Edit, InvalidAnswerError, Reject
from hitl_desktop.core.dialects.base import call_line, one_line, sendable
from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.messages import Message, ToolCall, read_message
from hitl_desktop.core.requests import GoOn

_REJECTED = "The reviewer rejected this tool call, so it was not run."
_MERGES_MESSAGES = ("", "add_messages")


def pending_calls(state: Any, next_nodes: Sequence[str]) -> tuple[Message | None, tuple[ToolCall, ...]]:
    """The last message of the state and its tool calls, which the one next node will run; None and () without."""
    if len(set(next_nodes)) != 1:
        return None, ()
    held = state.get("messages") if isinstance(state, Mapping) else None
    items = held if isinstance(held, list | tuple) else [held]
    last = next((message for item in reversed(items) if (message := read_message(item)) is not None), None)
    return (last, last.tool_calls) if last is not None and last.tool_calls else (None, ())


def calls_line(state: Any, next_nodes: Sequence[str]) -> str:
    """The tool calls that wait in this state for the next node, on one line; empty without any."""
    calls = pending_calls(state, next_nodes)[1]
    if not calls:
        return ""
    first = call_line(calls[0].name, calls[0].args)
    return first if len(calls) == 1 else one_line(f"{len(calls)} actions: {first}")


def decide_calls(
    message: Message,
    calls: Sequence[ToolCall],
    decisions: Sequence[Decision],
    *,
    tools_node: str,
    model_node: str | None,
    graph: GraphInfo,
) -> GoOn:
    """The update for one decision a call: approved, edited or rejected.

    `tools_node` is the node that would run the calls, `model_node` the one whose message they are in (None leaves that
    to LangGraph). Raises `InvalidAnswerError` where the graph's messages cannot be changed under their ids.
    """
    pairs = list(zip(calls, decisions, strict=True))
    rejected = [(call, decision) for call, decision in pairs if isinstance(decision, Reject)]
    kept = [
        _call(call, decision.value if isinstance(decision, Edit) else call.args)
        for call, decision in pairs
        if not isinstance(decision, Reject)
    ]
    results = [_result(call, decision.message) for call, decision in rejected]
    if not kept:
        return GoOn({"messages": results}, as_node=tools_node)
    if all(isinstance(decision, Approve) for decision in decisions):
        return GoOn()
    _must_merge(graph)
    if not rejected:
        return GoOn({"messages": [_message(message, kept)]}, as_node=model_node)
    turned_down = [_call(call, call.args) for call, _ in rejected]
    rest = {"type": "ai", "content": "", "tool_calls": kept}
    return GoOn({"messages": [_message(message, turned_down), *results, rest]}, as_node=model_node)


def _must_merge(graph: GraphInfo) -> None:
    field = graph.state.get("messages")
    if field is not None and field.reducer not in _MERGES_MESSAGES:
        why = (
            f"The messages of this graph are combined by “{field.reducer}”, so a message cannot be replaced: "
            "approve all of these calls, or reject all"
        )
        raise InvalidAnswerError(AnswerProblem(0, (), why))


def _call(call: ToolCall, args: Any) -> dict[str, Any]:
    return {"name": call.name, "args": sendable(args), "id": call.id, "type": "tool_call"}


def _message(message: Message, calls: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"type": "ai", "content": message.content, "id": message.id, "tool_calls": list(calls)}


def _result(call: ToolCall, reason: str) -> dict[str, Any]:
    return {
        "type": "tool",
        "content": reason.strip() or _REJECTED,
        "tool_call_id": call.id,
        "name": call.name,
        "status": "error",
    }
