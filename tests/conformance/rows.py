"""What a row of the table is: a graph that asks, what is decided, and what the graph must have received then."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from hitl_desktop.core.decisions import Decision, Edit, Reject
from hitl_desktop.core.events import StopReason
from hitl_desktop.core.requests import Request
from hitl_desktop.core.review import Delivery

Decides: TypeAlias = Decision | Callable[[Request], Decision]
"""A decision, or what makes it from the request, as an editor does that starts from what is proposed."""

Decided: TypeAlias = Mapping[str, Sequence[Decides]]
"""Decisions by what is asked: a part of the request's line, the node that asks, or "" for the only request."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that must be refused before LangGraph hears of it.

    `decided` are decisions, with a request id as key where it is none of the open ones; `tamper` changes a delivery
    after it was checked. `why` is a pattern that the refusal's text fits.
    """

    why: str
    decided: Decided | None = None
    tamper: Callable[[Delivery], Delivery] | None = None
    view: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One delivery: decisions, in a view of the request where that is not the first; `ends` ends the thread instead.

    `dialect` is how the requests are read (several, by blanks), where it is not the row's; `stays` counts the requests
    that stay open. `wrong` is tried before, and with `again` also to send once more what the step before has sent.
    `shows` is what the reviewer sees of each item of the first request, `allowed` what may be decided on it; `says`
    are patterns of what the consequences say.
    """

    decided: Decided
    view: str = ""
    dialect: str = ""
    stays: int = 0
    wrong: Wrong | None = None
    again: bool = False
    ends: bool = False
    shows: Sequence[Any] | None = None
    allowed: tuple[tuple[str, ...], ...] | None = None
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: dialect, decision, where it is asked; the graph and its input; the steps and the effects.

    `effects` are all that nodes and tools received, each once, in any order; `reads` are parts of the results of tools
    that the model read, one each. `state` are fields at the end. `abroad` runs another program to the first stop, with
    these arguments of `ainvoke`. `needs` names a package without which there is no such graph.
    """

    dialect: str
    decision: str
    where: str
    graph: str
    input: Any
    steps: tuple[Step, ...]
    effects: tuple[tuple[str, Any], ...] = ()
    reads: tuple[str, ...] | None = None
    state: Mapping[str, Any] = field(default_factory=dict)
    abroad: Mapping[str, Any] | None = None
    ended: StopReason = StopReason.FINISHED
    needs: str = ""
    is_wrong: bool = False

    @property
    def id(self) -> str:
        """A readable name, of its own in the table."""
        return "-".join(re.sub(r"[^a-z0-9]+", "_", part.lower()).strip("_") for part in self.cells)

    @property
    def cells(self) -> tuple[str, str, str]:
        """What the table shows of it."""
        return self.dialect, self.decision, self.where

    def refusing(self, what: str, wrong: Wrong, step: int = 0) -> Row:
        """The same row with something wrong tried before a step, which then is answered as if nothing had been."""
        steps = list(self.steps)
        steps[step] = replace(steps[step], wrong=wrong)
        return replace(self, decision=f"wrong: {what}", steps=tuple(steps), is_wrong=True)


def on_it(*decisions: Decides, **more: Any) -> Step:
    """The step that decides the only request."""
    return Step({"": decisions}, **more)


def edited(**changes: Any) -> Callable[[Request], Decision]:
    """What is proposed or what the state is, with other values in these fields."""
    return lambda request: Edit({**request.items[0].payload, **changes})


def refused(label: str, reason: str = "") -> Callable[[Request], Decision]:
    """A rejection in the form of this name."""

    def decide(request: Request) -> Decision:
        return Reject(reason, [refusal.label for refusal in request.items[0].refusals].index(label))

    return decide
