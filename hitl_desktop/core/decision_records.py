"""Decisions as the journal and drafts keep them, and read back to be delivered after all or to go on with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hitl_desktop.core.decisions import (
    Approve,
    Continue,
    Decision,
    DecisionKind,
    Edit,
    Ignore,
    Reject,
    Respond,
    Submit,
)
from hitl_desktop.core.differences import value_changes
from hitl_desktop.core.journal import EntryKind, JournalEntry
from hitl_desktop.core.requests import Answer, GoOn, Request, Resume
from hitl_desktop.core.schema import path_text
from hitl_desktop.core.values import Json, to_json

if TYPE_CHECKING:
    from hitl_desktop.core.review import Review


def entry_of(thread: Review, request: Request, decisions: Sequence[Decision], answer: Answer) -> JournalEntry:
    """What is kept of the decisions on a request, before they are sent."""
    assert thread.graph is not None
    words = [decision.message for decision in decisions if isinstance(decision, Reject | Respond) and decision.message]
    return JournalEntry(
        EntryKind.STATE_EDIT if isinstance(answer, GoOn) and answer.update is not None else EntryKind.DECISION,
        thread.thread_id,
        thread.graph.name,
        request.question.node,
        thread.detail.checkpoint_id,
        request.id,
        to_json(request.question.value),
        [decision_to_json(decision) for decision in decisions],
        _changes(request, decisions),
        "\n".join(words),
        answer_to_json(answer),
    )


def answer_to_json(answer: Answer) -> Json:
    """What LangGraph receives, as the journal shows it and as it is compared with before it is delivered later."""
    if isinstance(answer, Resume):
        return to_json(answer.value)
    sent: dict[str, Any] = {"update": answer.update, "as_node": answer.as_node}
    if answer.replaced:
        sent["replaced"] = list(answer.replaced)
    if answer.withdraws:
        sent["withdraws"] = sorted(answer.withdraws)
    return to_json(sent)


def decision_to_json(decision: Decision) -> Json:
    """A decision as a flat object with its `kind`."""
    match decision:
        case Edit(value):
            return {"kind": decision.kind.value, "value": value}
        case Submit(value, shape):
            return {"kind": decision.kind.value, "value": value, "shape": shape}
        case Reject(message, form):
            return {"kind": decision.kind.value, "message": message, "form": form}
        case Respond(message):
            return {"kind": decision.kind.value, "message": message}
        case _:
            return {"kind": decision.kind.value}


def decision_from_json(kept: Mapping[str, Any]) -> Decision:
    """The decision that was kept. Raises `ValueError` for what no decision is kept as."""
    match dict(kept):
        case {"kind": DecisionKind.APPROVE}:
            return Approve()
        case {"kind": DecisionKind.EDIT, "value": value}:
            return Edit(value)
        case {"kind": DecisionKind.REJECT, "message": str(message), **rest}:
            form = rest.get("form", 0)
            return Reject(message, form if isinstance(form, int) else 0)
        case {"kind": DecisionKind.RESPOND, "message": str(message)}:
            return Respond(message)
        case {"kind": DecisionKind.IGNORE}:
            return Ignore()
        case {"kind": DecisionKind.SUBMIT, "value": value, **rest}:
            return Submit(value, str(rest.get("shape", "")))
        case {"kind": DecisionKind.CONTINUE}:
            return Continue()
    raise ValueError(f"A decision is kept here that is not known: {str(kept)[:200]}")


def _changes(request: Request, decisions: Sequence[Decision]) -> Json:
    """What was changed in the proposals, item by item: the place, what stood there, and what stands there now."""
    return [
        {
            "item": position,
            "place": path_text(change.path),
            "before": change.before,
            "after": change.after,
        }
        for position, (item, decision) in enumerate(zip(request.items, decisions, strict=True))
        if isinstance(decision, Edit)
        for change in value_changes(item.payload, decision.value)
    ] or None
