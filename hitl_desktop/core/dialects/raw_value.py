"""Raw: a payload that does not say what it wants back, which most graphs in the wild send.

The reviewer chooses the shape of the answer. The shapes below are offered in this order, but the one that answers at
the same node had before comes first: these tell best what the graph expects. Rejecting has a choice of forms, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hitl_desktop.core.decisions import Decision, DecisionKind, Reject
from hitl_desktop.core.dialects.schema_answer import asking_of, submitted
from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.requests import Item, Question, Refusal, Request, Resume, Shape
from hitl_desktop.core.schema import first_value, infer
from hitl_desktop.core.values import TYPE_TAG, Json, from_json, to_json

EARLIER = "As it was answered here before"
"""The label of the shape that an earlier answer at the same node had."""

_APPROVAL = {
    "type": "object",
    "properties": {"approved": {"type": "boolean"}, "reason": {"type": "string"}},
    "required": ["approved"],
}
_REFUSALS = (
    Refusal("Not approved, with the reason", {"approved": False, "reason": ""}, ("reason",)),
    Refusal("No (False)", False),
    Refusal("The reason alone, as text", "rejected", ()),
    Refusal("Nothing (None)", None),
)
_REASONS = ("reason", "comment", "comments", "feedback", "notes", "note", "message", "human_feedback")


class RawValue:
    """Any other payload; the answer is whatever value the reviewer chose, with its type."""

    name = "raw"

    def recognises(self, question: Question) -> bool:
        """Every interrupt."""
        return question.breakpoint is None

    def read(self, question: Question, graph: GraphInfo) -> Request:
        """The payload to read, the shapes that an answer could have, and those of a rejection."""
        earlier = [to_json(answer) for answer in question.earlier]
        shapes = (*_earlier_shapes(earlier), *_shapes(question.value))
        item = Item(
            question.node,
            "",
            to_json(question.value),
            (DecisionKind.SUBMIT, DecisionKind.REJECT),
            shapes,
            (*_earlier_refusals(earlier), *_REFUSALS),
        )
        note = "This graph does not say what it wants back. Choose the shape of the answer that it expects."
        if earlier:
            note = "This graph does not say what it wants back; the shape of an earlier answer at this node is chosen."
        return Request(question, self.name, asking_of(question.value), (item,), (note,))

    def answer(self, request: Request, decisions: Sequence[Decision]) -> Resume:
        """The submitted value with its Python types, or the chosen form of a rejection."""
        (decision,) = decisions
        if isinstance(decision, Reject):
            refusal = request.items[0].refusals[decision.form]
            return Resume(from_json(refusal.with_reason(decision.message.strip())))
        return Resume(submitted(decisions))


def _shapes(value: Any) -> tuple[Shape, ...]:
    payload: Json = to_json(value)
    first = [Shape("The payload, edited", payload, is_proposal=True)]
    if isinstance(value, Mapping) and TYPE_TAG not in payload:
        fields = [Shape(f"The value of “{key}”, edited", item, infer(item), True) for key, item in payload.items()]
        first = [*fields, *first] if len(fields) == 1 else [*first, *fields]
    text = Shape("Text", "", {"type": "string", "minLength": 1})
    return (
        *((text, *first) if _asks(value) else (*first, text)),
        Shape("Yes or no", True, {"type": "boolean"}),
        Shape("Approved, with a reason", {"approved": True, "reason": ""}, _APPROVAL),
        Shape("Number", 0, {"type": "number"}),
        Shape("Any JSON", None),
    )


def _asks(value: Any) -> bool:
    """Whether the payload reads as a question, which nobody answers with itself; a draft has lines, or a field."""
    if isinstance(value, Mapping):
        text = next(iter(value.values())) if len(value) == 1 else value.get("question")
        return isinstance(text, str) and text.rstrip().endswith(("?", ":"))
    return isinstance(value, str) and "\n" not in value.strip()


def _earlier_shapes(answers: Sequence[Json]) -> list[Shape]:
    """The shape of the newest answer, without its values: what was right for another request is not proposed here."""
    if not answers:
        return []
    schema = infer(answers[0])
    return [Shape(EARLIER, first_value(schema) if schema else answers[0], schema)]


def _earlier_refusals(answers: Sequence[Json]) -> list[Refusal]:
    """The newest answer that says no in a field, else the newest that could, with the no and the reason in it."""
    could = [answer for answer in answers if isinstance(answer, dict) and _yes_or_no(answer)]
    did = [answer for answer in could if not all(answer[field] for field in _yes_or_no(answer))]
    if not could or set((did or could)[0]) == {"approved", "reason"}:  # which is the first form anyway
        return []
    answer = (did or could)[0]
    reason = next((name for name in _REASONS if isinstance(answer.get(name), str)), None)
    value = {
        **first_value(infer(answer)),
        **dict.fromkeys(_yes_or_no(answer), False),
        **({reason: ""} if reason else {}),
    }
    return [Refusal("As answers here looked before, with no", value, (reason,) if reason else None)]


def _yes_or_no(answer: Mapping[str, Json]) -> list[str]:
    return [name for name, value in answer.items() if isinstance(value, bool)]


RAW_VALUE = RawValue()
