"""The run log: what the runs of the open thread do, as it happens, and the buttons that pause and stop them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QIcon, QKeyEvent, QPalette
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from hitl_desktop.core.events import RunEvent, RunStarted, StopReason
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.ui.icons import icon, set_icon
from hitl_desktop.ui.run_log_header import FailureCard, RunHeader
from hitl_desktop.ui.run_log_rows import LogRows
from hitl_desktop.ui.run_log_view import LogView
from hitl_desktop.ui.theme import SPACE
from hitl_desktop.ui.thread_words import one_line

_MOST_THREADS: Final = 50


class RunLog(QWidget):
    """Keeps the log of each thread that ran in this session, and shows that of the open thread.

    Signals:
        pause_requested(): stop the shown thread's run before its next step.
        stop_requested(): stop it now.
        retry_requested(): go on with the thread after a stop or a failure.
        fix_requested(str, ModelTrouble): this thread's run failed because of its model; do something about that.
    """

    pause_requested = Signal()
    stop_requested = Signal()
    retry_requested = Signal()
    fix_requested = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_log")
        self._logs: dict[str, LogRows] = {}
        self._thread_id = ""
        self._header = RunHeader()
        self._nodes = QComboBox()
        self._find = QLineEdit()
        self._copy = QToolButton()
        self._failure = FailureCard()
        self._view = LogView()
        self._lay_out()
        self._header.pause_requested.connect(self.pause_requested)
        self._header.stop_requested.connect(self.stop_requested)
        self._header.retry_requested.connect(self.retry_requested)
        self._nodes.activated.connect(self._show_rows)
        self._find.textChanged.connect(lambda: self._say_found(True))
        self._find.returnPressed.connect(lambda: self._on_find(backward=False))
        self._copy.clicked.connect(self._on_copy)
        self._failure.details_requested.connect(self._view.toggle_details)
        self._failure.fix_requested.connect(lambda trouble: self.fix_requested.emit(self._thread_id, trouble))
        self._view.fold_toggled.connect(self._show_failure)
        self.set_thread("")

    def show_thread(self, thread_id: str) -> None:
        """Show the log of this thread, with what was kept of it."""
        if thread_id != self._thread_id:
            self._thread_id = thread_id
            self._nodes.setCurrentIndex(0)
            self._show_log()

    def set_thread(self, thread_id: str) -> None:
        """Show an empty log for this thread."""
        self._thread_id = thread_id
        self.clear()

    def clear(self) -> None:
        """Forget the log of the shown thread."""
        self._logs.pop(self._thread_id, None)
        self._nodes.clear()
        self._show_log()

    def append(self, events: Sequence[RunEvent]) -> None:
        """Add what happened in the shown thread, in batches of about 30 a second."""
        self.add(self._thread_id, events)

    def add(self, thread_id: str, events: Sequence[RunEvent]) -> None:
        """Add what happened in a thread, in batches of about 30 a second; it is kept where another one is shown."""
        rows = self._log_of(thread_id)
        changes = rows.append(events)
        if thread_id != self._thread_id:
            return
        self._view.apply(changes, self._chosen_node(), rows.first)
        if any(isinstance(event, RunStarted) for event in events):
            self._header.run_began()
        if changes.added or changes.changed:
            self._offer_nodes(row.node for row in changes.added)
            self._header.show_run()
            self._show_failure()

    def set_status(self, state: ThreadState | None, view_only: str = "") -> None:
        """Say in which state the shown thread is; `view_only` says why it cannot be run, if so.

        While a run is under way, and after it until this is called, the log knows the state itself.
        """
        self._header.set_status(state, view_only)

    def _lay_out(self) -> None:
        self._nodes.setObjectName("run_log_nodes")
        self._nodes.setAccessibleName(self.tr("Show the rows of node"))
        self._nodes.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._nodes.setMaximumWidth(20 * SPACE)
        self._find.setObjectName("run_log_find")
        self._find.setAccessibleName(self.tr("Find in the run log"))
        self._find.setPlaceholderText(self.tr("Find in log"))
        self._find.setToolTip(self.tr("Enter finds the next place, Shift+Enter the one before. Esc clears."))
        self._find.setClearButtonEnabled(True)
        self._find.installEventFilter(self)
        self._find_icon = self._find.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition)
        self._copy.setObjectName("run_log_copy")
        self._copy.setAccessibleName(self.tr("Copy the whole log"))
        self._copy.setToolTip(self.tr("Copy the whole log, with what is folded"))
        set_icon(self._copy, "copy")
        tools = QHBoxLayout()
        tools.setSpacing(SPACE)
        tools.addWidget(self._nodes)
        tools.addWidget(self._find, 1)
        tools.addWidget(self._copy)
        top = QVBoxLayout()
        top.setContentsMargins(12, SPACE, 12, SPACE)
        top.setSpacing(SPACE)
        top.addWidget(self._header)
        top.addLayout(tools)
        top.addWidget(self._failure)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._view, 1)
        self._draw_icons()

    def _draw_icons(self) -> None:
        self._find_icon.setIcon(icon("search", self.palette().color(QPalette.ColorRole.PlaceholderText)))

    def _log_of(self, thread_id: str) -> LogRows:
        if thread_id not in self._logs:
            idle = [each for each, rows in self._logs.items() if each != self._thread_id and not rows.running]
            for forgotten in idle[: max(0, len(self._logs) + 1 - _MOST_THREADS)]:
                del self._logs[forgotten]
            self._logs[thread_id] = LogRows()
        return self._logs[thread_id]

    def _show_log(self) -> None:
        rows = self._log_of(self._thread_id)
        self._nodes.clear()
        self._nodes.addItem(self.tr("All nodes"), "")
        self._offer_nodes(rows.nodes())
        self._header.show_rows(rows)
        self._show_rows()
        self._show_failure()

    def _show_rows(self) -> None:
        self._view.show_rows(self._log_of(self._thread_id).of_node(self._chosen_node()))

    def _chosen_node(self) -> str:
        return str(self._nodes.currentData() or "")

    def _offer_nodes(self, nodes: Iterable[str]) -> None:
        for node in nodes:
            if node and self._nodes.findData(node) < 0:
                self._nodes.addItem(one_line(node), node)

    def _show_failure(self) -> None:
        rows = self._log_of(self._thread_id)
        failed = rows.ended is not None and rows.ended.reason is StopReason.FAILED
        trouble = rows.ended.trouble if rows.ended is not None else None
        self._failure.show_row(next(reversed(rows.rows.values())) if failed and rows.rows else None, trouble)

    def _on_copy(self) -> None:
        rows = self._log_of(self._thread_id).of_node(self._chosen_node())
        QGuiApplication.clipboard().setText("\n\n".join(row.as_text() for row in rows))

    def _on_find(self, *, backward: bool) -> None:
        self._say_found(self._view.find_next(self._find.text(), backward=backward) or not self._find.text())

    def _say_found(self, found: bool) -> None:
        if self._find.property("invalid") is not (not found):
            self._find.setProperty("invalid", not found)
            self._find.setAccessibleDescription("" if found else self.tr("Not found"))
            self._find.style().unpolish(self._find)
            self._find.style().polish(self._find)

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the search field, Shift+Enter finds the place before, and Esc clears it and goes to the log."""
        if watched is self._find and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key, shift = Qt.Key(event.key()), Qt.KeyboardModifier.ShiftModifier
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() & shift:
                self._on_find(backward=True)
                return True
            if key == Qt.Key.Key_Escape:
                self._find.clear()
                self._view.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon in the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icons()
