"""Each decision on each example graph, from start to end: what is heard of it, and what it does to the world."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage

from hitl_desktop.backends.runs.saver import open_saver
from hitl_desktop.core.backend import HowToGoOn
from hitl_desktop.core.decisions import Approve, Decision, Edit, Reject, Respond, Submit
from hitl_desktop.core.events import (
    Custom,
    NodeFinished,
    NodeStarted,
    RunStarted,
    StopReason,
    Token,
    ToolCalled,
    ToolReturned,
)
from hitl_desktop.core.requests import Breakpoint
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.testing.scripted_ollama import Call, Calls, ScriptedOllama, Text
from tests.backends.runs.bench import ASK_FOR_MAIL, MAIL, QUESTION, TRANSFER, Bench, OddFolder

OTHER_MAIL = {"to": "bo@example.com", "subject": "Trip", "body": "On Monday."}
SEARCH = {"query": "travel hotel"}
ASKS = "HumanInTheLoopMiddleware.after_model"


def outbox(effects: Path) -> list[str]:
    """The recipients of the mails that were sent."""
    mails = sorted((effects / "outbox").glob("*.eml"))
    return [line for mail in mails for line in mail.read_text().splitlines() if line.startswith("To: ")]


def transfers(effects: Path) -> list[Any]:
    if not (effects / "transfers.sqlite").exists():
        return []
    with closing(sqlite3.connect(effects / "transfers.sqlite")) as database:
        return database.execute("SELECT action, cents FROM transfers").fetchall()


# The mail assistant


async def test_a_mail_that_is_to_be_sent_pauses_the_run(bench: Bench, ollama: ScriptedOllama, effects: Path) -> None:
    ollama.enqueue(Call("send_mail", MAIL))
    log = await bench.start("mail_assistant", ASK_FOR_MAIL, title="Write to Ana.")
    assert (log.begun, log.reason) == ("Started", StopReason.ASKED)
    assert [type(event) for event in log[1:-1]] == [NodeStarted, ToolCalled, NodeFinished, NodeStarted]
    assert log.nodes == ["+model", "-model", f"+{ASKS}"]
    assert log.calls == [("send_mail", MAIL)]
    opened = await bench.review()
    assert opened.detail.summary.state is ThreadState.WAITING
    assert (opened.detail.summary.title, opened.graph and opened.graph.name) == ("Write to Ana.", "mail_assistant")
    assert opened.requests[0].asks.startswith("send_mail: to ana@example.com")
    assert outbox(effects) == []


@pytest.mark.parametrize(
    ("decision", "sent", "result", "words"),
    [
        (Approve(), ["To: ana@example.com"], "in the outbox", "Approve send_mail"),
        (Edit(OTHER_MAIL), ["To: bo@example.com"], "replaced this tool call", "Approve edited send_mail"),
        (Reject("Ana is on holiday."), [], "Ana is on holiday.", "Reject send_mail"),
        (Respond("I told her."), [], "I told her.", "Answer in place of send_mail"),
    ],
)
async def test_each_decision_on_a_mail(
    decision: Decision,
    sent: list[str],
    result: str,
    words: str,
    bench: Bench,
    ollama: ScriptedOllama,
    effects: Path,
) -> None:
    ollama.enqueue(Call("send_mail", MAIL), Text("All is done."))
    await bench.start("mail_assistant", ASK_FOR_MAIL)
    log = await bench.decide(decision)
    assert (log.begun, log.reason) == (words, StopReason.FINISHED)
    assert log.tokens == ["All ", "is ", "done."]
    assert len({event.message_id for event in log if isinstance(event, Token)}) == 1
    ((name, text, failed),) = log.results
    assert (name, failed) == ("send_mail", isinstance(decision, Reject))
    assert result in text
    assert ("+tools" in log.nodes) == bool(sent)
    assert outbox(effects) == sent
    assert len(ollama.requests) == 2
    assert result in ollama.requests[1]["messages"][-1]["content"]
    assert (await bench.review()).detail.summary.state is ThreadState.DONE


async def test_two_mails_of_one_turn_are_decided_one_by_one(
    bench: Bench, ollama: ScriptedOllama, effects: Path
) -> None:
    ollama.enqueue(Calls(("send_mail", MAIL), ("send_mail", OTHER_MAIL)), Text("One was sent."))
    await bench.start("mail_assistant", ASK_FOR_MAIL)
    log = await bench.decide(Reject("No."), Edit({**OTHER_MAIL, "to": "cleo@example.com"}))
    assert log.begun == "Reject send_mail, Approve edited send_mail"
    assert outbox(effects) == ["To: cleo@example.com"]
    assert [("No." in text, failed) for _, text, failed in log.results] == [(True, True), (False, False)]


async def test_a_tool_that_needs_no_review_runs_at_once(bench: Bench, ollama: ScriptedOllama) -> None:
    ollama.enqueue(Call("read_calendar", {"day": "Thursday"}), Text("A meeting."))
    log = await bench.start("mail_assistant", ASK_FOR_MAIL)
    assert log.reason is StopReason.FINISHED
    kinds = [type(event) for event in log]
    assert kinds.index(ToolCalled) < kinds.index(ToolReturned) < kinds.index(Token)
    assert log.results[0][1].startswith("Thursday: 10:00")


# The transfer


@pytest.mark.parametrize(
    ("answer", "made", "node"),
    [
        ({"approved": True}, [("Pay invoice 7", 1234)], "execute"),
        ({"approved": True, "reason": "ok"}, [("Pay invoice 7", 1234)], "execute"),
        ({"approved": False, "reason": "Paid in May."}, [], "reject"),
    ],
)
async def test_each_answer_about_a_transfer(
    answer: Any, made: list[Any], node: str, bench: Bench, ollama: ScriptedOllama, effects: Path
) -> None:
    ollama.enqueue(Text("Please approve it."))
    log = await bench.start("action_approval", TRANSFER)
    assert (log.tokens, log.reason) == (["Please ", "approve ", "it."], StopReason.ASKED)
    request = await bench.request()
    assert request.items[0].payload == {**TRANSFER, "message": "Please approve it."}
    log = await bench.decide(Submit(answer))
    assert log.nodes == ["+ask_approval", "-ask_approval", f"+{node}", f"-{node}"]
    assert log.begun.startswith("Answer ask_approval (approved: ")
    assert log.reason is StopReason.FINISHED
    assert transfers(effects) == made


# The gate before the tools


async def at_the_gate(bench: Bench, ollama: ScriptedOllama, *calls: tuple[str, dict[str, str]]) -> None:
    ollama.enqueue(Calls(*calls or [("search_documents", SEARCH)]), Text("At most 120 euros."))
    log = await bench.start("tool_gate", QUESTION)
    assert (log.reason, log.nodes) == (StopReason.BREAKPOINT_BEFORE, ["+guard", "-guard", "+call_llm", "-call_llm"])


async def messages(bench: Bench) -> list[BaseMessage]:
    """The conversation as LangGraph's own saver reads it."""
    async with open_saver(bench.database) as saver:
        found = await saver.aget_tuple({"configurable": {"thread_id": "t1"}})
    assert found is not None
    held: list[BaseMessage] = found.checkpoint["channel_values"]["messages"]
    return held


