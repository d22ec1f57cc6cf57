"""What a thread asks: the open question as LangGraph stores it, and the request that a reviewer sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from hitl_desktop.core.decisions import DecisionKind
from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.messages import Message
from hitl_desktop.core.schema import JsonSchema, Path
from hitl_desktop.core.values import Json


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """A static breakpoint: the thread stopped before `next_nodes`, or after the node that ran last.

    `certain` is False where only the graph's `interrupt_before` and `interrupt_after` lists say so,
    because the file alone cannot tell a breakpoint from a crash. `last_node` is the node in whose name the state can
    be changed, empty where two ran last.
    """

    next_nodes: tuple[str, ...]
    when: Literal["before", "after"]
    certain: bool = True
    last_node: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One open question as it is stored: an `Interrupt` of LangGraph, or a breakpoint.

    `id` is LangGraph's own for an interrupt, and ``breakpoint:<checkpoint id>`` for a breakpoint.
    `path` names the nodes from the root graph down to the one that asks. `value` is the payload (for a
    breakpoint the state), `response_schema` what the answer must satisfy, where the node says. `calling` is the
    model's message whose tool calls the asking node runs, all of them in this one task; `mixes_calls` says that
    LangGraph may give the answer to another of them. `earlier` are the answers that were given
    to the same question of the node before, the newest first. `answered` counts the questions that the node asked
    before this one and has the answers to.
    """

    id: str
    node: str
    path: tuple[str, ...]
    value: Any
    response_schema: JsonSchema | None = None
    breakpoint: Breakpoint | None = None
    calling: Message | None = None
    mixes_calls: bool = False
    earlier: tuple[Any, ...] = ()
    answered: int = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """One form that an answer can take: its name, the value that editing starts from, and what it must satisfy.

    `is_proposal` says that the graph proposed the start, so that what a person changes in it is shown.
    """

    label: str
    start: Json
    schema: JsonSchema | None = None
    is_proposal: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """One form that a rejection can take: its name, the value, and where in it the reason stands.

    `reason_at` is the path of the text that the reason replaces, () for the whole value, None where it says none.
    """

    label: str
    value: Json
    reason_at: Path | None = None

    def with_reason(self, reason: str) -> Json:
        """The value as it is sent with this reason; without one, as it stands."""
        return _put(self.value, self.reason_at, reason) if reason and self.reason_at is not None else self.value


def _put(value: Json, path: Path, text: str) -> Json:
    return {**value, path[0]: _put(value[path[0]], path[1:], text)} if path else text


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to decide within a request: an action that a tool wants to do, a question, a state.

    `shapes` are the forms in which its value can be edited, the usual one first; none where nothing
    can be edited. An edit of an action starts from the proposed arguments. `refusals` are the forms of a rejection
    where the graph does not say what it expects then. `is_form` says that the editor shows all of the payload.
    """

    title: str
    description: str
    payload: Json
    allowed: tuple[DecisionKind, ...]
    shapes: tuple[Shape, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    is_form: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One open question of a thread, read in its dialect, with the items to decide in their own order.

    `others` are the same question read in other ways, of which the reviewer may choose one instead; `view` names this
    way. `notes` say what to know before deciding, `warnings` what to beware of. `graph` is the thread's, with no name
    and nothing known of it where it is not loaded.
    """

    question: Question
    dialect: str
    asks: str
    items: tuple[Item, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    view: str = ""
    others: tuple[Request, ...] = ()
    graph: GraphInfo = field(default=GraphInfo(""), compare=False)

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
    """Go on without an answer: change the state as if `as_node` had returned `update`, then go on.

    Without an update the run simply goes on. `as_node` None leaves it to LangGraph, which takes the node
    that ran last. A message in `update` is a plain dict with `type`, `content` and the rest of its fields.
    `replaced` names the fields whose value takes the place of the present one, where the graph would else combine
    the two. `withdraws` holds the ids of open questions that the update takes back, so that nobody answers them.
    """

    update: Mapping[str, Any] | None = None
    as_node: str | None = None
    replaced: tuple[str, ...] = ()
    withdraws: frozenset[str] = frozenset()


Answer: TypeAlias = Resume | GoOn
