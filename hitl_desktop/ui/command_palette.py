"""All commands with their keys: to search and run (Ctrl+K), or to read (?)."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

_FORWARDED = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class CommandPalette(QDialog):
    """A search field over the table of commands; Enter runs the one that is chosen."""

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("command_palette")
        self.setWindowTitle("Commands")
        self.resize(520, 520)
        self._actions = list(actions.values())
        self._search = QLineEdit()
        self._search.setObjectName("palette_search")
        self._search.setPlaceholderText("Search the commands")
        self._search.setAccessibleName("Search the commands")
        self._search.textChanged.connect(self._filter)
        self._search.returnPressed.connect(self._run)
        self._search.installEventFilter(self)
        self._table = QTableWidget(len(self._actions), 2)
        self._table.setObjectName("palette_commands")
        self._table.setAccessibleName("Commands and their keys")
        self._table.setHorizontalHeaderLabels(["Command", "Key"])
        self._table.verticalHeader().hide()
        self._table.setShowGrid(False)
        self._table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self._table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self._table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self._table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        for row, action in enumerate(self._actions):
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            self._table.setItem(row, 0, QTableWidgetItem(action.text()))
            self._table.setItem(row, 1, QTableWidgetItem(keys))
        self._table.doubleClicked.connect(self._run)
        layout = QVBoxLayout(self)
        layout.addWidget(self._search)
        layout.addWidget(self._table, 1)
        self._filter("")

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        first = -1
        for row, action in enumerate(self._actions):
            found = all(word in action.text().lower() for word in words)
            self._table.setRowHidden(row, not found)
            first = row if found and first < 0 else first
        self._table.selectRow(first)

    def _run(self) -> None:
        row = self._table.currentRow()
        self.accept()
        if 0 <= row < len(self._actions) and not self._table.isRowHidden(row):
            self._actions[row].trigger()

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrow keys move in the table while the search field has the keyboard."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _FORWARDED:
            self._table.setFocus()
            self._table.keyPressEvent(event)
            self._search.setFocus()
            return True
        return super().eventFilter(watched, event)
