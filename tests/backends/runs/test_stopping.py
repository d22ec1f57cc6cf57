"""Runs that are paused, stopped or cancelled in the middle, and go on; and two at once."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import AsyncExitStack, closing, nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest

from hitl_desktop.backends.runs.saver import borrowed, open_saver
from hitl_desktop.core.backend import BackendError, HowToGoOn, NewRun, Run
from hitl_desktop.core.decisions import Approve, Submit
from hitl_desktop.core.events import NodeStarted, RunEvent, StopReason, Token
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.testing.scripted_ollama import Call, ScriptedOllama, Text
from hitl_desktop.testing.waiting import until
from tests.backends.runs.bench import ASK_FOR_MAIL, MAIL, QUESTION, TRANSFER, Bench, Log, OddFolder

SLOW = Text("One two three four five six.", delay=0.05)


@pytest.fixture(params=["loop", "thread"])
def anywhere(request: pytest.FixtureRequest) -> str:
    """Where the runs of a test are: on the loop of the test, and on one in a worker thread."""
    where: str = request.param
    for name in ("bench", "odd_bench"):
        if name in request.fixturenames:
            request.getfixturevalue(name).where = where
    return where


def begin(bench: Bench, graph: str, value: object, thread_id: str = "t1") -> tuple[Run, Log, asyncio.Task[Log]]:
    """A run that goes on in the background."""
    run, log = bench.prepare_run(NewRun(thread_id, graph, value)), Log()
    return run, log, asyncio.create_task(bench.follow(run, log))


def has(log: Log, kind: type[RunEvent], **fields: str) -> bool:
    return any(
        isinstance(event, kind) and all(getattr(event, name) == value for name, value in fields.items())
        for event in log
    )


@pytest.mark.usefixtures("anywhere")
async def test_a_run_is_paused_before_its_next_step_and_goes_on(odd_bench: Bench, odd: OddFolder) -> None:
    odd.tell("hold", "one")
    run, log, task = begin(odd_bench, "steps", {"out": []})
    await until(lambda: has(log, NodeStarted, node="one"))
    run.pause()
    odd.untell("hold", "one")
    await task
    assert (log.reason, log.nodes) == (StopReason.PAUSED, ["+one", "-one"])
    assert (await odd_bench.review()).detail.summary.state is ThreadState.STOPPED
    log = await odd_bench.go_on(HowToGoOn.RETRY)
    assert (log.reason, log.nodes) == (StopReason.FINISHED, ["+two", "-two", "+three", "-three"])
    assert odd.ran == ["one", "two", "three"]


@pytest.mark.usefixtures("anywhere")
async def test_a_run_is_stopped_in_the_middle_of_a_node_and_goes_on_with_it(odd_bench: Bench, odd: OddFolder) -> None:
    odd.tell("hold", "two")
    run, log, task = begin(odd_bench, "steps", {"out": []})
    await until(lambda: "two" in odd.ran)  # LangGraph tells of a node before its first line
    run.stop()
    await task
    assert (log.reason, log.nodes) == (StopReason.CANCELLED, ["+one", "-one", "+two"])
    assert "Everything up to the last finished node is kept" in log.ended.message
    assert (await odd_bench.review()).requests == ()
    odd.untell("hold", "two")
    log = await odd_bench.go_on(HowToGoOn.CONTINUE)
    assert (log.reason, log.nodes) == (StopReason.FINISHED, ["+two", "-two", "+three", "-three"])
    assert odd.times == {"one": 1, "two": 2, "three": 1}


@pytest.mark.usefixtures("anywhere")
async def test_a_run_is_stopped_in_the_middle_of_slow_tokens_and_goes_on(bench: Bench, ollama: ScriptedOllama) -> None:
    ollama.enqueue(SLOW)
    run, log, task = begin(bench, "action_approval", TRANSFER)
    await until(lambda: has(log, Token))
    run.stop()
    await task
    assert log.reason is StopReason.CANCELLED
    assert 1 <= len(log.tokens) < 6
    ollama.enqueue(Text("Please approve."))
    log = await bench.go_on(HowToGoOn.RETRY)
    assert (log.reason, log.tokens) == (StopReason.ASKED, ["Please ", "approve."])
    assert (await bench.request()).items[0].payload["message"] == "Please approve."


@pytest.mark.usefixtures("anywhere")
async def test_a_decision_whose_run_is_stopped_later_is_kept(odd_bench: Bench, odd: OddFolder) -> None:
    await odd_bench.start("asks", {"out": []})
    delivery = await odd_bench.prepare(Submit("yes"))
    run, log = odd_bench.prepare_run(delivery.resumption), Log()
    odd.tell("hold", "work")
    task = asyncio.create_task(odd_bench.follow(run, log))
    await until(lambda: "work" in odd.ran)
    run.stop()
    await task
    odd.untell("hold", "work")
    assert (await odd_bench.go_on(HowToGoOn.RETRY)).reason is StopReason.FINISHED
    assert odd.times == {"ask got yes": 1, "work": 2}


@pytest.mark.usefixtures("anywhere")
async def test_a_caller_that_goes_away_stops_the_run(odd_bench: Bench, odd: OddFolder) -> None:
    odd.tell("hold", "two")
    _, _, task = begin(odd_bench, "steps", {"out": []})
    await until(lambda: "two" in odd.ran)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    odd.untell("hold", "two")
    assert (await odd_bench.go_on(HowToGoOn.RETRY)).reason is StopReason.FINISHED
    assert odd.times == {"one": 1, "two": 2, "three": 1}


@pytest.mark.usefixtures("anywhere")
async def test_a_run_that_has_ended_can_be_stopped_and_paused_without_harm(odd_bench: Bench) -> None:
    run = odd_bench.prepare_run(NewRun("t1", "steps", {"out": []}))
    log = await odd_bench.follow(run)
    run.stop()
    run.pause()
    assert log.reason is StopReason.FINISHED


@pytest.mark.usefixtures("anywhere")
async def test_a_run_in_circles_is_stopped_and_can_go_on(odd_bench: Bench, odd: OddFolder) -> None:
    log = await odd_bench.start("circles", {"out": []})
    assert log.reason is StopReason.FAILED
    assert "more steps than its limit allows" in log.ended.message
    assert "going on gives it the same number of steps once more" in log.ended.message
    assert log.ended.nodes == ()
    assert odd.ran == ["one", "two", "one", "two", "one"]
    assert (await odd_bench.review()).detail.summary.state is ThreadState.STOPPED
    await odd_bench.go_on(HowToGoOn.RETRY)
    assert odd.ran[5:8] == ["two", "one", "two"]


@pytest.mark.usefixtures("anywhere")
async def test_two_runs_on_two_threads_at_once(bench: Bench, ollama: ScriptedOllama) -> None:
    ollama.enqueue(SLOW, SLOW)
    _, one, first = begin(bench, "action_approval", TRANSFER, "t1")
    _, two, second = begin(bench, "action_approval", TRANSFER, "t2")
    await until(lambda: has(one, Token) and has(two, Token))
    assert not first.done()
    assert not second.done()
    await asyncio.gather(first, second)
    assert one.tokens == two.tokens == ["One ", "two ", "three ", "four ", "five ", "six."]
    assert {one.reason, two.reason} == {StopReason.ASKED}
    assert (await bench.request("t1")).id != (await bench.request("t2")).id


@pytest.mark.usefixtures("anywhere")
async def test_one_of_two_runs_is_stopped_and_the_other_ends(odd_bench: Bench, odd: OddFolder) -> None:
    odd.tell("hold", "two")
    run, one, first = begin(odd_bench, "steps", {"out": []}, "t1")
    _, two, second = begin(odd_bench, "steps", {"out": []}, "t2")
    await until(lambda: odd.times["two"] == 2)
    run.stop()
    await first
    odd.untell("hold", "two")
    await second
    assert (one.reason, two.reason) == (StopReason.CANCELLED, StopReason.FINISHED)


@pytest.mark.usefixtures("anywhere")
async def test_the_main_job(bench: Bench, ollama: ScriptedOllama) -> None:
    ollama.enqueue(Call("send_mail", MAIL), Text("It was sent."))
    await bench.start("mail_assistant", ASK_FOR_MAIL)
    log = await bench.decide(Approve())
    assert (log.reason, log.tokens) == (StopReason.FINISHED, ["It ", "was ", "sent."])
    ollama.enqueue(Call("search_documents", {"query": "hotel"}), Text("120 euros."))
    await bench.start("tool_gate", QUESTION, "t2")
    assert (await bench.decide(Approve(), thread_id="t2")).reason is StopReason.FINISHED


@pytest.mark.usefixtures("anywhere")
@pytest.mark.parametrize("after_events", range(8))
async def test_a_run_that_is_stopped_at_any_moment_leaves_the_database_to_others(
    after_events: int, odd_bench: Bench, odd: OddFolder
) -> None:
    for attempt in range(3):
        run, log = odd_bench.prepare_run(NewRun(f"t{attempt}", "steps", {"out": []})), Log()
        task = asyncio.create_task(run.run(log.append))
        await until(lambda log=log, task=task: len(log) >= after_events or task.done())
        run.stop()
        with suppress(BackendError):  # stopped before anything was sent
            await task
        if odd_bench.database.exists():
            write_elsewhere(odd_bench.database)


@pytest.mark.parametrize("shared", [False, True])
async def test_a_write_that_was_cut_before_its_commit_does_not_lock_the_database(shared: bool, tmp_path: Path) -> None:
    database = tmp_path / "threads.db"
    async with AsyncExitStack() as stack:
        saver = await stack.enter_async_context(open_saver(database))
        async with borrowed(saver) if shared else nullcontext(saver):
            write = "INSERT INTO checkpoints (thread_id, checkpoint_id) VALUES ('t1', 'c1')"
            cursor = await saver.conn.execute(write)  # what is left when the saver is cancelled behind this line
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                write_elsewhere(database)
        if not shared:
            await stack.aclose()
        assert write_elsewhere(database) == 1
        del cursor


def connections() -> list[str]:
    """The threads of aiosqlite's connections."""
    return [thread.name for thread in threading.enumerate() if "connection_worker" in thread.name]


async def test_a_saver_that_is_cancelled_while_it_opens_leaves_no_connection_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def open_and_close() -> None:
        async with open_saver(tmp_path / "threads.db"):
            pass

    real, may_connect = sqlite3.connect, threading.Event()

    def slow_connect(*args: Any, **options: Any) -> sqlite3.Connection:
        if "connection_worker" in threading.current_thread().name:
            may_connect.wait(10)
        return real(*args, **options)

    monkeypatch.setattr(sqlite3, "connect", slow_connect)
    opening = asyncio.create_task(open_and_close())
    await until(connections)
    for _ in range(3):
        opening.cancel()
        await asyncio.sleep(0)
        assert not opening.done()  # a connection that is still at work would speak to a loop that may be closed then
    may_connect.set()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await until(lambda: not connections())  # its thread ends a moment after it has said that it is closed


def write_elsewhere(database: Path) -> int:
    """Write as another program would that does not wait; returns how many threads are there."""
    with closing(sqlite3.connect(database, timeout=0)) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS of_another_program (x)")
        connection.execute("INSERT INTO of_another_program VALUES (1)")
        (found,) = connection.execute("SELECT count(DISTINCT thread_id) FROM checkpoints").fetchone()
    return int(found)
