"""The example project under `langgraph dev`, unchanged: there it asks the same, and does what it is answered there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from langgraph.types import Interrupt

from hitl_desktop.testing.scripted_ollama import Call, Reply, ScriptedOllama, Text
from tests.graphs.test_action_approval import INPUT, transfers
from tests.graphs.test_mail_assistant import MAIL, decisions, outbox
from tests.network_guard.tracing import leaving, seen, why_no_strace
from tests.support.example_graphs import MANIFEST, NewThread, load_graph, sample_input
from tests.support.langgraph_dev import DevServer, DevThread, why_no_dev_server

pytestmark = pytest.mark.skipif(bool(why_no_dev_server()), reason=why_no_dev_server() or "-")

ASKS_FOR_A_MAIL = Call("send_mail", MAIL)
ASKS_FOR_A_SEARCH = Call("search_documents", {"query": "travel expense limit"})


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """One server for all tests: it takes seconds to start."""
    with DevServer(tmp_path_factory.mktemp("dev_server")) as running:
        yield running


def test_every_graph_of_the_manifest_is_there_with_its_schemas(server: DevServer) -> None:
    served = {each["graph_id"]: each for each in server.post("/assistants/search", {"limit": 100})}
    assert {name: each["description"] for name, each in served.items()} == {
        name: each["description"] for name, each in MANIFEST["graphs"].items()
    }
    for name, each in served.items():
        graph = load_graph(name)
        schemas = server.get(f"/assistants/{each['assistant_id']}/schemas")
        assert schemas["input_schema"] == graph.get_input_jsonschema(), name
        assert schemas["context_schema"] == graph.get_context_jsonschema(), name


async def both(
    server: DevServer, new_thread: NewThread, ollama: ScriptedOllama, name: str, says: Reply, given: Any = None
) -> tuple[DevThread, tuple[Interrupt, ...]]:
    """A thread of the graph on the server, and the questions of another of the same on SQLite, as the program has it.

    Both are run to where they stop, with the same input and the same words of the model.
    """
    here, there = new_thread(name), DevThread(server, name, ollama.base_url)
    given = given or sample_input(here.graph)
    ollama.enqueue(says, says)
    await here.run(given)
    assert "__error__" not in (said := there.run(input=given)), said
    state = await here.state()
    assert there.state()["next"] == list(state.next)
    return there, state.interrupts


def assert_same_question(there: DevThread, here: tuple[Interrupt, ...]) -> None:
    (question,), (known,) = there.questions(), here
    assert question["value"] == known.value
    assert question.get("response_schema") == known.response_schema
    for identity in (question["id"], known.id):
        assert re.fullmatch("[0-9a-f]{32}", identity)


async def test_a_mail_is_asked_for_as_here_and_sent_when_approved_there(
    server: DevServer, new_thread: NewThread, ollama: ScriptedOllama
) -> None:
    there, known = await both(server, new_thread, ollama, "mail_assistant", ASKS_FOR_A_MAIL)
    assert_same_question(there, known)
    assert outbox(server.effects) == []
    ollama.enqueue(Text("It was sent."))
    there.answer(decisions({"type": "approve"}))
    (mail,) = outbox(server.effects)
    assert (mail["To"], mail["Subject"]) == (MAIL["to"], MAIL["subject"])
    state = there.state()
    assert (state["next"], state["values"]["messages"][-1]["content"]) == ([], "It was sent.")


async def test_a_transfer_is_asked_for_as_here_and_made_when_the_answer_fits_its_schema(
    server: DevServer, new_thread: NewThread, ollama: ScriptedOllama
) -> None:
    there, known = await both(server, new_thread, ollama, "action_approval", Text("Please approve."), INPUT)
    assert_same_question(there, known)
    assert "1 validation error for Approval" in there.answer({"approved": "maybe"})["__error__"]["message"]
    assert_same_question(there, known)
    assert transfers(server.effects) == []
    assert there.answer({"approved": True})["outcome"] == "Transferred 12.34 euros: Pay invoice 7"
    assert transfers(server.effects) == [("Pay invoice 7", 1234)]
    assert there.state()["next"] == []


async def test_a_breakpoint_stops_as_here_and_a_run_without_input_continues(
    server: DevServer, new_thread: NewThread, ollama: ScriptedOllama
) -> None:
    there, known = await both(server, new_thread, ollama, "tool_gate", ASKS_FOR_A_SEARCH)
    assert (there.questions(), known) == ([], ())
    state = there.state()
    assert state["next"] == ["call_tools"]
    (call,) = state["values"]["messages"][-1]["tool_calls"]
    assert (call["name"], call["args"]) == (ASKS_FOR_A_SEARCH.name, ASKS_FOR_A_SEARCH.arguments)
    ollama.enqueue(Text("At most 120 euros."))
    there.run(input=None)
    assert ollama.requests[-1]["messages"][-1]["content"].startswith("Travel: ")
    state = there.state()
    assert (state["next"], state["values"]["messages"][-1]["content"]) == ([], "At most 120 euros.")


@pytest.mark.skipif(bool(why_no_strace()), reason=why_no_strace() or "-")
def test_the_server_names_only_this_machine_to_the_kernel(server: DevServer) -> None:
    """Last in the file, so that it sees the runs as well."""
    assert leaving(server.calls) == []
    assert "AF_INET" in seen(server.calls), "the server was not watched"
