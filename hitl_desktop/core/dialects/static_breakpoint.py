"""Breakpoint: the graph stopped before or after a node, with `interrupt_before` or `interrupt_after`.

Nobody asked anything, so there is nothing to resume. Where the last message carries tool calls that have
no result, these are what is decided: approved by going on, edited by replacing the message (same id), or
rejected by answering *every* call in the name of the node that would run them. A call that stays
unanswered, or an answer in the name of another node, ends the thread silently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hitl_desktop.core.decisions import AnswerProblem, Approve, Decision, DecisionKind, Edit, InvalidAnswerError, Reject
from hitl_desktop.core.dialects.base import action_item, call_line, one_line, sendable
from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.messages import Message, ToolCall, read_message
from hitl_desktop.core.requests import GoOn, Item, Question, Request
from hitl_desktop.core.values import to_json

_ON_CALLS = (DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.REJECT)
_REJECTED = "The reviewer rejected this tool call, so it was not run."


class StaticBreakpoint:
    """The state that the next node will read, or the tool calls that it will run."""

    name = "breakpoint"

    def recognises(self, question: Question) -> bool:
        """A stop without an interrupt."""
        return question.breakpoint is not None

    def read(self, question: Question, graph: GraphInfo) -> Request:
        """One item a pending tool call; without any, one item with the whole state, to read and go on."""
        stop = question.breakpoint
        assert stop is not None
        place = f"{stop.when} {' and '.join(stop.next_nodes if stop.when == 'before' else (question.node,))}"
        notes = () if stop.certain else (f"Probably a breakpoint {place}: the file alone cannot tell it from a crash.",)
        calls = _pending(question)[1]
        if not calls:
            item = Item(
                f"Breakpoint {place}",
                f"{' and '.join(stop.next_nodes) or 'The next node'} will read this state.",
                to_json(question.value),
                (DecisionKind.CONTINUE,),
            )
            return Request(
                question, self.name, one_line(f"Continue with {', '.join(stop.next_nodes)}?"), (item,), notes
            )
        items = tuple(action_item(call.name, call.args, "", _ON_CALLS, graph.tools.get(call.name)) for call in calls)
        return Request(question, self.name, _line(calls), items, notes)

    def answer(self, request: Request, decisions: Sequence[Decision]) -> GoOn:
        """Go on as it is, with the edited message, or with a result for every call.

        Raises `InvalidAnswerError` for some calls rejected and others not: the node runs all or none.
        """
        message, calls = _pending(request.question)
        if message is None:
            return GoOn()
        rejected = [decision for decision in decisions if isinstance(decision, Reject)]
        if rejected and len(rejected) < len(decisions):
            position = next(i for i, decision in enumerate(decisions) if not isinstance(decision, Reject))
            why = "At this breakpoint the node runs all of these calls or none: approve them all, or reject them all"
            raise InvalidAnswerError(AnswerProblem(position, (), why))
        if rejected:
            return _reject(request.question, calls, rejected)
        if all(isinstance(decision, Approve) for decision in decisions):
            return GoOn()
        edited = [
            decision.value if isinstance(decision, Edit) else call.args
            for call, decision in zip(calls, decisions, strict=True)
        ]
        return _edit(message, calls, edited)


def calls_line(state: Any, next_nodes: Sequence[str]) -> str:
    """The tool calls that wait in this state for the next node, on one line; empty without any."""
    calls = _waiting(state, next_nodes)[1]
    return _line(calls) if calls else ""


def _line(calls: Sequence[ToolCall]) -> str:
    first = call_line(calls[0].name, calls[0].args)
    return first if len(calls) == 1 else one_line(f"{len(calls)} actions: {first}")


def _pending(question: Question) -> tuple[Message | None, tuple[ToolCall, ...]]:
    """The last message and its tool calls, unless one of them has been answered already."""
    return _waiting(question.value, question.breakpoint.next_nodes) if question.breakpoint is not None else (None, ())


def _waiting(state: Any, next_nodes: Sequence[str]) -> tuple[Message | None, tuple[ToolCall, ...]]:
    if len(next_nodes) != 1:
        return None, ()
    held = state.get("messages") if isinstance(state, Mapping) else None
    items = held if isinstance(held, list | tuple) else [held]
    last = next((message for item in reversed(items) if (message := read_message(item)) is not None), None)
    return (last, last.tool_calls) if last is not None and last.tool_calls else (None, ())


def _reject(question: Question, calls: Sequence[ToolCall], decisions: Sequence[Reject]) -> GoOn:
    assert question.breakpoint is not None
    results = [
        {
            "type": "tool",
            "content": decision.message.strip() or _REJECTED,
            "tool_call_id": call.id,
            "name": call.name,
            "status": "error",
        }
        for call, decision in zip(calls, decisions, strict=True)
    ]
    return GoOn({"messages": results}, as_node=question.breakpoint.next_nodes[0])


def _edit(message: Message, calls: Sequence[ToolCall], arguments: Sequence[Any]) -> GoOn:
    edited = [
        {"name": call.name, "args": sendable(args), "id": call.id, "type": "tool_call"}
        for call, args in zip(calls, arguments, strict=True)
    ]
    return GoOn({"messages": [{"type": "ai", "content": message.content, "id": message.id, "tool_calls": edited}]})


STATIC_BREAKPOINT = StaticBreakpoint()
