"""Looking at any thread of a hostile database runs no code, and what is wrong with a row costs that row alone."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any

import ormsgpack
import pytest
from langgraph.types import Interrupt

from hitl_desktop.backends.checkpoints.inert import MAX_BYTES
from hitl_desktop.core.threads import ThreadState
from tests.backends.checkpoints.conftest import NewReader
from tests.backends.checkpoints.hostile_rows import HARMLESS, INTERRUPT, JSON, MSGPACK, fill_with_everything
from tests.backends.checkpoints.raw_rows import RawDatabase, asked, checkpoint, pack

SECONDS_FOR_A_THREAD = 2.0


def nested_extensions(levels: int) -> bytes:
    row = ormsgpack.packb(1)
    for _ in range(levels):
        row = ormsgpack.packb(ormsgpack.Ext(0, row))
    return row


def test_every_attack_in_every_row_is_read_and_not_run(tmp_path: Path, raw: RawDatabase, new_reader: NewReader) -> None:
    canary = tmp_path / "canary"
    fill_with_everything(raw, canary)
    reader = new_reader(raw.path)
    names = {thread.thread_id for thread in reader.threads()}
    assert len(names) > 14 * (len(MSGPACK) + len(JSON))
    for name in sorted(names):
        begun = time.monotonic()
        detail = reader.thread(name)
        assert detail is not None
        assert reader.read_threads([name]) == [detail.summary]
        assert time.monotonic() - begun < SECONDS_FOR_A_THREAD, name
        waits = name.endswith((", payload", ", schema", ", id", ", question")) or name == HARMLESS
        assert (detail.summary.state is ThreadState.WAITING) or not waits, name
    assert not canary.exists()


DAMAGED: dict[str, tuple[Any, Any]] = {
    "cut off": ("msgpack", pack({"channel_values": {"task": "x" * 100}})[:40]),
    "half a row": ("msgpack", pack([Interrupt("May I?", INTERRUPT)])[:-3]),
    "a length without content": ("msgpack", b"\xdd\xff\xff\xff\xff"),
    "deep": ("msgpack", b"\x91" * 100_000 + b"\x01"),
    "deep maps": ("msgpack", b"\x81\xa1a" * 300 + b"\x01"),
    "deep json": ("json", b"[" * 100_000 + b"]" * 100_000),
    "extensions within each other": ("msgpack", nested_extensions(300)),
    "huge": ("msgpack", b"\xc6\x04\x80\x00\x00" + bytes(MAX_BYTES)),
    "a number as content": ("msgpack", 5),
    "a text as content": ("msgpack", "text"),
    "nothing as content": ("msgpack", None),
    "a number as kind": (7, pack({})),
    "bytes as kind": (b"msgpack", pack({})),
    "nothing as kind": (None, pack({})),
    "an unknown kind": ("yaml", b"a: 1"),
    "encrypted": ("msgpack+aes", b"\x00" * 40),
    "no mapping": ("msgpack", pack(5)),
    "lists for mappings": ("msgpack", pack({"channel_values": [1], "versions_seen": [2], "channel_versions": 3})),
    "numbers for names": ("msgpack", pack({"channel_values": {1: 2, None: 3}, "versions_seen": {1: {2: 3}}})),
}


@pytest.mark.parametrize("place", ["state", "question", "answer", "error", "metadata", "subgraph"])
@pytest.mark.parametrize("damage", DAMAGED)
def test_what_is_wrong_with_a_row_costs_that_row_alone(
    damage: str, place: str, raw: RawDatabase, new_reader: NewReader
) -> None:
    kind, content = DAMAGED[damage]
    state = checkpoint({"task": "Pay the rent", "branch:to:ask": None})
    for name in ("before", "damaged", "zafter"):
        raw.checkpoint(name, state)
        raw.write(name, -3, asked("May I?", INTERRUPT))
    if place == "state":
        raw.checkpoint("damaged", content, kind=kind)
    elif place == "metadata":
        raw.checkpoint("damaged", state, metadata=content)
    elif place == "subgraph":
        raw.checkpoint("damaged", content, kind=kind, number="2", namespace="ask:task")
        raw.write("damaged", -3, content, kind=kind, number="2", namespace="ask:task")
    else:
        raw.write("damaged", {"question": -3, "answer": -4, "error": -1}[place], content, kind=kind)
    reader = new_reader(raw.path)
    assert {thread.thread_id for thread in reader.threads()} == {"before", "damaged", "zafter"}
    before, damaged, after = reader.read_threads(["before", "damaged", "zafter"])
    for thread in (before, after):
        assert (thread.state, thread.asks, thread.title) == (ThreadState.WAITING, "May I?", "Pay the rent")
    detail = reader.thread("damaged")
    assert detail is not None
    assert detail.summary == damaged
    assert detail.summary.title
    if place in ("state", "question"):
        readable = place == "state" and damage in ("lists for mappings", "numbers for names", "nothing as kind")
        assert detail.errors or readable, "it is said that something cannot be read"


ODD = {"no text": "CAST(x'ff' AS TEXT)", "bytes": "x'00ff'", "a number": "7", "a fraction": "-3.5", "nothing": "NULL"}
COLUMNS = {
    "checkpoints": ("thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "metadata"),
    "writes": ("thread_id", "checkpoint_ns", "checkpoint_id", "task_id", "task_path", "idx", "channel", "type"),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(("table", "column"), [(table, each) for table, found in COLUMNS.items() for each in found])
def test_a_column_that_holds_something_else_costs_its_thread_alone(
    table: str, column: str, odd: str, raw: RawDatabase, new_reader: NewReader
) -> None:
    """SQLite lets a column hold anything, and a stranger's table forbids nothing."""
    state = checkpoint({"task": "Pay the rent", "branch:to:ask": None})
    for name in COLUMNS:
        columns = [row[1] for row in raw.connection.execute(f"PRAGMA table_info({name})")]
        raw.connection.execute(f"DROP TABLE {name}")
        key = columns[:3] if name == "checkpoints" else [*columns[:4], "idx"]
        raw.connection.execute(f"CREATE TABLE {name} ({', '.join(columns)}, PRIMARY KEY ({', '.join(key)}))")
    for thread in ("before", "odd", "zafter"):
        raw.checkpoint(thread, state, metadata={"hitl_graph": "rent"})
        raw.write(thread, -3, asked("May I?", INTERRUPT))
    raw.connection.execute(f"UPDATE {table} SET {column} = {ODD[odd]} WHERE thread_id = 'odd'")
    raw.connection.commit()
    reader = new_reader(raw.path)
    listed = [thread.thread_id for thread in reader.threads()]
    assert {"before", "zafter"} <= set(listed)
    found = {thread.thread_id: thread for thread in reader.read_threads(listed)}
    for name in ("before", "zafter"):
        summary = found[name]
        assert (summary.asks, summary.title, summary.graph) == ("May I?", "Pay the rent", "rent")
    for name in listed:
        reader.thread(name)
    raw.checkpoint("later", state)
    change = reader.changes()
    assert change is not None
    assert change.everything or "later" in change.thread_ids


