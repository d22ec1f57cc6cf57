"""Crossed calls: a tool node that runs several tool calls side by side in one task, of which one asks.

LangGraph shows one of their questions at a time, and gives an answer to whichever call asks first when the node
runs again: to another one in 39 of 40 threads (langgraph #6533, open). So nothing is answered here. One call can be
let through to ask by itself; the others get a result from the reviewer, and the model can call them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hitl_desktop.core.decisions import AnswerProblem, Decision, DecisionKind, InvalidAnswerError, Reject
from hitl_desktop.core.dialects.base import action_item, one_line
from hitl_desktop.core.dialects.pending_calls import decide_calls
from hitl_desktop.core.dialects.schema_answer import telling_line
from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.requests import GoOn, Item, Question, Request
from hitl_desktop.core.values import to_json

NOT_NOW = "Not run: it was asked for together with another call that needs an answer. Call it again if it is needed."
"""What the model reads of a call that is turned down without a reason."""

_WARNING = (
    "“{node}” runs {count} tool calls side by side, and asks “{asks}” for one of them. LangGraph may give the answer "
    "to another of these calls (langgraph #6533), so it is not sent. Let one call ask by itself and turn the others "
    "down: the model reads your reasons, and can call them again."
)
_NESTED = (
    "“{node}” runs {count} tool calls side by side inside a subgraph, and asks “{asks}” for one of them. LangGraph may "
    "give the answer to another of these calls (langgraph #6533), so it is not sent. The thread can only be ended."
)


class CrossedCalls:
    """One item a tool call: let it ask, or turn it down."""

    name = "crossed_calls"

    def recognises(self, question: Question) -> bool:
        """A question of one of several calls that a tool node runs in one task."""
        return question.mixes_calls and question.calling is not None

    def read(self, question: Question, graph: GraphInfo) -> Request:
        """The calls to decide on; what the one question says is another way to look at it, without a decision."""
        calls = question.calling.tool_calls if question.calling is not None else ()
        nested = len(question.path) > 1
        allowed = () if nested else (DecisionKind.APPROVE, DecisionKind.REJECT)
        items = tuple(action_item(call.name, call.args, "", allowed, None) for call in calls)
        asks = telling_line(question.value)
        warning = (_NESTED if nested else _WARNING).format(node=question.node, count=len(calls), asks=asks)
        shown = Request(
            question, self.name, asks, (Item(question.node, "", to_json(question.value), ()),), view="The question"
        )
        return Request(
            question, self.name, one_line(asks), items, warnings=(warning,), view="The tool calls", others=(shown,)
        )

    def answer(self, request: Request, decisions: Sequence[Decision]) -> GoOn:
        """The update that leaves one call, or none. Raises `InvalidAnswerError` for more."""
        kept = [position for position, decision in enumerate(decisions) if not isinstance(decision, Reject)]
        if len(kept) > 1:
            why = "Only one of these calls can be let through at a time; turn the others down"
            raise InvalidAnswerError(AnswerProblem(kept[1], (), why))
        message = request.question.calling
        assert message is not None
        told = [
            replace(decision, message=decision.message.strip() or NOT_NOW) if isinstance(decision, Reject) else decision
            for decision in decisions
        ]
        update = decide_calls(
            message,
            message.tool_calls,
            told,
            tools_node=request.question.node,
            model_node=None,
            graph=request.graph,
        )
        return replace(update, withdraws=frozenset({request.question.id}))


CROSSED_CALLS = CrossedCalls()
