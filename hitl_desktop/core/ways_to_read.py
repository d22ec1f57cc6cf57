"""In which of several ways the requests of a thread are shown: the view that was chosen, the shape of the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hitl_desktop.core.decisions import Decision, InvalidAnswerError
from hitl_desktop.core.dialects import answer_request
from hitl_desktop.core.journal import JournalEntry
from hitl_desktop.core.requests import Request
from hitl_desktop.core.review import Review
from hitl_desktop.core.values import same


def with_remembered_shapes(thread: Review, shapes: Mapping[tuple[str, str], str]) -> Review:
    """The review in which answers begin with the shape in which the same node of the graph was answered last.

    `shapes` are labels by graph and node. A question that says what it wants has one shape only.
    """
    if thread.graph is None:
        return thread
    name = thread.graph.name
    return replace(
        thread,
        requests=tuple(_beginning_with(each, shapes.get((name, each.question.node))) for each in thread.requests),
    )


def _beginning_with(request: Request, label: str | None) -> Request:
    item = request.items[0]
    first = next((shape for shape in item.shapes if shape.label == label), None)
    if first is None or len(item.shapes) < 2:
        return request
    shapes = (first, *(shape for shape in item.shapes if shape is not first))
    return replace(request, items=(replace(item, shapes=shapes), *request.items[1:]))


def shapes_of(entries: Sequence[JournalEntry]) -> Mapping[tuple[str, str], str]:
    """The labels of the shapes in which these decisions were entered, by graph and node."""
    return {
        (entry.graph, entry.node): shape
        for entry in entries
        for decision in (entry.decision if isinstance(entry.decision, list) else ())
        if isinstance(decision, dict) and isinstance(shape := decision.get("shape"), str) and shape
    }


def in_view(thread: Review, chosen: Request) -> Review:
    """The review with one request read in another of its ways; `chosen` is one of its `others`."""
    return replace(thread, requests=tuple(_turned(request, chosen) for request in thread.requests))


def _turned(request: Request, chosen: Request) -> Request:
    if request.id != chosen.id or chosen.view not in {other.view for other in request.others}:
        return request
    rest = (replace(request, others=()), *(other for other in request.others if other.view != chosen.view))
    return replace(chosen, others=rest)


def as_decided(thread: Review, decisions: Mapping[str, Sequence[Decision]]) -> Review:
    """The review with each request in the view in which these decisions, by request id, can have been made."""
    for request in thread.requests:
        if request.id in decisions and not _takes(request, decisions[request.id]):
            fitting = (other for other in request.others if _takes(other, decisions[request.id]))
            if (other := next(fitting, None)) is not None:
                thread = in_view(thread, other)
    return thread


def _takes(request: Request, decisions: Sequence[Decision]) -> bool:
    try:
        answer_request(request, decisions)
    except InvalidAnswerError:
        return False
    return True


def calls_on_cards(thread: Review) -> frozenset[str]:
    """The ids of the last message's tool calls that the requests show whole, each as an item of its own."""
    calls = thread.detail.messages[-1].tool_calls if thread.detail.messages else ()
    items = [item for request in thread.requests for item in request.items]
    return frozenset(
        call.id for call in calls if any(item.title == call.name and same(item.payload, call.args) for item in items)
    )