@pytest.mark.parametrize("place", ["state", "question", "metadata"])
def test_what_is_too_large_is_not_even_read(place: str, raw: RawDatabase, new_reader: NewReader) -> None:
    large = bytes(4 * MAX_BYTES)
    raw.checkpoint("large", checkpoint({"task": "Pay the rent"}), metadata=large if place == "metadata" else b"{}")
    raw.write("large", -3, large if place == "question" else asked("May I?", INTERRUPT))
    if place == "state":
        raw.checkpoint("large", large)
    reader = new_reader(raw.path)
    tracemalloc.start()
    try:
        detail = reader.thread("large")
        assert tracemalloc.get_traced_memory()[1] < 2 * MAX_BYTES
    finally:
        tracemalloc.stop()
    assert detail is not None
    if place != "metadata":
        assert "larger than 64 MB" in str(detail.errors)


def test_a_thread_that_is_its_own_past_is_read_once(raw: RawDatabase, new_reader: NewReader) -> None:
    """A conversation that is stored as changes is put together from all checkpoints before: these go in a circle."""
    state = checkpoint({"big": "x" * 2_000_000}, channel_versions={"messages": "1"})
    for number, parent in (("2", "1"), ("1", "2")):
        raw.checkpoint("circle", state, number=number)
        change = "UPDATE checkpoints SET parent_checkpoint_id = ? WHERE checkpoint_id = ?"
        raw.connection.execute(change, (parent, number))
    raw.write("circle", 0, pack([{"type": "human", "content": "hello"}]), channel="messages", number="1")
    raw.connection.commit()
    begun = time.monotonic()
    detail = new_reader(raw.path).thread("circle")
    assert detail is not None
    assert [message.text for message in detail.messages] == ["hello"]
    assert time.monotonic() - begun < SECONDS_FOR_A_THREAD


def test_every_attack_through_the_command_line(tmp_path: Path, raw: RawDatabase) -> None:
    canary = tmp_path / "canary"
    fill_with_everything(raw, canary)
    command = [sys.executable, "-m", "hitl_desktop", "threads", "--json", "--database", str(raw.path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    found = {thread["thread_id"]: thread for thread in json.loads(ended.stdout)}
    assert found[HARMLESS]["requests"][0]["payload"] == "May I?"
    shown = found["msgpack one argument, payload"]["requests"][0]["payload"]["action"]
    assert shown == {"__type__": "os.system", "value": f"touch {canary}"}
    assert not canary.exists()
