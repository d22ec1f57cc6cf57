"""Bad input through the window: it says every fault, leaves everything as it was, and goes on when the fault goes."""

from __future__ import annotations

import email
import json
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QListWidget, QPlainTextEdit, QTabBar

from hitl_desktop.core.threads import ThreadState
from hitl_desktop.testing.driver import Driver, open_window
from hitl_desktop.testing.scripted_ollama import Call, CutStream, ScriptedOllama, Text
from hitl_desktop.testing.waiting import until
from hitl_desktop.ui.editors.json_area import JsonArea

MAIL = Call("send_mail", {"to": "ana@example.com", "subject": "Budget", "body": "It moves to Friday."})
CODE = """
from typing import Annotated
from pydantic import BaseModel, Field
from typing_extensions import TypedDict
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

class State(TypedDict, total=False):
    number: int

class Named(BaseModel):
    name: Annotated[str, Field(pattern="^(a+)+$")]

def greet(state): return {}
def boom(state): raise ValueError("the invoice has no number")
def ask(state): return {"number": interrupt({"handle": lambda: 1})}
async def leave(state): raise SystemExit(3)
def circle(state): return {"number": 1}

def graph(node): return StateGraph(State).add_node(node).add_edge(START, node.__name__)
booms = graph(boom).compile()
asks = graph(ask).compile()
greets = StateGraph(Named).add_node(greet).add_edge(START, "greet").compile()
leaves = graph(leave).compile()
circles = graph(circle).add_edge("circle", "circle").compile().with_config(recursion_limit=5)
"""


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ScriptedOllama]:
    monkeypatch.setenv("HITL_EFFECTS_DIR", str(tmp_path / "effects"))
    with ScriptedOllama() as server:
        monkeypatch.setenv("OLLAMA_HOST", server.base_url)
        yield server


def project(folder: Path, **graphs: str) -> Path:
    """A project with `CODE` in it and these graphs, each as a variable of it or a file and a variable."""
    folder.mkdir()
    paths = {name: place if ":" in place else f"./code.py:{place}" for name, place in graphs.items()}
    (folder / "langgraph.json").write_text(json.dumps({"dependencies": ["."], "graphs": paths}))
    (folder / "code.py").write_text(CODE)
    return folder


def text_of(driver: Driver, name: str) -> str:
    return driver.find(QLabel, name).text()


def problems_said(driver: Driver) -> list[str]:
    """What the review says from here on, one after the other."""
    said: list[str] = []
    driver.program.controller.reviews.problem.connect(lambda text, _: said.append(text))
    return said


async def told(driver: Driver, words: str) -> None:
    await until(lambda: any(words in text for text in driver.notices), 30, f"nobody said “{words}”")


async def asked_for_a_mail(driver: Driver, ollama: ScriptedOllama, *after: Text) -> str:
    ollama.enqueue(MAIL, *after)
    await driver.ready()
    await driver.new_message("mail_assistant", "Tell Ana.")
    return (await driver.opened(ThreadState.WAITING)).thread_id


def remove(database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


async def test_a_folder_that_is_missing_and_then_made(tmp_path: Path, ollama: ScriptedOllama) -> None:
    async with open_window(tmp_path / "later" / "t.db") as driver:
        await told(driver, "does not exist")
        await until(lambda: text_of(driver, "inbox_empty_title") == "The threads cannot be listed")
        (tmp_path / "later").mkdir()
        await until(lambda: text_of(driver, "inbox_empty_title") == "Nothing here yet", 30)
        await until(lambda: driver.notices == (), message="the notice outlived its cause")


async def test_no_run_in_another_programs_database(tmp_path: Path, ollama: ScriptedOllama) -> None:
    database = tmp_path / "music.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE songs (title)")
    before = database.read_bytes()
    async with open_window(database) as driver:
        await told(driver, "not one of LangGraph's")
        await driver.ready()
        await driver.new_message("mail_assistant", "Tell Ana.")
        await told(driver, "Nothing was sent")
    assert database.read_bytes() == before
    assert [path.name for path in tmp_path.glob("music*")] == ["music.db"]
    assert ollama.requests == []


