"""A database from a stranger: looking at its threads runs nothing and breaks nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import ormsgpack
import pytest

from tests.backends.checkpoints.conftest import NewReader
from tests.backends.checkpoints.raw_rows import RawDatabase, asked, checkpoint, extension
from tests.backends.checkpoints.test_inert import ATTACKS


def raw_pack(value: Any) -> bytes:
    return ormsgpack.packb(value, default=lambda each: each)


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_in_every_row_that_is_read(
    attack: str, tmp_path: Path, raw: RawDatabase, new_reader: NewReader
) -> None:
    file = tmp_path / "touched"
    bomb = ATTACKS[attack](str(file))
    state = {
        "channel_values": {"messages": [bomb], "task": bomb, "__pregel_tasks": [bomb]},
        "versions_seen": {"a": bomb},
    }
    raw.checkpoint("a", raw_pack(state))
    interrupt = extension(2, "langgraph.types", "Interrupt", {"value": bomb, "id": "0" * 32, "response_schema": bomb})
    raw.write("a", -3, raw_pack([interrupt]))
    raw.write("a", -4, raw_pack([bomb]), task="other")
    raw.write("a", -1, raw_pack(bomb), task="other")
    reader = new_reader(raw.path)
    detail = reader.thread("a")
    assert detail is not None
    assert len(detail.questions) == 1
    assert reader.read_threads(["a"]) == [detail.summary]
    assert not file.exists()


def test_a_pickled_row_is_refused(raw: RawDatabase, new_reader: NewReader) -> None:
    raw.checkpoint("a", b"cos\nsystem\n(S'true'\ntR.", kind="pickle")
    detail = new_reader(raw.path).thread("a")
    assert detail is not None
    assert detail.errors == (
        ("", "The state cannot be read: it is stored as “pickle”: pickled values run code when they are read."),
    )


@pytest.mark.parametrize(
    "channels",
    [
        {"messages": [{"content": 5, "type": "human"}, {"content": None, "type": "ai", "tool_calls": 7}]},
        {"messages": [["human", ["text", {"text": None}]]]},
        {"messages": "no list", "title": ""},
        {"title": {"title": {"title": {"title": {"title": "deep"}}}}},
        {"__pregel_tasks": "worker", "join:": {"a"}, "join:a": {"a"}, "branch:to:": None},
        {"__start__": [1, 2]},
    ],
)
def test_states_of_any_shape(channels: dict[str, Any], raw: RawDatabase, new_reader: NewReader) -> None:
    raw.checkpoint("a", checkpoint(channels))
    detail = new_reader(raw.path).thread("a")
    assert detail is not None
    assert detail.summary.title


@pytest.mark.parametrize(
    "path", ["", "~", "~__pregel_push, ", "~__pregel_push, 9999999999, 0", "~__pregel_pull, ", "\x00"]
)
def test_task_paths_of_any_shape(path: str, raw: RawDatabase, new_reader: NewReader) -> None:
    raw.checkpoint("a", checkpoint({}))
    raw.write("a", -3, asked("May I?"), path=path)
    raw.write("a", -1, raw_pack("Error()"), path=path, task="other")
    detail = new_reader(raw.path).thread("a")
    assert detail is not None
    assert [(question.node, question.value) for question in detail.questions] == [("", "May I?")]


def test_a_title_is_one_line(raw: RawDatabase, new_reader: NewReader) -> None:
    raw.checkpoint("a", checkpoint({"task": "first\n\n  second " + "x" * 500}))
    (thread,) = new_reader(raw.path).read_threads(["a"])
    assert thread.title.startswith("first second x")
    assert len(thread.title) == 160


def test_reading_imports_neither_qt_nor_langgraph() -> None:
    code = (
        "import sys, hitl_desktop.backends.checkpoints.reader;"
        "print([name for name in sys.modules if name.partition('.')[0] in"
        " ('PySide6', 'qasync', 'langgraph', 'langchain', 'langchain_core', 'pickle', 'aiosqlite')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
