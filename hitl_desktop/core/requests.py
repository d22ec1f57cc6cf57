"""What a thread asks: the open question as LangGraph stores it, and the request that a reviewer sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from hitl_desktop.core.decisions import DecisionKind
from hitl_desktop.core.schema import JsonSchema
from hitl_desktop.core.values import Json


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """A static breakpoint: the thread stopped before `next_nodes`, or after the node that ran last.

    `certain` is False where only the graph's `interrupt_before` and `interrupt_after` lists say so,
    because the file alone cannot tell a breakpoint from a crash.
    """

    next_nodes: tuple[str, ...]
    when: Literal["before", "after"]
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """One open question as it is stored: an `Interrupt` of LangGraph, or a breakpoint.

    `id` is LangGraph's own for an interrupt, and ``breakpoint:<checkpoint id>`` for a breakpoint.
    `path` names the nodes from the root graph down to the one that asks. `value` is the payload (for a
    breakpoint the state), `response_schema` what the answer must satisfy, where the node says.
    """

    id: str
    node: str
    path: tuple[str, ...]
    value: Any
    response_schema: JsonSchema | None = None
    breakpoint: Breakpoint | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """One form that an answer can take: its name, the value that editing starts from, and what it must satisfy."""

    label: str
    start: Json
    schema: JsonSchema | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to decide within a request: an action that a tool wants to do, a question, a state.

    `shapes` are the forms in which its value can be edited, the usual one first; none where nothing
    can be edited. An edit of an action starts from the proposed arguments.
    """

    title: str
    description: str
    payload: Json
    allowed: tuple[DecisionKind, ...]
    shapes: tuple[Shape, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One open question of a thread, read in its dialect, with the items to decide in their own order."""

    question: Question
    dialect: str
    asks: str
    items: tuple[Item, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def id(self) -> str:
        """The id that the answer is sent to."""
        return self.question.id


@dataclass(frozen=True, slots=True)
class Resume:
    """An answer that goes to the interrupt: LangGraph receives ``Command(resume={id: value})``."""

    value: Any


@dataclass(frozen=True, slots=True)
class GoOn:
    """An answer to a breakpoint: change the state as if `as_node` had returned `update`, then go on.

    Without an update the run simply goes on. `as_node` None leaves it to LangGraph, which takes the node
    that ran last. A message in `update` is a plain dict with `type`, `content` and the rest of its fields.
    """

    update: Mapping[str, Any] | None = None
    as_node: str | None = None


Answer: TypeAlias = Resume | GoOn
