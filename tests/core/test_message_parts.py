"""What a message holds is named, whatever provider wrote it, and nothing of it is lost."""

from __future__ import annotations

from typing import Any

import pytest

from hitl_desktop.core.message_parts import calls_by_id, content_parts
from hitl_desktop.core.messages import Message, ToolCall, read_message, read_messages


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("Hello", [("text", "Hello")]),
        ("", []),
        (None, []),
        (["a", {"type": "text", "text": "b"}], [("text", "a"), ("text", "b")]),
        ([{"type": "thinking", "thinking": "hm", "signature": "x"}], [("thinking", "hm")]),
        ([{"type": "reasoning", "summary": [{"text": "hm"}, {"text": "so"}]}], [("thinking", "hm\nso")]),
        ([{"type": "redacted_thinking", "data": "x"}], [("thinking", "")]),
        ([{"type": "image_url", "image_url": {"url": "https://a/b.png"}}], [("attachment", "Image · https://a/b.png")]),
        ([{"type": "image_url", "image_url": "https://a/b.png"}], [("attachment", "Image · https://a/b.png")]),
        (
            [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}],
            [("attachment", "Image · image/png · 4 characters of data")],
        ),
        (
            [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}],
            [("attachment", "Image · image/png · 4 characters of data")],
        ),
        (
            [{"type": "file", "base64": "AAAAA", "mime_type": "application/pdf", "filename": "a.pdf"}],
            [("attachment", "File · a.pdf · application/pdf · 5 characters of data")],
        ),
        ([{"type": "file", "file": {"file_id": "f-1"}}], [("attachment", "File · f-1")]),
        ([{"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}}],
         [("attachment", "Sound · wav · 2 characters of data")]),
        ([{"type": "tool_use", "id": "c1", "name": "pay", "input": {}}], []),
        ([{"type": "tool_use", "id": "c2", "name": "pay", "input": {}}], [("other", "tool_use")]),
        ([{"type": "citation", "x": 1}, 5, {"text": "bare"}, {"text": 5}],
         [("other", "citation"), ("other", ""), ("text", "bare"), ("other", "")]),
        ({"odd": 1}, [("other", "")]),
    ],
)  # fmt: skip
def test_parts_of_a_content(content: Any, parts: list[tuple[str, str]]) -> None:
    message = Message("ai", content, tool_calls=(ToolCall("pay", {}, "c1"),))
    assert [(part.kind, part.text) for part in content_parts(message)] == parts


def test_a_part_that_is_not_known_is_whole() -> None:
    block = {"type": "citation", "x": [1]}
    (part,) = content_parts(Message("ai", [block]))
    assert part.value == block


def test_calls_are_found_by_id() -> None:
    messages = read_messages(
        [
            {
                "type": "ai",
                "content": "",
                "tool_calls": [
                    {"name": "pay", "args": {}, "id": "1"},
                    {"name": "log", "args": {}, "id": "2"},
                    {"name": "pay", "args": {}, "id": "3"},
                    {"name": "no id", "args": {}, "id": None},
                ],
            }
        ]
    )
    found = calls_by_id(messages)
    assert {id_: (each.call.name, each.number, each.total) for id_, each in found.items()} == {
        "1": ("pay", 1, 2),
        "2": ("log", 1, 1),
        "3": ("pay", 2, 2),
    }


@pytest.mark.parametrize(("status", "is_error"), [("error", True), ("success", False), (None, False)])
def test_failed_tools_are_known(status: str | None, is_error: bool) -> None:
    message = read_message({"type": "tool", "content": "x", "tool_call_id": "1", "status": status})
    assert message is not None
    assert message.is_error is is_error