async def test_a_database_that_was_moved_away_and_comes_back(tmp_path: Path, ollama: ScriptedOllama) -> None:
    folder, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    folder.mkdir()
    async with open_window(folder / "t.db") as driver:
        await asked_for_a_mail(driver, ollama, Text("It is sent."))
        await driver.may_decide()
        folder.rename(elsewhere)
        await told(driver, "does not exist")
        said = problems_said(driver)
        await driver.decide("decision_approve")
        await driver.click("held_send_now")
        await told(driver, "Nothing was sent")
        # The panel has looked at the thread since, in vain.
        await until(lambda: "Nothing was sent" not in said[-1] and any("Nothing was sent" in text for text in said))
        assert not folder.exists(), "a new database would be in the way of the one that was moved"
        elsewhere.rename(folder)
        await driver.opened(ThreadState.WAITING)
        await driver.decide("decision_approve")
        await driver.click("held_send_now")
        await driver.opened(ThreadState.DONE)


async def test_a_run_goes_into_the_file_that_was_put_in_place(tmp_path: Path, ollama: ScriptedOllama) -> None:
    database = tmp_path / "t.db"
    async with open_window(tmp_path / "other.db") as driver:
        await asked_for_a_mail(driver, ollama)
    async with open_window(database) as driver:
        await asked_for_a_mail(driver, ollama)
        remove(database)
        os.replace(tmp_path / "other.db", database)
        ollama.enqueue(Text("Hello."))
        await driver.new_message("mail_assistant", "Into the other one.")
        thread_id = (await driver.opened(ThreadState.DONE)).thread_id
    with closing(sqlite3.connect(database)) as connection:
        found = {row[0] for row in connection.execute("SELECT thread_id FROM checkpoints")}
    assert thread_id in found
    assert len(found) == 2


async def test_a_review_file_that_cannot_be_used_and_then_can(tmp_path: Path, ollama: ScriptedOllama) -> None:
    in_the_way = tmp_path / "t.review.db"
    async with open_window(tmp_path / "t.db") as driver:
        await asked_for_a_mail(driver, ollama, Text("I did not send it."))
    in_the_way.rename(tmp_path / "away")
    in_the_way.mkdir()
    async with open_window(tmp_path / "t.db") as driver:
        await told(driver, "could not be read")
        await until(lambda: driver.window.inbox.waiting_count == 1, 30)
        driver.window.inbox.next(waiting_only=True)
        await driver.opened(ThreadState.WAITING)
        await driver.ready()
        await driver.decide("decision_reject")
        await driver.decide("decision_confirm")
        await told(driver, "Nothing was run and nothing sent: who runs a thread is kept there.")
        in_the_way.rmdir()
        await until(lambda: not any("could not be read" in text for text in driver.notices), 10)
        await told(driver, "nothing sent")
        await driver.opened(ThreadState.WAITING)
        await driver.decide("decision_confirm")  # what was not sent stands there again
        await driver.opened(ThreadState.DONE)
        await until(lambda: driver.notices == (), 30, "a notice outlived its cause")


