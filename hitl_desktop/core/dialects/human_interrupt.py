"""`HumanInterrupt`: LangGraph's older prebuilt form, which graphs made for Agent Inbox send, bare or in a list.

The answer is a list of one `HumanResponse` for each interrupt. Its `args` are null to accept and to ignore, a
text to respond, and the whole action with its edited arguments to edit (`langgraph.prebuilt.interrupt`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hitl_desktop.core.decisions import (
    AnswerProblem,
    Approve,
    Decision,
    DecisionKind,
    Edit,
    Ignore,
    InvalidAnswerError,
    Respond,
)
from hitl_desktop.core.dialects.base import action_item, asking_line, sendable
from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.requests import Item, Question, Request, Resume
from hitl_desktop.core.schema import infer
from hitl_desktop.core.values import to_json

_FLAGS = {
    "allow_accept": DecisionKind.APPROVE,
    "allow_edit": DecisionKind.EDIT,
    "allow_respond": DecisionKind.RESPOND,
    "allow_ignore": DecisionKind.IGNORE,
}
_NOTHING_ALLOWED = "This request allows no answer at all. The thread can only be ended."


class HumanInterrupt:
    """One action, or several in a list, each with what its own configuration allows."""

    name = "human_interrupt"

    def recognises(self, question: Question) -> bool:
        """An action request with a configuration, or a list of nothing but these."""
        asked = _interrupts(question.value)
        return bool(asked) and all(_is_interrupt(each) for each in asked)

    def read(self, question: Question, graph: GraphInfo) -> Request:
        """One item an interrupt, in the order of the payload."""
        items = tuple(_item(each, graph) for each in _interrupts(question.value))
        warnings = () if all(item.allowed for item in items) else (_NOTHING_ALLOWED,)
        return Request(question, self.name, asking_line(items), items, warnings=warnings)

    def answer(self, request: Request, decisions: Sequence[Decision]) -> Resume:
        """A list with one response an item."""
        pairs = zip(request.items, decisions, strict=True)
        return Resume([_response(item.title, decision) for item, decision in pairs])


def _item(interrupt: Mapping[str, Any], graph: GraphInfo) -> Item:
    action = interrupt["action_request"]
    args = to_json(action.get("args", {}))
    return action_item(
        action["action"],
        args,
        str(interrupt.get("description") or ""),
        tuple(kind for flag, kind in _FLAGS.items() if interrupt["config"].get(flag) is True),
        graph.tools.get(action["action"]) or infer(args),  # older graphs also have a text for arguments
    )


def _interrupts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_interrupt(value: Any) -> bool:
    if not isinstance(value, Mapping) or not isinstance(value.get("config"), Mapping):
        return False
    action = value.get("action_request")
    return isinstance(action, Mapping) and isinstance(action.get("action"), str)


def _response(action: str, decision: Decision) -> dict[str, Any]:
    match decision:
        case Approve():
            return {"type": "accept", "args": None}
        case Edit(value):
            return {"type": "edit", "args": {"action": action, "args": sendable(value)}}
        case Respond(message):
            return {"type": "response", "args": message}
        case Ignore():
            return {"type": "ignore", "args": None}
        case _:
            raise InvalidAnswerError(AnswerProblem(0, (), f'"{decision.kind}" does not answer a HumanInterrupt'))


HUMAN_INTERRUPT = HumanInterrupt()
