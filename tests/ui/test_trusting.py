"""A project is code: none of it runs before a person has seen what it is and trusted it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit, QPushButton, QWidget

from hitl_desktop.backends.project.loader import unload_project
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.core.trust import OUTSIDE
from hitl_desktop.locations import settings_folder
from hitl_desktop.records.journal_reading import reading_journal
from hitl_desktop.records.review_file import review_file_of
from hitl_desktop.records.trust_file import TRUST_FILE, users_trust
from hitl_desktop.testing.driver import Driver, open_window
from hitl_desktop.testing.scripted_ollama import ScriptedOllama
from hitl_desktop.testing.waiting import until
from hitl_desktop.ui.plain_text import PlainLabel, ReadOnlyText
from tests.backends.checkpoints.raw_rows import RawDatabase, asked, checkpoint
from tests.ui.test_accessibility import nameless

CODE = """
import pathlib
pathlib.Path({canary!r}).touch()
from typing_extensions import TypedDict
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

class State(TypedDict):
    number: int

def ask(state): return {{"number": interrupt("How many?")}}
graph = StateGraph(State).add_node(ask).add_edge(START, "ask").compile()
"""


@pytest.fixture(autouse=True)
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ScriptedOllama() as server:
        monkeypatch.setenv("OLLAMA_HOST", server.base_url)
        yield


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A file that is there if the project's code has run."""
    return tmp_path / "the code has run"


@pytest.fixture
def project(tmp_path: Path, canary: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "agent.py").write_text(CODE.format(canary=str(canary)))
    manifest(folder)
    return folder


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """With a thread that waits at this project's node."""
    with RawDatabase(tmp_path / "t.db") as raw:
        raw.checkpoint("waits", checkpoint({"number": 1, "branch:to:ask": None}), metadata={"hitl_graph": "agent"})
        raw.write("waits", -3, asked("How many?"))
    return tmp_path / "t.db"


def manifest(folder: Path, **keys: Any) -> None:
    (folder / "langgraph.json").write_text(json.dumps({"graphs": {"agent": "./agent.py:graph"}, **keys}))


def says(driver: Driver, name: str) -> str:
    return driver.find(PlainLabel, name).plain_text()


def uses(driver: Driver) -> list[str]:
    return [line.strip() for line in driver.find(ReadOnlyText, "trust_uses").plain_text().splitlines()]


def reload(driver: Driver) -> None:
    driver.program.controller.actions["reload_project"].trigger()


def trust_in_journal(database: Path) -> list[str]:
    with reading_journal(review_file_of(database)) as entries:
        return [entry.fields["outcome"] for entry in entries if entry.fields["kind"] == "trust"]


async def loaded(driver: Driver) -> None:
    await until(lambda: bool(driver.program.session.project.graphs), 30, "the graphs were not loaded")


async def test_nothing_runs_until_the_folder_is_trusted_and_then_it_is_asked_no_more(
    project: Path, canary: Path, database: Path
) -> None:
    manifest(project, env={"OF_THE_PROJECT": "1"})
    unload_project()  # which another test may have loaded in this process
    paths, modules = list(sys.path), {name for name in sys.modules if name.startswith("__agent")}
    async with open_window(database, project, trusted=False) as driver:
        await driver.ready()
        await driver.shown("trust_card")
        assert not canary.exists()
        assert "OF_THE_PROJECT" not in os.environ
        assert sys.path == paths
        assert {name for name in sys.modules if name.startswith("__agent")} == modules
        assert str(project) in says(driver, "trust_folder")
        assert "./agent.py: graph (the graph agent)" in uses(driver)
        assert "OF_THE_PROJECT=1" in uses(driver)
        await driver.click("trust_and_load")
        await loaded(driver)
        assert canary.exists()
        await until(lambda: trust_in_journal(database) == [f"Given to the project {project}"], 10)
        await until(lambda: "1 graph from" in says(driver, "status_project"), 10)
        assert not driver.is_shown("trust_card")
    canary.unlink()
    async with open_window(database, project, trusted=False) as driver:
        await driver.ready()
        assert not driver.is_shown("trust_card")
        assert canary.exists()


async def test_looking_only_reads_threads_and_runs_nothing(project: Path, canary: Path, database: Path) -> None:
    async with open_window(database, project, trusted=False) as driver:
        await driver.ready()
        driver.window.inbox.select("waits")
        review = await driver.opened(ThreadState.WAITING)
        assert review.requests[0].question.value == "How many?"
        await driver.click("trust_look_only")
        assert not driver.is_shown("trust_card")
        await until(lambda: "is not trusted" in driver.find(PlainLabel, "thread_standing").plain_text(), 10)
        assert says(driver, "status_project") == f"Look only, nothing runs: you do not trust {project.name}"
        assert "is not trusted" in driver.find(QPushButton, "new_run_button").toolTip()
        await driver.click("new_run_button")
        await driver.shown("new_run_name")
        dialog = driver.program.controller.dialogs.current
        assert dialog is not None
        assert any("is not trusted" in each.plain_text() for each in dialog.findChildren(PlainLabel))
        assert not driver.find(QAbstractButton, "new_run_start").isEnabled()
        await driver.click("new_run_cancel")
        reload(driver)
        await driver.shown("trust_card")
        assert not canary.exists()
        assert users_trust().folders() == ()


