"""Questions as LangGraph stores them, with the payloads that LangChain's middleware writes, and threads around them."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from hitl_desktop.core.graphs import GraphInfo, Project
from hitl_desktop.core.requests import Breakpoint, Question
from hitl_desktop.core.schema import JsonSchema
from hitl_desktop.core.threads import ThreadDetail, ThreadState, ThreadSummary

CHECKPOINT = "1f0f5856-f430-641d-8003-ce8195324be1"
ID = "0123456789abcdef0123456789abcdef"
OTHER_ID = "fedcba9876543210fedcba9876543210"
MAIL = {"to": "ana@example.com", "copies": 1}
ALL_FOUR = ["approve", "edit", "reject", "respond"]

SEND_SCHEMA: JsonSchema = {
    "type": "object",
    "title": "send",
    "properties": {"to": {"type": "string"}, "copies": {"type": "integer", "default": 1}},
    "required": ["to"],
}


def question(value: Any, schema: JsonSchema | None = None, node: str = "ask", id_: str = ID) -> Question:
    return Question(id_, node, (node,), value, schema)


def batch(*allowed: list[str], camel: bool = False) -> dict[str, Any]:
    """A `HITLRequest` with one `send` for each list of allowed decisions, to ana, bo, cleo and dan."""
    actions = [{"name": "send", "args": {**MAIL, "to": to}, "description": f"To {to}"} for to in ("ana", "bo", "cleo")]
    keys = ("actionName", "allowedDecisions") if camel else ("action_name", "allowed_decisions")
    configs = [dict(zip(keys, ("send", names), strict=True)) for names in allowed]
    outer = ("actionRequests", "reviewConfigs") if camel else ("action_requests", "review_configs")
    return dict(zip(outer, (actions[: len(allowed)], configs), strict=True))


def tool_approval(**changes: Any) -> dict[str, Any]:
    """The payload of `HumanInTheLoopMiddleware(interrupt_mode="per_call")`."""
    asked = {"type": "tool_approval", "tool_call_id": "c1", "name": "send", "args": MAIL, "description": "Sends it."}
    return {**asked, **changes}


def decision_schema(*allowed: str, args: JsonSchema = SEND_SCHEMA) -> JsonSchema:
    """The response schema beside it, as LangChain 1.4 writes it; of one decision alone there is no `oneOf`."""

    def of(kind: str, required: tuple[str, ...] = (), **properties: JsonSchema) -> JsonSchema:
        fields = {"type": {"const": kind, "type": "string"}, **properties}
        return {"type": "object", "properties": fields, "required": ["type", *required]}

    text: JsonSchema = {"type": "string"}
    action = {
        "type": "object",
        "properties": {"name": {"const": "send", "type": "string"}, "args": {"$ref": "#/$defs/send"}},
        "required": ["name", "args"],
    }
    options = {
        "approve": of("approve"),
        "edit": of("edit", ("edited_action",), edited_action={"$ref": "#/$defs/EditedAction"}),
        "reject": of("reject", message=text),
        "respond": of("respond", ("message",), message=text),
    }
    names = {kind: f"{kind.capitalize()}Decision" for kind in allowed}
    shared = {"EditedAction": action, "send": args} if "edit" in allowed else {}
    if len(allowed) == 1:
        return {**options[allowed[0]], "$defs": shared}
    return {
        "$defs": {**{names[kind]: options[kind] for kind in allowed}, **shared},
        "discriminator": {"propertyName": "type", "mapping": {kind: f"#/$defs/{names[kind]}" for kind in allowed}},
        "oneOf": [{"$ref": f"#/$defs/{names[kind]}"} for kind in allowed],
    }


def human_interrupt(*allowed: str, args: Any = MAIL) -> dict[str, Any]:
    """A `HumanInterrupt` of LangGraph's older prebuilt form; `allowed` are names such as ``accept``."""
    config = {f"allow_{name}": name in allowed for name in ("accept", "edit", "respond", "ignore")}
    return {"action_request": {"action": "send", "args": args}, "config": config, "description": "Sends it."}


def ask_user(*questions: dict[str, Any]) -> dict[str, Any]:
    """What an `ask_user` tool asks."""
    return {"type": "ask_user", "questions": list(questions), "tool_call_id": "c1"}


def call(name: str = "search", call_id: str = "c1", **args: Any) -> dict[str, Any]:
    return {"name": name, "args": args, "id": call_id, "type": "tool_call"}


def calling(*calls: dict[str, Any]) -> dict[str, Any]:
    """A model's message with tool calls."""
    return {"type": "ai", "content": "Let me look.", "id": "m2", "tool_calls": list(calls)}


def at_breakpoint(
    state: Any, *next_nodes: str, when: Any = "before", certain: bool = True, last_node: str = ""
) -> Question:
    """The question of a thread that stands at a breakpoint; `call_tools` comes next unless nodes are given."""
    stop = Breakpoint(next_nodes or ("call_tools",), when, certain, last_node)
    node = "call_llm" if when == "after" else " and ".join(stop.next_nodes)
    return Question(f"breakpoint:{CHECKPOINT}", node, (), state, breakpoint=stop)


def opened(*questions: Question, state: ThreadState = ThreadState.WAITING, **fields: Any) -> ThreadDetail:
    """A thread as it is read from the database; `fields` are those of its summary and of itself."""
    own = {name: fields.pop(name) for name in ("values", "messages", "errors") if name in fields}
    about = {"graph": "mail", "title": "A title", "requests": len(questions), "read": True, **fields}
    return ThreadDetail(ThreadSummary("t1", CHECKPOINT, state, **about), questions, **own)


def project(**more: Any) -> Project:
    """A project with a mail and a search graph, and one that could not be loaded; `more` changes the search graph."""
    search = {"nodes": ("call_llm", "call_tools"), "interrupt_before": ("call_tools",), **more}
    return Project(
        "/graphs",
        (
            GraphInfo("mail", nodes=("model", "ask"), tools={"send": SEND_SCHEMA}),
            GraphInfo("search", **search),
            GraphInfo("broken", error="It raised.", nodes=("ask",)),
        ),
    )


def same_types(one: Any, other: Any) -> bool:
    """Whether two equal values have the same types all the way down; keys and members of sets too."""
    if isinstance(one, PurePath):
        return isinstance(other, PurePath)  # the class of a path depends on the machine
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return all(same_types(pair, other_pair) for pair, other_pair in zip(one.items(), other.items(), strict=True))
    if isinstance(one, set | frozenset):
        return sorted(map(repr, one)) == sorted(map(repr, other))
    if isinstance(one, list | tuple):
        return all(same_types(a, b) for a, b in zip(one, other, strict=True))
    return True
