"""Drives a real window of the program with the mouse and the keyboard, as a person would. For asynchronous tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QListWidget,
    QPlainTextEdit,
    QTabBar,
    QTabWidget,
    QWidget,
)

from hitl_desktop.core.review import Review
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.core.values import Json, dump_json
from hitl_desktop.locations import bundled_graphs
from hitl_desktop.testing.waiting import until
from hitl_desktop.ui.editors.json_text import JsonEditor
from hitl_desktop.ui.meant_button import MeantButton

if TYPE_CHECKING:
    from hitl_desktop.app import Options, Program

W = TypeVar("W", bound=QWidget)


class Driver:
    """Finds widgets of a program's window by object name, and presses what a person would press."""

    def __init__(self, program: Program, running: asyncio.Task[Options | None]) -> None:
        self.program = program
        self.running = running
        self.window = program.window

    def find(self, kind: type[W], name: str) -> W:
        """The visible widget of this object name, in the window or a dialog over it."""
        found = [widget for widget in self.window.findChildren(kind, name) if widget.isVisible()]
        assert len(found) == 1, f"{len(found)} visible widgets are called {name}"
        return found[0]

    def is_shown(self, name: str) -> bool:
        """Whether a widget of this object name can be seen."""
        return any(widget.isVisible() for widget in self.window.findChildren(QWidget, name))

    async def shown(self, name: str) -> None:
        """Wait until a widget of this object name can be seen."""
        await until(lambda: self.is_shown(name), 30, f"{name} did not appear")

    async def click(self, name: str) -> None:
        """Click the button of this object name with the mouse, when it can be clicked.

        One that moved away between press and release, as a notice came, is clicked again: so would a person do.
        """
        for _ in range(3):
            await self.shown(name)
            button = self.find(QAbstractButton, name)
            await until(button.isEnabled, 30, f"{name} stayed disabled")
            if isinstance(button, MeantButton):
                await until(lambda: self.find(MeantButton, name).takes_presses, 30, f"{name} does not stand still")
            clicked = QSignalSpy(button.clicked)
            QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=button.rect().center())
            if clicked.count():
                return
        raise AssertionError(f"{name} was not clicked")

    async def may_decide(self) -> None:
        """Wait until the graph is known, and the request on the screen long enough for a decision to be meant."""

        def may() -> bool:
            review = self.window.review.review
            return review is not None and review.graph is not None and self.window.review.can_decide()

        await until(may, 30, "the request did not become decidable")

    async def decide(self, name: str) -> None:
        """Click a decision button, once it may be meant."""
        await self.may_decide()
        await self.click(name)

    async def type_into(self, name: str, text: str) -> None:
        """Replace the text of a field by typing."""
        await self.shown(name)
        field = self.find(QWidget, name)
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        if isinstance(field, QPlainTextEdit):
            QTest.keyClick(field, Qt.Key.Key_Delete)
        QTest.keyClicks(field, text)

    async def paste_json(self, inside: QWidget, value: Json) -> None:
        """Put a value as JSON text into the editor within this widget, on its side for JSON."""

        def sides() -> list[QTabBar]:
            return [tabs for tabs in inside.findChildren(QTabBar, "value_sides") if tabs.isVisible()]

        def editors() -> list[JsonEditor]:
            return [editor for editor in inside.findChildren(JsonEditor) if editor.isVisible()]

        await until(lambda: sides() or editors(), 5, "no editor is on the screen")
        for tabs in sides():
            tabs.setCurrentIndex(1)
        (editor,) = editors()
        editor.area.selectAll()
        editor.area.insertPlainText(dump_json(value))

    async def paste_input(self, value: Json) -> None:
        """Put the input for a new run as JSON into the form that is open."""
        pages = self.find(QTabWidget, "new_run_input")
        pages.setCurrentIndex(pages.count() - 1)
        await self.paste_json(pages.currentWidget(), value)

    async def choose(self, name: str, text: str) -> None:
        """Choose a value in a list of choices with the arrow keys. Typing it would open the list at the first space."""
        await self.shown(name)
        choices = self.find(QComboBox, name)
        place = choices.findText(text, Qt.MatchFlag.MatchExactly)
        assert place >= 0, f"{name} offers no {text}: {[choices.itemText(each) for each in range(choices.count())]}"
        choices.setFocus()
        steps = place - choices.currentIndex()
        for _ in range(abs(steps)):
            QTest.keyClick(choices, Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)
        assert choices.currentText() == text, f"{name} does not let {text} be chosen"

    async def closed(self) -> None:
        """Wait until the program has ended."""
        await until(self.running.done, 20, "the program did not end")

    async def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the keyboard is."""
        QTest.keyClick(await self._with_keyboard(), key, modifiers)

    async def press_keys(self, keys: str) -> None:
        """Press keys where the keyboard is, in the words of `QKeySequence`: "Ctrl+Return"."""
        sequence = QKeySequence(keys)
        if sequence.isEmpty() or "" in sequence.toString().split(", "):
            raise ValueError(f"“{keys}” is no key: write it as in “Ctrl+Return”")
        QTest.keySequence(await self._with_keyboard(), sequence)

    async def _with_keyboard(self) -> QWidget:
        """The widget that has the keyboard. Offscreen there is no window manager to make a window the active one."""
        top = QApplication.activeModalWidget() or self.window
        if QApplication.activeWindow() is not top:
            top.activateWindow()
            await until(lambda: QApplication.activeWindow() is top, 5, "the window did not become active")
        return top.focusWidget() or top

    async def opened(self, state: ThreadState) -> Review:
        """Wait until a thread in this state is open, and return it."""

        def review() -> Review | None:
            open_now = self.window.review.review
            return open_now if open_now is not None and open_now.detail.summary.state is state else None

        try:
            return await until(review, 60)
        except AssertionError:
            raise AssertionError(f"no thread is open that is {state.value}: {self._where()}") from None

    async def ready(self) -> None:
        """Wait until the graphs are loaded and a model was looked for."""
        await asyncio.wait_for(self.program.ready.wait(), 60)

    async def new_message(self, graph: str, text: str) -> None:
        """Start a run of a graph that takes messages."""
        await self.choose_graph(graph)
        await self.type_into("new_run_message", text)
        await self.click("new_run_start")

    async def choose_graph(self, graph: str) -> None:
        """Open the form for a new run and choose a graph in it."""
        await self.click("new_run_button")
        await self.shown("new_run_graphs")
        graphs = self.find(QListWidget, "new_run_graphs")
        items = graphs.findItems(graph, Qt.MatchFlag.MatchExactly)
        names = ", ".join(graphs.item(row).text() for row in range(graphs.count()))
        assert items, f"{graph} is not among the graphs ({names}); the window says: {self.notices}"
        (item,) = items
        place = graphs.visualItemRect(item)
        QTest.mouseClick(graphs.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.center()))

    @property
    def log_text(self) -> str:
        """What the run log shows, as text."""
        return self.find(QPlainTextEdit, "run_log_view").toPlainText()

    @property
    def notices(self) -> tuple[str, ...]:
        """The notices in the window."""
        return self.window.notices.texts

    def _where(self) -> str:
        review = self.window.review.review
        stands = "nothing is open" if review is None else f"open: {review.detail.summary}"
        return f"{stands}; notices: {self.notices}"


@asynccontextmanager
async def open_window(
    database: Path,
    project: Path | None = None,
    *,
    read_only: bool = False,
    examples: bool = False,
    trusted: bool = True,
) -> AsyncIterator[Driver]:
    """Run the program in this process on the test's loop, and close its window in the end.

    Without a project it has the example graphs. The project is trusted before, in the test's own settings, unless
    `trusted` is False.
    """
    # Their import settles variables of the process, which is not for the module of a test to do.
    from hitl_desktop.app import Options, Program
    from hitl_desktop.backends.project.manifest import ManifestError
    from hitl_desktop.cli.trusting import trust_project

    project = project or bundled_graphs()
    if trusted:
        with suppress(ManifestError):  # the window says what is wrong with it
            trust_project(project)
    program = Program(Options(database, project, read_only, examples))
    running = asyncio.get_running_loop().create_task(program.run())
    try:
        yield Driver(program, running)
    finally:
        if not running.done():
            program.controller.held.keep()
            program.controller.closing.emit()
        await asyncio.wait_for(running, 20)