async def test_an_answer_does_not_go_into_another_database(tmp_path: Path, ollama: ScriptedOllama) -> None:
    database, effects = tmp_path / "t.db", tmp_path / "effects" / "outbox"
    async with open_window(tmp_path / "other.db") as driver:
        other = await asked_for_a_mail(driver, ollama)
    async with open_window(database) as driver:
        mine = await asked_for_a_mail(driver, ollama, Text("It is sent."))
        await driver.may_decide()
        said = problems_said(driver)
        remove(database)
        os.replace(tmp_path / "other.db", database)
        await driver.decide("decision_approve")
        await driver.click("held_send_now")
        await until(lambda: any("Nothing was sent" in text for text in said), 30, "it was not refused")
        assert not list(effects.glob("*"))
        await until(lambda: driver.window.review.review is None, 30, "what is gone is still shown")
        await until(lambda: driver.window.inbox.waiting_count == 1, 30)
        driver.window.inbox.next(waiting_only=True)
        assert (await driver.opened(ThreadState.WAITING)).thread_id == other
        await driver.decide("decision_approve")
        await driver.click("held_send_now")
        await driver.opened(ThreadState.DONE)
    assert len(list(effects.glob("*"))) == 1
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM checkpoints WHERE thread_id = ?", (mine,)).fetchone() == (0,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("moved", [True, False])
async def test_a_database_that_loses_its_log(tmp_path: Path, ollama: ScriptedOllama, moved: bool) -> None:
    folder, effects = tmp_path / "here", tmp_path / "effects" / "outbox"
    folder.mkdir()
    async with open_window(folder / "t.db") as driver:
        thread_id = await asked_for_a_mail(driver, ollama, Text("It is sent."))
        await driver.may_decide()
        if moved:
            folder.rename(tmp_path / "elsewhere")
            await told(driver, "does not exist")
            (tmp_path / "elsewhere" / "t.db-wal").unlink()
            (tmp_path / "elsewhere").rename(folder)
            await until(lambda: driver.notices == (), 30, "it could not be read again")
        else:
            (folder / "t.db-wal").unlink()
        await driver.decide("decision_approve")
        await driver.click("held_send_now")
        assert (await driver.opened(ThreadState.DONE)).thread_id == thread_id
    assert len(list(effects.glob("*"))) == 1
    with closing(sqlite3.connect(folder / "t.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = connection.execute("SELECT count(*) FROM checkpoints WHERE thread_id = ?", (thread_id,)).fetchone()
    assert found[0] > 3


@asynccontextmanager
async def not_writable(driver: Driver, database: Path, fault: str) -> AsyncIterator[None]:
    """Nobody can write to the database, as another program locks it, the disk is full, or the file may not change."""
    backend: Any = driver.program.session._backend
    begin, end = {
        "locked": ("PRAGMA busy_timeout=50", "PRAGMA busy_timeout=5000"),
        "full": ("PRAGMA max_page_count=1", "PRAGMA max_page_count=1000000"),
        "read only": ("PRAGMA query_only=ON", "PRAGMA query_only=OFF"),
    }[fault]
    await backend._saver.conn.execute(begin)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        if fault == "locked":
            other.execute("BEGIN IMMEDIATE")
        yield
    await backend._saver.conn.execute(end)


@pytest.mark.parametrize(
    ("fault", "words", "state"),
    [
        ("locked", "locked by another program", ThreadState.WAITING),
        ("full", "disk is full", ThreadState.STOPPED),  # there is room for the answer, and not for the next checkpoint
        ("read only", "cannot be written", ThreadState.WAITING),
    ],
)
async def test_an_edit_outlives_a_write_that_fails(
    tmp_path: Path, ollama: ScriptedOllama, fault: str, words: str, state: ThreadState
) -> None:
    database, effects, subject = tmp_path / "t.db", tmp_path / "effects" / "outbox", "Budget meeting on Friday"
    async with open_window(database) as driver:
        await asked_for_a_mail(driver, ollama, Text("It is sent."), Text("It is sent."))
        said = problems_said(driver)
        async with not_writable(driver, database, fault):
            await driver.type_into("field:subject", subject)
            await driver.decide("decision_edit")
            await driver.click("held_send_now")
            if state is ThreadState.WAITING:
                told = f"{words} for too long. Nothing was sent" if fault == "locked" else f"{words}. Nothing was sent"
                await until(lambda: any(told in text for text in said), 30, "the failure is not explained")
            else:
                await until(lambda: words in driver.log_text, 30, "the failure is not explained")
            await driver.opened(state)
            assert not list(effects.glob("*"))
            if state is ThreadState.WAITING:
                await driver.may_decide()
                assert driver.find(QLineEdit, "field:subject").text() == subject
        if state is ThreadState.WAITING:
            await driver.decide("decision_edit")
            await driver.click("held_send_now")
        else:
            await driver.click("go_on:retry")
        await driver.opened(ThreadState.DONE)
    (mail,) = effects.glob("*")
    assert email.message_from_bytes(mail.read_bytes())["Subject"] == subject


async def test_a_graph_that_lacks_a_package_says_so_in_the_form_alone(tmp_path: Path, ollama: ScriptedOllama) -> None:
    folder = project(tmp_path / "p", good="asks", bad="./bad.py:g")
    code = "try:\n    import gone\nexcept ImportError as error:\n    raise ImportError('Install gone') from error"
    (folder / "bad.py").write_text(code)
    async with open_window(tmp_path / "t.db", folder) as driver:
        await driver.ready()
        assert driver.notices == ()
        await driver.click("new_run_button")
        await driver.shown("new_run_graphs")
        graphs = driver.find(QListWidget, "new_run_graphs")
        graphs.setCurrentRow(1)
        await driver.shown("new_run_error")
        assert driver.find(QPlainTextEdit, "new_run_error").toPlainText().startswith("Install gone.")
        assert graphs.item(1).text() == "bad (not loaded)"
        await driver.click("new_run_cancel")


async def test_graphs_that_do_not_load_leave_the_others(tmp_path: Path, ollama: ScriptedOllama) -> None:
    folder = project(
        tmp_path / "p", good="asks", gone="nowhere", kind="State", file="./none.py:graph", bad="./bad.py:g"
    )
    (folder / "bad.py").write_text("raise RuntimeError('no licence')")
    async with open_window(tmp_path / "t.db", folder) as driver:
        await driver.ready()
        (notice,) = driver.notices
        assert "4 graphs could not be loaded: “gone”, “kind”, “file”, “bad”" in notice
        await driver.click("new_run_button")
        await driver.shown("new_run_graphs")
        graphs = driver.find(QListWidget, "new_run_graphs")
        graphs.setCurrentRow(4)
        await driver.shown("new_run_error")
        assert not driver.find(QAbstractButton, "new_run_start").isEnabled()
        graphs.setCurrentRow(0)
        assert driver.find(QAbstractButton, "new_run_start").isEnabled()
        await driver.click("new_run_cancel")


async def test_new_run_is_filled_when_the_graphs_are_loaded(tmp_path: Path, ollama: ScriptedOllama) -> None:
    gate = tmp_path / "gate"
    folder = project(tmp_path / "p", slow="./slow.py:asks")
    (folder / "slow.py").write_text(
        f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.01)\n{CODE}"
    )
    async with open_window(tmp_path / "t.db", folder) as driver:
        try:
            await driver.click("new_run_button")
            await driver.shown("new_run_graphs")
            assert driver.find(QListWidget, "new_run_graphs").count() == 0
            assert not driver.find(QAbstractButton, "new_run_start").isEnabled()
            assert any("being loaded" in label.text() for label in driver.window.findChildren(QLabel))
        finally:
            gate.touch()
        await until(lambda: driver.find(QListWidget, "new_run_graphs").count() == 1, 30)
        await driver.click("new_run_cancel")


@pytest.mark.parametrize("text", ['{"number": 5,', '{"number": "five"}', "[1]", ""])
async def test_input_that_does_not_parse_or_fit(tmp_path: Path, ollama: ScriptedOllama, text: str) -> None:
    async with open_window(tmp_path / "t.db", project(tmp_path / "p", booms="booms")) as driver:
        await driver.ready()
        await driver.choose_graph("booms")
        driver.find(QTabBar, "value_sides").setCurrentIndex(1)
        (area,) = [area for area in driver.window.findChildren(JsonArea) if area.isVisible()]
        area.selectAll()
        area.insertPlainText(text)
        QTest.qWait(0)
        await driver.click("new_run_start")
        assert text_of(driver, "new_run_problem").startswith("Not started: ")
        assert area.toPlainText() == text
        assert not driver.program.session.active
        await driver.click("new_run_cancel")
    assert not (tmp_path / "t.db").exists()


async def test_a_text_that_its_pattern_would_take_years_to_check(tmp_path: Path, ollama: ScriptedOllama) -> None:
    async with open_window(tmp_path / "t.db", project(tmp_path / "p", greets="greets")) as driver:
        await driver.ready()
        await driver.choose_graph("greets")
        driver.find(QTabBar, "value_sides").setCurrentIndex(1)
        (area,) = [area for area in driver.window.findChildren(JsonArea) if area.isVisible()]
        for name, start in (("a" * 60 + "!", False), ("aaa", True)):
            area.selectAll()
            area.insertPlainText(json.dumps({"name": name}))
            await driver.click("new_run_start")
            if not start:
                assert "too long to be checked against the pattern ^(a+)+$" in text_of(driver, "new_run_problem")
                assert not driver.program.session.active
        await driver.opened(ThreadState.DONE)


@pytest.mark.parametrize(
    ("graph", "words", "state"),
    [
        ("booms", "The node “boom” failed. ValueError: the invoice has no number", ThreadState.FAILED),
        ("asks", "LangGraph kept no trace of it", ThreadState.STOPPED),
        ("leaves", "The node “leave” called sys.exit(3), which was to end the whole program.", ThreadState.FAILED),
        ("circles", "more steps than its limit allows", ThreadState.STOPPED),
    ],
)
async def test_runs_that_fail(
    tmp_path: Path, ollama: ScriptedOllama, graph: str, words: str, state: ThreadState
) -> None:
    async with open_window(tmp_path / "t.db", project(tmp_path / "p", **{graph: graph})) as driver:
        await driver.ready()
        await driver.choose_graph(graph)
        await driver.click("new_run_start")
        await driver.opened(state)
        await until(lambda: words in driver.log_text, 10, "the failure is not explained")
        await driver.shown("go_on:retry")


@pytest.mark.parametrize(("graph", "words"), [("asks", "The graph's code must change"), ("circles", "more steps")])
async def test_what_a_run_failed_with_is_told_after_a_restart(
    tmp_path: Path, ollama: ScriptedOllama, graph: str, words: str
) -> None:
    folder = project(tmp_path / "p", **{graph: graph})
    async with open_window(tmp_path / "t.db", folder) as driver:
        await driver.ready()
        await driver.choose_graph(graph)
        await driver.click("new_run_start")
        thread_id = (await driver.opened(ThreadState.STOPPED)).thread_id
    async with open_window(tmp_path / "t.db", folder) as driver:
        await driver.ready()
        driver.window.inbox.select(thread_id)
        await driver.opened(ThreadState.STOPPED)
        assert words in text_of(driver, "thread_standing")
        await driver.click("go_on:retry")
        await until(lambda: words in driver.log_text, 10)


async def test_a_model_that_breaks_off_and_comes_back(tmp_path: Path, ollama: ScriptedOllama) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        ollama.enqueue(CutStream("half an answer"), Text("All of it."))
        await driver.ready()
        await driver.new_message("mail_assistant", "Talk.")
        await driver.opened(ThreadState.FAILED)
        await until(lambda: "was cut off" in driver.log_text)
        await driver.click("go_on:retry")
        await driver.opened(ThreadState.DONE)
        await until(lambda: "All of it." in driver.log_text)


async def test_a_chosen_model_that_is_not_pulled(tmp_path: Path, home: Path, ollama: ScriptedOllama) -> None:
    (home / "settings").mkdir(parents=True)
    (home / "settings" / "settings.toml").write_text('model = "llama9:70b"\n')
    async with open_window(tmp_path / "t.db") as driver:
        await driver.ready()
        await told(driver, "llama9:70b is not pulled, so scripted:latest answers.")
        await driver.click("notice_action")
        await driver.shown("models_page")
