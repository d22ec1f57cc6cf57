"""Breakpoint: the graph stopped before or after a node, with `interrupt_before` or `interrupt_after`.

Nobody asked anything, so there is nothing to resume: the thread goes on as it is, or with a changed state. Where the
last message carries tool calls that have no result, these are what is decided (see `pending_calls`); the state can
be decided on instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hitl_desktop.core.decisions import AnswerProblem, Decision, DecisionKind, Edit, InvalidAnswerError
from hitl_desktop.core.dialects.base import action_item, one_line, sendable
from hitl_desktop.core.dialects.pending_calls import calls_line, decide_calls, pending_calls
from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.requests import Breakpoint, GoOn, Item, Question, Request, Shape
from hitl_desktop.core.schema import JsonSchema, infer, mapping, properties_of
from hitl_desktop.core.values import TYPE_TAG, Json, same, to_json

_ON_CALLS = (DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.REJECT)
_THE_CALLS = "The tool calls"
_THE_STATE = "The state"


class StaticBreakpoint:
    """The state that the next node will read, or the tool calls that it will run."""

    name = "breakpoint"

    def recognises(self, question: Question) -> bool:
        """A stop without an interrupt."""
        return question.breakpoint is not None

    def read(self, question: Question, graph: GraphInfo) -> Request:
        """One item a pending tool call, and as another way the whole state; without calls the state alone."""
        stop = _stop(question)
        nodes = tuple(dict.fromkeys(stop.next_nodes))
        place = f"{stop.when} {' and '.join(nodes if stop.when == 'before' else (question.node,))}"
        notes = () if stop.certain else (f"Probably a breakpoint {place}: the file alone cannot tell it from a crash.",)
        calls = pending_calls(question.value, stop.next_nodes)[1]
        asks = calls_line(question.value, stop.next_nodes) or one_line(f"Continue with {', '.join(nodes)}?")
        state = Request(
            question, self.name, asks, (_state_item(question, place, nodes, graph),), notes, view=_THE_STATE
        )
        if not calls:
            return state
        items = tuple(action_item(call.name, call.args, "", _ON_CALLS, graph.tools.get(call.name)) for call in calls)
        return Request(question, self.name, asks, items, notes, view=_THE_CALLS, others=(state,))

    def answer(self, request: Request, decisions: Sequence[Decision]) -> GoOn:
        """Go on as it is, with what decides the calls, or with the fields of the state that were changed.

        Raises `InvalidAnswerError` for a change that the graph's state does not take.
        """
        stop = _stop(request.question)
        if request.view == _THE_STATE:
            (decision,) = decisions
            return _change(request.items[0], decision.value, stop) if isinstance(decision, Edit) else GoOn()
        message, calls = pending_calls(request.question.value, stop.next_nodes)
        assert message is not None
        return decide_calls(
            message,
            calls,
            decisions,
            tools_node=stop.next_nodes[0],
            model_node=stop.last_node or None,
            graph=request.graph,
        )


def _stop(question: Question) -> Breakpoint:
    assert question.breakpoint is not None
    return question.breakpoint


def _state_item(question: Question, place: str, nodes: Sequence[str], graph: GraphInfo) -> Item:
    state = to_json(question.value)
    kinds: tuple[DecisionKind, ...] = (DecisionKind.CONTINUE,)
    shapes: tuple[Shape, ...] = ()
    if isinstance(state, dict):
        kinds, shapes = (*kinds, DecisionKind.EDIT), (Shape(_THE_STATE, state, _state_schema(state, graph), True),)
    reads = f"{' and '.join(nodes) or 'The next node'} will read this state."
    return Item(f"Breakpoint {place}", reads, state, kinds, shapes)


def _state_schema(state: Mapping[str, Json], graph: GraphInfo) -> JsonSchema:
    """What every change of the state must keep: each field has the kind that it has; an empty one that of the graph."""
    absent = {name: field.schema or {} for name, field in graph.state.items() if name not in state}
    schema = infer(dict(state))
    present = {name: _without_keys(part, name, graph) for name, part in schema["properties"].items()}
    # Of a graph that is not loaded it is not known which other fields there are.
    return {**schema, **properties_of({**present, **absent}), "additionalProperties": not graph.state}


def _without_keys(inferred: JsonSchema, name: str, graph: GraphInfo) -> JsonSchema:
    """The schema inferred from a field; where the graph has it as a free mapping, its keys can be taken away."""
    declared = mapping(graph.state[name].schema) if name in graph.state else {}
    is_free = bool(declared.get("additionalProperties")) and "properties" not in declared
    is_tagged = TYPE_TAG in mapping(inferred.get("properties"))
    return {**inferred, "required": []} if is_free and not is_tagged and "required" in inferred else inferred


def _change(item: Item, value: Any, stop: Breakpoint) -> GoOn:
    before = item.payload
    changed = {name: part for name, part in value.items() if name not in before or not same(part, before[name])}
    if not changed:
        raise InvalidAnswerError(AnswerProblem(0, (), "Nothing was changed: continue instead"))
    return GoOn(
        {name: sendable(part) for name, part in changed.items()}, stop.last_node or None, replaced=tuple(changed)
    )


STATIC_BREAKPOINT = StaticBreakpoint()
