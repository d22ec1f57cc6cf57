"""The review loop: one run a thread, decisions on the disk before they are sent, and nothing lost when that fails."""

from __future__ import annotations

import asyncio

import pytest

from hitl_desktop.core.backend import (
    DatabaseError,
    GraphUnavailableError,
    HowToGoOn,
    InboxChange,
    NewRun,
    Resumption,
    StaleThreadError,
    ThreadBusyError,
)
from hitl_desktop.core.decisions import Approve
from hitl_desktop.core.events import NodeFailed, NodeFinished, NodeStarted, RunEnded, StopReason
from hitl_desktop.core.records import RecordsError
from hitl_desktop.core.threads import ThreadDetail, ThreadState
from tests.core.samples import CHECKPOINT, ID, OTHER_ID, opened, question, tool_approval
from tests.core.session_table import Table

# The order


async def test_a_decision_is_on_the_disk_before_it_is_sent(table: Table) -> None:
    run, task = await table.begin_delivery()
    assert table.noted == ["decided", "run"]
    run.finish(StopReason.ASKED)
    assert (await task).reason is StopReason.ASKED
    assert table.noted == ["decided", "run", "stopped asked", "delivered"]
    assert table.records.outcomes == {1: "delivered; the run then asked"}
    (record,) = table.records.decisions
    assert (record.request_id, record.checkpoint_id, record.answer) == (ID, CHECKPOINT, {"type": "approve"})
    (work,) = table.backend.work
    assert isinstance(work, Resumption)
    assert work.answers == {ID: {"type": "approve"}}


async def test_a_decision_that_cannot_be_written_down_is_not_sent(table: Table) -> None:
    delivery = await table.delivery()
    table.records.full = True
    with pytest.raises(RecordsError):
        await table.session.deliver(delivery, table.hear)
    assert table.noted == [], "without a lease nothing is begun"
    assert table.session.active == {}


@pytest.mark.parametrize("error", [StaleThreadError("It moved on."), ThreadBusyError("It runs.")])
async def test_a_delivery_that_is_refused_is_noted(error: Exception, table: Table) -> None:
    table.backend.refusal = error
    with pytest.raises(type(error)):
        await table.session.deliver(await table.delivery(), table.hear)
    assert table.noted == ["decided", "run", "delivered"]
    assert table.records.outcomes == {1: f"not sent: {error}"}
    assert table.session.active == {}


async def test_of_an_error_that_nobody_expected_nothing_is_said_but_that(table: Table) -> None:
    table.backend.refusal = KeyError("oops")
    with pytest.raises(KeyError):
        await table.session.deliver(await table.delivery(), table.hear)
    assert table.records.outcomes == {1: "not known: KeyError('oops')"}
    assert table.session.active == {}


async def test_a_delivery_whose_caller_goes_away_is_noted(table: Table) -> None:
    _, task = await table.begin_delivery()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert table.records.outcomes == {1: "not known: CancelledError()"}
    assert table.session.active == {}


@pytest.mark.parametrize("reason", [StopReason.FAILED, StopReason.CANCELLED, StopReason.ASKED])
@pytest.mark.parametrize(
    ("then", "became"),
    [
        (opened(question(tool_approval())), "not saved"),
        (opened(question("Which?", id_=OTHER_ID)), "delivered"),
        (opened(state=ThreadState.NEEDS_REPAIR), "delivered"),
        (None, "delivered"),
        (DatabaseError("It is locked."), "sent, and not known whether it was saved (It is locked.)"),
    ],
)
async def test_whether_an_answer_was_saved_is_seen_when_the_run_broke_off(
    then: ThreadDetail | DatabaseError | None, became: str, reason: StopReason, table: Table
) -> None:
    run, task = await table.begin_delivery()
    table.backend.details.clear()
    if isinstance(then, DatabaseError):
        table.backend.unreadable = then
    elif then is not None:
        table.backend.details["t1"] = then
    run.finish(reason)
    await task
    became = "delivered" if reason is StopReason.ASKED else became
    assert table.records.outcomes == {1: f"{became}; the run then {reason.value}"}


async def test_a_graph_that_is_gone_is_found_out_before_anything_is_written(table: Table) -> None:
    delivery = await table.delivery()
    table.backend.unavailable = GraphUnavailableError("It is not loaded.")
    with pytest.raises(GraphUnavailableError):
        await table.session.deliver(delivery, table.hear)
    assert table.noted == []
    assert table.session.active == {}


async def test_what_became_of_a_decision_is_written_when_the_disk_has_room_again(table: Table) -> None:
    run, task = await table.begin_delivery()
    table.records.full = True
    run.finish()
    assert (await task).reason is StopReason.FINISHED  # it was delivered, whatever the disk says
    assert table.records.outcomes == {}
    table.records.full = False
    await table.session.close()
    assert table.records.outcomes == {1: "delivered; the run then finished"}
    assert table.records.kept["t1"].reason is StopReason.FINISHED
    assert table.noted[-4:] == ["close backend", "stopped finished", "delivered", "close records"]


async def test_a_refusal_stays_one_when_it_cannot_be_noted(table: Table) -> None:
    delivery = await table.delivery()
    table.backend.refusal = StaleThreadError("It moved on.")
    table.records.full_after = "decided"
    with pytest.raises(StaleThreadError):
        await table.session.deliver(delivery, table.hear)


