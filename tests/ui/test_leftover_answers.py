"""In the window: an answer that another program gave without saying to which question, before it answers the next."""

from __future__ import annotations

import operator
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import pytest
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt
from PySide6.QtWidgets import QPushButton
from typing_extensions import TypedDict

from hitl_desktop.core.threads import ThreadState
from hitl_desktop.testing.waiting import until
from hitl_desktop.ui.plain_text import PlainLabel, ReadOnlyText
from tests.ui.asking import asking_window, offered


class State(TypedDict, total=False):
    answers: Annotated[list[Any], operator.add]


def twice(state: State) -> State:
    """As the node of the project does that the window loads."""
    return {"answers": [interrupt({"question": "First?"}), interrupt({"question": "Second?"})]}


async def answer_plainly(database: Path) -> None:
    """What a script leaves that resumes with a value alone, and meets the second question of the node."""
    async with AsyncSqliteSaver.from_conn_string(str(database)) as saver:
        graph = StateGraph(State).add_node("twice", twice).add_edge(START, "twice").compile(checkpointer=saver)
        await graph.ainvoke({}, {"configurable": {"thread_id": "t1"}, "metadata": {"graph_id": "sequential"}})
        await graph.ainvoke(Command(resume={"pay": "yes"}), {"configurable": {"thread_id": "t1"}})


async def test_it_is_shown_and_dropped_before_anything_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await answer_plainly(tmp_path / "t.db")
    async with asking_window(tmp_path, monkeypatch) as driver:
        await driver.ready()
        await until(lambda: driver.window.inbox.model.summary("t1") is not None, 30)
        driver.window.inbox.select("t1")
        opened = await driver.opened(ThreadState.NEEDS_REPAIR)
        await until(lambda: driver.is_shown("go_on:ask again"), 30)
        assert not opened.requests
        assert not offered(driver)
        assert (
            driver.find(PlainLabel, "thread_standing").plain_text().startswith("It asks: Second?\nAnother program gave")
        )
        assert '"pay": "yes"' in driver.find(ReadOnlyText, "thread_given").plain_text()
        assert not driver.is_shown("go_on:retry"), "it would give the answer to the second question"
        assert not driver.find(QPushButton, "run_retry").isEnabled()
        await driver.click("go_on:ask again")
        (request,) = (await driver.opened(ThreadState.WAITING)).requests
        assert request.question.value == {"question": "First?"}
        assert not driver.is_shown("thread_given")
    (copy,) = (tmp_path / "t.copies").iterdir()
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("SELECT count(*) FROM writes WHERE channel = '__resume__'").fetchone()[0]
