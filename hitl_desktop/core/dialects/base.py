"""What a dialect is: how one wire form is recognised, read into items, and answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from hitl_desktop.core.decisions import (
    AnswerProblem,
    Approve,
    Decision,
    DecisionKind,
    Edit,
    InvalidAnswerError,
    Reject,
    Respond,
    Submit,
)
from hitl_desktop.core.graphs import CheckArguments, GraphInfo
from hitl_desktop.core.requests import Answer, Item, Question, Request, Shape
from hitl_desktop.core.schema import JsonSchema, Problem, infer, problems
from hitl_desktop.core.storable import storing_problem
from hitl_desktop.core.values import Json, from_json, without_foreign


class Dialect(Protocol):
    """One wire form. A new one is a module with this object, and a line in `DIALECTS`."""

    name: str

    def recognises(self, question: Question) -> bool:
        """Whether the question is in this form. Must not raise, whatever the payload."""
        ...

    def read(self, question: Question, graph: GraphInfo) -> Request:
        """The request with its items, in the order of the payload; of a graph that is not loaded nothing is known."""
        ...

    def answer(self, request: Request, decisions: Sequence[Decision]) -> Answer:
        """What goes on the wire for one decision an item, in their order. `check` has passed before."""
        ...


def check(request: Request, decisions: Sequence[Decision]) -> None:
    """Raise `InvalidAnswerError` unless there is one allowed decision an item whose value fits its schema."""
    if len(decisions) != len(request.items):
        raise InvalidAnswerError(
            AnswerProblem(0, (), f"{len(request.items)} decisions are asked for, {len(decisions)} were made")
        )
    found: list[AnswerProblem] = []
    for position, (item, decision) in enumerate(zip(request.items, decisions, strict=True)):
        if decision.kind not in item.allowed:
            allowed = ", ".join(item.allowed)
            found.append(AnswerProblem(position, (), f'"{decision.kind}" is not allowed here, only: {allowed}'))
        elif isinstance(decision, Edit | Submit):
            wrong = _value_problems(item, decision.value, request.graph.check_arguments)
            found.extend(AnswerProblem(position, problem.path, problem.message) for problem in wrong)
        elif isinstance(decision, Respond) and not decision.message.strip():
            found.append(AnswerProblem(position, (), "Write the answer that the model will read"))
        elif isinstance(decision, Reject) and item.refusals and not 0 <= decision.form < len(item.refusals):
            found.append(AnswerProblem(position, (), "There is no such form of a rejection here"))
    if found:
        raise InvalidAnswerError(*found)


def _value_problems(item: Item, value: Json, check_arguments: CheckArguments) -> Sequence[Problem]:
    """The problems of a value: those of the shape that it comes closest to, else what the tool's own code says."""
    if (unsaved := storing_problem(value)) is not None:
        return [unsaved]
    try:
        from_json(value)
    except ValueError as error:
        return [Problem((), str(error))]
    each = [problems(value, shape.schema) for shape in item.shapes]
    if each and all(each):
        return min(each, key=len)
    return check_arguments(item.title, sendable(value))


ON_TOOL_CALLS = (DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.REJECT, DecisionKind.RESPOND)
"""What LangChain's middleware knows as decisions on a tool call."""


def action_item(
    name: str, args: Json, description: str, allowed: tuple[DecisionKind, ...], schema: JsonSchema | None
) -> Item:
    """One proposed tool call: its arguments are edited against the tool's schema, or keep their own types."""
    known = schema or (infer(args) if isinstance(args, dict) else {"type": "object"})
    shape = Shape("Arguments", args, known, is_proposal=True)
    told = description.removesuffix(_repeated(name, args)) if "\n\nTool: " in description else description
    return Item(name, told, args, allowed, (shape,) if DecisionKind.EDIT in allowed else ())


def _repeated(name: str, args: Json) -> str:
    """What LangChain's middleware adds to a description that nobody wrote: the call once more, as Python writes it."""
    return f"\n\nTool: {name}\nArgs: {from_json(args)}"


def sendable(value: Json) -> Any:
    """An edited value with its Python types, as it is sent. `check` has seen that its tagged values can be read."""
    return without_foreign(from_json(value))


def action_decision(name: str, decision: Decision) -> dict[str, Any]:
    """One decision on a tool call as LangChain's `HumanInTheLoopMiddleware` reads it.

    An edit keeps the tool's name: another one would pass by that tool's own review (langchain #40166).
    """
    match decision:
        case Approve():
            return {"type": "approve"}
        case Edit(value):
            return {"type": "edit", "edited_action": {"name": name, "args": sendable(value)}}
        case Reject(message):
            return {"type": "reject", **({"message": message} if message.strip() else {})}
        case Respond(message):
            return {"type": "respond", "message": message}
        case _:
            raise InvalidAnswerError(AnswerProblem(0, (), f'"{decision.kind}" does not answer a tool call'))


def kinds(names: Any) -> tuple[DecisionKind, ...]:
    """The decisions on a tool call among the names of a payload, in the order in which the window offers them."""
    known = {name for name in names if isinstance(name, str)} if isinstance(names, Collection) else set()
    return tuple(kind for kind in ON_TOOL_CALLS if kind.value in known)


def one_line(text: Any, limit: int = 160) -> str:
    """The text on one line for a list, shortened with an ellipsis. The review panel shows it whole."""
    line = " ".join(str(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def asking_line(items: Sequence[Item]) -> str:
    """What several proposed actions ask, on one line."""
    first = call_line(items[0].title, items[0].payload)
    return first if len(items) == 1 else one_line(f"{len(items)} actions: {first}")


def call_line(name: str, args: Json) -> str:
    """A tool call on one line: ``send_mail: to ana@example.com, subject Hello``."""
    if not isinstance(args, Mapping) or not args:
        return one_line(name)
    return one_line(f"{name}: " + ", ".join(f"{key} {value}" for key, value in args.items()))
