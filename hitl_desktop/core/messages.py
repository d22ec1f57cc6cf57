"""Chat messages as the window shows them, read from what a checkpoint holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hitl_desktop.core.values import Foreign, Json, to_json

_ROLES = {"human": "human", "user": "human", "ai": "ai", "assistant": "ai", "system": "system", "tool": "tool"}


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call of a model's message: the tool's name, its arguments, and the id that its result refers to."""

    name: str
    args: Json
    id: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation. `role` is human, ai, system or tool; `name` is the tool's for a result."""

    role: str
    content: Json
    id: str | None = None
    name: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    is_error: bool = False
    """Whether it is the result of a tool that failed."""

    @property
    def text(self) -> str:
        """The text of the content, which is a string or a list of content blocks."""
        if isinstance(self.content, str):
            return self.content
        blocks = self.content if isinstance(self.content, list) else []
        texts = [block.get("text") if isinstance(block, dict) else block for block in blocks]
        return "\n".join(text for text in texts if isinstance(text, str) and text)


def read_messages(value: Any) -> tuple[Message, ...]:
    """The messages in a list of stored or plain ones; what is no message is left out."""
    items = value if isinstance(value, list | tuple) else [value]
    return tuple(message for item in items if (message := read_message(item)) is not None)


def read_message(value: Any) -> Message | None:
    """One message, stored by LangChain (`Foreign`) or written as a dict or a (role, text) pair; else None."""
    if isinstance(value, Foreign):
        value = value.value
    if isinstance(value, tuple | list) and len(value) == 2 and isinstance(value[0], str) and value[0] in _ROLES:
        value = {"type": value[0], "content": value[1]}
    if not isinstance(value, Mapping) or "content" not in value:
        return None
    role = _ROLES.get(str(value.get("type") or value.get("role")).removesuffix("MessageChunk").lower())
    if role is None:
        return None
    calls = value.get("tool_calls")
    return Message(
        role,
        to_json(value["content"]),
        _text(value.get("id")),
        _text(value.get("name")),
        tuple(_tool_call(call) for call in calls if isinstance(call, Mapping)) if isinstance(calls, list) else (),
        _text(value.get("tool_call_id")),
        value.get("status") == "error",
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _tool_call(call: Mapping[str, Any]) -> ToolCall:
    return ToolCall(str(call.get("name", "")), to_json(call.get("args", {})), str(call.get("id") or ""))
