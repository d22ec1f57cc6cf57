"""Raw: a payload that does not say what it wants back, which most graphs in the wild send.

The reviewer chooses the shape of the answer. The shapes below are offered in this order; the first one is
the payload itself, edited in place, or its only field's value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hitl_desktop.core.decisions import Decision, DecisionKind
from hitl_desktop.core.dialects.schema_answer import submitted, telling_line
from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.requests import Item, Question, Request, Resume, Shape
from hitl_desktop.core.schema import infer
from hitl_desktop.core.values import TYPE_TAG, Json, to_json

_APPROVAL = {
    "type": "object",
    "properties": {"approved": {"type": "boolean"}, "reason": {"type": "string"}},
    "required": ["approved"],
}


class RawValue:
    """Any other payload; the answer is whatever value the reviewer chose, with its type."""

    name = "raw"

    def recognises(self, question: Question) -> bool:
        """Every interrupt."""
        return question.breakpoint is None

    def read(self, question: Question, graph: GraphInfo) -> Request:
        """The payload to read, and the shapes that an answer could have."""
        payload = to_json(question.value)
        item = Item(question.node, "", payload, (DecisionKind.SUBMIT,), _shapes(question.value))
        notes = ("This graph does not say what it wants back. Choose the shape of the answer that it expects.",)
        return Request(question, self.name, telling_line(question.value), (item,), notes)

    def answer(self, request: Request, decisions: Sequence[Decision]) -> Resume:
        """The submitted value with its Python types."""
        return Resume(submitted(decisions))


def _shapes(value: Any) -> tuple[Shape, ...]:
    payload: Json = to_json(value)
    first = [Shape("The payload, edited", payload)]
    if isinstance(value, Mapping) and TYPE_TAG not in payload:
        fields = [Shape(f"The value of “{key}”, edited", item, infer(item)) for key, item in payload.items()]
        first = [*fields, *first] if len(fields) == 1 else [*first, *fields]
    return (
        *first,
        Shape("Text", "", {"type": "string"}),
        Shape("Yes or no", True, {"type": "boolean"}),
        Shape("Approved, with a reason", {"approved": True, "reason": ""}, _APPROVAL),
        Shape("Number", 0, {"type": "number"}),
        Shape("Any JSON", None),
    )


RAW_VALUE = RawValue()
