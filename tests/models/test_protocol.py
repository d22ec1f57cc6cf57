"""Requests that fit, and what is said about those that don't."""

from __future__ import annotations

from typing import Any

import pytest

from hitl_desktop.models.embedded.protocol import (
    Message,
    RequestError,
    Tool,
    ToolCall,
    chat_request,
    generate_request,
)

TOOL = {"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}}

STRING_ARGUMENTS = {"function": {"name": "f", "arguments": "{}"}}


def body(**more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": "hi"}], **more}


def test_whole_chat_request() -> None:
    request = chat_request(
        body(
            messages=[
                {"role": "user", "content": "hi"},
                {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]},
                {"role": "tool", "content": "ok", "tool_name": "f"},
            ],
            tools=[TOOL],
            options={"temperature": 0, "num_predict": 5, "stop": "x", "num_ctx": 99, "top_k": None},
            stream=False,
            keep_alive="0s",
            think=False,
            format="",
        )
    )
    assert request.messages == (
        Message("user", "hi"),
        Message("assistant", "", (ToolCall("f", {"a": 1}),)),
        Message("tool", "ok", (), "f"),
    )
    assert request.tools == (Tool("f", "d", {"type": "object"}),)
    assert request.settings == {"temperature": 0, "max_tokens": 5, "stop": ["x"]}
    assert (request.stream, request.unload, request.format) == (False, True, None)


def test_what_a_minimal_request_means() -> None:
    request = chat_request({"model": "m"})
    assert request.messages == ()
    assert request.tools == ()
    assert (request.stream, request.unload) == (True, False)


def test_generate_becomes_a_chat() -> None:
    request = generate_request({"model": "m", "prompt": "hi", "system": "s"})
    assert request.messages == (Message("system", "s"), Message("user", "hi"))
    assert generate_request({"model": "m", "system": "s"}).messages == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": ""}, "model is required"),
        ({"model": 5}, "model is required"),
        ({"think": True}, '"m" does not support thinking'),
        ({"think": "high"}, '"m" does not support thinking'),
        ({"messages": "hi"}, "messages must be a list"),
        ({"messages": ["hi"]}, "each message must be an object"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "invalid role 'robot'"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "content must be a string"),
        ({"messages": [{"role": "user", "content": "x", "images": ["..."]}]}, "image input"),
        ({"messages": [{"role": "assistant", "tool_calls": [{}]}]}, "each tool call"),
        ({"messages": [{"role": "assistant", "tool_calls": [STRING_ARGUMENTS]}]}, "must be an object"),
        ({"tools": [{"function": {}}]}, "each tool must"),
        ({"tools": [{"function": {"name": "f", "parameters": {"properties": ["a"]}}}]}, "parameters of the tool f"),
        ({"format": "yaml"}, "invalid format"),
        ({"options": []}, "options must be an object"),
        ({"options": {"temperature": "hot"}}, 'option "temperature" must be a number'),
        ({"options": {"stop": [1]}}, 'option "stop" must be a list of strings'),
    ],
)
def test_request_that_does_not_fit_is_a_400(change: dict[str, Any], words: str) -> None:
    with pytest.raises(RequestError) as raised:
        chat_request(body(**change))
    assert raised.value.status == 400
    assert words in str(raised.value)


@pytest.mark.parametrize("field", ["raw", "suffix", "template", "context", "images"])
def test_what_generate_can_not_do_is_refused(field: str) -> None:
    with pytest.raises(RequestError) as raised:
        generate_request({"model": "m", "prompt": "x", field: ["x"]})
    assert raised.value.status == 400
