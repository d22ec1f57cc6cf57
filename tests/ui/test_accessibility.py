"""What a screen reader and the Tab key find in the window: names, an order that makes sense, a keyboard that shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget

from hitl_desktop.core.threads import ThreadState
from hitl_desktop.testing.driver import Driver, open_window
from hitl_desktop.testing.scripted_ollama import ScriptedOllama
from hitl_desktop.testing.waiting import until
from hitl_desktop.ui.thread_list import ThreadList
from tests.ui.test_review_panel import GO, asked, card

TAB = Qt.FocusPolicy.TabFocus
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A model that answers keeps the program from starting its own."""
    with ScriptedOllama() as server:
        monkeypatch.setenv("OLLAMA_HOST", server.base_url)
        yield


@pytest_asyncio.fixture
async def driver(tmp_path: Path) -> AsyncIterator[Driver]:
    async with open_window(tmp_path / "t.db", Path(__file__).parent / "asking_project") as driver:
        driver.window.activateWindow()
        await until(driver.window.isActiveWindow, 10)
        yield driver


def interfaces(root: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """Everything below that can be seen."""
    for i in range(root.childCount()):
        child = root.child(i)
        if child is not None and child.isValid() and not child.state().invisible:
            yield child
            yield from interfaces(child)


def nameless(window: QWidget) -> list[str]:
    """What takes the keyboard in a window and has no name for a screen reader."""
    found = []
    for each in interfaces(QAccessible.queryAccessibleInterface(window)):
        widget = each.object()
        if not isinstance(widget, QWidget) or not each.state().focusable or not widget.focusPolicy() & TAB:
            continue
        if not each.text(QAccessible.Text.Name).strip():
            found.append(f"{type(widget).__name__} {widget.objectName()!r} in {_place(widget)}")
    return found


def _place(widget: QWidget) -> str:
    names = []
    parent = widget.parentWidget()
    while parent is not None:
        names.append(parent.objectName() or type(parent).__name__)
        parent = parent.parentWidget()
    return " < ".join(names)


def tab_round(window: QWidget) -> list[QWidget]:
    """The widgets that the Tab key visits, from where the keyboard is until it comes round."""
    visited: list[QWidget] = []
    while (focus := QApplication.focusWidget()) is not None and focus not in visited:
        visited.append(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
        assert len(visited) < 200
    return visited


async def test_nothing_that_takes_the_keyboard_is_nameless(driver: Driver) -> None:
    await driver.ready()
    found = {"nothing open": nameless(driver.window)}
    for graph, value in (
        ("batch", GO),
        ("per_call", GO),
        ("raw", {"payload": {"text": "x" * 1000, "list": [1, {"a": 2}], "none": None}}),
        ("parallel", None),
        ("schema", None),
        ("stops_before", None),
    ):
        await asked(driver, graph, value)
        found[graph] = nameless(driver.window)
    driver.window.tabs.setCurrentIndex(1)
    found["state"] = nameless(driver.window)
    await asked(driver, "batch", GO)
    await driver.decide("decision_reject")
    await driver.click("preview_fold")
    driver.window.notices.add("Something", "with details")
    found["composer, preview, notice"] = nameless(driver.window)
    await driver.click("decision_cancel")
    thread_id = await asked(driver, "stops_before")
    await driver.decide("decision_continue")
    await driver.shown("held_bar")
    found["held"] = nameless(driver.window)
    await driver.click("held_send_now")
    await until(lambda: not driver.program.session.active)
    driver.window.inbox.select(thread_id)
    await driver.opened(ThreadState.DONE)
    found["done"] = nameless(driver.window)
    driver.program.controller.actions["models"].trigger()
    await driver.shown("models_table")
    await driver.click("models_pull")
    await driver.click("model_delete")
    found["models"] = nameless(driver.window)
    await driver.click("models_back")
    for name in ("new_run", "settings", "palette"):
        driver.program.controller.actions[name].trigger()
        dialog = driver.program.controller.dialogs.current
        assert dialog is not None
        found[name] = nameless(dialog)
        dialog.reject()
    driver.program.controller.dialogs.closing(["Approve pay"], 1)
    dialog = driver.program.controller.dialogs.current
    assert dialog is not None
    found["closing"] = nameless(dialog)
    dialog.reject()
    assert {state: names for state, names in found.items() if names} == {}


async def test_the_tab_key_goes_through_a_batch_card_by_card(driver: Driver) -> None:
    await asked(driver, "batch", GO)
    card(driver, 1).setFocus()
    visited = tab_round(driver.window)
    cards = [
        number
        for widget in visited
        for number in range(1, 6)
        if card(driver, number) is widget or card(driver, number).isAncestorOf(widget)
    ]
    assert cards == sorted(cards)
    assert set(cards) == {1, 2, 3, 4, 5}, "a card without a field is reached, too"
    names = [widget.objectName() for widget in visited]
    assert names.index("decision_reject") < names.index("decision_edit"), "what refuses comes first"
    assert names.index("item:5") < names.index("preview_fold") < names.index("decision_reject")


async def test_the_tab_key_stops_only_where_it_shows(driver: Driver) -> None:
    await asked(driver, "raw", {"payload": {"question": "May I?"}})
    driver.window.review.take_focus()
    stops = tab_round(driver.window)
    captions = [label.text() for label in stops if isinstance(label, QLabel) and label.text() != "May I?"]
    assert captions == [], "captions are not for the keyboard"
    assert len(stops) < 40


async def test_f6_goes_round_the_panes_and_into_no_field(driver: Driver) -> None:
    await asked(driver, "raw", {"payload": "Shall I?"})
    driver.window.inbox.setFocus()
    places = []
    for _ in range(3):
        focus = QApplication.focusWidget()
        places.append(focus)
        await driver.press(Qt.Key.Key_F6)
    inbox, review, tabs = places
    assert isinstance(inbox, ThreadList)
    assert isinstance(review, QScrollArea)
    assert tabs is driver.window.tabs.tabBar()
    assert QApplication.focusWidget() is inbox


async def test_after_a_decision_the_keyboard_is_in_the_review(driver: Driver) -> None:
    first = await asked(driver, "raw", {"payload": "First?"})
    await asked(driver, "raw", {"payload": "Second?"})
    await until(lambda: driver.window.inbox.waiting_count == 2, 30)
    await driver.type_into("field:", "yes")
    await driver.may_decide()
    await driver.press(Qt.Key.Key_Return, CONTROL)

    def open_now() -> str:
        return driver.window.review.review.thread_id if driver.window.review.review is not None else ""

    await until(lambda: open_now() == first, 30, "the next waiting thread did not open")
    focus = QApplication.focusWidget()
    assert focus is not None
    assert driver.window.review.isAncestorOf(focus)
    QTest.keyClick(focus, Qt.Key.Key_Z, CONTROL)
    assert not driver.is_shown("held_bar"), "Ctrl+Z takes the decision back from where the keyboard is"


async def test_escape_puts_the_keyboard_back_where_the_words_were_asked_for(driver: Driver) -> None:
    await asked(driver, "batch", GO)
    await driver.may_decide()
    await driver.press(Qt.Key.Key_Backspace, CONTROL)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.objectName() == "composer_text"
    await driver.press(Qt.Key.Key_Escape)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.objectName() == "decision_reject"
