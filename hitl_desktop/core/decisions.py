"""What a reviewer can decide about one item of a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from hitl_desktop.core.schema import Path


class DecisionKind(StrEnum):
    """The kinds of decision, in LangChain's words where it has them. IGNORE is of the older `HumanInterrupt` alone."""

    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"
    RESPOND = "respond"
    IGNORE = "ignore"
    SUBMIT = "submit"
    CONTINUE = "continue"

    @property
    def lets_something_happen(self) -> bool:
        """Whether the agent may act after it, so that delivery is held for a few seconds (design, section 7)."""
        return self not in (DecisionKind.REJECT, DecisionKind.RESPOND, DecisionKind.IGNORE)


@dataclass(frozen=True, slots=True)
class Approve:
    """Let the proposed action happen as it stands."""

    kind = DecisionKind.APPROVE


@dataclass(frozen=True, slots=True)
class Edit:
    """Let the action happen with other arguments: `value` replaces what was proposed, whole."""

    value: Any
    kind = DecisionKind.EDIT


@dataclass(frozen=True, slots=True)
class Reject:
    """Do not let it happen; `message` is the reason, if there is one.

    `form` says which of the item's `refusals` the graph receives, where it does not say itself what a rejection is.
    """

    message: str = ""
    form: int = 0
    kind = DecisionKind.REJECT


@dataclass(frozen=True, slots=True)
class Respond:
    """Answer in place of the tool: it does not run, and the model reads `message` as its result."""

    message: str
    kind = DecisionKind.RESPOND


@dataclass(frozen=True, slots=True)
class Ignore:
    """Leave the request aside: the graph is told that nobody wants to decide it."""

    kind = DecisionKind.IGNORE


@dataclass(frozen=True, slots=True)
class Submit:
    """Answer the question with `value`; `shape` is the label of the shape in which it was entered, if it has one."""

    value: Any
    shape: str = ""
    kind = DecisionKind.SUBMIT


@dataclass(frozen=True, slots=True)
class Continue:
    """Go on from a breakpoint with the state as it is."""

    kind = DecisionKind.CONTINUE


Decision: TypeAlias = Approve | Edit | Reject | Respond | Ignore | Submit | Continue

Decided: TypeAlias = Mapping[str, Sequence[Decision]]
"""The decisions on each item of requests, by request id."""


@dataclass(frozen=True, slots=True)
class AnswerProblem:
    """What is wrong with the decision on one item (position from 0), and where in its value."""

    item: int
    path: Path
    message: str


class InvalidAnswerError(ValueError):
    """Decisions that the request does not allow. Nothing was sent."""

    def __init__(self, *problems: AnswerProblem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems
