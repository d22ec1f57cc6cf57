"""A supervisor and two sub-agents that ask: approved, edited, rejected, answered by the person, without any file."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest_asyncio

from hitl_desktop.testing.scripted_ollama import ScriptedOllama, Text
from tests.support.example_graphs import GraphThread, NewThread, sample_input

APPROVE = {"type": "approve"}
REJECT = {"type": "reject", "message": "Too dear."}
BRIDGE = "The bridge was built in 1887. Since 1994 it is closed to lorries."
MILL = "The mill ground corn until 1951. Today a potter works in it."
WRITTEN = {"title": "Our bridge", "text": "It is from 1887."}


def form(**fields: object) -> Text:
    """A form as the model fills it."""
    return Text(json.dumps(fields))


def ordered(effects: Path) -> list[tuple[str, int]]:
    """The files that were ordered, with their fee in cents."""
    if not (effects / "transfers.sqlite").exists():
        return []
    with closing(sqlite3.connect(effects / "transfers.sqlite")) as database:
        return sorted(database.execute("SELECT action, cents FROM transfers"))


def notices(effects: Path) -> list[str]:
    """The notices that are up."""
    return [file.read_text() for file in sorted((effects / "texts").glob("*.txt"))]


async def decide(thread: GraphThread, *decisions: dict[str, Any]) -> None:
    """Decide on the calls of the only question, in their order."""
    await thread.answer({"decisions": list(decisions)})


async def calls(thread: GraphThread) -> list[tuple[str, dict[str, Any]]]:
    """The calls that the only question is about."""
    return [(call["name"], call["args"]) for call in (await thread.question()).value["action_requests"]]


async def said(thread: GraphThread) -> str:
    """What the supervisor said in the end."""
    state = await thread.state()
    assert state.tasks == ()
    return str(state.values["messages"][-1].text)


@pytest_asyncio.fixture
async def asked(new_thread: NewThread, ollama: ScriptedOllama) -> GraphThread:
    """A thread in which the researcher wants two files."""
    thread = new_thread("research_team")
    ollama.enqueue(form(files=["bridge", "mill"]))
    await thread.run(sample_input(thread.graph))
    return thread


@pytest_asyncio.fixture
async def written(asked: GraphThread, ollama: ScriptedOllama) -> GraphThread:
    """The same, with both files, and the writer wants to put a notice up."""
    ollama.enqueue(form(kind="notice"), form(**WRITTEN))
    await decide(asked, APPROVE, APPROVE)
    return asked


async def test_the_researcher_asks_for_the_files_that_are_named(
    asked: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    assert await calls(asked) == [("order_file", {"file": "bridge"}), ("order_file", {"file": "mill"})]
    assert ollama.requests[0]["format"]["properties"]["files"]["items"]["enum"] == ["bridge", "mill"]
    assert not ollama.requests[0].get("tools")
    assert ordered(effects) == []


async def test_the_writer_gets_what_was_found_and_asks_too(
    written: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    assert ordered(effects) == [("File on the bridge", 200), ("File on the mill", 200)]
    told = ollama.requests[2]["messages"][-1]["content"]
    assert told == f"Write a notice about the bridge and the mill. {BRIDGE} {MILL}"
    assert await calls(written) == [("put_up_notice", WRITTEN)]
    assert notices(effects) == []


async def test_an_approved_notice_is_up_once(written: GraphThread, ollama: ScriptedOllama, effects: Path) -> None:
    await decide(written, APPROVE)
    assert await said(written) == "The notice “Our bridge” is up."
    assert notices(effects) == ["Our bridge\n\nIt is from 1887.\n"]
    assert len(ordered(effects)) == 2
    assert ollama.pending_replies == 0


async def test_an_edited_notice_is_what_is_up(written: GraphThread, effects: Path) -> None:
    edited = {"name": "put_up_notice", "args": {**WRITTEN, "text": "It is old."}}
    await decide(written, {"type": "edit", "edited_action": edited})
    assert await said(written) == "The notice “Our bridge” is up."
    assert notices(effects) == ["Our bridge\n\nIt is old.\n"]


async def test_a_rejected_notice_is_not_up(written: GraphThread, effects: Path) -> None:
    await decide(written, REJECT)
    assert await said(written) == "The notice was not put up."
    assert notices(effects) == []


async def test_without_any_file_the_team_stops(asked: GraphThread, ollama: ScriptedOllama, effects: Path) -> None:
    await decide(asked, REJECT, REJECT)
    assert await said(asked) == "No file was ordered."
    assert (ordered(effects), len(ollama.requests)) == ([], 1)


async def test_one_file_is_rejected_and_the_other_edited(
    asked: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    ollama.enqueue(form(kind="question"))
    edited = {"name": "order_file", "args": {"file": "market"}}
    await decide(asked, REJECT, {"type": "edit", "edited_action": edited})
    assert await said(asked) == "The market is held every Saturday. It began in 1902 with six stalls."
    assert ordered(effects) == [("File on the market", 200)]


async def test_the_person_answers_instead_of_the_archive(
    asked: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    ollama.enqueue(form(kind="question"))
    await decide(asked, REJECT, {"type": "respond", "message": "The mill is closed."})
    assert await said(asked) == "The mill is closed."
    assert ordered(effects) == []


async def test_a_notice_that_needs_no_file_goes_to_the_writer_at_once(
    new_thread: NewThread, ollama: ScriptedOllama, effects: Path
) -> None:
    thread = new_thread("research_team")
    ollama.enqueue(form(kind="notice"), form(title="Pool", text="The pool opens."))
    await thread.run({"messages": "Say that the pool opens."})
    assert ollama.requests[1]["messages"][-1]["content"] == "Say that the pool opens."
    await decide(thread, APPROVE)
    assert notices(effects) == ["Pool\n\nThe pool opens.\n"]


async def test_a_question_on_what_has_no_file_asks_nobody(new_thread: NewThread, ollama: ScriptedOllama) -> None:
    thread = new_thread("research_team")
    ollama.enqueue(form(kind="question"))
    await thread.run({"messages": "When does the pool open?"})
    assert await said(thread) == "No file was ordered."


async def test_a_second_request_in_the_same_thread_begins_anew(
    written: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    await decide(written, APPROVE)
    ollama.enqueue(form(files=["school"]), form(kind="question"))
    await written.run({"messages": "How many pupils has the school?"})
    assert await calls(written) == [("order_file", {"file": "school"})]
    await decide(written, APPROVE)
    assert await said(written) == "The school has 140 pupils. Its bell was made in 1760."
    assert len(ordered(effects)) == 3