async def test_a_problem_with_the_review_file_goes_when_it_works_again(table: Table) -> None:
    def problems() -> tuple[str, ...]:
        return table.session.records_problems

    delivery = await table.delivery()
    table.records.full = True
    with pytest.raises(RecordsError):
        await table.session.open()
    with pytest.raises(RecordsError):
        await table.session.deliver(delivery, table.hear)
    assert problems() == ("The disk is full.",) * 2
    assert await table.session.changes() is None
    table.records.full = False
    assert table.backend.change is None
    assert await table.session.changes() == InboxChange((), everything=True), "what could not be read may concern all"
    assert await table.session.changes() is None
    assert problems() == ("The disk is full.",), "that it can be read says nothing of writing"
    table.seen = len(table.backend.runs)  # the first one never began
    second = asyncio.create_task(table.session.deliver(delivery, table.hear))
    run = await table.run_begun()
    assert problems() == ()
    table.records.full = True
    run.finish()
    await second
    assert problems() == ("The disk is full.",)


# One run a thread


async def test_two_deliveries_of_one_decision_are_one(table: Table) -> None:
    delivery = await table.delivery()
    first = asyncio.create_task(table.session.deliver(delivery, table.hear))
    second = asyncio.create_task(table.session.deliver(delivery, table.hear))
    run = await table.run_begun()
    run.finish()
    results = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(result) for result in results] == [RunEnded, ThreadBusyError]
    assert "Nothing was sent" in str(results[1])
    assert len(table.records.decisions) == len(table.backend.runs) == 1


async def test_a_thread_that_runs_can_neither_be_decided_nor_gone_on(table: Table) -> None:
    review = await table.review()
    run, task = await table.begin_delivery()
    with pytest.raises(ThreadBusyError):
        table.session.prepare(review, {ID: [Approve()]})
    with pytest.raises(ThreadBusyError):
        await table.session.go_on(review, HowToGoOn.RETRY, "Try again", table.hear)
    with pytest.raises(ThreadBusyError):
        await table.session.start("mail", {}, "", table.hear, "t1")
    with pytest.raises(ThreadBusyError):
        await table.session.load_project()
    run.finish()
    await task
    assert len(table.backend.runs) == 1
    table.session.prepare(review, {ID: [Approve()]})


async def test_two_threads_run_at_once(table: Table) -> None:
    one, first = await table.begin_delivery()
    second = asyncio.create_task(table.session.start("search", {"x": 1}, "A title", table.hear, "t2"))
    other = await table.run_begun()
    assert set(table.session.active) == {"t1", "t2"}
    other.finish()
    await second
    assert set(table.session.active) == {"t1"}
    one.finish()
    await first
    assert table.backend.work[1] == NewRun("t2", "search", {"x": 1}, "A title")
    assert {thread_id for thread_id, _ in table.heard} == {"t1", "t2"}


async def test_a_run_gets_the_context_and_the_place_of_its_graph(table: Table) -> None:
    run, task = await table.begin_delivery()
    assert table.backend.given == [({"model": "for mail on t1"}, "thread")]
    run.finish()
    await task


async def test_a_new_thread_has_an_id_of_its_own(table: Table) -> None:
    for _ in range(2):
        task = asyncio.create_task(table.session.start("mail", {}, "", table.hear))
        (await table.run_begun()).finish()
        await task
    assert len({work.thread_id for work in table.backend.work}) == 2


async def test_going_on_is_written_down_too(table: Table) -> None:
    task = asyncio.create_task(table.session.go_on(await table.review(), HowToGoOn.RETRY, "Try again", table.hear))
    (await table.run_begun()).finish()
    await task
    assert table.noted == ["decided", "run", "stopped finished", "delivered"]
    assert [entry.kind.value for entry in table.records.entries_kept] == ["retry", "delivery"]


async def test_the_nodes_that_run_are_known(table: Table) -> None:
    table.backend.events = (
        NodeStarted("left", "task 2"),
        NodeStarted("left", "task 3"),
        NodeFinished("left", "task 2", {}),
        NodeFailed("ask", "task 1", "It raised."),
    )
    run, task = await table.begin_delivery()
    assert table.session.active["t1"].nodes == {"task 3": "left"}
    assert table.session.active["t1"].what == "Approve send"
    run.finish()
    await task


# Stopping


async def test_stop_all_waits_until_everything_is_on_the_disk(table: Table) -> None:
    _, first = await table.begin_delivery()
    table.backend.details["t1"] = opened(state=ThreadState.STOPPED)  # it does not ask any more
    second = asyncio.create_task(table.session.start("mail", {}, "", table.hear, "t2"))
    await table.run_begun()
    await table.session.stop_all()
    assert table.session.active == {}
    assert sorted(table.noted) == sorted(
        ["decided", "run", "run", "stop t1", "stop t2", "stopped cancelled", "stopped cancelled", "delivered"]
    )
    assert table.records.outcomes == {1: "delivered; the run then cancelled"}
    await table.session.close()
    assert table.noted[-2:] == ["close backend", "close records"]
    assert {(await first).reason, (await second).reason} == {StopReason.CANCELLED}


async def test_stop_all_with_nothing_to_stop_returns(table: Table) -> None:
    await table.session.stop_all()
