"""The Models page through the window: from no model to one that answers, with real clicks on a scripted Ollama."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QTableWidget,
)

from hitl_desktop.core.threads import ThreadState
from hitl_desktop.models.ollama import OllamaUnreachableError, server_version
from hitl_desktop.testing.driver import Driver, open_window
from hitl_desktop.testing.scripted_library import ScriptedModel, download
from hitl_desktop.testing.scripted_ollama import MODEL, HttpError, ScriptedOllama, Text
from hitl_desktop.testing.waiting import until
from hitl_desktop.ui.plain_text import PlainLabel
from tests.models.gguf_files import gguf
from tests.models.test_local_models import SERVES, install

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
BIG = ScriptedModel("big:7b", 4_700_000_000, "llama", "7.6B", "Q4_K_M", 32768, 7_600_000_000)
EMBEDS = ScriptedModel("embeds:latest", 270_000_000, "bert", "137M", "F16", 2048, capabilities=("embedding",))


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedOllama]:
    with ScriptedOllama() as server:
        monkeypatch.setenv("OLLAMA_HOST", server.base_url)
        yield server


async def opened_page(driver: Driver) -> None:
    """Open the page from the status bar, when a model was looked for."""
    await driver.ready()
    await driver.click("status_model")
    await driver.shown("models_page")
    await until(lambda: driver.program.models.last is not None, 30, "nobody looked")


def text_of(driver: Driver, name: str) -> str:
    label = driver.find(QLabel, name)
    return label.plain_text() if isinstance(label, PlainLabel) else label.text()


async def says(driver: Driver, name: str, words: str) -> None:
    """Wait until a label of this name says these words."""

    def said() -> bool:
        return driver.is_shown(name) and words in text_of(driver, name)

    await until(said, 30, f"{name} does not say “{words}”")


def rows(driver: Driver) -> list[list[str]]:
    table = driver.find(QTableWidget, "models_table")
    found = []
    for row in range(table.rowCount()):
        items = [table.item(row, column) for column in range(table.columnCount())]
        found.append([item.text() for item in items if item is not None])
    return found


async def choose(driver: Driver, model: str) -> None:
    """Click the row of a model."""
    await driver.shown("models_table")
    table = driver.find(QTableWidget, "models_table")
    await until(lambda: any(row[0].startswith(model) for row in rows(driver)), 30, f"{model} is not listed")
    (number,) = [number for number, row in enumerate(rows(driver)) if row[0].startswith(model)]
    place = table.visualRect(table.model().index(number, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    await says(driver, "model_name", model)


async def choose_file(driver: Driver, button: str, path: Path) -> None:
    await driver.click(button)
    dialog = driver.window.findChild(QFileDialog, "models_file")
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    dialog.close()


async def test_models_are_listed_with_what_is_known_of_them(tmp_path: Path, ollama: ScriptedOllama) -> None:
    ollama.library.add(BIG)
    ollama.library.add(ScriptedModel("evil\u202e<b>x</b>", 1, capabilities=(), show={"model_info": None, "details": 5}))
    async with open_window(tmp_path / "t.db") as driver:
        await opened_page(driver)
        await until(lambda: len(rows(driver)) == 3, 30)
        first, big, odd = rows(driver)
        assert first == [f"{MODEL}  (in use)", "scripted 1M", "1.0 MB", "F16", "4,096", "tools", "1.0 MB"]
        assert big == ["big:7b", "llama 7.6B", "4.7 GB", "Q4_K_M", "32,768", "tools", "no"]
        assert "U+202E" in odd[0]
        assert "<b>x</b>" in odd[0]
        assert odd[4:6] == ["not known", "not known"]
        assert "0.0.0-scripted answers at" in text_of(driver, "models_found")
        await choose(driver, "big:7b")
        await says(driver, "model_fact:Weights", "7.6B")
        await driver.click("models_back")
        assert not driver.is_shown("models_page")
        assert driver.is_shown("new_run_button")


async def test_the_page_is_left_by_keys_and_by_choosing_a_thread(tmp_path: Path, ollama: ScriptedOllama) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        await driver.ready()
        ollama.enqueue(Text("Hello."), Text("Again."))
        await driver.new_message("mail_assistant", "Hi.")
        await driver.opened(ThreadState.DONE)
        await driver.press(Qt.Key.Key_M, CONTROL | SHIFT)
        await driver.shown("models_page")
        await driver.press(Qt.Key.Key_Escape)
        await until(lambda: not driver.is_shown("models_page"))
        await driver.press(Qt.Key.Key_M, CONTROL | SHIFT)
        await driver.shown("models_page")
        await driver.press(Qt.Key.Key_Slash)
        await until(lambda: not driver.is_shown("models_page"))
        await until(lambda: driver.window.inbox.isAncestorOf(driver.window.focusWidget()), 5)
        await driver.press(Qt.Key.Key_M, CONTROL | SHIFT)
        await driver.shown("models_page")
        await driver.press(Qt.Key.Key_N, CONTROL)
        await driver.type_into("new_run_message", "Hi again.")
        await driver.click("new_run_start")
        await until(lambda: not driver.is_shown("models_page"), 10, "the new run is not shown")
        await driver.opened(ThreadState.DONE)


async def test_nothing_is_decided_behind_the_page(tmp_path: Path, ollama: ScriptedOllama) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        await driver.ready()
        ollama.enqueue(Text("Please approve."))
        await driver.choose_graph("action_approval")
        await driver.click("new_run_start")
        await driver.opened(ThreadState.WAITING)
        await driver.may_decide()
        await driver.press(Qt.Key.Key_M, CONTROL | SHIFT)
        await driver.shown("models_page")
        await driver.press(Qt.Key.Key_Return, CONTROL)
        await driver.press(Qt.Key.Key_Backspace, CONTROL)
        assert driver.program.controller.held.deliveries == ()
        assert driver.is_shown("models_page")


async def test_what_is_held_can_be_undone_beside_the_page(tmp_path: Path, ollama: ScriptedOllama) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        await driver.ready()
        ollama.enqueue(Text("Please approve."))
        await driver.choose_graph("action_approval")
        await driver.click("new_run_start")
        await driver.opened(ThreadState.WAITING)
        await driver.decide("decision_submit")
        await driver.shown("held_bar")
        await driver.press(Qt.Key.Key_M, CONTROL | SHIFT)
        await driver.shown("models_page")
        await driver.click("held_undo")
        await until(lambda: not driver.is_shown("models_page"), 10, "the thread is not shown again")
        await driver.shown("decision_submit")
        assert not driver.is_shown("held_bar")


async def test_a_pull_from_no_model_to_one_that_answers(tmp_path: Path, ollama: ScriptedOllama) -> None:
    go_on = threading.Event()
    ollama.library.models.clear()
    ollama.library.enqueue_pull(
        {"status": "pulling manifest"}, *download(1000, 250), go_on, {"status": "success"}, gives=BIG
    )
    async with open_window(tmp_path / "t.db") as driver:
        await opened_page(driver)
        await says(driver, "models_next_step", "It has no model yet")
        await driver.click("models_pull")
        await says(driver, "models_get_problem", "registry.ollama.ai, which is not among the allowed hosts")
        await driver.type_into("models_get_name", "big:7b")
        QTest.keyClick(driver.find(QLineEdit, "models_get_name"), Qt.Key.Key_Return)
        assert ollama.library.pulled == [], "it may not be pulled yet"
        await driver.click("models_allow")
        await driver.click("models_get_go")
        await says(driver, "models_progress_words", "250 bytes of 1.0 kB")
        assert driver.find(QProgressBar, "models_progress_bar").value() == 250
        go_on.set()
        await says(driver, "models_progress_words", "big:7b is pulled.")
        await says(driver, "models_in_use", "big:7b answers the graphs now")
        await says(driver, "model_name", "big:7b")
        await driver.click("models_progress_cancel")
        assert not driver.is_shown("models_progress")
    assert ollama.library.pulled == ["big:7b"]


async def test_a_pull_is_cancelled_and_goes_on_behind_the_threads(tmp_path: Path, ollama: ScriptedOllama) -> None:
    never, go_on = threading.Event(), threading.Event()
    ollama.library.enqueue_pull(*download(1000, 400), never)
    ollama.library.enqueue_pull(*download(1000, 400), go_on, {"status": "success"}, gives=BIG)
    async with open_window(tmp_path / "t.db") as driver:
        await opened_page(driver)
        for attempt in ("cancelled", "finished"):
            await driver.click("models_pull")
            await driver.type_into("models_get_name", "big:7b")
            if attempt == "cancelled":
                await driver.click("models_allow")
            await driver.click("models_get_go")
            await says(driver, "models_progress_words", "400 bytes of 1.0 kB")
            if attempt == "cancelled":
                await driver.click("models_progress_cancel")
                await says(driver, "models_progress_words", "was cancelled")
                await until(lambda: ollama.library.left.acquire(blocking=False), 10, "Ollama was not told")
        await driver.click("models_back")
        go_on.set()
        await until(lambda: "big:7b is pulled." in driver.notices, 30, "nobody told that it is there")
        await driver.click("notice_action")
        await says(driver, "model_name", "big:7b")


async def test_a_pull_that_fails_says_why(tmp_path: Path, ollama: ScriptedOllama) -> None:
    ollama.library.enqueue_pull({"error": "write /models: no space left on device"})
    async with open_window(tmp_path / "t.db") as driver:
        await opened_page(driver)
        await driver.click("models_pull")
        await driver.type_into("models_get_name", "big:7b")
        await driver.click("models_allow")
        await driver.click("models_get_go")
        await says(driver, "models_progress_words", "big:7b was not pulled. The disk on which Ollama keeps")


async def test_a_file_is_imported_without_a_network(tmp_path: Path, ollama: ScriptedOllama) -> None:
    path = tmp_path / "Tiny Model.gguf"
    path.write_bytes(gguf({"general.architecture": "llama"}, {"a": (64, 64)}))
    async with open_window(tmp_path / "t.db") as driver:
        await opened_page(driver)
        await choose_file(driver, "models_import", path)
        await driver.shown("models_get_go")
        assert driver.find(QLineEdit, "models_get_name").text() == "tiny-model"
        await driver.type_into("models_get_name", "scripted")
        assert "a model of this name already" in text_of(driver, "models_get_problem")
        await driver.type_into("models_get_name", "tiny")
        await driver.click("models_get_go")
        await says(driver, "models_progress_words", "tiny is imported.")
        await says(driver, "model_name", "tiny:latest")
        assert driver.find(QLabel, "status_offline").text() == "Offline"
    assert list(ollama.library.blobs.values()) == [path.read_bytes()]


async def test_a_file_that_is_no_model_is_refused(tmp_path: Path, ollama: ScriptedOllama) -> None:
    path = tmp_path / "notes.gguf"
    path.write_text("these are my notes")
    async with open_window(tmp_path / "t.db") as driver:
        await opened_page(driver)
        for button in ("models_import", "models_run_file"):
            await choose_file(driver, button, path)
            await says(driver, "models_problem", "is not a GGUF file")
            await driver.click("models_look")
            await until(lambda: not driver.is_shown("models_problem"))
        assert not driver.is_shown("models_get")
        assert driver.program.service is not None
        assert driver.program.service.kind == "ollama"


async def test_deleting_asks_in_the_page(tmp_path: Path, ollama: ScriptedOllama) -> None:
    ollama.library.add(BIG)
    async with open_window(tmp_path / "t.db") as driver:
        await opened_page(driver)
        await choose(driver, "big:7b")
        await driver.click("model_delete")
        assert "4.7 GB of disk become free" in text_of(driver, "model_delete_words")
        await driver.click("model_delete_keep")
        assert not driver.is_shown("model_delete_question")
        await driver.click("model_delete")
        await choose(driver, MODEL)
        assert not driver.is_shown("model_delete_question"), "the question was about another model"
        await choose(driver, "big:7b")
        await driver.click("model_delete")
        await driver.click("model_delete_confirm")
        await until(lambda: len(rows(driver)) == 1, 30)
        assert not driver.is_shown("model_delete_question")
    assert ollama.library.deleted == ["big:7b"]


async def test_unloading_frees_memory(tmp_path: Path, ollama: ScriptedOllama) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        await opened_page(driver)
        await until(lambda: rows(driver) and rows(driver)[0][6] == "1.0 MB", 30)
        await driver.click("model_unload")
        await until(lambda: rows(driver)[0][6] == "no", 30)
        assert ollama.library.loaded == set()


async def test_a_trial_shows_the_answer_and_the_speed(tmp_path: Path, ollama: ScriptedOllama) -> None:
    ollama.enqueue(
        Text("Blue it is."),
        Text("on and on " * 100, delay=0.02),
        HttpError(500, "model requires more system memory (5.6 GiB) than is available (2.1 GiB)"),
    )
    async with open_window(tmp_path / "t.db") as driver:
        await opened_page(driver)
        await driver.type_into("models_trial_prompt", "What colour is the sky?")
        await driver.click("models_try")
        await says(driver, "models_trial_figures", "3 tokens at")
        answer = driver.find(QPlainTextEdit, "models_trial_answer")
        assert answer.toPlainText() == "Blue it is."
        assert "What colour is the sky?" in str(ollama.requests[0]["messages"])
        await driver.click("models_try")
        await until(lambda: "on and on" in answer.toPlainText(), 30)
        await driver.click("models_try")
        await says(driver, "models_trial_figures", "Stopped.")
        await driver.click("models_try")
        await says(driver, "models_trial_figures", "There is not enough memory for this model")


async def test_a_trial_is_not_shown_under_another_model(tmp_path: Path, ollama: ScriptedOllama) -> None:
    ollama.library.add(BIG)
    ollama.enqueue(Text("on and on " * 500, delay=0.02), Text("From the big one."))
    async with open_window(tmp_path / "t.db") as driver:
        await opened_page(driver)
        await driver.click("models_try")
        await driver.shown("models_trial_answer")
        await choose(driver, "big:7b")
        tasks = driver.program.controller.tasks
        await until(lambda: "try a model" not in tasks._latest, 5, "the trial that nobody looks at goes on")
        assert not driver.is_shown("models_trial_answer")
        await driver.click("models_try")
        await says(driver, "models_trial_figures", "4 tokens at")
        assert driver.find(QPlainTextEdit, "models_trial_answer").toPlainText() == "From the big one."
        assert [each["model"] for each in ollama.requests] == [MODEL, "big:7b"]


async def test_an_installed_ollama_is_started_and_ends_with_the_window(
    tmp_path: Path, ollama: ScriptedOllama, monkeypatch: pytest.MonkeyPatch
) -> None:
    ollama.stop()
    monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{ollama.port}")
    monkeypatch.setenv("PATH", str(Path(install(tmp_path / "bin", SERVES)).parent))
    async with open_window(tmp_path / "t.db") as driver:
        await opened_page(driver)
        await says(driver, "models_found", "Ollama is installed and does not run")
        assert not driver.find(QAbstractButton, "models_pull").isEnabled()
        await driver.click("models_start")
        await says(driver, "models_found", "started by this program")
        assert driver.find(QAbstractButton, "models_pull").isEnabled()
    with pytest.raises(OllamaUnreachableError):
        await server_version(f"http://127.0.0.1:{ollama.port}")


async def test_another_model_is_used_from_now_on(tmp_path: Path, ollama: ScriptedOllama) -> None:
    ollama.library.add(BIG)
    ollama.library.add(EMBEDS)
    async with open_window(tmp_path / "t.db") as driver:
        await opened_page(driver)
        await choose(driver, "embeds")
        assert not driver.find(QAbstractButton, "model_use").isEnabled(), "it writes no text"
        await choose(driver, "big:7b")
        await driver.click("model_use")
        await says(driver, "models_in_use", "big:7b answers the graphs now")
        ollama.enqueue(Text("Hello."))
        await driver.click("models_back")
        await driver.new_message("mail_assistant", "Hi.")
        await driver.opened(ThreadState.DONE)
        assert ollama.requests[0]["model"] == "big:7b"


async def test_ollama_that_comes_up_is_noticed(tmp_path: Path, ollama: ScriptedOllama) -> None:
    """Whoever starts it in a terminal needs to press nothing here."""
    ollama.stop()
    async with open_window(tmp_path / "t.db") as driver:
        await opened_page(driver)
        await says(driver, "models_in_use", "for trying out")
        assert "answers at" not in text_of(driver, "models_found")
        assert [row[0] for row in rows(driver)] == ["smollm2:135m  (in use)"]
        ollama.start()
        await says(driver, "models_in_use", f"{MODEL} answers the graphs now")


async def test_the_embedded_model_is_tried_and_another_file_is_run(tmp_path: Path) -> None:
    """Real tokens, whose wording is not looked at."""
    from hitl_desktop.models.embedded.weights import bundled_weights

    weights = bundled_weights()
    assert weights is not None
    copy = tmp_path / "Own Model.gguf"
    copy.symlink_to(weights)
    async with open_window(tmp_path / "t.db") as driver:
        await opened_page(driver)
        await driver.type_into("models_trial_prompt", "Say hello.")
        await driver.click("models_try")
        await says(driver, "models_trial_figures", "tokens a second")
        await until(lambda: rows(driver)[0][-1] != "no", 10, "it is not said to be in memory")
        await choose_file(driver, "models_run_file", copy)
        await says(driver, "models_in_use", "Own-Model answers the graphs now")
        assert [row[0] for row in rows(driver)] == ["Own-Model  (in use)", "smollm2:135m  (comes with the program)"]
        await choose(driver, "smollm2:135m")
        assert not driver.find(QAbstractButton, "models_try").isEnabled()
        assert not driver.find(QAbstractButton, "model_delete").isEnabled()
        await driver.click("model_use")
        await says(driver, "models_in_use", "smollm2:135m answers the graphs now")
        assert [row[0] for row in rows(driver)] == ["smollm2:135m  (in use)"]


async def kill_embedded(driver: Driver) -> None:
    """Kill the process of the embedded server, as a system without memory would."""
    embedded = driver.program._models._embedded
    assert embedded is not None
    assert embedded._process is not None
    embedded._process.kill()
    await embedded._process.wait()


def status(driver: Driver) -> str:
    return driver.find(QAbstractButton, "status_model").text()


async def test_an_embedded_server_that_died_is_said_to_be_and_started_before_a_run(tmp_path: Path) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        await driver.ready()
        assert "embedded" in status(driver)
        await kill_embedded(driver)
        await until(lambda: status(driver) == "smollm2:135m · stopped", 10, "the status bar names a dead server")
        assert "process" in driver.find(QAbstractButton, "status_model").toolTip()
        await driver.choose_graph("action_approval")
        await driver.click("new_run_start")
        await driver.opened(ThreadState.WAITING)
        assert "embedded" in status(driver)
        assert driver.notices == ()


async def test_trying_again_starts_the_embedded_server(tmp_path: Path) -> None:
    """It is killed in the middle of a run, which then fails."""
    async with open_window(tmp_path / "t.db") as driver:
        await driver.ready()
        await driver.choose_graph("action_approval")
        await driver.click("new_run_start")
        await until(lambda: [node for each in driver.program.session.active.values() for node in each.nodes], 30)
        await kill_embedded(driver)
        await driver.opened(ThreadState.FAILED)
        assert status(driver) == "smollm2:135m · stopped"
        assert driver.find(QAbstractButton, "run_failure_fix").text() == "Start the model server…"
        await driver.click("run_failure_fix")
        await says(driver, "models_in_use", "answers the graphs now")
        assert "embedded" in status(driver)
        await driver.click("models_back")
        await kill_embedded(driver)
        await driver.click("go_on:retry")
        await driver.opened(ThreadState.WAITING)
        assert "embedded" in status(driver)


async def test_an_ollama_that_went_away_is_not_replaced_silently(tmp_path: Path, ollama: ScriptedOllama) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        await driver.ready()
        label = status(driver)
        ollama.stop()
        await driver.new_message("mail_assistant", "Hi.")
        await driver.opened(ThreadState.FAILED)
        await until(lambda: "embedded" in status(driver), 10, "the status bar names an Ollama that is gone")
        (notice,) = driver.notices
        assert notice.startswith(f"{label} does not answer any more. smollm2:135m")
        ollama.start()
        await driver.click("run_failure_fix")
        await says(driver, "models_in_use", f"{MODEL} answers the graphs now")
        assert driver.notices == ()
        assert status(driver) == label
