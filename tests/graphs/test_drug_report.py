"""A report that stops before it is finished, or after the research: continued, with feedback, with a changed state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from hitl_desktop.testing.scripted_ollama import ScriptedOllama, Text
from tests.support.example_graphs import GraphThread, NewThread, sample_input

INTERACTIONS = "It does not go with warfarin and other blood thinners, which make bleeding more likely."
USE = "Ibuprofen is used for pain, fever and inflammation."
DRAFT = f"Ibuprofen: Use with blood thinners\n\n{INTERACTIONS}\n{USE}"
TOPICS = Text(json.dumps({"topics": ["interactions", "use"]}))
TITLE = Text(json.dumps({"title": "Use with blood thinners"}))


def filed(effects: Path) -> list[str]:
    """What was filed."""
    return [file.read_text() for file in sorted((effects / "texts").glob("*.txt"))]


async def change(thread: GraphThread, values: dict[str, Any], after: str) -> None:
    """Change the state at a breakpoint, as if `after` had written it so, and go on."""
    await thread.graph.aupdate_state(thread.config, values, as_node=after)
    await thread.run(None)


@pytest_asyncio.fixture
async def drafted(new_thread: NewThread, ollama: ScriptedOllama) -> GraphThread:
    """A thread at the breakpoint before the end, with a draft."""
    thread = new_thread("drug_report")
    ollama.enqueue(TOPICS, TITLE)
    await thread.run(sample_input(thread.graph))
    return thread


@pytest_asyncio.fixture
async def researched(new_thread: NewThread, ollama: ScriptedOllama) -> GraphThread:
    """A thread of the second entry, at the breakpoint after the research."""
    thread = new_thread("drug_report_after")
    ollama.enqueue(TOPICS)
    await thread.run(sample_input(thread.graph))
    return thread


async def test_it_stops_before_it_is_finished_with_a_draft_of_facts(
    drafted: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    state = await drafted.state()
    assert (state.next, state.interrupts) == (("finalize",), ())
    assert (state.values["draft"], state.values["human_feedback"]) == (DRAFT, "")
    topics = ollama.requests[0]["format"]["properties"]["topics"]
    assert topics["items"]["enum"] == ["use", "dose", "side effects", "interactions"]
    assert filed(effects) == []


async def test_continue_files_the_draft_once_even_if_it_runs_again(
    drafted: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    await drafted.run(None)
    assert filed(effects) == [f"{DRAFT}\n"]
    assert len(ollama.requests) == 2
    assert not (await drafted.state()).tasks
    await drafted.run_again_from("file_report")
    assert len(filed(effects)) == 1


async def test_feedback_becomes_a_sentence_of_the_report(
    drafted: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    ollama.enqueue(Text(json.dumps({"note": "Ask a pharmacist first."})))
    await change(drafted, {"human_feedback": "say: ask a pharmacist first"}, after="write_draft")
    assert ollama.requests[2]["messages"][-1]["content"] == "say: ask a pharmacist first"
    assert filed(effects) == [f"{DRAFT}\nAsk a pharmacist first.\n"]


async def test_a_changed_draft_is_what_is_filed(drafted: GraphThread, ollama: ScriptedOllama, effects: Path) -> None:
    await change(drafted, {"draft": "Never together."}, after="write_draft")
    assert filed(effects) == ["Never together.\n"]
    assert len(ollama.requests) == 2


async def test_the_second_entry_stops_after_the_research_only(
    researched: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    state = await researched.state()
    assert (state.next, state.interrupts) == (("write_draft",), ())
    assert state.values["findings"] == [INTERACTIONS, USE]
    assert "draft" not in state.values
    ollama.enqueue(TITLE)
    await researched.run(None)
    assert filed(effects) == [f"{DRAFT}\n"]


async def test_findings_can_be_taken_out_before_the_draft(
    researched: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    ollama.enqueue(TITLE, Text(json.dumps({"note": "Checked."})))
    await change(researched, {"findings": [INTERACTIONS], "human_feedback": "Checked"}, after="research")
    assert filed(effects) == [f"Ibuprofen: Use with blood thinners\n\n{INTERACTIONS}\nChecked.\n"]


@pytest.mark.parametrize("topics", [["dose", "dose"], ["dose"]])
async def test_a_topic_that_the_model_names_twice_is_found_once(
    topics: list[str], new_thread: NewThread, ollama: ScriptedOllama
) -> None:
    thread = new_thread("drug_report_after")
    ollama.enqueue(Text(json.dumps({"topics": topics})))
    await thread.run({"drug": "paracetamol", "question": "How much?"})
    assert len((await thread.state()).values["findings"]) == 1
