"""The form for a new run through the window: what is entered is kept until a run has begun with it."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QListWidget, QTabWidget

from hitl_desktop.core.threads import ThreadState
from hitl_desktop.testing.driver import Driver, open_window
from hitl_desktop.testing.scripted_ollama import ScriptedOllama, Text
from hitl_desktop.testing.waiting import until
from tests.ui.test_bad_input import project

CONTROL = Qt.KeyboardModifier.ControlModifier
NO_CHECKPOINT = "CREATE TRIGGER full BEFORE INSERT ON checkpoints BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
COUNTS = """
from typing_extensions import TypedDict
from langgraph.graph import START, StateGraph

class State(TypedDict):
    name: str
    number: int

def count(state): return {"number": state.pop("number") + 1}
graph = StateGraph(State).add_node(count).add_edge(START, "count").compile()
"""


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedOllama]:
    with ScriptedOllama() as server:
        monkeypatch.setenv("OLLAMA_HOST", server.base_url)
        yield server


def make_database(path: Path, *statements: str) -> None:
    """A database of LangGraph's with these changes."""
    from langgraph.checkpoint.sqlite import SqliteSaver

    with SqliteSaver.from_conn_string(str(path)) as saver:
        saver.setup()
    change(path, *statements)


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


async def not_begun(driver: Driver, words: str) -> str:
    """Wait for the notice that a new run could not begin, and return it."""

    def notice() -> str:
        return next((text for text in driver.notices if "could not begin" in text and words in text), "")

    found = await until(notice, 30, f"nobody said that the run could not begin: {driver.notices}")
    await driver.shown("run_retry")
    return found


def threads_in(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {row[0] for row in connection.execute("SELECT thread_id FROM checkpoints")}


async def test_try_again_starts_the_same_run_when_the_first_checkpoint_could_not_be_written(
    tmp_path: Path, ollama: ScriptedOllama
) -> None:
    database = tmp_path / "t.db"
    make_database(database, NO_CHECKPOINT)
    async with open_window(database) as driver:
        await driver.ready()
        await driver.new_message("mail_assistant", "Tell Ana.")
        thread_id = driver.program.controller.reviews.thread_id
        notice = await not_begun(driver, "The disk is full")
        assert "Tell Ana." in notice
        assert threads_in(database) == set()
        assert "“Try again” starts it anew" in notice
        change(database, "DROP TRIGGER full")
        ollama.enqueue(Text("Hello."))
        await driver.click("run_retry")
        review = await driver.opened(ThreadState.DONE)
        assert review.thread_id == thread_id
        assert threads_in(database) == {thread_id}
        assert [message.text for message in review.detail.messages] == ["Tell Ana.", "Hello."]
        assert notice not in driver.notices, "the notice outlived its cause"


async def test_a_locked_database_is_waited_for_and_tried_again(tmp_path: Path, ollama: ScriptedOllama) -> None:
    database = tmp_path / "t.db"
    make_database(database, "PRAGMA journal_mode=WAL")
    async with open_window(database, project(tmp_path / "p", asks="asks")) as driver:
        await driver.ready()
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await driver.choose_graph("asks")
            await driver.click("new_run_start")
            await driver.shown("run_stop")
            await not_begun(driver, "locked by another program")
            await driver.click("run_retry")
            await driver.shown("run_stop")
            assert not any("could not begin" in text for text in driver.notices)
            other.execute("ROLLBACK")
        await driver.opened(ThreadState.STOPPED)


async def test_the_form_opens_again_with_what_was_entered(tmp_path: Path, ollama: ScriptedOllama) -> None:
    folder = project(tmp_path / "p", asks="asks", counts="./counts.py:graph")
    (folder / "counts.py").write_text(COUNTS)
    database = tmp_path / "t.db"
    make_database(database, NO_CHECKPOINT)
    async with open_window(database, folder) as driver:
        await driver.ready()
        await driver.choose_graph("counts")
        assert driver.find(QTabWidget, "new_run_input").tabBar().isHidden(), "one tab alone is no choice"
        await driver.type_into("field:name", "Ana")
        await driver.type_into("field:number", "41")
        await driver.click("new_run_start")
        await not_begun(driver, "The disk is full")
        await driver.press(Qt.Key.Key_N, CONTROL)
        await driver.shown("field:name")
        assert driver.find(QLineEdit, "field:name").text() == "Ana"
        assert "is filled in" in driver.find(QLabel, "new_run_problem").text()
        await driver.click("new_run_cancel")
        await driver.click("notice_action")
        await driver.shown("field:name")
        assert driver.find(QListWidget, "new_run_graphs").currentRow() == 1
        change(database, "DROP TRIGGER full")
        await driver.type_into("field:name", "Bo")
        await driver.click("new_run_start")
        review = await driver.opened(ThreadState.DONE)
        assert dict(review.detail.values) == {"name": "Bo", "number": 42}
        await driver.click("new_run_button")
        await driver.shown("new_run_problem")
        assert driver.find(QLabel, "new_run_problem").text() == "", "a run has begun with it"
        await driver.click("new_run_cancel")


async def test_a_run_that_was_refused_can_be_tried_again(tmp_path: Path, ollama: ScriptedOllama) -> None:
    database = tmp_path / "t.db"
    async with open_window(database, project(tmp_path / "p", asks="asks")) as driver:
        await driver.ready()
        change(database, "CREATE TABLE songs (title)")
        await driver.choose_graph("asks")
        await driver.click("new_run_start")
        await not_begun(driver, "not one of LangGraph's")
        assert "not one of LangGraph's" in driver.log_text
        database.unlink()
        await driver.click("run_retry")
        await driver.opened(ThreadState.STOPPED)


async def test_keys_while_the_graphs_are_loaded_stay_in_the_form(tmp_path: Path, ollama: ScriptedOllama) -> None:
    gate = tmp_path / "gate"
    folder = project(tmp_path / "p", slow="./slow.py:graph")
    wait = f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.01)\n"
    (folder / "slow.py").write_text(wait + COUNTS)
    async with open_window(tmp_path / "t.db", folder) as driver:
        try:
            await driver.press(Qt.Key.Key_N, CONTROL)
            await driver.shown("new_run_graphs")
            form = driver.program.controller.dialogs.current
            for key in (Qt.Key.Key_T, Qt.Key.Key_Slash, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Question):
                await driver.press(key)
            assert driver.program.controller.dialogs.current is form, "a key closed the form or opened another one"
            assert QApplication.focusWidget() is driver.find(QListWidget, "new_run_graphs")
        finally:
            gate.touch()
        await driver.shown("field:name")
        assert driver.program.controller.dialogs.current is form, "keys go to the window behind while a form changes"
        await driver.press(Qt.Key.Key_Return)
        assert driver.program.controller.dialogs.current is form, "Enter cancelled what is being entered"
        await driver.click("new_run_cancel")


