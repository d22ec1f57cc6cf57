"""Decisions of a program that died: offered as they were made, delivered once, and never as anything else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from hitl_desktop.core.backend import Resumption, ThreadBusyError
from hitl_desktop.core.decision_records import decision_from_json, decision_to_json
from hitl_desktop.core.decisions import Approve, Continue, Decision, Edit, Ignore, Reject, Respond, Submit
from hitl_desktop.core.journal import EntryKind, JournalEntry
from hitl_desktop.core.records import Lease
from hitl_desktop.core.undelivered import deliver_after_all
from tests.core.samples import CHECKPOINT, ID, opened, question, tool_approval
from tests.core.session_table import Table

KEPT = JournalEntry(
    EntryKind.DECISION,
    "t1",
    "mail",
    "ask",
    CHECKPOINT,
    ID,
    tool_approval(),
    [{"kind": "approve"}],
    answer={"type": "approve"},
    delivery="d1",
)
LATER = "1f1e589c-9999-6aca-8005-4b24c745eadf"
RIVAL = Lease("t1", "other", "desk2", 4711, "Approve send", "2026-01-01T10:00:00+00:00", True)


@pytest_asyncio.fixture
async def table() -> Table:
    """A session on a file in which one decision was not delivered."""
    table = Table()
    table.records.write((KEPT,))
    await table.session.open()
    await table.session.load_project()
    table.noted.clear()
    return table


def written(table: Table) -> list[tuple[str, str, tuple[int, ...]]]:
    """What was written after the decision."""
    return [(entry.kind.value, entry.delivery, entry.about) for entry in table.records.entries_kept[1:]]


@pytest.mark.parametrize(
    "decision",
    [
        Approve(),
        Edit({"to": "ana"}),
        Reject("No.", 2),
        Respond("Done."),
        Ignore(),
        Submit({"__type__": "bytes", "value": "AA=="}, "Text"),
        Continue(),
    ],
)
def test_a_decision_comes_back_as_it_was_kept(decision: Decision) -> None:
    kept = decision_to_json(decision)
    assert isinstance(kept, dict)
    assert decision_from_json(kept) == decision


@pytest.mark.parametrize("kept", [{}, {"kind": "end"}, {"kind": "edit"}, {"kind": "reject", "message": 5}])
def test_what_is_no_decision_is_refused(kept: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not known"):
        decision_from_json(kept)


async def test_it_is_offered_and_delivered_under_its_own_key(table: Table) -> None:
    assert set(table.session.undelivered) == {"t1"}
    review = await table.review()
    assert review.undelivered is not None
    assert review.undelivered.numbers == (1,)
    assert written(table) == [], "nothing is sent or written by looking"
    delivery = deliver_after_all(review, review.undelivered)
    task = asyncio.create_task(table.session.deliver(delivery, table.hear))
    (await table.run_begun()).finish()
    await task
    (work,) = table.backend.work
    assert isinstance(work, Resumption)
    assert (work.answers, work.delivery, work.checkpoint_id) == ({ID: {"type": "approve"}}, "d1", CHECKPOINT)
    assert written(table) == [("retry", "d1", (1,)), ("delivery", "d1", (1,))]
    assert not table.session.undelivered


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"answer": {"type": "reject"}}, "would now be sent as something else"),
        ({"decision": [{"kind": "reject", "message": ""}]}, "would now be sent as something else"),
        ({"decision": [{"kind": "approve"}, {"kind": "approve"}]}, "would now be sent as something else"),
        ({"decision": [{"kind": "magic"}]}, "not known"),
    ],
)
async def test_it_is_not_delivered_as_anything_else(fields: dict[str, Any], why: str) -> None:
    table = Table()
    table.records.write((replace(KEPT, **fields),))
    await table.session.open()
    await table.session.load_project()
    review = await table.review()
    assert review.undelivered is not None
    with pytest.raises(ValueError, match=why):
        deliver_after_all(review, review.undelivered)


@pytest.mark.parametrize(
    ("arrived", "kind", "outcome"),
    [(True, "delivery", "delivered; found"), (False, "discard", "not delivered: the thread had gone on without it")],
)
async def test_where_the_thread_has_gone_on_it_is_written_down_how(
    arrived: bool, kind: str, outcome: str, table: Table
) -> None:
    table.backend.delivered = {"d1"} if arrived else set()
    detail = table.backend.details["t1"]
    table.backend.details["t1"] = replace(detail, summary=replace(detail.summary, checkpoint_id=LATER))
    assert (await table.review()).undelivered is None
    assert written(table) == [(kind, "d1", (1,))]
    assert table.records.outcomes[1].startswith(outcome)
    assert (await table.review()).undelivered is None
    assert len(written(table)) == 1


async def test_an_answered_question_at_the_same_checkpoint_counts_as_delivered(table: Table) -> None:
    table.backend.details["t1"] = opened(question("Another?", id_="f" * 32))
    assert (await table.review()).undelivered is None
    assert written(table) == [("delivery", "d1", (1,))]


async def test_it_can_be_discarded(table: Table) -> None:
    await table.session.discard_undelivered("t1")
    assert written(table) == [("discard", "d1", (1,))]
    assert (await table.review()).undelivered is None


@pytest.mark.parametrize(
    ("kept", "same"),
    [
        ({}, True),
        ({"answer": {"type": "reject"}}, False),
        ({"checkpoint_id": LATER}, False),
        ({"request_id": "f" * 32}, False),
        ({"thread_id": "t2"}, False),
    ],
)
async def test_the_same_answer_to_the_same_question_has_the_same_key(kept: dict[str, Any], same: bool) -> None:
    """Its node may have run when what came of it could not be saved: then nothing is done twice."""
    table = Table()
    table.records.write((replace(KEPT, **kept),))
    table.records.write((JournalEntry(EntryKind.FAILURE, "t1", outcome="not saved", delivery="d1", about=(1,)),))
    await table.session.load_project()
    run, task = await table.begin_delivery()
    run.finish()
    await task
    (work,) = table.backend.work
    assert isinstance(work, Resumption)
    assert (work.delivery == "d1") is same
    assert work.delivery


async def test_who_decides_anew_gives_it_up(table: Table) -> None:
    run, task = await table.begin_delivery()
    run.finish()
    await task
    kinds = [(kind, about) for kind, _, about in written(table)]
    assert kinds == [("decision", ()), ("discard", (1,)), ("delivery", (2,))]
    assert not table.session.undelivered


async def test_what_another_program_delivers_is_neither_offered_nor_written_down(table: Table) -> None:
    table.records.held_by_others["t1"] = RIVAL
    await table.session.changes()
    assert (await table.review()).undelivered is None
    assert not table.session.undelivered
    detail = table.backend.details["t1"]
    table.backend.details["t1"] = replace(detail, summary=replace(detail.summary, checkpoint_id=LATER))
    assert (await table.review()).undelivered is None
    assert written(table) == []


async def test_of_two_programs_the_second_is_told_who_has_the_thread(table: Table) -> None:
    delivery = await table.delivery()
    table.records.held_by_others["t1"] = RIVAL
    with pytest.raises(ThreadBusyError, match=r"process 4711 on desk2 \(“Approve send”\).*Nothing was sent"):
        await table.session.deliver(delivery, table.hear)
    assert table.noted == []
    assert written(table) == []


async def test_taking_over_from_a_dead_program_is_written_down(table: Table) -> None:
    table.records.dead["t1"] = replace(RIVAL, is_alive=False)
    run, task = await table.begin_delivery()
    run.finish()
    await task
    (takeover,) = [entry for entry in table.records.entries_kept if entry.kind is EntryKind.TAKEOVER]
    assert "process 4711 on desk2" in takeover.outcome
