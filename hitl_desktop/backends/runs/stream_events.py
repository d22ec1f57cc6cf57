"""LangGraph's stream (version 2) as the program's run events."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolMessage
from langgraph.types import StreamMode
from pydantic import BaseModel

from hitl_desktop.core.events import (
    Custom,
    NodeFailed,
    NodeFinished,
    NodeStarted,
    RunEvent,
    Token,
    ToolCalled,
    ToolReturned,
)
from hitl_desktop.core.values import Json, to_json

STREAM_MODES: list[StreamMode] = ["tasks", "updates", "messages", "custom"]
"""The modes that `StreamReader` reads; the others send the whole state at every step."""


class StreamReader:
    """Reads the parts of one run's stream, in their order, and remembers what has been said.

    After it, `asked` says whether the graph stopped with open questions and `stopped` whether it stopped at
    all before its end: a static breakpoint is announced as an interrupt without any questions.
    """

    def __init__(self) -> None:
        self.asked = False
        self.stopped = False
        self.failed_nodes: list[str] = []
        self._streamed: set[str] = set()
        self._calls: set[str] = set()
        self._results: set[str] = set()

    def read(self, part: Mapping[str, Any]) -> Iterator[RunEvent]:
        """The events of one part ``{"type", "ns", "data"}``."""
        data = part["data"]
        path = tuple(step.partition(":")[0] for step in part["ns"])
        match part["type"]:
            case "messages":
                yield from self._message(*data)
            case "tasks":
                yield from self._task(data, path)
            case "custom":
                yield Custom(path[-1] if path else "", brief(data))
            case "updates" if not path and "__interrupt__" in data:
                self.stopped = True
                self.asked = self.asked or bool(data["__interrupt__"])

    def _message(self, message: Any, metadata: Mapping[str, Any]) -> Iterator[RunEvent]:
        if not isinstance(message, AIMessage):
            return
        text, message_id = message.text, message.id or ""
        whole = not isinstance(message, AIMessageChunk)
        if text and not (whole and message_id in self._streamed):
            self._streamed.add(message_id)
            yield Token(str(metadata.get("langgraph_node", "")), message_id, text)

    def _task(self, task: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[RunEvent]:
        node, task_id = task["name"], task["id"]
        if "result" not in task:
            self._note_known(task["input"])
            yield NodeStarted(node, task_id, path)
        elif task["error"] is not None:
            self.failed_nodes.append(node)
            yield NodeFailed(node, task_id, f"{type(task['error']).__name__}: {task['error']}", path)
        elif not task["interrupts"]:
            yield from self._tools(node, task["result"])
            yield NodeFinished(node, task_id, brief(task["result"]), path)

    def _note_known(self, task_input: Any) -> None:
        """What a node is given has been said before, in this run or an earlier one; nodes may write it again."""
        for message in _messages(task_input):
            if isinstance(message, AIMessage):
                self._calls.update(call["id"] or "" for call in message.tool_calls)
            elif isinstance(message, ToolMessage):
                self._results.add(message.tool_call_id)

    def _tools(self, node: str, result: Any) -> Iterator[RunEvent]:
        """Tool calls and results, each said once although subgraphs repeat what their nodes wrote."""
        for message in _messages(result):
            if isinstance(message, AIMessage):
                for call in message.tool_calls:
                    if (call_id := call["id"] or "") not in self._calls:
                        self._calls.add(call_id)
                        yield ToolCalled(node, call["name"], to_json(call["args"]), call_id)
            elif isinstance(message, ToolMessage) and message.tool_call_id not in self._results:
                self._results.add(message.tool_call_id)
                yield ToolReturned(
                    node, message.name or "", message.text, message.tool_call_id, message.status == "error"
                )


def _messages(result: Any) -> list[BaseMessage]:
    values = result.values() if isinstance(result, Mapping) else [result]
    lists = [value if isinstance(value, list) else [value] for value in values]
    return [item for items in lists for item in items if isinstance(item, BaseMessage)]


def brief(value: Any) -> Json:
    """A live value as JSON for the run log: messages as their role and text, objects as their fields."""
    if isinstance(value, BaseMessage):
        return {"type": value.type, "content": value.text}
    if isinstance(value, BaseModel):
        return {name: brief(item) for name, item in value}
    if isinstance(value, Mapping):
        return {str(key): brief(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [brief(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: brief(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return to_json(value)