async def test_the_buttons_are_in_view_whatever_the_input(tmp_path: Path, ollama: ScriptedOllama) -> None:
    folder = project(tmp_path / "p", wide="./wide.py:graph")
    fields = "".join(f"    field_{number}: str\n" for number in range(60))
    (folder / "wide.py").write_text(COUNTS.replace("    name: str\n", fields))
    async with open_window(tmp_path / "t.db", folder) as driver:
        await driver.ready()
        await driver.choose_graph("wide")
        await driver.shown("field:field_0")
        form = driver.program.controller.dialogs.current
        assert form is not None
        assert form.height() <= 0.85 * form.screen().availableSize().height()
        assert form.minimumSizeHint().height() <= 500
        start = driver.find(QAbstractButton, "new_run_start")
        assert form.rect().contains(start.geometry())
        await driver.click("new_run_cancel")


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="pydantic describes it there")
async def test_the_form_says_why_the_fields_are_not_known(tmp_path: Path, ollama: ScriptedOllama) -> None:
    folder = project(tmp_path / "p", old="./old.py:graph")
    (folder / "old.py").write_text(COUNTS.replace("typing_extensions", "typing"))
    async with open_window(tmp_path / "t.db", folder) as driver:
        await driver.ready()
        await driver.choose_graph("old")
        await driver.shown("new_run_no_schema")
        assert "import TypedDict from typing_extensions" in driver.find(QLabel, "new_run_no_schema").text()
        await driver.click("new_run_cancel")


async def test_a_big_state_scrolls(tmp_path: Path, ollama: ScriptedOllama) -> None:
    folder = project(tmp_path / "p", wide="./wide.py:graph")
    fields = "".join(f"    field_{number}: str\n" for number in range(38))
    (folder / "wide.py").write_text(COUNTS.replace("    name: str\n", fields))
    async with open_window(tmp_path / "t.db", folder) as driver:
        await driver.ready()
        values = {f"field_{number}": "some words\n" * 6 for number in range(38)}
        driver.program.controller.reviews.start("wide", {**values, "number": 1}, "wide")
        await driver.opened(ThreadState.DONE)
        driver.window.tabs.setCurrentWidget(driver.window.state)
        await driver.shown("state_scroll")
        QTest.qWait(0)
        assert driver.window.minimumSizeHint().height() < 600
        assert driver.window.state.minimumSizeHint().height() < 200
