"""Tool approval: one interrupt per tool call, from `HumanInTheLoopMiddleware(interrupt_mode="per_call")`.

The response schema lists the allowed decisions and holds the tool's own argument schema; it refuses an
answer that does not fit, and saves nothing then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hitl_desktop.core.decisions import AnswerProblem, Decision, InvalidAnswerError
from hitl_desktop.core.dialects.base import ON_TOOL_CALLS, action_decision, action_item, call_line, kinds
from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.requests import Question, Request, Resume
from hitl_desktop.core.schema import JsonSchema, mapping, problems, resolve
from hitl_desktop.core.values import to_json


class ToolApproval:
    """One tool call, decided by itself."""

    name = "tool_approval"

    def recognises(self, question: Question) -> bool:
        """A mapping that says that it is a tool approval and names the tool."""
        value = question.value
        return (
            isinstance(value, Mapping) and value.get("type") == "tool_approval" and isinstance(value.get("name"), str)
        )

    def read(self, question: Question, graph: GraphInfo) -> Request:
        """The call as the only item, with what the response schema allows."""
        value, name = question.value, question.value["name"]
        options = _options(question.response_schema)
        allowed = kinds(options) if options else ON_TOOL_CALLS
        item = action_item(
            name,
            to_json(value.get("args", {})),
            str(value.get("description") or ""),
            allowed,
            _args_schema(options, question.response_schema) or graph.tools.get(name),
        )
        return Request(question, self.name, call_line(name, item.payload), (item,))

    def answer(self, request: Request, decisions: Sequence[Decision]) -> Resume:
        """The decision itself, checked once more against the whole response schema."""
        answer = action_decision(request.items[0].title, decisions[0])
        found = problems(answer, request.question.response_schema)
        if found:
            raise InvalidAnswerError(*(AnswerProblem(0, problem.path, problem.message) for problem in found))
        return Resume(answer)


def _options(schema: JsonSchema | None) -> dict[str, JsonSchema]:
    """The schema of each allowed decision by its type: a `oneOf` of several, or one alone."""
    root = mapping(schema)
    several = root.get("oneOf") or root.get("anyOf")
    found = {}
    for option in several if isinstance(several, list) else [root]:
        option = resolve(option, root)
        kind = _part(option, "type").get("const")
        if isinstance(kind, str):
            found[kind] = option
    return found


def _args_schema(options: Mapping[str, JsonSchema], root: JsonSchema | None) -> JsonSchema | None:
    """The tool's argument schema inside the edit decision, with the definitions that it refers to."""
    if root is None or "edit" not in options:
        return None
    action = resolve(_part(options["edit"], "edited_action"), root)
    args = resolve(_part(action, "args"), root)
    return {**args, "$defs": {**mapping(root.get("$defs")), **mapping(args.get("$defs"))}} if args else None


def _part(schema: JsonSchema, name: str) -> JsonSchema:
    return mapping(mapping(schema.get("properties")).get(name))


TOOL_APPROVAL = ToolApproval()
