"""What a thread asks, as a test of a graph looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hitl_desktop.core.requests import Request
from hitl_desktop.core.values import Json


@dataclass(frozen=True, slots=True)
class AskedItem:
    """One thing to decide: what it is called, what is proposed or asked, and which decisions are allowed on it.

    `payload` of a tool call are its arguments. `allowed` has the names that `HitlWindow.decide` takes.
    """

    title: str
    description: str
    payload: Json
    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One open request of a thread.

    `payload` is what the node gave to `interrupt`, or the state at a breakpoint. `dialect` says as what it is
    read (`hitl_desktop.core.dialects`), `schema` what the answer must satisfy, where the node says that. `items` are
    the things to decide in it, each with a card in the window.
    """

    id: str
    node: str
    dialect: str
    asks: str
    payload: Any
    schema: Mapping[str, Any] | None
    items: tuple[AskedItem, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def asked(request: Request) -> Asked:
    """A request of the window as tests look at it."""
    items = tuple(
        AskedItem(item.title, item.description, item.payload, tuple(kind.value for kind in item.allowed))
        for item in request.items
    )
    question = request.question
    schema = question.response_schema
    shown = (question.id, question.node, request.dialect, request.asks, question.value)
    return Asked(*shown, schema, items, request.notes, request.warnings)
