"""The model of a run: chosen in the form for a new run, remembered for a graph, kept for a thread."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QDoubleSpinBox, QLabel, QLineEdit, QSpinBox

from hitl_desktop.core.run_model import RunModel
from hitl_desktop.core.settings import Settings
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.locations import settings_folder
from hitl_desktop.records.settings_file import save_settings
from hitl_desktop.testing.driver import Driver, open_window
from hitl_desktop.testing.scripted_library import ScriptedModel
from hitl_desktop.testing.scripted_ollama import MODEL, HttpError, ScriptedOllama, Text
from hitl_desktop.testing.waiting import until
from tests.ui.test_bad_input import project
from tests.ui.test_models_page import choose, says, text_of

BIG = ScriptedModel("big:7b", 4_700_000_000, "llama", "7.6B", "Q4_K_M", 32768)
NEEDS = """
import operator
from dataclasses import dataclass, field
from typing import Annotated, Any
from pydantic import BaseModel, Field
from typing_extensions import TypedDict
from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime

class Context(BaseModel):
    model: str = Field("", json_schema_extra={"x-model-needs": {"tools": True, "parameters": 1500000000}})
    seed: int | None = None

class State(TypedDict):
    name: str
    got: Annotated[list, operator.add]

def tell(state, runtime: Runtime[Context]):
    return {"got": [runtime.context.model, runtime.context.seed]}

graph = StateGraph(State, context_schema=Context).add_node(tell).add_edge(START, "tell").compile()
"""

NAMES_ITS_OWN = """
from langchain_core.messages import AIMessage
from langchain_ollama import ChatOllama
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

model = ChatOllama(model="own:3b")

async def write(state):
    return {"messages": [await model.ainvoke(state["messages"])]}

def ask(state):
    return {"messages": [AIMessage(str(interrupt("Go on?")))]}

