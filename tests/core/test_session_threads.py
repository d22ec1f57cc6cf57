"""What the session knows of threads beyond their rows: that they run here, and why their last run stopped."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from hitl_desktop.core.backend import (
    InboxChange,
)
from hitl_desktop.core.decisions import Submit
from hitl_desktop.core.events import RunEnded, StopReason
from hitl_desktop.core.records import RunStop
from hitl_desktop.core.threads import ThreadState, ThreadSummary
from tests.core.fakes import NEXT_CHECKPOINT
from tests.core.samples import CHECKPOINT, ID, opened, project, question
from tests.core.session_table import Table

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
        (row("other", ThreadState.STOPPED, graph=None), ThreadState.BREAKPOINT, "Continue with call_tools?"),
        (row("other", ThreadState.STOPPED, graph=None, next_nodes=("unknown",)), ThreadState.STOPPED, ""),
        (row("other", ThreadState.STOPPED, calls="search: query hotel"), ThreadState.BREAKPOINT, "search: query hotel"),
        (row("other", ThreadState.STOPPED, graph="mail", calls="send: to ana"), ThreadState.STOPPED, ""),
        (
            row("other", ThreadState.STOPPED, next_nodes=("call_llm",), last_node="after_this"),
            ThreadState.BREAKPOINT,
            "Continue with call_llm?",
        ),
        (row("other", ThreadState.STOPPED, next_nodes=("call_llm",), last_node="ask"), ThreadState.STOPPED, ""),
        (row("old", ThreadState.FAILED), ThreadState.FAILED, ""),
    ],
)
async def test_a_breakpoint_is_known_from_the_records_or_the_graph(
    summary: ThreadSummary, state: ThreadState, asks: str, table: Table
) -> None:
    table.backend.summaries = [summary]
    table.session.project = project(interrupt_after=("after_this",))
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


async def test_what_a_run_failed_with_is_kept(table: Table) -> None:
    run, task = await table.begin_delivery()
    run.message = "Said by the run."
    run.finish(StopReason.FAILED)
    await task
    assert table.records.kept["t1"].message == "Said by the run."
    table.backend.details["t1"] = replace(
        opened(), summary=replace(row("t1", ThreadState.STOPPED), checkpoint_id=NEXT_CHECKPOINT)
    )
    assert (await table.review()).failure == "Said by the run."


def test_only_failures_are_kept_in_words_and_a_whole_page_by_its_beginning() -> None:
    assert RunStop.of("t1", RunEnded(StopReason.PAUSED, "c", "Paused.")).message == ""
    assert RunStop.of("t1", RunEnded(StopReason.FAILED, "c", "x" * 4000)).message == "x" * 4000
    assert RunStop.of("t1", RunEnded(StopReason.FAILED, "c", "x" * 4001)).message == "x" * 3999 + "…"


async def test_a_stop_that_could_not_be_written_survives_in_memory(table: Table) -> None:
    run, task = await table.begin_delivery()
    table.records.full = True
    run.finish(StopReason.BREAKPOINT_BEFORE)
    await task
    table.backend.summaries = [replace(row("t1", ThreadState.STOPPED), checkpoint_id=NEXT_CHECKPOINT, graph="mail")]
    table.backend.change = InboxChange(("t1",))
    for full in (True, False):  # neither a file that cannot be read nor an older one takes it away
        table.records.full = full
        assert await table.session.changes() == (InboxChange(("t1",)) if full else InboxChange((), everything=True))
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


async def test_a_graph_that_was_chosen_explains_where_a_thread_stands(table: Table) -> None:
    table.backend.summaries = [row("t1", ThreadState.STOPPED, graph="gone")]
    assert (await table.session.read_threads(["t1"]))[0].state is ThreadState.STOPPED
    table.session.choose_graph("t1", "search")
    assert (await table.session.read_threads(["t1"]))[0].state is ThreadState.BREAKPOINT


async def test_a_thread_that_is_gone_is_none(table: Table) -> None:
    assert await table.session.open_thread("gone") is None


async def test_loading_tells_how_far_it_is(table: Table) -> None:
    words: list[str] = []
    assert (await table.session.load_project(words.append)).folder == "/graphs"
    assert words == ["Loading"]
