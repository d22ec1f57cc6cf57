"""The embedded server with real weights, asked through the clients that graphs use: `ollama` and `ChatOllama`.

What the model says is not asserted: it is small, and wrong as often as not. The shape is.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Literal

import httpx
import jsonschema
import ollama
import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_ollama import ChatOllama
from pydantic import BaseModel, Field

from tests.models.parts import needs_weights

pytestmark = needs_weights

MODEL = "smollm2:135m"
MAIL = "Send a mail to ana@example.com saying that the meeting moved to 3 pm"


@tool
def send_mail(to: str, subject: str, body: str) -> str:
    """Send a mail to one person."""
    return f"Mail sent to {to}."


@tool
def read_calendar(day: str) -> str:
    """Read the calendar entries of a day."""
    return f"Nothing on {day}."


@pytest.fixture
def chat(embedded_url: str) -> ChatOllama:
    return ChatOllama(
        model=MODEL,
        base_url=embedded_url,
        temperature=0,
        num_predict=24,
        client_kwargs={
            "timeout": 60.0,
            "trust_env": False,
            "verify": False,
            "limits": httpx.Limits(max_keepalive_connections=0),
        },
    )


async def test_model_is_listed_and_described(embedded_url: str) -> None:
    async with ollama.AsyncClient(embedded_url, trust_env=False, verify=False) as client:
        (listed,) = (await client.list()).models
        assert listed.model == MODEL
        assert listed.details is not None
        assert (listed.details.parameter_size, listed.details.quantization_level) == ("134.52M", "Q4_1")
        shown = await client.show(MODEL)
        assert shown.capabilities == ["completion", "tools"]
        assert shown.modelinfo is not None
        assert shown.modelinfo["llama.context_length"] == 8192


async def test_ollama_s_own_routes(client: httpx.AsyncClient) -> None:
    root = await client.get("/")
    assert (root.status_code, root.text) == (200, "Ollama is running")
    head = await client.head("/")
    assert (head.status_code, head.text) == (200, "")
    assert (await client.get("/api/version")).json() == {"version": "0.0.0-embedded"}
    assert [model["model"] for model in (await client.get("/api/tags?x=1")).json()["models"]] == [MODEL]


async def test_text_is_streamed_with_usage_at_the_end(chat: ChatOllama) -> None:
    chunks: list[AIMessageChunk] = [chunk async for chunk in chat.astream("Tell me about the sea.")]
    with_text = [chunk for chunk in chunks if chunk.content]
    assert len(with_text) > 1
    whole = sum(chunks[1:], chunks[0])
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["output_tokens"] >= len(with_text)
    assert whole.usage_metadata["input_tokens"] > 5
    assert whole.response_metadata["done_reason"] == "length"


async def test_answer_without_streaming_is_one_object(client: httpx.AsyncClient) -> None:
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}], "options": {"num_predict": 4}}
    response = await client.post("/api/chat", json={**body, "stream": False})
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert int(response.headers["content-length"]) == len(response.content)
    answer = response.json()
    assert answer["done"] is True
    assert answer["message"]["role"] == "assistant"
    assert answer["message"]["content"]
    assert answer["eval_count"] <= 4
    assert answer["total_duration"] >= answer["prompt_eval_duration"] > 0


async def test_generate_answers_in_its_own_form(embedded_url: str) -> None:
    async with ollama.AsyncClient(embedded_url, trust_env=False, verify=False) as client:
        answer = await client.generate(MODEL, "The sea is", system="Be brief.", options={"num_predict": 4})
    assert answer.response
    assert answer.done_reason == "length"


async def test_tool_is_called_with_its_own_arguments(chat: ChatOllama) -> None:
    answer = await chat.bind_tools([send_mail, read_calendar]).ainvoke(
        [SystemMessage("You send mails."), ("human", MAIL)]
    )
    (call,) = answer.tool_calls
    assert call["name"] == "send_mail"
    assert call["args"]["to"] == "ana@example.com"  # copied, see arguments.allowed
    assert send_mail.invoke(call["args"]) == "Mail sent to ana@example.com."
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["output_tokens"] > 0


async def test_other_tool_is_called_when_it_is_meant(chat: ChatOllama) -> None:
    answer = await chat.bind_tools([send_mail, read_calendar]).ainvoke("What is on my calendar on Friday?")
    assert [(call["name"], call["args"]) for call in answer.tool_calls] == [("read_calendar", {"day": "Friday"})]


async def test_greeting_calls_no_tool(chat: ChatOllama) -> None:
    answer = await chat.bind_tools([send_mail, read_calendar]).ainvoke("Hello!")
    assert answer.tool_calls == []
    assert answer.content


@pytest.mark.parametrize("result", ["Mail sent to ana@example.com.", "The person rejected it: “not yet”"])
async def test_result_of_a_tool_is_quoted(chat: ChatOllama, result: str) -> None:
    call = {"name": "send_mail", "args": {"to": "ana@example.com", "subject": "x", "body": "y"}, "id": "1"}
    messages = [HumanMessage(MAIL), AIMessage("", tool_calls=[call]), ToolMessage(result, tool_call_id="1")]
    answer = await chat.bind_tools([send_mail, read_calendar]).ainvoke(messages)
    assert answer.tool_calls == []
    assert answer.content == f"Result of send_mail: {result}"


async def test_structured_output_fits_its_schema(chat: ChatOllama) -> None:
    class Meeting(BaseModel):
        title: str = Field(max_length=12)
        hour: int = Field(ge=0, le=23)
        kind: Literal["call", "visit"]
        people: list[str]

    chat = chat.model_copy(update={"num_predict": 256})
    meeting = await chat.with_structured_output(Meeting).ainvoke("Meet Ana and Bo at 3 pm about the budget.")
    assert isinstance(meeting, Meeting)


async def test_format_is_streamed_and_ends(client: httpx.AsyncClient) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Repeat yourself for ever."}], "format": schema}
    async with client.stream("POST", "/api/chat", json={**body, "options": {"temperature": 0}}) as answer:
        lines = [json.loads(line) async for line in answer.aiter_lines()]
    text = "".join(line["message"]["content"] for line in lines)
    assert len(lines) > 2
    assert lines[-1]["done_reason"] == "stop"
    jsonschema.validate(json.loads(text), schema)


async def test_schema_that_the_engine_can_not_follow_is_a_400(client: httpx.AsyncClient) -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/nowhere"}}}
    body = {"model": MODEL, "messages": [{"role": "user", "content": "x"}], "format": schema}
    answer = await client.post("/api/chat", json=body)
    assert answer.status_code == 400
    assert "$ref" in answer.json()["error"]


async def test_missing_model_is_named(chat: ChatOllama) -> None:
    with pytest.raises(ollama.ResponseError, match="model 'llama9' not found") as raised:
        await chat.model_copy(update={"model": "llama9"}).ainvoke("Hi")
    assert raised.value.status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"model": "other"}, 404, "model 'other' not found"),
        ({}, 400, "model is required"),
        (
            {"model": MODEL, "messages": [{"role": "user", "content": "x"}], "think": True},
            400,
            "does not support thinking",
        ),
        ({"model": MODEL, "messages": [{"role": "user", "content": "x " * 6000}]}, 400, "exceeds the context length"),
    ],
)
async def test_errors_have_ollama_s_words(client: httpx.AsyncClient, body: Any, status: int, words: str) -> None:
    answer = await client.post("/api/chat", json=body)
    assert answer.status_code == status
    assert words in answer.json()["error"]


async def test_long_conversation_loses_its_oldest_messages(client: httpx.AsyncClient) -> None:
    old = {"role": "user", "content": "old " * 4200}
    messages = [old, {"role": "assistant", "content": "yes"}, {"role": "user", "content": "Hi"}]
    body = {"model": MODEL, "messages": messages, "options": {"num_predict": 2}, "stream": False}
    answer = (await client.post("/api/chat", json=body)).json()
    assert answer["prompt_eval_count"] < 100


async def test_model_is_unloaded_and_loaded_on_request(client: httpx.AsyncClient) -> None:
    async def loaded() -> list[str]:
        return [model["model"] for model in (await client.get("/api/ps")).json()["models"]]

    answer = (await client.post("/api/chat", json={"model": MODEL, "messages": [], "keep_alive": 0})).json()
    assert (answer["done_reason"], await loaded()) == ("unload", [])
    answer = (await client.post("/api/generate", json={"model": MODEL})).json()
    assert (answer["done_reason"], await loaded()) == ("load", [MODEL])


ENDLESS = {"type": "array", "items": {"type": "integer"}, "minItems": 2000, "maxItems": 2000}


async def test_client_that_leaves_frees_the_server(client: httpx.AsyncClient) -> None:
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Count."}], "options": {"num_predict": -1}}
    async with client.stream("POST", "/api/chat", json={**body, "format": ENDLESS}) as answer:
        assert answer.status_code == 200
        await anext(answer.aiter_lines())
    # 2,000 numbers would take over a minute.
    async with asyncio.timeout(15):
        after = await client.post("/api/chat", json={**body, "options": {"num_predict": 1}, "stream": False})
    assert after.json()["done"] is True


async def test_client_that_leaves_while_the_prompt_is_read_or_another_runs_frees_its_place(
    client: httpx.AsyncClient, embedded_url: str
) -> None:
    long = {"model": MODEL, "messages": [{"role": "user", "content": "new word " * 1800}]}  # half a minute to read
    short = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}], "options": {"num_predict": 1}}
    async with httpx.AsyncClient(base_url=embedded_url, trust_env=False, timeout=60.0, verify=False) as impatient:
        requests = [asyncio.create_task(impatient.post("/api/chat", json=long)) for _ in range(2)]
        done, _ = await asyncio.wait(requests, timeout=0.5)
        assert not done
        for request in requests:
            request.cancel()
        await asyncio.wait(requests)
    async with asyncio.timeout(15):
        after = await client.post("/api/chat", json={**short, "stream": False})
    assert after.json()["done"] is True