async def test_the_gate_is_a_certain_breakpoint_with_the_call_to_decide(bench: Bench, ollama: ScriptedOllama) -> None:
    await at_the_gate(bench, ollama)
    opened = await bench.review()
    assert opened.detail.summary.state is ThreadState.BREAKPOINT
    (request,) = opened.requests
    assert request.question.breakpoint == Breakpoint(("call_tools",), "before", last_node="call_llm")
    assert (request.items[0].title, request.items[0].payload) == ("search_documents", SEARCH)


async def test_a_gate_that_this_program_did_not_see_is_a_probable_one(bench: Bench, ollama: ScriptedOllama) -> None:
    await at_the_gate(bench, ollama)
    bench.stops.clear()
    request = await bench.request()
    assert request.question.breakpoint == Breakpoint(("call_tools",), "before", False, "call_llm")
    assert (await bench.decide(Approve())).reason is StopReason.FINISHED


@pytest.mark.parametrize(
    ("decision", "result", "words"),
    [
        (Approve(), ("search_documents", "Travel: ", False), "Approve search_documents"),
        (Edit({"query": "lost laptop"}), ("search_documents", "Security: ", False), "Approve edited search_documents"),
    ],
)
async def test_letting_a_search_through(
    decision: Decision, result: Any, words: str, bench: Bench, ollama: ScriptedOllama
) -> None:
    await at_the_gate(bench, ollama)
    log = await bench.decide(decision)
    assert (log.begun, log.reason) == (words, StopReason.FINISHED)
    assert log.nodes == ["+call_tools", "-call_tools", "+call_llm", "-call_llm"]
    ((name, text, failed),) = log.results
    assert (name, text[: len(result[1])], failed) == result
    assert log.tokens == ["At ", "most ", "120 ", "euros."]
    assert [m["role"] for m in ollama.requests[1]["messages"]] == ["system", "user", "assistant", "tool"]


async def test_rejecting_a_search_tells_the_model_in_the_name_of_the_tools(
    bench: Bench, ollama: ScriptedOllama
) -> None:
    await at_the_gate(bench, ollama, ("search_documents", SEARCH), ("search_documents", {"query": "laptop"}))
    log = await bench.decide(Reject("It is secret."), Reject())
    assert (log.reason, log.nodes) == (StopReason.FINISHED, ["+call_llm", "-call_llm"])
    told = [m["content"] for m in ollama.requests[1]["messages"] if m["role"] == "tool"]
    assert told == ["It is secret.", "The reviewer rejected this tool call, so it was not run."]
    assert log.results == []
    assert (await bench.review()).detail.summary.state is ThreadState.DONE


