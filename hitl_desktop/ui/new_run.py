"""The form for a new run: a graph, and its input as a message, a form or JSON."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from hitl_desktop.core.dialects.schema_answer import title_of_input
from hitl_desktop.core.graphs import GraphInfo, Project
from hitl_desktop.core.messages import read_messages
from hitl_desktop.core.requests import Shape
from hitl_desktop.core.run_model import ModelOffer
from hitl_desktop.core.schema import first_value
from hitl_desktop.core.values import Json, from_json
from hitl_desktop.ui.editors import editor_for
from hitl_desktop.ui.editors.base import ValueEditor
from hitl_desktop.ui.icons import set_icon
from hitl_desktop.ui.layouts import ScrollingColumn, fit_screen
from hitl_desktop.ui.local_models.run_model_form import RunModelForm
from hitl_desktop.ui.plain_text import PlainLabel, ReadOnlyText, plain_tooltip
from hitl_desktop.ui.run_inputs import RunInput
from hitl_desktop.ui.scroll_manners import StillTabBar
from hitl_desktop.ui.theme import scaled_font, set_kind

_FILLED_IN = "The run that you wanted to start could not begin. What you entered for it is filled in."

_WIDEST_LIST = 320
"""Pixels that the list of graphs takes at most of itself to show their names whole."""


class NewRun(QDialog):
    """Lets a person choose a graph and its input. Opened with `open()`, never `exec()`.

    Signals:
        start_requested(str, object, str): run this graph with this input; the inbox calls the thread by this title.
        model_chosen(str, RunModel, bool): before that, with which model; and whether to remember it for the graph.
    """

    start_requested = Signal(str, object, str)
    model_chosen = Signal(str, object, bool)

    def __init__(
        self,
        project: Project,
        parent: QWidget | None = None,
        *,
        given: RunInput | None = None,
        models: ModelOffer | None = None,
    ) -> None:
        """`given` is what was entered for a run that could not begin; it is filled in where its graph is chosen.

        `models` are those that can be chosen for the run.
        """
        super().__init__(parent)
        self.setObjectName("new_run")
        self.setWindowTitle("New run")
        self._project = project
        self._given = given
        self._graph: GraphInfo | None = None
        self._editor: ValueEditor | None = None
        self._list = QListWidget()
        self._list.setObjectName("new_run_graphs")
        self._list.setAccessibleName("Graphs of the project")
        self._list.currentRowChanged.connect(self._on_graph)
        self._name = PlainLabel("")
        self._name.setObjectName("new_run_name")
        self._name.setFont(scaled_font(self._name.font(), 1.25, bold=True))
        self._description = PlainLabel("")
        set_kind(self._description, "muted")
        self._error = ReadOnlyText()
        self._error.setObjectName("new_run_error")
        self._error.setAccessibleName("Why the graph could not be loaded")
        self._message = QPlainTextEdit()
        self._message.setObjectName("new_run_message")
        self._message.setAccessibleName("Message to the agent")
        self._message.setPlaceholderText("Write to the agent")
        self._message.setTabChangesFocus(True)
        self._tabs = QTabWidget()
        self._tabs.setTabBar(StillTabBar())
        self._tabs.setTabBarAutoHide(True)  # one tab alone is no choice
        self._tabs.setObjectName("new_run_input")
        self._tabs.setAccessibleName("Input of the run")
        self._model = RunModelForm(models or ModelOffer())
        self._problem = PlainLabel("")
        self._problem.setObjectName("new_run_problem")
        set_kind(self._problem, "danger")
        self._start = QPushButton("Start")
        self._start.setObjectName("new_run_start")
        self._start.setToolTip("Start the run (Ctrl+Enter)")
        set_kind(self._start, "primary")
        set_icon(self._start, "continue")
        self._start.clicked.connect(self._on_start)
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(key), self, self._on_start)
        cancel = QPushButton("Cancel")
        cancel.setObjectName("new_run_cancel")
        cancel.clicked.connect(self.reject)
        for button in (cancel, self._start):
            button.setAutoDefault(False)  # Enter in a field, or while there is nothing to choose, closes nothing
        self._lay_out(cancel)
        fit_screen(self, 880, 560)
        self.set_project(project)

    @property
    def waits_for_graphs(self) -> bool:
        """Whether the graphs are being loaded, and `set_project` is to be called when they are."""
        return not self._project.folder

    def set_project(self, project: Project) -> None:
        """Offer the graphs of this project; the keyboard stays where it is."""
        self._project = project
        self._list.clear()
        for graph in project.graphs:
            item = QListWidgetItem(graph.name)
            item.setToolTip(plain_tooltip(graph.description or graph.error))
            if graph.error:
                item.setText(f"{graph.name} (not loaded)")
            self._list.addItem(item)
        whole = self._list.sizeHintForColumn(0) + 2 * self._list.frameWidth()
        self._list.setMinimumWidth(min(whole, _WIDEST_LIST))
        names = [graph.name for graph in project.graphs]
        given = self._given.graph if self._given is not None else ""
        if names:
            self._list.setCurrentRow(names.index(given) if given in names else 0)
        else:
            self._on_graph(-1)

    def _lay_out(self, cancel: QPushButton) -> None:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(12, 0, 0, 0)
        for widget in (self._name, self._description, self._error, self._tabs, self._model, self._problem):
            column.addWidget(widget, 1 if widget is self._tabs else 0)
        column.addStretch(0)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._start)
        splitter = QSplitter()
        splitter.addWidget(self._list)
        splitter.addWidget(right)
        splitter.setSizes([240, 640])
        splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.addWidget(splitter, 1)
        layout.addLayout(buttons)

    def _on_graph(self, row: int) -> None:
        self._graph = graph = self._project.graphs[row] if 0 <= row < len(self._project.graphs) else None
        self._problem.setText("")
        self._tabs.clear()
        self._editor = None
        usable = graph is not None and not graph.error
        self._tabs.setVisible(usable)
        self._model.show_graph(graph)
        self._start.setEnabled(usable)
        self._name.setText(graph.name if graph else self._without_graphs()[0])
        self._description.setText(graph.description if graph else self._without_graphs()[1])
        self._error.setVisible(graph is not None and bool(graph.error))
        if graph is None or graph.error:
            self._error.setPlainText(
                "\n\n".join(text for text in (graph.error, graph.details) if text) if graph else ""
            )
            return
        start = first_value(graph.input_schema) if graph.input_schema else {}
        if graph.takes_messages:
            self._message.setPlainText(_message_of(start))
            self._tabs.addTab(self._message, "Message")
        self._editor = editor_for(Shape("Input", start, graph.input_schema))
        page = ScrollingColumn()
        page.setAccessibleName("Input")
        page.column.setContentsMargins(4, 8, 4, 4)
        if graph.no_schema:
            note = PlainLabel(f"The fields of this input are not known. {graph.no_schema}")
            note.setObjectName("new_run_no_schema")
            set_kind(note, "muted")
            page.column.addWidget(note)
        page.column.addWidget(self._editor, 1)
        self._tabs.addTab(page, "JSON" if graph.takes_messages else "Input")
        if self._given is not None and self._given.graph == graph.name:
            self._fill_in(self._given.value)

    def _fill_in(self, value: Json) -> None:
        assert self._editor is not None
        assert self._graph is not None
        self._problem.setText(_FILLED_IN)
        text = _message_of(value)
        if self._graph.takes_messages and value == _input_of(text):
            self._message.setPlainText(text)
        else:
            self._editor.show_value(value)
            self._tabs.setCurrentIndex(self._tabs.count() - 1)

    def _without_graphs(self) -> tuple[str, str]:
        if self.waits_for_graphs:
            return (
                "The graphs are being loaded",
                "They are offered here as soon as they are. The status bar says how far.",
            )
        return "No graphs", self._project.error or "Open a project with graphs."

    def _on_start(self) -> None:
        if self._graph is None or self._graph.error or self._editor is None:
            return
        if self._tabs.currentWidget() is self._message:
            text = self._message.toPlainText().strip()
            if not text:
                self._problem.setText("Write a message first.")
                return
            value = _input_of(text)
        else:
            problems = self._editor.problems()
            self._editor.mark(problems)
            if problems:
                self._problem.setText(f"Not started: {problems[0]}")
                self._editor.focus_problem(problems[0])
                return
            value = self._editor.value()
        try:
            live = from_json(value)
        except ValueError as error:  # a tagged value whose text is not of its type
            self._problem.setText(f"Not started: {error}.")
            return
        self.model_chosen.emit(self._graph.name, self._model.choice(), self._model.remembers)
        self.start_requested.emit(self._graph.name, live, title_of_input(value))
        self.accept()


def _input_of(message: str) -> Json:
    return {"messages": [{"role": "user", "content": message}]}


def _message_of(value: Json) -> str:
    """The text of the last message in an input."""
    messages = read_messages(value.get("messages")) if isinstance(value, dict) else ()
    return messages[-1].text if messages else ""