graph = StateGraph(MessagesState).add_node(write).add_edge(START, "write").compile()
asks = StateGraph(MessagesState).add_node(ask).add_node(write).add_edge(START, "ask").add_edge("ask", "write").compile()
"""


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedOllama]:
    with ScriptedOllama() as server:
        server.library.add(BIG)
        monkeypatch.setenv("OLLAMA_HOST", server.base_url)
        yield server


def pick(driver: Driver, model: str) -> None:
    box = driver.find(QComboBox, "run_model_name")
    box.setCurrentIndex(box.findData(model))


async def start(driver: Driver, text: str) -> None:
    await driver.type_into("new_run_message", text)
    await driver.click("new_run_start")
    await driver.opened(ThreadState.DONE)


async def test_a_run_gets_the_model_and_settings_that_were_chosen(tmp_path: Path, ollama: ScriptedOllama) -> None:
    ollama.enqueue(Text("One."), Text("Two."))
    async with open_window(tmp_path / "t.db") as driver:
        await driver.ready()
        await driver.choose_graph("mail_assistant")
        box = driver.find(QComboBox, "run_model_name")
        assert [box.itemText(row) for row in range(box.count())] == [f"Default: {MODEL}", MODEL, "big:7b"]
        pick(driver, "big:7b")
        await driver.click("run_model_more")
        driver.find(QDoubleSpinBox, "run_model_temperature").setValue(0.7)
        driver.find(QSpinBox, "run_model_num_ctx").setValue(8192)
        driver.find(QSpinBox, "run_model_seed").setValue(7)
        keep = driver.find(QComboBox, "run_model_keep_alive")
        keep.setCurrentIndex(keep.findData("30m"))
        await start(driver, "Hi.")
        first = ollama.requests[0]
        assert first["model"] == "big:7b"
        assert first["keep_alive"] == "30m"
        assert first["options"] | {"temperature": 0.7, "num_ctx": 8192, "seed": 7} == first["options"]
        await driver.choose_graph("mail_assistant")
        assert driver.find(QComboBox, "run_model_name").currentData() == "", "it was for one run"
        await start(driver, "Hi again.")
        second = ollama.requests[1]
        assert second["model"] == MODEL
        assert second.get("keep_alive") is None
        assert "seed" not in second["options"]


async def test_a_choice_is_remembered_for_the_graph(tmp_path: Path, ollama: ScriptedOllama) -> None:
    ollama.enqueue(Text("One."), Text("Two."))
    async with open_window(tmp_path / "t.db") as driver:
        await driver.ready()
        await driver.choose_graph("mail_assistant")
        pick(driver, "big:7b")
        driver.find(QCheckBox, "run_model_remember").click()
        await start(driver, "Hi.")
    async with open_window(tmp_path / "t.db") as driver:
        await driver.ready()
        await driver.choose_graph("mail_assistant")
        assert driver.find(QComboBox, "run_model_name").currentData() == "big:7b"
        await start(driver, "Hi.")
        assert [each["model"] for each in ollama.requests] == ["big:7b", "big:7b"]
        await driver.choose_graph("mail_assistant")
        pick(driver, "")
        driver.find(QCheckBox, "run_model_remember").click()
        ollama.enqueue(Text("Three."))
        await start(driver, "Hi.")
        assert ollama.requests[2]["model"] == MODEL


async def test_a_thread_keeps_its_model_until_another_is_used(tmp_path: Path, ollama: ScriptedOllama) -> None:
    """Also after the window was closed; and whoever comes from a failure chooses for that thread, too."""
    failed = HttpError(500, "model requires more system memory (9 GiB) than is available (2 GiB)")
    ollama.enqueue(failed, failed, Text("Good."))
    async with open_window(tmp_path / "t.db") as driver:
        await driver.ready()
        await driver.choose_graph("mail_assistant")
        pick(driver, "big:7b")
        await driver.type_into("new_run_message", "Hi.")
        await driver.click("new_run_start")
        thread_id = (await driver.opened(ThreadState.FAILED)).thread_id
    async with open_window(tmp_path / "t.db") as driver:
        await driver.ready()
        driver.window.inbox.select(thread_id)
        await driver.opened(ThreadState.FAILED)
        await driver.click("go_on:retry")
        await driver.click("run_failure_fix")
        assert ollama.requests[1]["model"] == "big:7b"
        await choose(driver, "big:7b")
        await driver.click("model_use")
        await says(driver, "models_in_use", "big:7b answers")
        await choose(driver, MODEL)
        await driver.click("model_use")
        await says(driver, "models_in_use", f"{MODEL} answers")
        await driver.click("models_back")
        await driver.click("go_on:retry")
        await driver.opened(ThreadState.DONE)
        assert ollama.requests[2]["model"] == MODEL


async def test_the_form_warns_of_a_model_that_is_too_small(tmp_path: Path, ollama: ScriptedOllama) -> None:
    folder = project(tmp_path / "p", needs="./needs.py:graph", asks="asks")
    (folder / "needs.py").write_text(NEEDS)
    ollama.library.add(ScriptedModel("dumb:9b", 1, "llama", "9.0B", "Q4", 2048, capabilities=("completion",)))
    async with open_window(tmp_path / "t.db", folder) as driver:
        await driver.ready()
        await driver.choose_graph("needs")
        await driver.shown("run_model_warning")
        assert "1M weights, where 1.5B or more are advised" in driver.find(QLabel, "run_model_warning").text()
        pick(driver, "dumb:9b")
        assert "can call tools, and dumb:9b can't" in driver.find(QLabel, "run_model_warning").text()
        pick(driver, "big:7b")
        assert not driver.is_shown("run_model_warning")
        await driver.click("run_model_more")
        assert not driver.is_shown("run_model_temperature"), "the graph does not take it"
        driver.find(QSpinBox, "run_model_seed").setValue(3)
        pick(driver, MODEL)
        await driver.type_into("field:name", "Ana")
        await driver.click("new_run_start")
        review = await driver.opened(ThreadState.DONE)
        assert review.detail.values["got"] == [MODEL, 3], "a warning stops nobody"
        await driver.choose_graph("asks")
        await until(lambda: not driver.is_shown("run_model"))
        await driver.click("new_run_cancel")


async def test_a_remembered_model_that_is_gone_is_named(tmp_path: Path, ollama: ScriptedOllama) -> None:
    remembered = Settings(graph_models={"mail_assistant": RunModel("gone:1b", seed=5)})
    save_settings(settings_folder() / "settings.toml", remembered)
    async with open_window(tmp_path / "t.db") as driver:
        await driver.ready()
        await driver.choose_graph("mail_assistant")
        box = driver.find(QComboBox, "run_model_name")
        assert box.currentText() == "gone:1b (not there now)"
        assert driver.find(QSpinBox, "run_model_seed").value() == 5, "what was remembered is shown"
        await driver.click("new_run_cancel")


async def test_a_graph_that_names_its_own_model_is_helped_with_that(tmp_path: Path, ollama: ScriptedOllama) -> None:
    folder = project(tmp_path / "project", graph="./own.py:graph")
    (folder / "own.py").write_text(NAMES_ITS_OWN)
    ollama.stop()
    async with open_window(tmp_path / "t.db", folder) as driver:
        await driver.ready()
        await driver.new_message("graph", "Hi.")
        await driver.opened(ThreadState.FAILED)
        assert "names its model in its own code" in driver.log_text
        assert "hoose another model" not in driver.log_text
        await driver.shown("thread_fix_model")
        assert driver.find(QAbstractButton, "thread_fix_model").text() == "Start Ollama…"
        await driver.click("run_failure_fix")
        await says(driver, "models_problem", "makes no difference to it")
        await until(lambda: "look for decisions" not in driver.program.controller.tasks.names)
        assert "What you decided" not in text_of(driver, "models_problem")
        await driver.click("models_back")
        ollama.start()
        await driver.click("go_on:retry")
        await until(lambda: "own:3b" in driver.log_text, 30)
        await driver.opened(ThreadState.FAILED)
        # It is hidden while the run is tried again.
        found = driver.window.findChildren(QAbstractButton, "run_failure_fix")
        await until(lambda: any(each.isVisible() and each.text() == "Pull it…" for each in found), 30)
        await driver.click("run_failure_fix")
        await says(driver, "models_problem", "has own:3b")
        assert driver.find(QLineEdit, "models_get_name").text() == "own:3b"


async def test_what_was_decided_is_only_said_to_be_kept_where_something_was(
    tmp_path: Path, ollama: ScriptedOllama
) -> None:
    folder = project(tmp_path / "project", asks="./own.py:asks")
    (folder / "own.py").write_text(NAMES_ITS_OWN)
    ollama.stop()
    async with open_window(tmp_path / "t.db", folder) as driver:
        await driver.ready()
        await driver.new_message("asks", "Hi.")
        await driver.opened(ThreadState.WAITING)
        await driver.type_into("field:", "yes")
        await driver.decide("decision_submit")
        await driver.opened(ThreadState.FAILED)
        await driver.click("thread_fix_model")
        await says(driver, "models_problem", "What you decided is kept, and you are not asked again.")


async def test_a_failure_in_another_thread_is_told_once_and_leads_there(tmp_path: Path, ollama: ScriptedOllama) -> None:
    folder = project(tmp_path / "project", asks="./own.py:asks")
    (folder / "own.py").write_text(NAMES_ITS_OWN)
    async with open_window(tmp_path / "t.db", folder) as driver:
        await driver.ready()
        for text in ("The first.", "The second."):
            await driver.new_message("asks", text)
            await driver.opened(ThreadState.WAITING)
        await driver.type_into("field:", "yes")
        await driver.decide("decision_submit")  # the first opens then
        await until(lambda: driver.notices, 30, "the failure was not told")
        (notice,) = driver.notices
        assert notice.startswith("A run failed: “The second.”. The model server does not have this model")
        assert text_of(driver, "thread_title") == "The first."
        await driver.click("notice_action")
        await driver.opened(ThreadState.FAILED)
        assert text_of(driver, "thread_title") == "The second."
        assert driver.notices == ()
        await driver.click("go_on:retry")
        await until(lambda: driver.log_text.count("own:3b") > 1, 30)
        await driver.opened(ThreadState.FAILED)
        assert driver.notices == ()