async def test_an_edited_call_changes_nothing_else_of_its_message(bench: Bench, ollama: ScriptedOllama) -> None:
    await at_the_gate(bench, ollama)
    before = (await messages(bench))[-1]
    await bench.decide(Edit({"query": "lost laptop"}))
    (after,) = [message for message in await messages(bench) if message.id == before.id]
    assert isinstance(before, AIMessage)
    assert isinstance(after, AIMessage)
    assert before.usage_metadata is not None
    assert before.response_metadata["model"] == "scripted"
    (call,) = before.tool_calls
    edited = {**call, "args": {"query": "lost laptop"}}
    assert after == before.model_copy(update={"tool_calls": [edited]})


async def test_a_call_that_is_edited_leaves_the_others_as_they_are(bench: Bench, ollama: ScriptedOllama) -> None:
    await at_the_gate(bench, ollama, ("search_documents", SEARCH), ("search_documents", {"query": "laptop"}))
    log = await bench.decide(Approve(), Edit({"query": "holidays"}))
    assert [text.partition(":")[0] for _, text, _ in log.results] == ["Travel", "Holidays"]


async def test_every_search_stops_at_the_gate(bench: Bench, ollama: ScriptedOllama) -> None:
    ollama.enqueue(Call("search_documents", SEARCH), Call("search_documents", SEARCH), Text("120 euros."))
    first = await bench.start("tool_gate", QUESTION)
    second = await bench.decide(Approve())
    assert (first.reason, second.reason) == (StopReason.BREAKPOINT_BEFORE, StopReason.BREAKPOINT_BEFORE)
    assert (await bench.decide(Approve())).reason is StopReason.FINISHED


# What all runs have in common


async def test_before_and_after_are_told_apart(odd_bench: Bench) -> None:
    log = await odd_bench.start("gates", {"out": []})
    assert (log.reason, log.nodes) == (StopReason.BREAKPOINT_BEFORE, ["+one", "-one"])
    log = await odd_bench.go_on(HowToGoOn.CONTINUE)
    assert (log.reason, log.nodes) == (StopReason.BREAKPOINT_AFTER, ["+two", "-two", "+three", "-three"])
    (request,) = (await odd_bench.review()).requests
    assert request.question.breakpoint == Breakpoint(("four",), "after", last_node="three")
    log = await odd_bench.go_on(HowToGoOn.CONTINUE)
    assert (log.reason, log.nodes) == (StopReason.FINISHED, ["+four", "-four"])


async def test_a_run_begins_with_what_was_done_and_ends_with_its_last_checkpoint(odd_bench: Bench) -> None:
    log = await odd_bench.start("asks", {"out": []})
    assert log[0] == RunStarted("t1", "asks", "Started")
    assert log.ended.checkpoint_id == odd_bench.newest("t1")
    delivery = await odd_bench.prepare(Submit("yes"))
    assert delivery.resumption.checkpoint_id == log.ended.checkpoint_id


async def test_subgraphs_are_named_in_the_path_of_their_events(odd_bench: Bench) -> None:
    log = await odd_bench.start("asks_below", {"out": []})
    assert log.nodes == ["+below", "+below/ask"]
    log = await odd_bench.decide(Submit("yes"))
    inside = ["+below", "+below/ask", "-below/ask", "+below/after", "-below/after", "-below"]
    assert log.nodes == [*inside, "+work", "-work"]
    assert (await odd_bench.review()).detail.values["out"] == ["ask: yes", "after", "work"]


async def test_every_checkpoint_names_the_graph_and_the_title(odd_bench: Bench) -> None:
    await odd_bench.start("asks_below", {"out": []}, title="A title")
    delivery = await odd_bench.prepare(Submit("yes"))
    assert delivery.resumption.title == "A title"
    await odd_bench.follow(odd_bench.prepare_run(delivery.resumption))
    metadata = [json.loads(row[6]) for row in odd_bench.rows("checkpoints")]
    assert {(each["hitl_graph"], each["hitl_title"]) for each in metadata} == {("asks_below", "A title")}


@pytest.mark.parametrize(("context", "model"), [({"model": "m", "base_url": "u", "secret": "s"}, "m"), ({}, "none")])
async def test_a_graph_gets_what_its_context_has_fields_for(
    context: dict[str, str], model: str, odd_bench: Bench, odd: OddFolder
) -> None:
    odd_bench.context = context
    assert (await odd_bench.start("context_of_the_run", {"out": []})).reason is StopReason.FINISHED
    assert (await odd_bench.review()).detail.values["out"] == [f"factory: {context.get('model')}", f"node: {model}"]


async def test_what_a_node_tells_is_heard_as_json(odd_bench: Bench) -> None:
    log = await odd_bench.start("tells", {"out": []})
    told = [(event.node, event.data) for event in log if isinstance(event, Custom)]
    data = {"progress": 0.5, "when": {"1": "one"}}
    assert told == [("", data), ("outer", data)]
