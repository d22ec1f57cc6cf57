from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.types import StateSnapshot, interrupt

from tests.cli.conftest import Command

SCHEMA = {"type": "object", "properties": {"approved": {"type": "boolean"}}, "required": ["approved"]}
TERMINAL_COMMAND = "\x1b[2J"


class Transfer(TypedDict, total=False):
    amount: int
    note: str


def ask(state: Transfer) -> Transfer:
    if state["amount"] == 0:
        return {"note": "nothing to do"}
    if state["amount"] < 0:
        raise ValueError("less than nothing")
    interrupt({"action": "transfer", "amount": state["amount"], "note": state["note"]}, response_schema=SCHEMA)
    return {"note": "done"}


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, StateSnapshot]:
    """A database with a thread that waits, one that failed and one that is done, as LangGraph made and sees them."""
    file = tmp_path_factory.mktemp("threads") / "threads.db"
    graph = StateGraph(Transfer).add_node("ask", ask).add_edge(START, "ask")
    found: dict[str, StateSnapshot] = {}
    with closing(sqlite3.connect(file, check_same_thread=False)) as connection:
        compiled = graph.compile(checkpointer=SqliteSaver(connection))
        for name, amount in (("asks", 5), ("failed", -1), ("done", 0)):
            config: RunnableConfig = {
                "configurable": {"thread_id": name},
                "metadata": {"hitl_graph": "transfer", "database": str(file)},
            }
            try:
                compiled.invoke({"amount": amount, "note": f"rent{TERMINAL_COMMAND}"}, config, durability="sync")
            except ValueError:
                assert name == "failed"
            found[name] = compiled.get_state(config)
    return found


@pytest.fixture
def database(snapshots: dict[str, StateSnapshot]) -> Path:
    assert snapshots["asks"].metadata is not None
    metadata: dict[str, Any] = dict(snapshots["asks"].metadata)
    return Path(metadata["database"])


def test_json_says_what_langgraph_says(command: Command, database: Path, snapshots: dict[str, StateSnapshot]) -> None:
    ended = command("threads", "--database", database, "--json")
    assert ended.stderr == ""
    assert ended.returncode == 0
    threads = {thread["thread_id"]: thread for thread in json.loads(ended.stdout)}
    assert {name: thread["state"] for name, thread in threads.items()} == {
        "asks": "waiting",
        "failed": "failed",
        "done": "done",
    }
    for name, snapshot in snapshots.items():
        assert threads[name]["checkpoint_id"] == snapshot.config["configurable"]["checkpoint_id"]
        assert threads[name]["graph"] == "transfer"
        assert threads[name]["updated_at"].endswith("Z")
    asked = snapshots["asks"].interrupts[0]
    [request] = threads["asks"]["requests"]
    assert request["interrupt_id"] == asked.id
    assert request["payload"] == asked.value
    assert request["response_schema"] == SCHEMA
    assert request["node"] == "ask"
    assert request["dialect"]
    assert threads["failed"]["requests"] == threads["done"]["requests"] == []


def test_the_waiting_one_is_first(command: Command, database: Path) -> None:
    threads = json.loads(command("threads", "--database", database, "--json").stdout)
    assert threads[0]["thread_id"] == "asks"


def test_text_names_the_threads_and_what_they_ask(command: Command, database: Path) -> None:
    ended = command("threads", "--database", database)
    assert ended.returncode == 0
    assert [line.split()[0] for line in ended.stdout.splitlines() if not line.startswith(" ")] == [
        "waiting",
        "failed",
        "done",
    ]
    assert "asks: " in ended.stdout


def test_text_of_a_thread_does_not_command_the_terminal(command: Command, database: Path) -> None:
    text = command("threads", "--database", database).stdout
    assert "\x1b" not in text
    assert "rent\N{REPLACEMENT CHARACTER}[2J" in text


@pytest.mark.parametrize(
    ("states", "names"), [("waiting", ["asks"]), ("done,failed", ["failed", "done"]), ("needs-repair", [])]
)
def test_only_the_states_that_are_asked_for(command: Command, database: Path, states: str, names: list[str]) -> None:
    threads = json.loads(command("threads", "--database", database, "--state", states, "--json").stdout)
    assert [thread["thread_id"] for thread in threads] == names


def test_looking_changes_nothing(command: Command, database: Path) -> None:
    before = {file.name: file.read_bytes() for file in database.parent.iterdir()}
    assert command("threads", "--database", database).returncode == 0
    assert {file.name: file.read_bytes() for file in database.parent.iterdir()} == before


def test_neither_qt_nor_langgraph_is_loaded(loaded_by: Callable[..., set[str]], database: Path) -> None:
    loaded = loaded_by("threads", "--database", database, "--json")
    assert loaded.isdisjoint({"PySide6", "shiboken6", "qasync", "langgraph", "langchain", "langchain_core"})


def test_a_reader_that_leaves_early_is_no_error(database: Path) -> None:
    process = [sys.executable, "-m", "hitl_desktop", "threads", "--database", str(database)]
    with subprocess.Popen(process, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as listing:
        assert listing.stdout is not None
        assert listing.stderr is not None
        listing.stdout.close()
        assert listing.stderr.read() == ""
    assert listing.returncode == 0


@pytest.mark.parametrize("content", [None, b"", b"not a database " * 100])
def test_what_is_no_database_is_told_and_left_alone(command: Command, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "threads.db"
    if content is not None:
        file.write_bytes(content)
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.is_file()}
    ended = command("threads", "--database", file, "--json")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert str(file) in ended.stderr
    assert "Traceback" not in ended.stderr
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.is_file()} == before


def test_a_state_that_there_is_not_is_wrong_use(command: Command, database: Path) -> None:
    ended = command("threads", "--database", database, "--state", "sleeping")
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "there is no state “sleeping”" in ended.stderr
