"""The gate before the tools: continue, change the call, deny it, take it out, or send the run elsewhere."""

from __future__ import annotations

import pytest_asyncio
from langchain_core.messages import AIMessage, ToolMessage

from tests.support.example_graphs import GraphThread, NewThread, sample_input
from tests.support.scripted_ollama import Call, Calls, ScriptedOllama, Text

AT_THE_GATE = ("call_tools",)


@pytest_asyncio.fixture
async def paused(new_thread: NewThread, ollama: ScriptedOllama) -> GraphThread:
    """A thread at the breakpoint before one search."""
    thread = new_thread("tool_gate")
    ollama.enqueue(Call("search_documents", {"query": "travel expense limit"}))
    await thread.run(sample_input(thread.graph))
    return thread


async def calling_message(thread: GraphThread) -> AIMessage:
    """The model's message with the calls that wait at the gate."""
    message = (await thread.state()).values["messages"][-1]
    assert isinstance(message, AIMessage)
    return message


async def test_it_stops_before_the_search(paused: GraphThread, ollama: ScriptedOllama) -> None:
    state = await paused.state()
    assert state.next == AT_THE_GATE
    assert state.interrupts == ()
    assert [call["args"] for call in (await calling_message(paused)).tool_calls] == [{"query": "travel expense limit"}]
    assert ollama.requests[0]["tools"][0]["function"]["name"] == "search_documents"


async def test_continue_searches_and_streams_the_answer(paused: GraphThread, ollama: ScriptedOllama) -> None:
    ollama.enqueue(Text("At most 120 euros."))
    assert await paused.run(None) == ["At ", "most ", "120 ", "euros."]
    assert ollama.requests[1]["messages"][-1]["content"].startswith("Travel: ")
    assert not (await paused.state()).tasks


async def test_deny_gives_every_call_a_message_and_the_model_answers(
    new_thread: NewThread, ollama: ScriptedOllama
) -> None:
    thread = new_thread("tool_gate")
    search = "search_documents"
    ollama.enqueue(Calls((search, {"query": "hotel"}), (search, {"query": "lost laptop"})), Text("I can't say."))
    await thread.run({"messages": "Two questions."})
    denials = [
        ToolMessage("Denied: this is confidential.", tool_call_id=call["id"], status="error")
        for call in (await calling_message(thread)).tool_calls
    ]
    await thread.graph.aupdate_state(thread.config, {"messages": denials}, as_node="call_tools")
    await thread.run(None)
    assert [m["content"] for m in ollama.requests[1]["messages"][-2:]] == ["Denied: this is confidential."] * 2
    state = await thread.state()
    assert state.values["messages"][-1].text == "I can't say."
    assert not state.tasks


async def test_edited_arguments_are_what_is_searched(paused: GraphThread, ollama: ScriptedOllama) -> None:
    message = await calling_message(paused)
    edited = message.model_copy(update={"tool_calls": [{**message.tool_calls[0], "args": {"query": "lost laptop"}}]})
    await paused.graph.aupdate_state(paused.config, {"messages": [edited]}, as_node="call_llm")
    assert (await paused.state()).next == AT_THE_GATE
    ollama.enqueue(Text("Within one hour."))
    await paused.run(None)
    assert ollama.requests[1]["messages"][-1]["content"].startswith("Security: ")
    assert [m["role"] for m in ollama.requests[1]["messages"]] == ["system", "user", "assistant", "tool"]
    assert not (await paused.state()).tasks


async def test_a_message_without_calls_ends_the_run(paused: GraphThread, ollama: ScriptedOllama) -> None:
    answer = AIMessage("Nobody needs to know.", id=(await calling_message(paused)).id)
    await paused.graph.aupdate_state(paused.config, {"messages": [answer]}, as_node="call_llm")
    assert not (await paused.state()).tasks
    assert len(ollama.requests) == 1


async def test_the_route_sends_the_run_past_the_tools(paused: GraphThread, ollama: ScriptedOllama) -> None:
    await paused.graph.aupdate_state(paused.config, {"route": "finish"}, as_node="call_llm")
    assert not (await paused.state()).tasks
    assert len(ollama.requests) == 1


async def test_a_second_search_stops_at_the_gate_again(paused: GraphThread, ollama: ScriptedOllama) -> None:
    ollama.enqueue(Call("search_documents", {"query": "nothing that exists"}), Text("I don't know."))
    await paused.run(None)
    assert (await paused.state()).next == AT_THE_GATE
    await paused.run(None)
    assert "Nothing was found" in ollama.requests[2]["messages"][-1]["content"]
