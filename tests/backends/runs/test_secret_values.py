"""Keys and passwords that a run is given stay out of the file; the nodes get them."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from typing_extensions import TypedDict

from hitl_desktop.backends.runs.saver import open_saver
from hitl_desktop.backends.runs.secret_values import is_secret


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("api_key", True),
        ("OPENAI_API_KEY", True),
        ("openaiApiKey", True),
        ("apikey", True),
        ("X-Auth-Token", True),
        ("db_password", True),
        ("dbPassword", True),
        ("client_secret", True),
        ("ssh-private-key", True),
        ("Authorization", True),
        ("connectionString", True),
        ("max_tokens", False),
        ("sort_key", False),
        ("hitl_delivery", False),
        ("thread_id", False),
        ("author", False),
        ("tokenizer", False),
        ("key", False),
    ],
)
def test_which_names_are_those_of_secrets(name: str, secret: bool) -> None:
    assert is_secret(name) is secret


class State(TypedDict, total=False):
    seen: str
    answer: str


def look(state: State, config: RunnableConfig) -> dict[str, str]:
    return {"seen": f"{len(config['configurable']['api_key'])} {len(config['metadata']['webhook_token'])}"}


def ask(state: State) -> dict[str, Any]:
    return {"answer": interrupt("Go on?")}


async def test_a_run_writes_no_key_of_its_config_into_files_that_only_its_user_reads(tmp_path: Path) -> None:
    database = tmp_path / "threads.sqlite"
    inner = StateGraph(State).add_node("ask", ask).add_edge(START, "ask").add_edge("ask", END).compile()
    builder = StateGraph(State).add_node("look", look).add_node("inner", inner)
    builder.add_edge(START, "look").add_edge("look", "inner").add_edge("inner", END)
    config: RunnableConfig = {
        "configurable": {"thread_id": "1", "api_key": "sk-8472-open-sesame", "customer": "4711-ordinary"},
        "metadata": {"webhook_token": "whk-8472-open-sesame", "hitl_graph": "keys"},
    }
    async with open_saver(database) as saver:
        graph = builder.compile(checkpointer=saver)
        paused = await graph.ainvoke({}, config, durability="sync")
        (question,) = paused["__interrupt__"]
        done = await graph.ainvoke(Command(resume={question.id: "yes"}), config, durability="sync")
        assert done == {"seen": "19 20", "answer": "yes"}
        written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    assert b"4711-ordinary" in written
    assert b'"hitl_graph": "keys"' in written
    assert b"open-sesame" not in written
