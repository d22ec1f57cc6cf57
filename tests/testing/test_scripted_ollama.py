"""The scripted server against the real clients: each kind of reply, and the server going down and coming back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator

import httpx
import ollama
import pytest
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langchain_ollama import ChatOllama

from hitl_desktop.testing.scripted_ollama import (
    MODEL,
    Call,
    Calls,
    CutStream,
    ErrorLine,
    HttpError,
    ScriptedOllama,
    Text,
)

# Without kept connections the client leaves no open socket behind that Python would warn about.
CLIENT = {"timeout": 10.0, "trust_env": False, "limits": httpx.Limits(max_keepalive_connections=0)}
A_LONG_TIME = 60.0


@pytest.fixture
def server() -> Iterator[ScriptedOllama]:
    with ScriptedOllama() as running:
        yield running


@tool
def weather(city: str) -> str:
    """The weather in a city."""
    return f"rain in {city}"


def chat(server: ScriptedOllama, model: str = MODEL) -> ChatOllama:
    return ChatOllama(model=model, base_url=server.base_url, client_kwargs=dict(CLIENT))


async def stream_into(received: list[object], model: ChatOllama) -> None:
    async for chunk in model.astream("When?"):
        received.append(chunk.content)


def server_threads() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "scripted-ollama" or "process_request" in t.name]


async def test_text_arrives_token_by_token_with_the_usage(server: ScriptedOllama) -> None:
    server.enqueue(Text("Friday at  three."))
    chunks = [chunk async for chunk in chat(server).astream("When?")]
    assert [chunk.content for chunk in chunks if chunk.content] == ["Friday ", "at  ", "three."]
    usage = [chunk.usage_metadata for chunk in chunks if chunk.usage_metadata]
    assert usage == [{"input_tokens": 7, "output_tokens": 3, "total_tokens": 10}]
    assert server.requests[0]["messages"] == [{"role": "user", "content": "When?"}]


async def test_tokens_can_be_cut_by_hand_and_an_answer_can_end_at_the_limit(server: ScriptedOllama) -> None:
    server.enqueue(Text("unused", tokens=("Fri", "day"), done_reason="length"))
    answer = await chat(server).ainvoke("When?")
    assert answer.content == "Friday"
    assert answer.response_metadata["done_reason"] == "length"


async def test_one_call_and_several_calls_arrive_whole(server: ScriptedOllama) -> None:
    server.enqueue(Call("weather", {"city": "Lisbon"}), Calls(Call("weather", {"city": "Rome"}), ("weather", {})))
    model = chat(server).bind_tools([weather])
    one, two = await model.ainvoke("Lisbon?"), await model.ainvoke("Rome?")
    assert isinstance(one, AIMessage)
    assert isinstance(two, AIMessage)
    assert [(call["name"], call["args"]) for call in one.tool_calls] == [("weather", {"city": "Lisbon"})]
    assert [call["args"] for call in two.tool_calls] == [{"city": "Rome"}, {}]
    assert server.requests[0]["tools"][0]["function"]["name"] == "weather"


async def test_a_cut_stream_ends_in_an_error_after_its_text(server: ScriptedOllama) -> None:
    server.enqueue(CutStream("Friday at"))
    received: list[object] = []
    with pytest.raises(httpx.RemoteProtocolError):
        await stream_into(received, chat(server))
    assert received == ["Friday ", "at"]


async def test_an_error_line_ends_in_the_error_after_its_text(server: ScriptedOllama) -> None:
    server.enqueue(ErrorLine("out of memory", after="Friday"))
    received: list[object] = []
    with pytest.raises(ollama.ResponseError, match="out of memory") as caught:
        await stream_into(received, chat(server))
    assert received == ["Friday"]
    assert caught.value.status_code == -1


async def test_an_http_error_keeps_its_status_and_message(server: ScriptedOllama) -> None:
    server.enqueue(HttpError(503, "server busy, please try again"))
    with pytest.raises(ollama.ResponseError, match="server busy") as caught:
        await chat(server).ainvoke("When?")
    assert caught.value.status_code == 503


async def test_another_model_is_not_found_and_takes_no_reply(server: ScriptedOllama) -> None:
    server.enqueue(Text("Friday"))
    with pytest.raises(ollama.ResponseError, match="model 'missing' not found") as caught:
        await chat(server, model="missing").ainvoke("When?")
    assert (caught.value.status_code, server.pending_replies) == (404, 1)


async def test_tools_are_refused_when_the_model_has_none() -> None:
    with ScriptedOllama(capabilities=("completion",)) as server:
        server.enqueue(Text("Friday"))
        with pytest.raises(ollama.ResponseError, match="does not support tools") as caught:
            await chat(server).bind_tools([weather]).ainvoke("Lisbon?")
        assert caught.value.status_code == 400
        assert (await chat(server).ainvoke("When?")).content == "Friday"


async def test_a_callable_reply_sees_the_request_and_its_failure_is_told(server: ScriptedOllama) -> None:
    server.enqueue(lambda request: Text(request["messages"][-1]["content"].upper()), lambda request: request["nothing"])
    assert (await chat(server).ainvoke("echo")).content == "ECHO"
    with pytest.raises(ollama.ResponseError, match=r"chat request 2 raised KeyError\('nothing'\)"):
        await chat(server).ainvoke("echo")


async def test_a_request_that_nobody_scripted_says_so(server: ScriptedOllama) -> None:
    with pytest.raises(ollama.ResponseError, match="nothing was scripted for chat request 1") as caught:
        await chat(server).ainvoke("When?")
    assert caught.value.status_code == 500


async def test_slow_tokens_end_when_the_client_leaves(server: ScriptedOllama) -> None:
    server.enqueue(Text("one two", delay=A_LONG_TIME))
    tokens = chat(server).astream("Count.")
    assert (await anext(tokens)).content == "one "
    assert isinstance(tokens, AsyncGenerator)
    handler = next(thread for thread in server_threads() if "process_request" in thread.name)
    await tokens.aclose()
    await asyncio.to_thread(handler.join, 10)
    assert not handler.is_alive()


async def test_slow_tokens_end_when_the_server_stops(server: ScriptedOllama) -> None:
    server.enqueue(Text("one two", delay=A_LONG_TIME))
    tokens = chat(server).astream("Count.")
    assert (await anext(tokens)).content == "one "
    await asyncio.to_thread(server.stop)
    assert server_threads() == []
    with pytest.raises(httpx.RemoteProtocolError):
        await anext(tokens)


async def test_the_server_is_down_and_comes_back_at_the_same_address(server: ScriptedOllama) -> None:
    server.enqueue(Text("before"), Text("after"))
    model = chat(server)
    assert (await model.ainvoke("?")).content == "before"
    server.stop()
    with pytest.raises(httpx.ConnectError):
        await model.ainvoke("?")
    server.start()
    assert (await model.ainvoke("?")).content == "after"


def test_a_kept_connection_does_not_hold_up_the_end() -> None:
    with httpx.Client(trust_env=False) as client, ScriptedOllama() as server:
        assert client.get(server.base_url).text == "Ollama is running"
        server.stop()
        assert server_threads() == []


def test_the_other_routes_satisfy_ollamas_own_client(server: ScriptedOllama) -> None:
    client = ollama.Client(host=server.base_url, **CLIENT)
    assert [(model.model, model.size) for model in client.list().models] == [(MODEL, 1_000_000)]
    assert client.show("scripted").capabilities == ["completion", "tools"]
    assert [model.context_length for model in client.ps().models] == [4096]
    assert httpx.get(f"{server.base_url}/api/version", trust_env=False).json() == {"version": "0.0.0-scripted"}
    with pytest.raises(ollama.ResponseError, match="not found"):
        client.show("missing")


def test_a_chat_without_messages_loads_the_model_and_takes_no_reply(server: ScriptedOllama) -> None:
    server.enqueue(Text("Friday"))
    answer = httpx.post(f"{server.base_url}/api/chat", json={"model": MODEL}, trust_env=False).json()
    assert (answer["done_reason"], server.pending_replies, server.requests) == ("load", 1, [])


async def test_it_answers_under_any_name_or_under_some() -> None:
    with ScriptedOllama(any_name=True) as server:
        server.enqueue("Hello.", "Again.")
        assert (await chat(server, "llama3.2").ainvoke("Hi")).content == "Hello."
        server.only("qwen3:4b", "phi4")
        assert (await chat(server, "phi4").ainvoke("Hi")).content == "Again."
        with pytest.raises(ollama.ResponseError, match="not found"):
            await chat(server, "llama3.2").ainvoke("Hi")
