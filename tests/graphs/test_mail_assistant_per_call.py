"""Two mails and an appointment of one turn: three questions, each with its own answer and its own effect."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from langgraph.errors import is_invalid_resume
from langgraph.types import Command
from pydantic import ValidationError

from hitl_desktop.testing.scripted_ollama import Call, ScriptedOllama, Text
from tests.support.example_graphs import GraphThread, NewThread, sample_input

ANA = {"to": "ana@example.com", "subject": "Budget", "body": "It moves to Friday."}
BO = {"to": "bo@example.com", "subject": "Figures", "body": "Please bring them."}
MEETING = {"title": "Budget; meeting, all", "day": "Friday", "hour": 15}
APPROVE = {"type": "approve"}


def mails(effects: Path) -> list[str]:
    """The subjects of the mails that were sent."""
    files = sorted((effects / "outbox").glob("*.eml"))
    read = [email.message_from_bytes(file.read_bytes(), EmailMessage, policy=email.policy.default) for file in files]
    return [mail["Subject"] for mail in read]


def appointments(effects: Path) -> list[str]:
    """The calendar entries."""
    return [file.read_bytes().decode() for file in sorted((effects / "calendar").glob("*.ics"))]


async def open_calls(thread: GraphThread) -> list[dict[str, Any]]:
    """The arguments of the calls that are still asked for."""
    return [question.value["args"] for question in await thread.questions()]


async def decide(thread: GraphThread, args: dict[str, Any], decision: dict[str, Any]) -> None:
    """Answer the question about the call with these arguments, and leave the others open."""
    (question,) = [each for each in await thread.questions() if each.value["args"] == args]
    await thread.run(Command(resume={question.id: decision}))


@pytest_asyncio.fixture
async def paused(new_thread: NewThread, ollama: ScriptedOllama, effects: Path) -> GraphThread:
    """A thread that asks for two mails and an appointment."""
    thread = new_thread("mail_assistant_per_call")
    ollama.enqueue(Call("send_mail", ANA), Call("send_mail", BO), Call("add_appointment", MEETING))
    await thread.run(sample_input(thread.graph))
    assert (mails(effects), appointments(effects)) == ([], [])
    return thread


async def test_each_line_is_a_call_of_one_turn_and_each_call_a_question(
    paused: GraphThread, ollama: ScriptedOllama
) -> None:
    questions = await paused.questions()
    assert [(question.value["type"], question.value["name"]) for question in questions] == [
        ("tool_approval", "send_mail"),
        ("tool_approval", "send_mail"),
        ("tool_approval", "add_appointment"),
    ]
    assert await open_calls(paused) == [ANA, BO, MEETING]
    assert all(question.response_schema is not None for question in questions)
    lines = [request["messages"][-1]["content"] for request in ollama.requests]
    assert lines[0].startswith("Send a mail to ana@example.com: ")
    assert (len(lines), "\n" in "".join(lines)) == (3, False)
    messages = (await paused.state()).values["messages"]
    assert [len(getattr(message, "tool_calls", ())) for message in messages] == [0, 3]


async def test_what_is_decided_happens_while_the_others_wait(
    paused: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    await decide(paused, BO, APPROVE)
    assert mails(effects) == ["Figures"]
    assert await open_calls(paused) == [ANA, MEETING]
    await decide(paused, MEETING, APPROVE)
    (entry,) = appointments(effects)
    assert "T150000\r\n" in entry
    assert "SUMMARY:Budget\\; meeting\\, all\r\n" in entry
    ollama.enqueue(Text("One mail was not sent."))
    await decide(paused, ANA, {"type": "reject", "message": "She is on holiday."})
    assert mails(effects) == ["Figures"]
    results = [m["content"] for m in ollama.requests[3]["messages"] if m["role"] == "tool"]
    assert "She is on holiday." in results[0]
    assert "in the outbox" in results[1]
    assert "in the calendar" in results[2]
    assert not (await paused.state()).tasks


async def test_edited_answered_and_approved_at_once(paused: GraphThread, ollama: ScriptedOllama, effects: Path) -> None:
    ollama.enqueue(Text("All is done."))
    later = {**MEETING, "hour": 16}
    await paused.answer(
        {"type": "respond", "message": "I told her."},
        APPROVE,
        {"type": "edit", "edited_action": {"name": "add_appointment", "args": later}},
    )
    assert mails(effects) == ["Figures"]
    (entry,) = appointments(effects)
    assert "T160000\r\n" in entry
    assert "I told her." in [m.get("content") for m in ollama.requests[3]["messages"]]


@pytest.mark.parametrize(
    "answer",
    [
        {"type": "respond", "message": "Not allowed for appointments."},
        {"type": "edit", "edited_action": {"name": "send_mail", "args": ANA}},
        {"type": "edit", "edited_action": {"name": "add_appointment", "args": {**MEETING, "hour": 99}}},
        {"type": "edit", "edited_action": {"name": "add_appointment", "args": {**MEETING, "day": "Sunday"}}},
        {"decisions": [APPROVE]},
    ],
)
async def test_an_answer_that_does_not_fit_the_call_is_refused_and_asked_again(
    answer: dict[str, Any], paused: GraphThread, effects: Path
) -> None:
    with pytest.raises(ValidationError) as caught:
        await decide(paused, MEETING, answer)
    assert is_invalid_resume(caught.value)
    await decide(paused, MEETING, APPROVE)
    assert len(appointments(effects)) == 1


async def test_effects_that_run_again_after_a_crash_happen_once(
    paused: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    ollama.enqueue(Text("Done."), Text("Done."))
    await paused.answer(APPROVE, APPROVE, APPROVE)
    history = [state async for state in paused.graph.aget_state_history(paused.config)]
    at_the_tools = next(state for state in history if set(state.next) == {"tools"})
    await paused.run(None, at_the_tools.config)
    await paused.answer(APPROVE, APPROVE, APPROVE)
    assert (mails(effects), len(appointments(effects))) == (["Budget", "Figures"], 1)


async def test_one_line_is_asked_as_it_is_and_an_answer_in_words_ends_the_run(
    new_thread: NewThread, ollama: ScriptedOllama
) -> None:
    thread = new_thread("mail_assistant_per_call")
    ollama.enqueue(Text("Hello."))
    assert await thread.run({"messages": "Hi!"}) == ["Hello."]
    assert not (await thread.state()).tasks


async def test_lines_without_a_call_are_answered_in_words(new_thread: NewThread, ollama: ScriptedOllama) -> None:
    thread = new_thread("mail_assistant_per_call")
    ollama.enqueue(Text("Hello."), Text("Fine."))
    await thread.run({"messages": "Hi!\n\nHow are you?"})
    assert (await thread.state()).values["messages"][-1].text == "Hello.\nFine."


async def test_what_is_no_address_gets_no_mail(new_thread: NewThread, ollama: ScriptedOllama, effects: Path) -> None:
    thread = new_thread("mail_assistant_per_call")
    ollama.enqueue(Call("send_mail", {**ANA, "to": "Ana"}), Text("It was not sent."))
    await thread.run({"messages": "Write to Ana."})
    await thread.answer(APPROVE)
    assert mails(effects) == []
    assert "No mail was sent" in ollama.requests[1]["messages"][-1]["content"]
