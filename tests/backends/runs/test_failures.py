"""What goes wrong in a run, in words: what happened, what was kept, what to do; and the traceback behind it."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from urllib.error import URLError

import httpx
import pytest
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from ollama import ResponseError

from hitl_desktop.backends.runs.failures import explain, not_begun, unsent
from hitl_desktop.backends.runs.graph_run import GraphRun
from hitl_desktop.backends.runs.saver import open_saver
from hitl_desktop.core.backend import DatabaseError, HowToGoOn, NewRun
from hitl_desktop.core.decisions import Approve, Submit
from hitl_desktop.core.events import NodeFailed, StopReason
from hitl_desktop.core.model_problems import ModelProblem, ModelTrouble
from hitl_desktop.core.network import Refusal
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.network_guard import NetworkRefusedError
from hitl_desktop.testing.scripted_ollama import Call, CutStream, ErrorLine, HttpError, Reply, ScriptedOllama, Text
from hitl_desktop.testing.waiting import until
from tests.backends.runs.bench import ASK_FOR_MAIL, MAIL, QUESTION, TRANSFER, Bench, Log, OddFolder

KEPT = "Everything up to the last finished node is kept. “Try again” goes on from there."


# The model


@pytest.mark.parametrize(
    ("reply", "words", "tokens", "trouble"),
    [
        (
            HttpError(500, "model requires more system memory (5.6 GiB) than is available (2.1 GiB)"),
            "not enough memory for the model: model requires more system memory",
            [],
            ModelTrouble(ModelProblem.MEMORY),
        ),
        (
            HttpError(503, "server busy, please try again. maximum pending requests exceeded"),
            "has too much to do, or still loads the model: server busy",
            [],
            ModelTrouble(ModelProblem.BUSY),
        ),
        (
            ErrorLine("the model ran out of context", after="So far "),
            "reported an error: the model ran out",
            ["So ", "far "],
            ModelTrouble(ModelProblem.OTHER),
        ),
        (
            CutStream("So far "),
            "The model's answer was cut off",
            ["So ", "far "],
            ModelTrouble(ModelProblem.NOT_RUNNING),
        ),
        (
            HttpError(404, "model 'gone' not found"),
            "does not have this model: model 'gone' not found",
            [],
            ModelTrouble(ModelProblem.MISSING, "gone"),
        ),
    ],
)
async def test_an_answer_that_fails(
    reply: Reply, words: str, tokens: list[str], trouble: ModelTrouble, bench: Bench, ollama: ScriptedOllama
) -> None:
    ollama.enqueue(reply, Text("Please."))
    log = await bench.start("action_approval", TRANSFER)
    assert (log.reason, log.ended.nodes, log.tokens) == (StopReason.FAILED, ("write_message",), tokens)
    assert words in log.ended.message
    assert log.ended.trouble == trouble
    assert log.ended.message.endswith(KEPT)
    assert log.ended.details.startswith("Traceback (most recent call last)")
    assert "action_approval.py" in log.ended.details
    assert (await bench.review()).detail.summary.state is ThreadState.FAILED
    assert (await bench.go_on(HowToGoOn.RETRY)).reason is StopReason.ASKED


async def test_a_model_that_is_not_pulled(bench: Bench) -> None:
    bench.context["model"] = "not-pulled"
    log = await bench.start("action_approval", TRANSFER)
    assert "does not have this model: model 'not-pulled' not found" in log.ended.message
    assert "Pull it, or choose another one" in log.ended.message


async def test_a_model_that_cannot_call_tools(bench: Bench, ollama: ScriptedOllama) -> None:
    ollama.library.models["scripted:latest"].capabilities = ("completion",)
    log = await bench.start("tool_gate", QUESTION)
    assert log.reason is StopReason.FAILED
    assert "needs a model that can call tools" in log.ended.message
    assert log.ended.trouble == ModelTrouble(ModelProblem.NO_TOOLS, "scripted")
    assert "Choose another one" in log.ended.message


async def test_no_model_server(bench: Bench, ollama: ScriptedOllama) -> None:
    ollama.stop()
    log = await bench.start("tool_gate", QUESTION)
    assert log.ended.message == f"The model server cannot be reached. Start it, or choose another model. {KEPT}"
    assert log.ended.trouble == ModelTrouble(ModelProblem.NOT_RUNNING)


@pytest.mark.parametrize(
    ("error", "helps"),
    [
        (httpx.ConnectError("refused"), "Start Ollama, or let the graph take"),
        (ResponseError("model 'qwen2.5:3b' not found", 404), "This graph names its model"),
        (ResponseError("gemma does not support tools", 400), "Name another one there, or let the graph take"),
        (ResponseError("out of memory", 500), "name a smaller one in its code"),
    ],
)
def test_a_model_that_the_graphs_code_names_cannot_be_chosen(error: Exception, helps: str) -> None:
    words = explain(error, ["call_model"], names_model=True)
    assert helps in words
    assert words.endswith(KEPT)
    assert "hoose another" not in words
    assert "in its own code" not in explain(error, ["call_model"])


@pytest.mark.parametrize(
    "error",
    [
        httpx.RemoteProtocolError("Server disconnected without sending a response."),
        ResponseError("It broke (see the log.)", 500),
        ValueError("It broke (see the log.)"),
        ValueError("It broke."),
    ],
)
def test_no_full_stop_is_doubled(error: Exception) -> None:
    for words in (explain(error, ["write"]), not_begun(error), str(unsent(error))):
        assert ".)." not in words
        assert ".." not in words


# The graph


async def test_a_question_that_cannot_be_stored(odd_bench: Bench) -> None:
    log = await odd_bench.start("unstorable", {"out": []})
    assert log.reason is StopReason.FAILED
    assert "cannot be stored in a checkpoint, so LangGraph kept no trace of it" in log.ended.message
    assert "The graph's code must change" in log.ended.message
    assert "msgpack" in log.ended.details
    opened = await odd_bench.review()
    assert opened.requests == ()
    assert opened.detail.summary.next_nodes == ("ask",)
    assert opened.failure == log.ended.message


async def test_a_node_that_raises(odd_bench: Bench, odd: OddFolder) -> None:
    odd.tell("fail", "two")
    log = await odd_bench.start("steps", {"out": []})
    assert log.nodes == ["+one", "-one", "+two", "!two"]
    assert log.ended.trouble is None
    assert log.ended.message == f"The node “two” failed. ValueError: two was told to fail. {KEPT}"
    assert (await odd_bench.review()).detail.errors[0][0] == "two"


async def test_a_database_error_of_the_graphs_own_is_not_said_to_be_about_the_threads(odd_bench: Bench) -> None:
    log = await odd_bench.start("breaks", {"out": []})
    assert "The node “own” failed. OperationalError: database is locked" in log.ended.message
    assert "another program" not in log.ended.message


async def test_an_input_that_the_graph_does_not_take(odd_bench: Bench) -> None:
    log = await odd_bench.start("steps", ["no state"])
    assert (log.begun, log.reason) == ("Started", StopReason.FAILED)
    assert "Expected dict, got ['no state']" in log.ended.message


# The database


@contextmanager
def locked_by_another_process(database: Path) -> Iterator[None]:
    program = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", program, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield
        process.communicate()


def impatient_run(bench: Bench, graph: str, pragma: str) -> GraphRun:
    """A run on a connection of its own that waits 50 ms for others, or may not write."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[AsyncSqliteSaver]:
        async with open_saver(bench.database) as saver:
            await saver.conn.execute(pragma)
            yield saver

    loaded = bench.backend._project
    assert loaded is not None
    return GraphRun(loaded.graphs[graph], opened, bench.database, NewRun("t2", graph, {"out": []}), {})


