"""What helps to read a proposal while it is edited: the change of a file that it asks for, and what was edited."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hitl_desktop.core.differences import value_changes
from hitl_desktop.core.file_changes import FileChange, file_change
from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors.base import ValueEditor
from hitl_desktop.ui.layouts import clear
from hitl_desktop.ui.reading.changes_view import ChangesView
from hitl_desktop.ui.reading.file_change_view import FileChangeView

_PAUSE_MS = 200


class ValueReading(QObject):
    """Two widgets that follow an editor: `above` it the file's change, `below` it the differences from the proposal."""

    def __init__(self, editor: ValueEditor) -> None:
        super().__init__(editor)
        self._editor = editor
        self._file: FileChange | None = None
        self.above = QWidget()
        self._rows = QVBoxLayout(self.above)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self.below = ChangesView()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._follow)
        editor.changed.connect(self._timer.start)
        self._show_file(editor.start)

    def follow_now(self) -> None:
        """Show at once what stands in the editor, which was filled without being typed in."""
        self._follow()

    def _follow(self) -> None:
        if self._editor.unreadable():  # what it was stays, until it is a value again
            return
        value = self._editor.value()
        self.below.show_changes(value_changes(self._editor.start, value))
        self._show_file(value)

    def _show_file(self, value: Json) -> None:
        change = file_change(value)
        if change == self._file and self._rows.count() == (change is not None):
            return
        self._file = change
        clear(self._rows)
        if change is not None:
            self._rows.addWidget(FileChangeView(change))
        if change is None:
            self.above.hide()
        elif self.above.parentWidget() is not None:  # else it would be a window of its own
            self.above.show()
