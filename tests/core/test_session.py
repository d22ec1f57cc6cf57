"""The review loop: one run a thread, decisions on the disk before they are sent, and nothing lost when that fails."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from hitl_desktop.core.backend import (
    Backend,
    DatabaseError,
    GraphUnavailableError,
    HowToGoOn,
    InboxChange,
    NewRun,
    Resumption,
    StaleThreadError,
    ThreadBusyError,
)
from hitl_desktop.core.decisions import Approve, Submit
from hitl_desktop.core.events import NodeFailed, NodeFinished, NodeStarted, RunEnded, RunEvent, StopReason
from hitl_desktop.core.records import Records, RecordsError, RunStop
from hitl_desktop.core.review import Delivery, Review
from hitl_desktop.core.session import ReviewSession
from hitl_desktop.core.threads import ThreadDetail, ThreadState, ThreadSummary
from tests.core.fakes import NEXT_CHECKPOINT, FakeBackend, FakeRecords, FakeRun
from tests.core.samples import CHECKPOINT, ID, OTHER_ID, opened, question, tool_approval
from tests.support.waiting import until


class Table:
    """A session on fakes. `noted` holds what was asked of them, in order; `heard` the events of all runs."""

    def __init__(self) -> None:
        self.noted: list[str] = []
        self.backend = FakeBackend(self.noted)
        self.records = FakeRecords(self.noted)
        backend: Backend = self.backend
        records: Records = self.records
        self.session = ReviewSession(backend, records, lambda graph: {"model": f"for {graph}"}, lambda graph: "thread")
        self.heard: list[tuple[str, RunEvent]] = []
        self.seen = 0
        self.backend.details["t1"] = opened(question(tool_approval()))

    def hear(self, thread_id: str, event: RunEvent) -> None:
        self.heard.append((thread_id, event))

    async def review(self) -> Review:
        read = await self.session.open_thread("t1")
        assert read is not None
        return read

    async def delivery(self) -> Delivery:
        return self.session.prepare(await self.review(), {ID: [Approve()]})

    async def begin_delivery(self) -> tuple[FakeRun, asyncio.Task[RunEnded]]:
        """A delivery whose run has begun."""
        task = asyncio.create_task(self.session.deliver(await self.delivery(), self.hear))
        return await self.run_begun(), task

    async def run_begun(self) -> FakeRun:
        """The next run that was made, when it has begun."""
        runs, number = self.backend.runs, self.seen
        self.seen += 1
        await until(lambda: len(runs) > number and runs[number].begun.is_set())
        return runs[number]


@pytest.fixture
async def table() -> Table:
    table = Table()
    await table.session.open()
    await table.session.load_project()
    table.noted.clear()
    return table


# The order


async def test_a_decision_is_on_the_disk_before_it_is_sent(table: Table) -> None:
    run, task = await table.begin_delivery()
    assert table.noted == ["decided", "run"]
    run.finish(StopReason.ASKED)
    assert (await task).reason is StopReason.ASKED
    assert table.noted == ["decided", "run", "stopped asked", "delivered"]
    assert table.records.outcomes == {0: "delivered; the run then asked"}
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
    assert table.noted == ["decided"]
    assert table.session.active == {}


@pytest.mark.parametrize("error", [StaleThreadError("It moved on."), ThreadBusyError("It runs.")])
async def test_a_delivery_that_is_refused_is_noted(error: Exception, table: Table) -> None:
    table.backend.refusal = error
    with pytest.raises(type(error)):
        await table.session.deliver(await table.delivery(), table.hear)
    assert table.noted == ["decided", "run", "delivered"]
    assert table.records.outcomes == {0: f"not sent: {error}"}
    assert table.session.active == {}


async def test_of_an_error_that_nobody_expected_nothing_is_said_but_that(table: Table) -> None:
    table.backend.refusal = KeyError("oops")
    with pytest.raises(KeyError):
        await table.session.deliver(await table.delivery(), table.hear)
    assert table.records.outcomes == {0: "not known: KeyError('oops')"}
    assert table.session.active == {}


async def test_a_delivery_whose_caller_goes_away_is_noted(table: Table) -> None:
    _, task = await table.begin_delivery()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert table.records.outcomes == {0: "not known: CancelledError()"}
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
    assert table.records.outcomes == {0: f"{became}; the run then {reason.value}"}


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
    assert table.records.outcomes == {0: "delivered; the run then finished"}
    assert table.records.kept["t1"].reason is StopReason.FINISHED
    assert table.noted[-4:] == ["close backend", "stopped finished", "delivered", "close records"]


async def test_a_refusal_stays_one_when_it_cannot_be_noted(table: Table) -> None:
    delivery = await table.delivery()
    table.backend.refusal = StaleThreadError("It moved on.")
    table.records.full_after = "decided"
    with pytest.raises(StaleThreadError):
        await table.session.deliver(delivery, table.hear)


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
    assert table.backend.given == [({"model": "for mail"}, "thread")]
    run.finish()
    await task


async def test_a_new_thread_has_an_id_of_its_own(table: Table) -> None:
    for _ in range(2):
        task = asyncio.create_task(table.session.start("mail", {}, "", table.hear))
        (await table.run_begun()).finish()
        await task
    assert len({work.thread_id for work in table.backend.work}) == 2


async def test_going_on_writes_no_decision(table: Table) -> None:
    task = asyncio.create_task(table.session.go_on(await table.review(), HowToGoOn.RETRY, "Try again", table.hear))
    (await table.run_begun()).finish()
    await task
    assert table.noted == ["run", "stopped finished"]


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
    assert table.records.outcomes == {0: "delivered; the run then cancelled"}
    await table.session.close()
    assert table.noted[-2:] == ["close backend", "close records"]
    assert {(await first).reason, (await second).reason} == {StopReason.CANCELLED}


async def test_stop_all_with_nothing_to_stop_returns(table: Table) -> None:
    await table.session.stop_all()


# What this process knows of threads


def row(thread_id: str, state: ThreadState, **fields: Any) -> ThreadSummary:
    values = {"graph": "search", "read": True, "next_nodes": ("call_tools",), **fields}
    return ThreadSummary(thread_id, CHECKPOINT, state, **values)


async def test_a_thread_that_runs_here_is_running(table: Table) -> None:
    table.backend.summaries = [row("t1", ThreadState.WAITING), row("t2", ThreadState.WAITING)]
    run, task = await table.begin_delivery()
    for found in (await table.session.threads(), await table.session.read_threads(["t1", "t2"])):
        assert [summary.state for summary in found] == [ThreadState.RUNNING, ThreadState.WAITING]
    read = await table.review()
    assert (read.detail.summary.state, read.requests) == (ThreadState.RUNNING, ())
    run.finish()
    await task
    assert (await table.review()).detail.summary.state is ThreadState.WAITING


@pytest.mark.parametrize(
    ("summary", "state", "asks"),
    [
        (row("old", ThreadState.STOPPED), ThreadState.BREAKPOINT, "Continue with call_tools?"),
        (row("old", ThreadState.STOPPED, asks="Search?"), ThreadState.BREAKPOINT, "Search?"),
        (
            row("old", ThreadState.DONE, read=False, next_nodes=()),
            ThreadState.BREAKPOINT,
            "Continue with the next step?",
        ),
        (row("other", ThreadState.DONE, read=False, next_nodes=()), ThreadState.DONE, ""),
        (row("old", ThreadState.DONE, next_nodes=()), ThreadState.DONE, ""),
        (row("other", ThreadState.STOPPED), ThreadState.BREAKPOINT, "Continue with call_tools?"),
        (row("other", ThreadState.STOPPED, graph="mail"), ThreadState.STOPPED, ""),
        (row("other", ThreadState.STOPPED, graph=None), ThreadState.STOPPED, ""),
        (row("old", ThreadState.FAILED), ThreadState.FAILED, ""),
    ],
)
async def test_a_breakpoint_is_known_from_the_records_or_the_graph(
    summary: ThreadSummary, state: ThreadState, asks: str, table: Table
) -> None:
    table.backend.summaries = [summary]
    (found,) = await table.session.threads()
    assert (found.state, found.asks) == (state, asks)
    assert found.requests == (1 if state is ThreadState.BREAKPOINT else 0)


async def test_a_stop_of_a_run_here_counts_at_once(table: Table) -> None:
    run, task = await table.begin_delivery()
    run.finish(StopReason.BREAKPOINT_AFTER)
    await task
    table.backend.summaries = [replace(row("t1", ThreadState.STOPPED), checkpoint_id=NEXT_CHECKPOINT, graph="mail")]
    (found,) = await table.session.threads()
    assert found.state is ThreadState.BREAKPOINT
    assert table.records.kept["t1"] == RunStop("t1", NEXT_CHECKPOINT, StopReason.BREAKPOINT_AFTER, ("ask",))


async def test_a_stop_that_could_not_be_written_survives_in_memory(table: Table) -> None:
    run, task = await table.begin_delivery()
    table.records.full = True
    run.finish(StopReason.BREAKPOINT_BEFORE)
    await task
    table.backend.summaries = [replace(row("t1", ThreadState.STOPPED), checkpoint_id=NEXT_CHECKPOINT, graph="mail")]
    table.backend.change = InboxChange(("t1",))
    for full in (True, False):  # neither a file that cannot be read nor an older one takes it away
        table.records.full = full
        assert await table.session.changes() == InboxChange(("t1",))
        assert (await table.session.threads())[0].state is ThreadState.BREAKPOINT
    assert "t1" not in table.records.kept
    second = asyncio.create_task(table.session.start("mail", {}, "", table.hear, "t2"))
    (await table.run_begun()).finish()
    await second
    assert table.records.kept["t1"].reason is StopReason.BREAKPOINT_BEFORE


async def test_a_stop_that_another_window_wrote_is_seen_with_the_next_change(table: Table) -> None:
    table.backend.summaries = [row("t9", ThreadState.STOPPED, graph="mail")]
    table.records.kept["t9"] = RunStop("t9", CHECKPOINT, StopReason.BREAKPOINT_BEFORE)
    assert await table.session.changes() is None
    assert (await table.session.threads())[0].state is ThreadState.STOPPED
    table.backend.change = InboxChange((), everything=True)
    await table.session.changes()
    assert (await table.session.threads())[0].state is ThreadState.BREAKPOINT


async def test_a_graph_that_was_chosen_is_used(table: Table) -> None:
    table.backend.details["t1"] = opened(question("Which?"), graph="gone")
    assert (await table.review()).graph is None
    table.session.choose_graph("t1", "search")
    delivery = table.session.prepare(await table.review(), {ID: [Submit("this")]})
    assert delivery.resumption.graph == "search"


async def test_a_thread_that_is_gone_is_none(table: Table) -> None:
    assert await table.session.open_thread("gone") is None


async def test_loading_tells_how_far_it_is(table: Table) -> None:
    words: list[str] = []
    assert (await table.session.load_project(words.append)).folder == "/graphs"
    assert words == ["Loading"]