async def test_a_database_that_is_locked_for_too_long(odd_bench: Bench, odd: OddFolder) -> None:
    await odd_bench.start("asks", {"out": []})
    odd.tell("hold", "one")
    run, log = impatient_run(odd_bench, "steps", "PRAGMA busy_timeout=50"), Log()
    task = asyncio.create_task(run.run(log.append))
    await until(lambda: "one" in odd.ran)
    with locked_by_another_process(odd_bench.database):
        odd.untell("hold", "one")
        await task
    assert (log.reason, log.ended.nodes) == (StopReason.FAILED, ())
    assert log.ended.message.startswith("The database was locked by another program for too long. The run was stopped.")
    assert "“Try again” goes on from there" in log.ended.message
    assert "OperationalError: database is locked" in log.ended.details
    log = await odd_bench.go_on(HowToGoOn.RETRY, "t2")
    assert log.reason is StopReason.FINISHED
    assert (await odd_bench.decide(Submit("yes"))).reason is StopReason.FINISHED


async def test_a_database_that_cannot_be_written(odd_bench: Bench, odd: OddFolder) -> None:
    await odd_bench.start("asks", {"out": []})
    before = odd_bench.rows()
    log = Log()
    await impatient_run(odd_bench, "steps", "PRAGMA query_only=ON").run(log.append)
    assert log.ended.message.startswith("The database cannot be written. Nothing of the run was saved;")
    assert odd.ran == []
    assert odd_bench.rows() == before


async def test_a_full_disk(odd_bench: Bench) -> None:
    await odd_bench.start("asks", {"out": []})
    log = Log()
    run = impatient_run(odd_bench, "steps", "PRAGMA max_page_count=1")
    await run.run(log.append)
    assert "The disk is full, so the checkpoint could not be written." in log.ended.message
    assert (await odd_bench.decide(Submit("yes"))).reason is StopReason.FINISHED


async def test_a_program_that_comes_and_goes_takes_nothing_away(odd_bench: Bench) -> None:
    await odd_bench.start("asks", {"out": []})
    await odd_bench.review()
    program = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("CREATE TABLE of_another_program (x)")
