"""Action batch: LangChain's `HumanInTheLoopMiddleware` in its default, batched mode (`HITLRequest`).

Decisions are matched by position, and a wrong count ruins the thread (langchain #40172, #40206). The
review configurations are parallel to the actions, because the same tool may stand there twice; a payload
in which they are not is matched by name. JavaScript writes camel case; the answer is the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hitl_desktop.core.decisions import Decision, DecisionKind
from hitl_desktop.core.dialects.base import ON_TOOL_CALLS, action_decision, action_item, asking_line, kinds
from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.requests import Question, Request, Resume
from hitl_desktop.core.values import to_json


class ActionBatch:
    """Several tool calls of one model turn, each with its own decision."""

    name = "action_batch"

    def recognises(self, question: Question) -> bool:
        """A mapping with a list of actions that each have a name."""
        actions = _either(question.value, "action_requests", "actionRequests")
        return (
            isinstance(actions, list)
            and bool(actions)
            and all(isinstance(action, Mapping) and isinstance(action.get("name"), str) for action in actions)
        )

    def read(self, question: Question, graph: GraphInfo) -> Request:
        """One item an action, in the order of the payload."""
        actions = _either(question.value, "action_requests", "actionRequests")
        configs = _either(question.value, "review_configs", "reviewConfigs") or []
        items = tuple(
            action_item(
                action["name"],
                to_json(_args(action)),
                str(action.get("description") or ""),
                _allowed(position, action["name"], configs),
                graph.tools.get(action["name"]),
            )
            for position, action in enumerate(actions)
        )
        return Request(question, self.name, asking_line(items), items)

    def answer(self, request: Request, decisions: Sequence[Decision]) -> Resume:
        """One decision an action, in the order of the actions."""
        return Resume(
            {
                "decisions": [
                    action_decision(item.title, decision)
                    for item, decision in zip(request.items, decisions, strict=True)
                ]
            }
        )


def _either(value: Any, snake: str, camel: str) -> Any:
    if not isinstance(value, Mapping):
        return None
    return value.get(snake, value.get(camel))


def _args(action: Mapping[str, Any]) -> Any:
    """The arguments; an early alpha of the middleware called them `arguments`."""
    return action.get("args", action.get("arguments", {}))


def _allowed(position: int, name: str, configs: Any) -> tuple[DecisionKind, ...]:
    """What the configuration at the action's own position allows, or else the one of that name; else all four."""

    def named(config: Any) -> bool:
        return isinstance(config, Mapping) and _either(config, "action_name", "actionName") == name

    configs = configs if isinstance(configs, list) else []
    config = configs[position] if position < len(configs) and named(configs[position]) else None
    config = config or next((each for each in configs if named(each)), None)
    if config is None:
        return ON_TOOL_CALLS
    return kinds(_either(config, "allowed_decisions", "allowedDecisions"))


ACTION_BATCH = ActionBatch()
