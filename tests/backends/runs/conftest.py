"""A bench on the example graphs with a scripted model, and one on graphs that fail, wait and block."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from hitl_desktop.backends.project.loader import unload_project
from hitl_desktop.testing.scripted_ollama import ScriptedOllama
from tests.backends.runs.bench import Bench, OddFolder
from tests.support.example_graphs import GRAPHS

ODD_PROJECT = Path(__file__).parent / "odd_project"


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
async def bench(tmp_path: Path, effects: Path, ollama: ScriptedOllama) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path, GRAPHS, model="scripted", base_url=ollama.base_url)
    await bench.open()
    yield bench
    await bench.backend.close()
    unload_project()


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OddFolder:
    folder = OddFolder(tmp_path / "odd")
    monkeypatch.setenv("ODD_GRAPHS_FOLDER", str(folder.path))
    return folder


@pytest_asyncio.fixture
async def odd_bench(tmp_path: Path, odd: OddFolder) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path, ODD_PROJECT)
    await bench.open()
    yield bench
    await bench.backend.close()
    unload_project()