connection.commit()
connection.close()  # deletes the write-ahead log if nobody else seems to have the database open
"""
    command = [sys.executable, "-c", program, str(odd_bench.database)]
    await asyncio.to_thread(subprocess.run, command, check=True)
    log = await odd_bench.decide(Submit("yes"))
    assert log.reason is StopReason.FINISHED
    assert odd_bench.newest("t1") == log.ended.checkpoint_id


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("database is locked", "locked by another program"),
        ("attempt to write a readonly database", "cannot be written"),
        ("database or disk is full", "disk is full"),
        ("disk I/O error", "could not be used: disk I/O error"),
    ],
)
def test_a_database_error_is_said_by_what_it_means(text: str, words: str) -> None:
    error = sqlite3.OperationalError(text)
    assert words in explain(error)
    assert "is kept" in explain(error)
    assert "“Try again” goes on from there" in explain(error)
    refused = unsent(error)
    assert isinstance(refused, DatabaseError)
    assert words in str(refused)
    assert str(refused).endswith("Nothing was sent; what you entered is kept.")


REFUSAL = NetworkRefusedError(Refusal("connect to", "example.com", 443, datetime(2026, 1, 2), ""))


def raised_from(error: Exception, cause: Exception | None, context: Exception | None = None) -> Exception:
    error.__cause__, error.__context__ = cause, context
    return error


@pytest.mark.parametrize(
    ("error", "is_told"),
    [
        (REFUSAL, True),
        (raised_from(httpx.ConnectError("All connection attempts failed"), REFUSAL), True),
        (raised_from(httpx.ConnectError("x"), ExceptionGroup("attempts", [OSError(), REFUSAL])), True),
        (raised_from(URLError("x"), None, REFUSAL), True),
        (raised_from(RuntimeError("the search failed"), raised_from(httpx.ConnectError("x"), None, REFUSAL)), True),
        (raised_from(ValueError("something else, meanwhile"), None, REFUSAL), False),
        (httpx.ConnectError("nobody listens"), False),
    ],
)
def test_a_connection_that_was_refused_is_not_said_to_be_the_models(error: Exception, is_told: bool) -> None:
    words = explain(error, ["search"])
    assert ("HITL Desktop refused to connect to example.com:443" in words) is is_told
    assert ("model server" in words) is (type(error) is httpx.ConnectError and not is_told)


@pytest.mark.parametrize(
    "error", [ValueError(), TimeoutError(), ConnectionResetError(), KeyError("x"), OSError(5, "x")]
)
def test_every_error_has_words(error: Exception) -> None:
    assert explain(error).strip()
    assert explain(error).endswith(KEPT)


# A run in a worker thread


async def test_a_failure_in_a_worker_thread_is_told_the_same(bench: Bench, ollama: ScriptedOllama) -> None:
    bench.where = "thread"
    ollama.enqueue(Call("send_mail", MAIL), HttpError(500, "out of memory"))
    await bench.start("mail_assistant", ASK_FOR_MAIL)
    log = await bench.decide(Approve())
    assert "out of memory" in log.ended.message
    assert any(isinstance(event, NodeFailed) for event in log)


async def test_a_node_that_blocks_in_a_worker_thread_does_not_hold_up_the_caller(
    odd_bench: Bench, odd: OddFolder
) -> None:
    odd_bench.where = "thread"
    odd.tell("hold", "block")
    task = asyncio.create_task(odd_bench.start("blocks", {"out": []}))
    await until((odd.path / "blocking").exists)
    assert (odd.path / "blocking").exists()  # this loop turns while the other one stands still
    odd.untell("hold", "block")
    assert (await task).reason is StopReason.FINISHED


async def test_a_node_that_blocks_on_the_loop_holds_it_up(odd_bench: Bench, odd: OddFolder) -> None:
    task = asyncio.create_task(odd_bench.start("blocks", {"out": []}))
    seen = False
    while not task.done():
        seen = seen or (odd.path / "blocking").exists()
        await asyncio.sleep(0)
    assert not seen


async def test_a_blocking_run_in_a_worker_thread_is_stopped_after_its_node(odd_bench: Bench, odd: OddFolder) -> None:
    odd_bench.where = "thread"
    odd.tell("hold", "block")
    run, log = odd_bench.prepare_run(NewRun("t1", "blocks", {"out": []})), Log()
    task = asyncio.create_task(run.run(log.append))
    await until((odd.path / "blocking").exists)
    run.stop()
    odd.untell("hold", "block")
    await task
    assert log.reason is StopReason.CANCELLED
    assert odd.ran == []
    assert (await odd_bench.go_on(HowToGoOn.RETRY)).reason is StopReason.FINISHED


async def test_events_of_a_worker_thread_are_heard_in_the_callers(bench: Bench, ollama: ScriptedOllama) -> None:
    bench.where = "thread"
    ollama.enqueue(Text(" ".join(str(n) for n in range(200))))
    heard: list[tuple[str, str]] = []
    run = bench.prepare_run(NewRun("t1", "action_approval", TRANSFER))
    await run.run(lambda event: heard.append((threading.current_thread().name, str(getattr(event, "text", "")))))
    assert {name for name, _ in heard} == {threading.current_thread().name}
    assert "".join(text for _, text in heard) == " ".join(str(n) for n in range(200))
