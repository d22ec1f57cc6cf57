"""The review loop on real parts: LangGraph, SQLite and the review file, with two windows on one database."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from hitl_desktop.backends.sqlite_backend import SqliteBackend
from hitl_desktop.core.backend import DatabaseError, HowToGoOn, StaleThreadError
from hitl_desktop.core.decisions import Continue, Submit
from hitl_desktop.core.events import RunEvent, StopReason
from hitl_desktop.core.review import Delivery, Review
from hitl_desktop.core.session import ReviewSession
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.records.review_file import ReviewFile, review_file_of
from hitl_desktop.testing.waiting import until
from tests.backends.runs.bench import OddFolder
from tests.backends.runs.conftest import ODD_PROJECT

NewSession = Callable[[], ReviewSession]


@pytest_asyncio.fixture
async def new_session(tmp_path: Path, odd: OddFolder) -> AsyncIterator[NewSession]:
    """Makes windows, so to speak, on the same database."""
    sessions: list[ReviewSession] = []

    def make() -> ReviewSession:
        database = tmp_path / "threads.db"
        sessions.append(ReviewSession(SqliteBackend(database, ODD_PROJECT), ReviewFile(review_file_of(database))))
        return sessions[-1]

    yield make
    for session in sessions:
        await session.stop_all()
        await session.close()


async def opened(new_session: NewSession) -> ReviewSession:
    session = new_session()
    await session.open()
    await session.load_project()
    return session


def hear(thread_id: str, event: RunEvent) -> None:
    pass


async def review(session: ReviewSession) -> Review:
    await session.changes()
    found = await session.open_thread("t1")
    assert found is not None
    return found


async def delivery(session: ReviewSession, text: str = "yes") -> Delivery:
    seen = await review(session)
    (request,) = seen.requests
    return session.prepare(seen, {request.id: [Submit(text)]})


def outcomes(tmp_path: Path) -> list[str]:
    with closing(sqlite3.connect(tmp_path / "threads.review.db")) as connection:
        entries = [json.loads(body) for (body,) in connection.execute("SELECT body FROM journal ORDER BY number")]
    return [entry["outcome"] for entry in entries if entry["about"]]


async def test_a_decision_is_written_sent_and_noted(new_session: NewSession, odd: OddFolder, tmp_path: Path) -> None:
    session = await opened(new_session)
    ended = await session.start("asks", {"out": []}, "A title", hear, "t1")
    assert ended.reason is StopReason.ASKED
    (row,) = await session.read_threads(["t1"])
    assert (row.state, row.title, row.graph) == (ThreadState.WAITING, "A title", "asks")
    assert (await session.deliver(await delivery(session), hear)).reason is StopReason.FINISHED
    assert outcomes(tmp_path) == ["delivered; the run then finished"]
    assert odd.ran == ["ask got yes", "work"]


async def test_of_two_windows_one_decides(new_session: NewSession, odd: OddFolder, tmp_path: Path) -> None:
    one, other = await opened(new_session), await opened(new_session)
    await one.start("asks", {"out": []}, "", hear, "t1")
    first, second = await delivery(one, "yes"), await delivery(other, "no")
    await one.deliver(first, hear)
    with pytest.raises(StaleThreadError):
        await other.deliver(second, hear)
    assert outcomes(tmp_path)[0] == "delivered; the run then finished"
    assert outcomes(tmp_path)[1].startswith("not sent: This thread has moved on")
    assert odd.ran == ["ask got yes", "work"]


async def test_another_window_knows_the_breakpoint_of_a_run(new_session: NewSession) -> None:
    one, other = await opened(new_session), await opened(new_session)
    await one.start("gates", {"out": []}, "", hear, "t1")
    seen = await review(other)
    (request,) = seen.requests
    assert request.question.breakpoint is not None
    assert request.question.breakpoint.certain
    ended = await other.deliver(other.prepare(seen, {request.id: [Continue()]}), hear)
    assert ended.reason is StopReason.BREAKPOINT_AFTER
    (request,) = (await review(one)).requests
    assert request.question.breakpoint is not None
    assert request.question.breakpoint.when == "after"


async def test_a_run_that_is_stopped_after_the_answer_keeps_it(
    new_session: NewSession, odd: OddFolder, tmp_path: Path
) -> None:
    session = await opened(new_session)
    await session.start("asks", {"out": []}, "", hear, "t1")
    odd.tell("hold", "work")
    task = asyncio.create_task(session.deliver(await delivery(session), hear))
    await until(lambda: "work" in odd.ran)
    assert (await review(session)).detail.summary.state is ThreadState.RUNNING
    await session.stop_all()
    assert (await task).reason is StopReason.CANCELLED
    assert outcomes(tmp_path) == ["delivered; the run then cancelled"]
    odd.untell("hold", "work")
    seen = await review(session)
    assert (seen.detail.summary.state, seen.requests) == (ThreadState.STOPPED, ())
    assert (await session.go_on(seen, HowToGoOn.RETRY, "Go on", hear)).reason is StopReason.FINISHED
    assert odd.times == {"ask got yes": 1, "work": 2}


async def test_an_answer_that_the_node_does_not_accept_is_noted_as_not_saved(
    new_session: NewSession, tmp_path: Path
) -> None:
    session = await opened(new_session)
    await session.start("asks_twice", {"out": []}, "", hear, "t1")
    seen = await review(session)
    made = session.prepare(seen, {request.id: [Submit({"text": "yes"})] for request in seen.requests})
    wrong = {request.id: {"text": 5} for request in seen.requests}
    made = replace(made, resumption=replace(made.resumption, answers=wrong))
    assert (await session.deliver(made, hear)).reason is StopReason.FAILED
    assert outcomes(tmp_path) == ["not saved; the run then failed"]
    assert len((await review(session)).requests) == 2


async def test_a_failure_after_the_answer_waits_for_repair(
    new_session: NewSession, odd: OddFolder, tmp_path: Path
) -> None:
    session = await opened(new_session)
    await session.start("asks", {"out": []}, "", hear, "t1")
    odd.tell("fail", "ask")
    await session.deliver(await delivery(session), hear)
    assert outcomes(tmp_path) == ["delivered; the run then failed"]
    seen = await review(session)
    assert (seen.detail.summary.state, seen.requests) == (ThreadState.NEEDS_REPAIR, ())


async def test_before_a_node_is_asked_again_a_copy_of_its_thread_is_kept(
    new_session: NewSession, odd: OddFolder, tmp_path: Path
) -> None:
    session = await opened(new_session)
    for thread_id in ("t1", "t2"):
        await session.start("asks", {"out": []}, "", hear, thread_id)
    odd.tell("fail", "ask")
    await session.deliver(await delivery(session), hear)
    odd.untell("fail", "ask")
    before = await review(session)
    assert (await session.go_on(before, HowToGoOn.ASK_AGAIN, "Asked again", hear)).reason is StopReason.ASKED
    (copy,) = (tmp_path / "threads.copies").glob("t1-*.db")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    asked_again = [entry for entry in await session.entries("t1", None, 99) if entry.fields["kind"] == "ask again"]
    assert [entry.fields["reason"] for entry in asked_again] == [f"Asked again. A copy is in {copy}"]

    kept = ReviewSession(SqliteBackend(copy, ODD_PROJECT), ReviewFile(review_file_of(copy)))
    await kept.open()
    await kept.load_project()
    (only,) = await kept.threads()
    assert only.thread_id == "t1"
    seen = await review(kept)
    assert seen.detail.summary.state is ThreadState.NEEDS_REPAIR
    assert (await kept.go_on(seen, HowToGoOn.RETRY, "Tried again", hear)).reason is StopReason.FINISHED
    await kept.close()


async def test_without_a_copy_nothing_is_asked_again(new_session: NewSession, odd: OddFolder, tmp_path: Path) -> None:
    session = await opened(new_session)
    await session.start("asks", {"out": []}, "", hear, "t1")
    odd.tell("fail", "ask")
    await session.deliver(await delivery(session), hear)
    (tmp_path / "threads.copies").write_text("in the way")
    before = await review(session)
    with pytest.raises(DatabaseError, match=r"copy of the thread could not be kept.*Nothing was done"):
        await session.go_on(before, HowToGoOn.ASK_AGAIN, "Asked again", hear)
    assert (await review(session)).detail == before.detail
