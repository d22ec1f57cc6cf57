"""Chat messages in every form in which a state holds them."""

from __future__ import annotations

from typing import Any

import pytest

from hitl_desktop.core.messages import Message, ToolCall, read_message, read_messages
from hitl_desktop.core.values import Foreign
from tests.core.samples import call

STORED = "langchain_core.messages"
AI: dict[str, Any] = {
    "type": "ai",
    "content": "Hello",
    "id": "m1",
    "name": None,
    "tool_calls": [],
    "usage_metadata": {"x": 1},
}


@pytest.mark.parametrize(
    ("value", "role", "text"),
    [
        ({"type": "human", "content": "Hello"}, "human", "Hello"),
        ({"role": "user", "content": "Hello"}, "human", "Hello"),
        ({"role": "assistant", "content": "Hello"}, "ai", "Hello"),
        ({"type": "system", "content": "Hello"}, "system", "Hello"),
        ({"type": "tool", "content": "Hello", "tool_call_id": "c1"}, "tool", "Hello"),
        ({"type": "AIMessageChunk", "content": "Hello"}, "ai", "Hello"),
        (("human", "Hello"), "human", "Hello"),
        (["user", "Hello"], "human", "Hello"),
        (("assistant", "Hello"), "ai", "Hello"),
        (Foreign(f"{STORED}.ai.AIMessage", AI), "ai", "Hello"),
        (Foreign(f"{STORED}.ai.AIMessageChunk", {**AI, "type": "AIMessageChunk"}), "ai", "Hello"),
        (Foreign("langchain.schema.messages.HumanMessage", {"content": "Hello", "type": "human"}), "human", "Hello"),
        ({"type": "ai", "content": [{"type": "text", "text": "One"}, "two", {"type": "image"}]}, "ai", "One\ntwo"),
        ({"type": "ai", "content": ""}, "ai", ""),
        ({"type": "ai", "content": None}, "ai", ""),
        ({"type": "ai", "content": [None, 5, ["x"], {"text": 5}, {"text": ""}]}, "ai", ""),
    ],
)
def test_a_message_is_read(value: Any, role: str, text: str) -> None:
    message = read_message(value)
    assert message is not None
    assert (message.role, message.text) == (role, text)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "Hello",
        5,
        {},
        {"type": "human"},
        {"type": "remove", "content": "", "id": "m1"},
        {"content": "Hello"},
        {"type": ["human"], "content": "Hello"},
        ("nobody", "Hello"),
        ([1], "Hello"),
        ("human",),
        ("human", "Hello", "there"),
        Foreign("shop.Order", {"id": 7}),
        Foreign("shop.Order", None),
    ],
)
def test_what_is_no_message_is_left_out(value: Any) -> None:
    assert read_message(value) is None
    assert read_messages([value, AI, value]) == (read_message(AI),)


def test_tool_calls_and_results_keep_their_ids() -> None:
    asked = read_message({**AI, "tool_calls": [call(query="hotel"), call("read", "c2"), "no call", {"name": "bare"}]})
    assert asked is not None
    assert asked.id == "m1"
    expected = (ToolCall("search", {"query": "hotel"}, "c1"), ToolCall("read", {}, "c2"), ToolCall("bare", {}, ""))
    assert asked.tool_calls == expected
    result = read_message({"type": "tool", "content": "120", "tool_call_id": "c1", "name": "search", "id": "m2"})
    assert result == Message("tool", "120", "m2", "search", (), "c1")


@pytest.mark.parametrize("value", [(), [], None, {"type": "human"}, "text"])
def test_nothing_gives_no_messages(value: Any) -> None:
    assert read_messages(value) == ()


def test_a_message_that_stands_alone_is_read_too() -> None:
    assert [message.text for message in read_messages(AI)] == ["Hello"]


@pytest.mark.parametrize("strange", [5, ["x"], {"a": 1}, b"x"])
def test_strange_ids_and_names_are_none(strange: Any) -> None:
    message = read_message({"type": "ai", "content": "x", "id": strange, "name": strange, "tool_call_id": strange})
    assert message == Message("ai", "x")
