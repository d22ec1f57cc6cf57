"""The journal on the disk: in order, whole, by one chain for all programs, and only ever longer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from hitl_desktop.core.journal import Anchor, EntryKind, JournalEntry, Reviewer, findings
from hitl_desktop.core.records import RecordsError
from hitl_desktop.records import journal_table
from hitl_desktop.records.review_file import ReviewFile
from tests.records.test_review_file import DECISION, DELIVERED

ANA = Reviewer("ana", "Ana A.")


@pytest.fixture
def anchors() -> list[Anchor]:
    return []


@pytest.fixture
def file(tmp_path: Path, anchors: list[Anchor]) -> Iterator[ReviewFile]:
    file = ReviewFile(tmp_path / "threads.review.db", lambda: ANA, anchors.append)
    yield file
    file.close()


def told(file: ReviewFile, *anchors: Anchor) -> list[str]:
    with closing(sqlite3.connect(file.path)) as connection:
        return [each.words for each in findings(journal_table.all_entries(connection), anchors)]


def test_entries_are_kept_in_their_order_with_all_that_was_seen_and_sent(file: ReviewFile) -> None:
    first = file.write((DECISION, replace(DECISION, request_id="1" * 32)))
    second = file.write((replace(DECISION, thread_id="t2"),))
    assert (first, second) == ((1, 2), (3,))
    newest, middle, oldest = file.entries(None, None, 10)
    assert [entry.number for entry in (newest, middle, oldest)] == [3, 2, 1]
    kept = oldest.fields
    assert (kept["thread_id"], kept["graph"], kept["node"], kept["checkpoint_id"]) == ("t1", "mail", "ask", "c1")
    assert (kept["payload"], kept["decision"]) == ({"ä": [1, None]}, [{"kind": "approve"}])
    assert kept["answer"] == {"decisions": [{"type": "approve"}]}
    assert (kept["user"], kept["reviewer"]) == ("ana", "Ana A.")
    assert kept["time"] <= newest.fields["time"]
    assert kept["time"].endswith("+00:00")
    assert told(file) == []


def test_entries_are_read_by_thread_and_page_by_page(file: ReviewFile) -> None:
    for number in range(7):
        file.write((replace(DECISION, thread_id=f"t{number % 2}"),))
    assert [entry.number for entry in file.entries(None, None, 3)] == [7, 6, 5]
    assert [entry.number for entry in file.entries(None, 5, 3)] == [4, 3, 2]
    assert [entry.number for entry in file.entries("t1", None, 2)] == [6, 4]
    assert [entry.number for entry in file.entries("t1", 4, 9)] == [2]
    assert file.entries("gone", None, 9) == []


@pytest.mark.parametrize(
    ("ends", "left"),
    [
        (EntryKind.DELIVERY, [3]),
        (EntryKind.FAILURE, [3]),
        (EntryKind.DISCARD, [3]),
        (EntryKind.RETRY, [1, 2, 3]),
        (EntryKind.TAKEOVER, [1, 2, 3]),
    ],
)
def test_a_decision_is_undelivered_until_it_is_said_what_became_of_it(
    ends: EntryKind, left: list[int], file: ReviewFile
) -> None:
    file.write((DECISION, replace(DECISION, kind=EntryKind.STATE_EDIT), DECISION))
    file.write((replace(DELIVERED, kind=ends, about=(1, 2)),))
    assert [entry.number for entry in file.undelivered()] == left


def test_the_last_shape_of_an_answer_is_known_by_graph_and_node(file: ReviewFile) -> None:
    for node, shape in (("a", "Text"), ("b", "Text"), ("a", "Number"), ("a", "")):
        decision = {"kind": "submit", "value": 1, "shape": shape}
        file.write((replace(DECISION, node=node, decision=[decision]),))
    assert file.shapes() == {("mail", "a"): "Number", ("mail", "b"): "Text"}


@pytest.mark.parametrize("sql", ["DELETE FROM journal", "UPDATE journal SET body = ''"])
def test_it_is_not_changed_by_mistake(sql: str, file: ReviewFile) -> None:
    file.write((DECISION,))
    with pytest.raises(RecordsError, match="only added to"), file._using("written", "") as connection:
        connection.execute(sql)
    assert told(file) == []


def test_programs_that_write_at_once_make_one_chain(file: ReviewFile) -> None:
    others = [ReviewFile(file.path) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: others[number % 4].write((DECISION, DECISION)), range(40)))
    for other in others:
        other.close()
    assert len(file.entries(None, None, 1_000)) == 80
    assert told(file) == []


def test_the_end_is_told_to_the_anchor_and_what_is_cut_off_is_found(file: ReviewFile, anchors: list[Anchor]) -> None:
    for _ in range(3):
        file.write((DECISION,))
    assert [anchor.number for anchor in anchors] == [1, 2, 3]
    assert told(file, *anchors) == []
    with file._using("written", "") as connection:
        connection.execute("DROP TRIGGER journal_is_not_shortened")
        connection.execute("DELETE FROM journal WHERE number = 3")
    assert told(file) == []
    assert told(file, anchors[-1]) == ["The end is cut off: entry 3 is missing."]


def test_an_entry_with_odd_values_is_kept(file: ReviewFile) -> None:
    odd = {"nan": float("nan"), "surrogate": "\ud800", "big": 10**40, "deep": _nested(500)}
    file.write((JournalEntry(EntryKind.DECISION, "t1", payload=odd),))
    (entry,) = file.entries(None, None, 1)
    assert entry.fields["payload"]["surrogate"] == "\ud800"
    assert entry.fields["payload"]["big"] == 10**40
    assert told(file) == []


def _nested(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value
