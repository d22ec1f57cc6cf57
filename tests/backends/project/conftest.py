"""Small real projects, written to a folder of the test; what they change in the process is taken back."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any, TypeAlias

import aiosqlite
import pytest
import pytest_asyncio
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from hitl_desktop.backends.project.loader import unload_project

NewProject: TypeAlias = Callable[..., Path]


@pytest.fixture(autouse=True)
def nothing_of_a_project_stays() -> Iterator[None]:
    unload_project()  # which a test of another folder may have loaded in this process
    path = list(sys.path)
    yield
    unload_project()
    assert sys.path == path


@pytest.fixture
def new_project(tmp_path: Path) -> NewProject:
    """Writes the files of a project, and its manifest: a text, or the graphs and further keys; returns its folder."""

    def write(files: Mapping[str, str], graphs: Mapping[str, Any] | str, name: str = "project", **keys: Any) -> Path:
        folder = tmp_path / name
        for place, text in files.items():
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        folder.mkdir(exist_ok=True)
        manifest = graphs if isinstance(graphs, str) else json.dumps({"graphs": graphs, **keys})
        (folder / "langgraph.json").write_text(manifest, encoding="utf-8")
        return folder

    return write


@pytest_asyncio.fixture
async def saver(tmp_path: Path) -> AsyncIterator[AsyncSqliteSaver]:
    async with aiosqlite.connect(tmp_path / "threads.sqlite") as connection:
        yield AsyncSqliteSaver(connection)
