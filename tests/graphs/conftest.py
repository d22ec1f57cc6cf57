"""What every test of an example graph needs: a scripted model, a strict database, and a folder for the effects."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiosqlite
import pytest
import pytest_asyncio
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from hitl_desktop.testing.scripted_ollama import ScriptedOllama
from tests.support.example_graphs import GraphThread, NewThread, load_graph


@pytest.fixture
def effects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder into which mails and transfers go."""
    folder = tmp_path / "effects"
    monkeypatch.setenv("HITL_EFFECTS_DIR", str(folder))
    return folder


@pytest.fixture
def ollama() -> Iterator[ScriptedOllama]:
    with ScriptedOllama() as server:
        yield server


@pytest_asyncio.fixture
async def new_thread(tmp_path: Path, ollama: ScriptedOllama, effects: Path) -> AsyncIterator[NewThread]:
    """Makes a thread of the graph with the given name, in a database that refuses to build unknown classes."""
    strict = JsonPlusSerializer(allowed_msgpack_modules=None)
    async with aiosqlite.connect(tmp_path / "threads.sqlite") as connection:
        saver = AsyncSqliteSaver(connection, serde=strict)
        yield lambda name: GraphThread(load_graph(name), saver, ollama.base_url)
