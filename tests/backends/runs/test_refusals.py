"""What is refused before LangGraph hears of it: nothing is sent, no node runs, and no row is written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from hitl_desktop.backends.runs.graph_run import GraphRun
from hitl_desktop.backends.runs.saver import open_saver
from hitl_desktop.backends.sqlite_backend import SqliteBackend
from hitl_desktop.core.backend import (
    BackendError,
    DatabaseError,
    GraphUnavailableError,
    HowToGoOn,
    NewRun,
    Resumption,
    Run,
    StaleThreadError,
)
from hitl_desktop.core.decisions import Approve, Edit, Submit
from hitl_desktop.core.events import RunEvent, StopReason
from hitl_desktop.core.requests import GoOn
from hitl_desktop.core.review import going_on, prepare
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.testing.scripted_ollama import Call, ScriptedOllama, Text
from tests.backends.runs.bench import ASK_FOR_MAIL, MAIL, QUESTION, Bench, OddFolder
from tests.backends.runs.conftest import ODD_PROJECT

THREAD: RunnableConfig = {"configurable": {"thread_id": "t1"}}


async def refused(bench: Bench, run: Run, error: type[BackendError], words: str) -> None:
    """Run, and see that it is refused in these words, that nothing is heard of it, and that nothing is written."""
    before, heard = bench.rows(), list[RunEvent]()
    with pytest.raises(error, match=words):
        await run.run(heard.append)
    assert heard == []
    assert bench.rows() == before


@asynccontextmanager
async def another_program(bench: Bench, graph: str) -> AsyncIterator[Any]:
    """The graph as another program would run it on the same database."""
    loaded = bench.backend._project
    assert loaded is not None
    async with open_saver(bench.database) as saver, loaded.graphs[graph].open(saver, THREAD) as opened:
        yield opened


async def test_a_decision_for_a_checkpoint_that_is_no_longer_the_newest(odd_bench: Bench, odd: OddFolder) -> None:
    await odd_bench.start("asks", {"out": []})
    delivery = await odd_bench.prepare(Submit("yes"))
    async with another_program(odd_bench, "asks") as graph:
        await graph.aupdate_state(THREAD, {"out": ["changed elsewhere"]})
    run = odd_bench.prepare_run(delivery.resumption)
    await refused(odd_bench, run, StaleThreadError, "has moved on since it was shown.*Nothing was sent")
    assert odd.ran == []


async def test_an_answer_that_was_given_already(odd_bench: Bench, odd: OddFolder) -> None:
    await odd_bench.start("asks", {"out": []})
    delivery = await odd_bench.prepare(Submit("yes"))
    await odd_bench.follow(odd_bench.prepare_run(delivery.resumption))
    await refused(odd_bench, odd_bench.prepare_run(delivery.resumption), StaleThreadError, "moved on")
    assert odd.times["ask got yes"] == 1


async def test_an_answer_to_a_question_whose_sibling_still_waits(odd_bench: Bench, odd: OddFolder) -> None:
    await odd_bench.start("asks_twice", {"out": []})
    seen = await odd_bench.review()
    ids = {request.question.node: request.id for request in seen.requests}
    yes = [Submit({"text": "yes"})]
    await odd_bench.answer({"left": yes})  # the checkpoint stays the same until both have an answer
    for decisions in ({ids["left"]: yes}, {ids["left"]: [Submit({"text": "no"})], ids["right"]: yes}):
        run = odd_bench.prepare_run(prepare(seen, decisions).resumption)
        await refused(odd_bench, run, StaleThreadError, "answered already. Nothing was sent")
    assert (await odd_bench.answer({"right": yes})).reason is StopReason.FINISHED
    assert sorted(odd.ran) == ["left got text='yes'", "right got text='yes'"]


@pytest.mark.parametrize("graph", ["asks", "asks_below"])
async def test_another_answer_to_a_node_that_failed_with_the_first(
    graph: str, odd_bench: Bench, odd: OddFolder
) -> None:
    await odd_bench.start(graph, {"out": []})
    seen = await odd_bench.review()
    odd.tell("fail", "ask")
    await odd_bench.decide(Submit("yes"))
    (request,) = seen.requests
    other = prepare(seen, {request.id: [Submit("no")]}).resumption
    assert other.checkpoint_id == odd_bench.newest("t1")
    await refused(odd_bench, odd_bench.prepare_run(other), StaleThreadError, "answered already")
    assert odd.ran == ["ask got yes"]


async def test_another_answer_after_a_later_node_of_the_subgraph_failed(odd_bench: Bench, odd: OddFolder) -> None:
    await odd_bench.start("asks_below", {"out": []})
    seen = await odd_bench.review()
    odd.tell("fail", "after")
    assert (await odd_bench.decide(Submit("yes"))).ended.nodes == ("after", "below")
    (request,) = seen.requests
    other = prepare(seen, {request.id: [Submit("no")]}).resumption
    await refused(odd_bench, odd_bench.prepare_run(other), StaleThreadError, "answered already")
    assert (await odd_bench.review()).requests == ()


@pytest.mark.parametrize("answers", [{"0" * 32: "yes"}, {"nothing like an id": "yes"}])
async def test_an_id_that_nobody_asked(answers: dict[str, str], odd_bench: Bench) -> None:
    await odd_bench.start("asks", {"out": []})
    opened = await odd_bench.review()
    work = Resumption("t1", "asks", opened.detail.checkpoint_id, HowToGoOn.ANSWER, answers)
    await refused(odd_bench, odd_bench.prepare_run(work), StaleThreadError, "Nothing was sent")
    known = {request.id: "yes" for request in opened.requests}
    mixed = replace(work, answers={**known, **answers})
    await refused(odd_bench, odd_bench.prepare_run(mixed), StaleThreadError, "Nothing was sent")


async def test_a_thread_with_an_answer_that_belongs_to_no_question(odd_bench: Bench, odd: OddFolder) -> None:
    await odd_bench.start("asks", {"out": []})
    odd.tell("fail", "ask")
    async with another_program(odd_bench, "asks") as graph:
        with pytest.raises(ValueError, match="told to fail"):
            await graph.ainvoke(Command(resume="a plain answer"), THREAD, durability="sync")
    odd.untell("fail", "ask")
    head = odd_bench.newest("t1")
    for how in (HowToGoOn.RETRY, HowToGoOn.CONTINUE, HowToGoOn.ANSWER):
        run = odd_bench.prepare_run(Resumption("t1", "asks", head, how))
        await refused(odd_bench, run, StaleThreadError, "left an answer in this thread.*Nothing was sent")
    assert odd.ran == ["ask got a plain answer"]
    assert (await odd_bench.go_on(HowToGoOn.ASK_AGAIN)).reason is StopReason.ASKED
    assert (await odd_bench.decide(Submit("yes"))).reason is StopReason.FINISHED
    assert odd.ran[1:] == ["ask got yes", "work"]


@pytest.mark.parametrize("how", [HowToGoOn.CONTINUE, HowToGoOn.RETRY])
async def test_going_on_with_a_thread_that_waits(how: HowToGoOn, odd_bench: Bench) -> None:
    await odd_bench.start("asks", {"out": []})
    run = odd_bench.prepare_run(going_on(await odd_bench.review(), how, "Go on"))
    await refused(odd_bench, run, StaleThreadError, "waits for an answer, so it cannot simply go on")


async def test_going_on_with_a_thread_that_waits_for_an_answer_that_did_not_fit(odd_bench: Bench) -> None:
    await odd_bench.start("asks_twice", {"out": []})
    waiting = await odd_bench.review()
    invalid = {request.id: {"text": 5} for request in waiting.requests}
    work = Resumption("t1", "asks_twice", waiting.detail.checkpoint_id, HowToGoOn.ANSWER, invalid)
    log = await odd_bench.follow(odd_bench.prepare_run(work))
    assert log.reason is StopReason.FAILED
    assert "did not accept the answer; nothing was saved and it still asks" in log.ended.message
    opened = await odd_bench.review()
    assert opened.detail.summary.state is ThreadState.WAITING
    run = odd_bench.prepare_run(going_on(opened, HowToGoOn.RETRY, "Try again"))
    await refused(odd_bench, run, StaleThreadError, "waits for an answer")
    yes = [Submit({"text": "yes"})]
    assert (await odd_bench.answer({"left": yes, "right": yes})).reason is StopReason.FINISHED


async def test_a_breakpoint_that_somebody_else_passed(bench: Bench, ollama: ScriptedOllama) -> None:
    ollama.enqueue(Call("search_documents", {"query": "hotel"}), Text("120 euros."))
    await bench.start("tool_gate", QUESTION)
    edit = await bench.prepare(Edit({"query": "laptop"}))
    await bench.decide(Approve())
    await refused(bench, bench.prepare_run(edit.resumption), StaleThreadError, "moved on")


async def test_a_new_run_on_a_thread_that_is_there(odd_bench: Bench) -> None:
    await odd_bench.start("asks", {"out": []})
    run = odd_bench.prepare_run(NewRun("t1", "asks", {"out": []}))
    await refused(odd_bench, run, StaleThreadError, "exists already")


async def test_a_resumption_of_a_thread_that_is_not_there(odd_bench: Bench) -> None:
    await odd_bench.start("asks", {"out": []})
    work = Resumption("another", "asks", "1f0f5856-f430-641d-8003-ce8195324be1", HowToGoOn.ANSWER, {"0" * 32: 1})
    await refused(odd_bench, odd_bench.prepare_run(work), StaleThreadError, "moved on")


async def test_a_change_of_the_state_that_langgraph_does_not_take(odd_bench: Bench) -> None:
    await odd_bench.start("gates", {"out": []})
    update = GoOn({"out": []}, as_node="no such node")
    work = Resumption("t1", "gates", odd_bench.newest("t1"), HowToGoOn.CONTINUE, go_on=update)
    await refused(odd_bench, odd_bench.prepare_run(work), BackendError, "Nothing was sent.*no such node")


async def test_a_run_that_is_stopped_before_it_begins(odd_bench: Bench, odd: OddFolder) -> None:
    run = odd_bench.prepare_run(NewRun("t1", "steps", {"out": []}))
    run.stop()
    await refused(odd_bench, run, BackendError, "Stopped before anything was sent")
    assert odd.ran == []


async def test_a_graph_that_is_not_loaded(odd_bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(GraphUnavailableError, match="“gone” is not loaded"):
        odd_bench.prepare_run(NewRun("t1", "gone", {}))
    with pytest.raises(GraphUnavailableError, match="not loaded"):
        SqliteBackend(tmp_path / "threads.db", ODD_PROJECT).new_run(NewRun("t1", "asks", {}), {})


async def test_a_database_that_is_open_for_reading_only(odd_bench: Bench) -> None:
    await odd_bench.start("asks", {"out": []})
    delivery = await odd_bench.prepare(Submit("yes"))
    backend = SqliteBackend(odd_bench.database, ODD_PROJECT, read_only=True)
    await backend.open()
    try:
        await backend.load_project(lambda words: None)
        assert backend.read_only
        with pytest.raises(DatabaseError, match="reading only, so nothing can be run"):
            backend.new_run(delivery.resumption, {})
    finally:
        await backend.close()


@pytest.mark.parametrize("where", ["loop", "thread"])
async def test_a_database_that_is_none(where: Any, odd_bench: Bench, odd: OddFolder) -> None:
    odd_bench.database.write_text("This is a letter to Ana, and by no means a database.")
    run = odd_bench.backend.new_run(NewRun("t1", "asks", {"out": []}), {}, where)
    with pytest.raises(DatabaseError, match="Nothing was sent"):
        await run.run([].append)
    assert odd.ran == []
    assert odd_bench.database.read_text().startswith("This is a letter")


async def test_a_folder_that_is_gone(odd_bench: Bench, tmp_path: Path) -> None:
    loaded = odd_bench.backend._project
    assert loaded is not None
    nowhere = tmp_path / "gone" / "threads.db"
    run = GraphRun(loaded.graphs["asks"], lambda: open_saver(nowhere), nowhere, NewRun("t1", "asks", {}), {})
    with pytest.raises(DatabaseError, match=r"unable to open database file.*Nothing was sent"):
        await run.run([].append)


async def test_a_caller_that_goes_away_before_the_run_begins(odd_bench: Bench, odd: OddFolder) -> None:
    task = asyncio.create_task(odd_bench.prepare_run(NewRun("t1", "steps", {"out": []})).run([].append))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert odd.ran == []


async def test_looking_at_a_thread_writes_and_sends_nothing(bench: Bench, ollama: ScriptedOllama) -> None:
    ollama.enqueue(Call("send_mail", MAIL))
    await bench.start("mail_assistant", ASK_FOR_MAIL)
    before = bench.rows()
    for _ in range(3):
        await bench.review()
        await bench.prepare(Approve())
    assert bench.rows() == before
    assert len(ollama.requests) == 1
