"""Every decision on a tool call, with what it becomes on the wire."""

from __future__ import annotations

from typing import Any

from hitl_desktop.core.decisions import Approve, Decision, Edit, Reject, Respond
from hitl_desktop.core.dialects import answer_request
from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.requests import Request, Resume
from tests.core.samples import SEND_SCHEMA

GRAPH = GraphInfo("g", tools={"send": SEND_SCHEMA})

EVERY_DECISION: list[tuple[Decision, dict[str, Any]]] = [
    (Approve(), {"type": "approve"}),
    (Reject(), {"type": "reject"}),
    (Reject("  "), {"type": "reject"}),
    (Reject("Not today."), {"type": "reject", "message": "Not today."}),
    (Respond("I sent it."), {"type": "respond", "message": "I sent it."}),
    (
        Edit({"to": "bo@example.com", "copies": 2}),
        {"type": "edit", "edited_action": {"name": "send", "args": {"to": "bo@example.com", "copies": 2}}},
    ),
]


def answer(request: Request, *decisions: Decision) -> Any:
    sent = answer_request(request, decisions)
    assert isinstance(sent, Resume)
    return sent.value
