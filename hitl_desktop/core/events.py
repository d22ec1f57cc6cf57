"""What happens in a run, as values: the stream that the run log shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from hitl_desktop.core.model_problems import ModelTrouble
from hitl_desktop.core.values import Json


class StopReason(StrEnum):
    """Why a run ended."""

    FINISHED = "finished"
    ASKED = "asked"
    BREAKPOINT_BEFORE = "breakpoint before"
    BREAKPOINT_AFTER = "breakpoint after"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class NodeStarted:
    """A node began. `path` names the subgraphs around it, `task_id` tells two tasks of one node apart."""

    node: str
    task_id: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeFinished:
    """A node ended well; `update` is what it wrote, as JSON."""

    node: str
    task_id: str
    update: Json
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeFailed:
    """A node raised; the run ends with `RunEnded` and the whole traceback."""

    node: str
    task_id: str
    message: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a model's text; the pieces of one message share its id."""

    node: str
    message_id: str
    text: str


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """The model asked for a tool."""

    node: str
    name: str
    args: Json
    call_id: str


@dataclass(frozen=True, slots=True)
class ToolReturned:
    """A tool's result, or what stands in its place after a rejection. `failed` where it says so itself."""

    node: str
    name: str
    text: str
    call_id: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Custom:
    """What a node wrote with `get_stream_writer()`, as JSON."""

    node: str
    data: Json


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run of a thread began: `what` says in words with what (a new input, a decision, a retry)."""

    thread_id: str
    graph: str
    what: str


@dataclass(frozen=True, slots=True)
class RunEnded:
    """A run ended: always the last event. `message` is for people, `details` the traceback of a failure.

    `checkpoint_id` is the thread's newest checkpoint then, empty where none was written; `nodes` are those that
    failed; `trouble` says that it was because of the model.
    """

    reason: StopReason
    checkpoint_id: str = ""
    message: str = ""
    details: str = ""
    nodes: tuple[str, ...] = ()
    trouble: ModelTrouble | None = None


RunEvent: TypeAlias = (
    RunStarted | NodeStarted | NodeFinished | NodeFailed | Token | ToolCalled | ToolReturned | Custom | RunEnded
)
