"""The mail assistant: nothing leaves before a decision, and each decision does what it says."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from hitl_desktop.testing.scripted_ollama import Call, Calls, ScriptedOllama, Text
from tests.support.example_graphs import GraphThread, NewThread, sample_input

MAIL = {"to": "ana@example.com", "subject": "Budget meeting", "body": "It moves to Friday at 3 pm."}
OTHER_MAIL = {"to": "bo@example.com", "subject": "Grüße, Bo", "body": "Täglich."}


def outbox(effects: Path) -> list[EmailMessage]:
    files = sorted((effects / "outbox").glob("*"))
    assert [path.suffix for path in files] == [".eml"] * len(files)
    return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]


def decisions(*given: dict[str, Any]) -> dict[str, Any]:
    return {"decisions": list(given)}


@pytest_asyncio.fixture
async def paused(new_thread: NewThread, ollama: ScriptedOllama, effects: Path) -> GraphThread:
    """A thread that waits for a decision about one mail."""
    thread = new_thread("mail_assistant")
    ollama.enqueue(Call("send_mail", MAIL))
    await thread.run(sample_input(thread.graph))
    assert outbox(effects) == []
    return thread


async def test_it_asks_before_a_mail_is_sent(paused: GraphThread, ollama: ScriptedOllama) -> None:
    question = (await paused.question()).value
    (request,) = question["action_requests"]
    (review,) = question["review_configs"]
    assert (request["name"], request["args"]) == ("send_mail", MAIL)
    assert review["allowed_decisions"] == ["approve", "edit", "reject", "respond"]
    system, user = ollama.requests[0]["messages"]
    assert "mail assistant" in system["content"]
    assert "ana@example.com" in user["content"]


async def test_approve_puts_the_mail_into_the_outbox_and_streams_the_answer(
    paused: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    ollama.enqueue(Text("The mail was sent."))
    assert await paused.answer(decisions({"type": "approve"})) == ["The ", "mail ", "was ", "sent."]
    (mail,) = outbox(effects)
    assert (mail["To"], mail["Subject"]) == (MAIL["to"], MAIL["subject"])
    assert mail.get_content().strip() == MAIL["body"]
    assert "in the outbox" in ollama.requests[1]["messages"][-1]["content"]
    assert not (await paused.state()).tasks


async def test_edit_sends_what_the_reviewer_wrote(paused: GraphThread, ollama: ScriptedOllama, effects: Path) -> None:
    ollama.enqueue(Text("Sent."))
    await paused.answer(decisions({"type": "edit", "edited_action": {"name": "send_mail", "args": OTHER_MAIL}}))
    (mail,) = outbox(effects)
    assert (mail["To"], mail["Subject"]) == (OTHER_MAIL["to"], OTHER_MAIL["subject"])
    assert mail.get_content().strip() == OTHER_MAIL["body"]


async def test_reject_sends_nothing_and_tells_the_model_why(
    paused: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    ollama.enqueue(Text("I did not send it."))
    await paused.answer(decisions({"type": "reject", "message": "Ana is on holiday."}))
    assert outbox(effects) == []
    assert "Ana is on holiday." in ollama.requests[1]["messages"][-1]["content"]


async def test_respond_sends_nothing_and_is_the_tools_result(
    paused: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    ollama.enqueue(Text("All right."))
    await paused.answer(decisions({"type": "respond", "message": "I have told her myself."}))
    assert outbox(effects) == []
    assert ollama.requests[1]["messages"][-1] == {"role": "tool", "content": "I have told her myself."}


async def test_two_mails_of_one_turn_are_one_question_with_two_decisions(
    new_thread: NewThread, ollama: ScriptedOllama, effects: Path
) -> None:
    thread = new_thread("mail_assistant")
    ollama.enqueue(Calls(("send_mail", MAIL), ("send_mail", OTHER_MAIL)), Text("One was sent."))
    await thread.run({"messages": "Write to Ana and to Bo."})
    assert [a["args"] for a in (await thread.question()).value["action_requests"]] == [MAIL, OTHER_MAIL]
    await thread.answer(decisions({"type": "reject"}, {"type": "approve"}))
    assert [mail["To"] for mail in outbox(effects)] == [OTHER_MAIL["to"]]


async def test_the_calendar_is_read_without_asking(new_thread: NewThread, ollama: ScriptedOllama) -> None:
    thread = new_thread("mail_assistant")
    ollama.enqueue(Call("read_calendar", {"day": "Thursday"}), Text("The budget meeting."))
    await thread.run({"messages": "What is on Thursday?"})
    assert "Budget meeting with Ana" in ollama.requests[1]["messages"][-1]["content"]
    assert not (await thread.state()).tasks


async def test_a_mail_that_runs_again_after_a_crash_is_sent_once(
    paused: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    ollama.enqueue(Text("Sent."), Text("Sent."))
    await paused.answer(decisions({"type": "approve"}))
    await paused.run_again_from("tools")
    assert len(ollama.requests) == 3
    assert len(outbox(effects)) == 1


@pytest.mark.parametrize("subject", ["Two\nlines\r\nBcc: x@example.com", "../../etc/passwd", "", "🎈" * 100])
async def test_no_subject_breaks_the_mail_or_leaves_the_outbox(
    subject: str, paused: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    ollama.enqueue(Text("Sent."))
    args = {**MAIL, "subject": subject}
    await paused.answer(decisions({"type": "edit", "edited_action": {"name": "send_mail", "args": args}}))
    (mail,) = outbox(effects)
    assert (mail["Subject"], mail["Bcc"]) == (" ".join(subject.split()), None)


@pytest.mark.parametrize(
    "address", ["", "Ana", "<", "a@[", "a@example.com, b@example.com", "a@b.c\nBcc: x@example.com"]
)
async def test_what_is_no_address_gets_no_mail_and_the_model_hears_of_it(
    address: str, paused: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    ollama.enqueue(Text("It was not sent."))
    args = {**MAIL, "to": address}
    await paused.answer(decisions({"type": "edit", "edited_action": {"name": "send_mail", "args": args}}))
    assert outbox(effects) == []
    assert "No mail was sent" in ollama.requests[1]["messages"][-1]["content"]
