"""The whole inbox from SQL alone, on rows that nobody could decode."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest

from hitl_desktop.backends.checkpoints import inbox_sql, row_connection
from hitl_desktop.core.threads import ThreadState
from tests.backends.checkpoints.conftest import NewReader
from tests.backends.checkpoints.raw_rows import RawDatabase

GARBAGE = b"\xc1 nothing that could be decoded"
MANY = 10_000


def write_many(raw: RawDatabase, *, kilobytes: int = 0) -> None:
    """Of every ten threads two wait, one failed, one was answered and failed, and six have nothing to say."""
    content = GARBAGE + bytes(kilobytes * 1024)
    metadata = [
        json.dumps({"hitl_graph": f"graph {number % 3}", "hitl_title": f"Thread {number}"}).encode()
        for number in range(3)
    ]
    raw.connection.executemany(
        "INSERT INTO checkpoints VALUES (?, '', ?, NULL, 'msgpack', ?, ?)",
        ((f"thread {n}", f"{step:08}-{n:08}", content, metadata[n % 3]) for n in range(MANY) for step in range(3)),
    )
    control = {0: (-3,), 1: (-3,), 2: (-1,), 3: (-3, -4, -1)}
    raw.connection.executemany(
        "INSERT INTO writes VALUES (?, '', ?, 'task', '~__pregel_pull, ask', ?, 'any', 'msgpack', ?)",
        (
            (f"thread {n}", f"{step:08}-{n:08}", idx, content)
            for n in range(MANY)
            # What an older checkpoint asked was answered, whatever its rows say.
            for step, indexes in ((1, (-3, -4)), (2, control.get(n % 10, ())))
            for idx in indexes
        ),
    )
    raw.connection.commit()


def test_nothing_is_decoded(raw: RawDatabase, new_reader: NewReader, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(row_connection, "decode", refuse)
    write_many(raw)
    threads = {thread.thread_id: thread for thread in new_reader(raw.path).threads()}
    assert len(threads) == MANY
    states = [threads[f"thread {number}"].state for number in range(10)]
    done = [ThreadState.DONE] * 6
    assert states == [ThreadState.WAITING, ThreadState.WAITING, ThreadState.FAILED, ThreadState.NEEDS_REPAIR, *done]
    assert all(thread.checkpoint_id.startswith("00000002-") for thread in threads.values())
    assert sum(thread.requests for thread in threads.values()) == MANY // 5
    assert not any(thread.read or thread.asks for thread in threads.values())


def test_graph_and_title_come_with_the_longest_waiting_and_the_newest_others(
    raw: RawDatabase, new_reader: NewReader
) -> None:
    write_many(raw)
    threads = sorted(new_reader(raw.path).threads(), key=lambda it: (it.checkpoint_id, it.thread_id))
    labelled = {thread.thread_id for thread in threads if thread.graph and thread.title}
    waiting = [thread.thread_id for thread in threads if thread.state is not ThreadState.DONE]
    done = [thread for thread in threads if thread.state is ThreadState.DONE]
    first, newest = waiting[: inbox_sql.EAGER], [thread.thread_id for thread in done[-inbox_sql.EAGER :]]
    assert labelled == {*first, *newest}
    (oldest,) = new_reader(raw.path).read_threads([done[0].thread_id])
    assert (oldest.graph, oldest.title[:7]) == (f"graph {int(oldest.thread_id[7:]) % 3}", "Thread ")


def test_a_thread_takes_less_than_a_kilobyte(raw: RawDatabase, new_reader: NewReader) -> None:
    write_many(raw, kilobytes=2)
    reader = new_reader(raw.path)
    reader.open()
    tracemalloc.start()
    threads = reader.threads()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(threads) == MANY
    assert kept / MANY < 700


@pytest.mark.parametrize(
    ("metadata", "graph", "title"),
    [
        ({"hitl_graph": "ours", "graph_id": "platform", "hitl_title": "Mine"}, "ours", "Mine"),
        ({"graph_id": "platform"}, "platform", ""),
        ({"source": "input", "step": -1}, None, ""),
        ({"hitl_graph": 5, "hitl_title": 7}, None, ""),
        (b"{broken", None, ""),
        (b"[1, 2]", None, ""),
        (b"\xff\xfe", None, ""),
        ('{"hitl_graph": "text, not blob"}', "text, not blob", ""),
        (None, None, ""),
        (b"", None, ""),
    ],
)
def test_labels_from_any_metadata(
    metadata: Any, graph: str | None, title: str, raw: RawDatabase, new_reader: NewReader
) -> None:
    raw.checkpoint("a", GARBAGE, metadata=metadata)
    raw.checkpoint("b", GARBAGE, metadata={"hitl_graph": "beside"})
    reader = new_reader(raw.path)
    assert [(thread.graph, thread.title) for thread in reader.threads()] == [(graph, title), ("beside", "")]
    (read,) = reader.read_threads(["a"])
    assert (read.graph, read.title) == (graph, title or "a")


def test_an_update_without_metadata_keeps_the_graph(raw: RawDatabase, new_reader: NewReader) -> None:
    raw.checkpoint("a", GARBAGE, number="1", metadata={"hitl_graph": "ours", "hitl_title": "Mine"})
    raw.checkpoint("a", GARBAGE, number="2", metadata={"source": "update"})
    reader = new_reader(raw.path)
    for (thread,) in (reader.threads(), reader.read_threads(["a"])):
        assert (thread.graph, thread.title, thread.checkpoint_id) == ("ours", "Mine", "2")


def test_a_thread_with_checkpoints_of_a_subgraph_alone_is_none(raw: RawDatabase, new_reader: NewReader) -> None:
    raw.checkpoint("a", GARBAGE, namespace="sub")
    reader = new_reader(raw.path)
    assert reader.threads() == []
    assert reader.thread("a") is None


def test_a_thread_that_cannot_be_decoded_is_still_listed(raw: RawDatabase, new_reader: NewReader) -> None:
    raw.checkpoint("a", GARBAGE)
    raw.write("a", -3, GARBAGE)
    reader = new_reader(raw.path)
    (thread,) = reader.read_threads(["a"])
    assert (thread.state, thread.requests, thread.read) == (ThreadState.WAITING, 1, True)
    assert thread.title == thread.thread_id
    assert thread.asks.startswith("This question cannot be read: it is damaged")
    detail = reader.thread("a")
    assert detail is not None
    assert [node for node, _ in detail.errors] == ["ask", ""]