async def test_what_lies_outside_is_named_and_asked_for_when_it_comes_later(
    tmp_path: Path, project: Path, canary: Path
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (tmp_path / "secrets.env").write_text("OF_ANOTHER_FOLDER=1")
    async with open_window(tmp_path / "t.db", project) as driver:
        await driver.ready()
        assert canary.exists()
        (project / "agent.py").write_text((project / "agent.py").read_text() + "\nchanged = 1\n")
        reload(driver)
        await until(lambda: "changed" in vars(sys.modules.get("__agent", sys)), 30, "an edit asks for trust again")
        canary.unlink()
        manifest(project, dependencies=[".", "../shared"], env="../secrets.env")
        reload(driver)
        await driver.shown("trust_card")
        assert "2 places outside this folder" in says(driver, "trust_outside")
        assert uses(driver)[0] == OUTSIDE
        assert f"../shared → {shared} (a folder of code)" in uses(driver)
        assert f"secrets.env → {tmp_path / 'secrets.env'} (variables in a file)" in uses(driver)
        assert not canary.exists()
        assert "OF_ANOTHER_FOLDER" not in os.environ
        assert "__agent" not in sys.modules, "what was loaded before is not offered any more"
        await driver.click("trust_and_load")
        await loaded(driver)
        assert os.environ["OF_ANOTHER_FOLDER"] == "1"
        assert str(shared) in sys.path


async def test_another_folder_in_its_place_is_asked_for(tmp_path: Path, project: Path, canary: Path) -> None:
    link, other = tmp_path / "link", tmp_path / "other"
    link.symlink_to(project)
    async with open_window(tmp_path / "t.db", link) as driver:
        await driver.ready()
        assert canary.exists()
    canary.unlink()
    project.rename(other)
    link.unlink()
    for place in (link, project):
        place.symlink_to(other)
        async with open_window(tmp_path / "t.db", place, trusted=False) as driver:
            await driver.ready()
            await driver.shown("trust_card")
            assert str(other) in says(driver, "trust_folder")
    project.unlink()
    shutil.copytree(other, project)
    async with open_window(tmp_path / "t.db", project, trusted=False) as driver:
        await driver.ready()
        await driver.shown("trust_card")
    assert not canary.exists()


async def test_trust_is_withdrawn_in_the_settings_and_gone_at_the_next_load(
    tmp_path: Path, project: Path, canary: Path
) -> None:
    async with open_window(tmp_path / "t.db", project) as driver:
        await driver.ready()
        driver.program.controller.actions["settings"].trigger()
        await driver.click(f"trust_withdraw:{project}")
        assert "when the project is loaded the next time" in says(driver, "trusted_told")
        assert driver.program.session.project.graphs, "what is loaded stays"
        driver.program.controller.dialogs.close()
        canary.unlink()
        reload(driver)
        await driver.shown("trust_card")
        assert not canary.exists()
        assert not driver.program.session.project.graphs
        driver.program.controller.actions["settings"].trigger()
        await driver.shown("trusted_told")
        assert says(driver, "trusted_told").startswith("None yet.")
        driver.program.controller.dialogs.close()


async def test_trust_that_cannot_be_kept_holds_for_this_start(tmp_path: Path, project: Path) -> None:
    (settings_folder() / TRUST_FILE).mkdir(parents=True)
    async with open_window(tmp_path / "t.db", project, trusted=False) as driver:
        await driver.ready()
        await driver.click("trust_and_load")
        await loaded(driver)
        assert any("It holds until the program ends" in text for text in driver.notices)


async def test_a_click_that_was_not_meant_for_it_and_the_keyboard(tmp_path: Path, project: Path) -> None:
    async with open_window(tmp_path / "t.db", project, trusted=False) as driver:
        await driver.shown("trust_card")
        trust = driver.find(QPushButton, "trust_and_load")
        assert not trust.isEnabled(), "it has only just come up"
        assert nameless(driver.window) == []
        await until(trust.isEnabled, 5)
        assert not driver.find(QWidget, "trust_card").isAncestorOf(driver.window.focusWidget())
        driver.find(ReadOnlyText, "trust_uses").setFocus()
        await driver.press(Qt.Key.Key_Tab)
        assert driver.window.focusWidget() is driver.find(QPushButton, "trust_look_only")
        await driver.press(Qt.Key.Key_Tab)
        assert driver.window.focusWidget() is trust
        await driver.press(Qt.Key.Key_Space)
        await loaded(driver)


async def test_a_manifest_cannot_write_the_question(tmp_path: Path, project: Path, canary: Path) -> None:
    forged = "x\n\nOutside the folder\n    nothing\u202e\u200b<b>bold</b>"
    (project / "langgraph.json").write_text(
        json.dumps({"graphs": {forged: "./agent.py:graph"}, "env": {"A": "1\nB=2", "PYTHONPATH": "/x"}})
    )
    async with open_window(tmp_path / "t.db", project, trusted=False) as driver:
        await driver.shown("trust_card")
        shown = driver.find(QPlainTextEdit, "trust_uses").toPlainText().splitlines()
        assert [line.strip() for line in shown if line] == [
            "Graphs, whose code runs",
            r"./agent.py: graph (the graph x\n\nOutside the folder\n    nothing\u202e\u200b<b>bold</b>)",
            "Environment variables that it sets",
            r"A=1\nB=2",
            "PYTHONPATH=/x (ignored, no project may set it)",
        ]
        await driver.ready()
    assert not canary.exists()
