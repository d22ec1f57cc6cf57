"""What an action does to a file: which file, in which way, and the lines that go and come."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from hitl_desktop.core.file_changes import FileChange, FileChangeKind
from hitl_desktop.ui.editors.marks import FlatButton
from hitl_desktop.ui.layouts import leave_out_of_tab_order
from hitl_desktop.ui.plain_text import PlainLabel, join_long_lines
from hitl_desktop.ui.reading.diff_view import DiffView
from hitl_desktop.ui.reading.text_warnings import TextWarnings
from hitl_desktop.ui.theme import fixed_font, scaled_font, set_kind

_HEADINGS: dict[FileChangeKind, str] = {
    "replace": "Replaces text in",
    "write": "Writes the whole of",
    "append": "Adds to the end of",
    "insert": "Inserts text into",
    "patch": "Patches",
}
_NOTES: dict[FileChangeKind, str] = {
    "write": "What the file holds now is not part of the request. Nothing of it stays.",
    "append": "What the file holds now is not part of the request. It stays.",
}


class FileChangeView(QFrame):
    """Shows one change of a file, whole, to read and copy."""

    def __init__(self, change: FileChange, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("file_change")
        self.setAccessibleName(f"{_HEADINGS[change.kind]} {change.path or 'the files that it names'}")
        self._is_empty = True
        self._summary = PlainLabel("", selectable=False)
        self._summary.setObjectName("file_change_summary")
        set_kind(self._summary, "muted")
        self._diff = DiffView(numbers=change.has_line_numbers)
        copy = FlatButton("Copy", "Copy the lines with their signs")
        copy.setObjectName("copy_diff")
        copy.clicked.connect(self._on_copy)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addWidget(self._heading(change))
        if note := _NOTES.get(change.kind):
            label = PlainLabel(note)
            set_kind(label, "muted")
            rows.addWidget(label)
        rows.addWidget(self._diff)
        warning = TextWarnings(self)
        warning.check(change.path, *(text for part in change.parts for text in part))
        rows.addWidget(warning)
        below = QHBoxLayout()
        below.addWidget(self._summary, 1)
        below.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        rows.addLayout(below)
        leave_out_of_tab_order(*self.findChildren(PlainLabel))
        self._summary.setText("Reading the lines…")
        self._diff.completed.connect(self._on_completed)
        self._diff.show_lines(change.lines())

    def diff(self) -> DiffView:
        """The lines."""
        return self._diff

    def _heading(self, change: FileChange) -> QWidget:
        heading = QWidget()
        parts = QVBoxLayout(heading)
        parts.setContentsMargins(0, 0, 0, 0)
        parts.setSpacing(0)
        what = PlainLabel(_HEADINGS[change.kind] if change.path else "Patches the files that it names")
        set_kind(what, "muted")
        parts.addWidget(what)
        if change.path:
            path = PlainLabel(change.path)
            path.setObjectName("file_change_path")
            path.setFont(scaled_font(fixed_font(path.font()), bold=True))
            parts.addWidget(path)
        return heading

    def _on_completed(self) -> None:
        removed, added = self._diff.counts()
        is_empty = self._diff.document().isEmpty()
        self._diff.setVisible(not is_empty)
        if not removed and not added:
            self._summary.setText(
                "The file will be empty." if is_empty else "Nothing changes: both texts are the same."
            )
            return
        parts = [f"{number:,} {verb}" for number, verb in ((removed, "removed"), (added, "added")) if number]
        lines = "line" if (removed or added) == 1 and len(parts) == 1 else "lines"
        self._summary.setText(f"{' and '.join(parts)} {lines}")

    def _on_copy(self) -> None:
        self._diff.fill_all()
        QGuiApplication.clipboard().setText(join_long_lines(self._diff.toPlainText()))
