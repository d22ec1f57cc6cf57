"""A payload to read: texts whole, flat objects as rows, anything nested as a tree."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from hitl_desktop.core.values import TYPE_TAG, VALUE_TAG, Json
from hitl_desktop.ui.editors.base import EditorError
from hitl_desktop.ui.editors.fields.tab_order import chain_tab_stops, tab_stops
from hitl_desktop.ui.editors.json_text import write_json
from hitl_desktop.ui.editors.json_tree import LONGEST_SHOWN, JsonTree
from hitl_desktop.ui.editors.json_values import in_words, is_tagged
from hitl_desktop.ui.editors.marks import AccentLabel, FlatButton, MarkedLines
from hitl_desktop.ui.editors.widget_lifetime import discard, show_added
from hitl_desktop.ui.plain_text import PlainLabel, ReadOnlyText
from hitl_desktop.ui.reading.text_to_read import text_to_read

MOST_ROWS = 40
"""Fields of an object that are shown as rows; more are a tree."""

_NAME_WIDTH = 180


class PayloadView(QWidget):
    """Shows any JSON value to read and copy. Nothing of it is cut without saying so, and nothing is changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value: Json = None
        self._content: QWidget | None = None
        self._copy = FlatButton("Copy as JSON", "Copy the whole value as JSON text", self)
        self._copy.setObjectName("copy_json")
        self._copy.clicked.connect(self._on_copy)
        self._refusal = MarkedLines("error", self)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(4)
        self._rows.addWidget(self._refusal)
        self._rows.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignRight)

    def show_value(self, value: Json) -> None:
        """Show this value instead of the one before."""
        self._value = value
        if self._content is not None:
            self._rows.removeWidget(self._content)
            discard(self._content)
        self._content = value_to_read(value)
        self._rows.insertWidget(0, self._content, 1)
        show_added(self._content)
        if stops := list(tab_stops(self._content)):
            chain_tab_stops(stops[-1], [self._copy])
        self._refusal.show_lines(())

    def value(self) -> Json:
        """The value that is shown."""
        return self._value

    def _on_copy(self) -> None:
        try:
            QGuiApplication.clipboard().setText(write_json(self._value))
        except EditorError:
            self._refusal.show_lines(["This value is too deep or too large to be written as JSON. Nothing was copied."])


def value_to_read(value: Json) -> QWidget:
    """A widget that shows the whole value, whatever it is, without a button to copy it."""
    if isinstance(value, str):
        return text_to_read(value)
    if isinstance(value, dict) and value and len(value) <= MOST_ROWS and not is_tagged(value):
        return _rows(value)
    if isinstance(value, dict | list) and value and not is_tagged(value):
        return _Branch(value)
    return _scalar(value)


def _rows(parts: Mapping[str, Json]) -> QWidget:
    widget = QWidget()
    grid = QGridLayout(widget)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(8)
    grid.setColumnStretch(1, 1)
    for row, (name, value) in enumerate(parts.items()):
        label = AccentLabel(name, "muted", widget)
        label.setMaximumWidth(_NAME_WIDTH)
        shown = _widget_for_part(value, name, parts)
        shown.setAccessibleDescription(name)
        grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(shown, row, 1)
        grid.setRowStretch(row, isinstance(shown, _Branch))
    grid.setRowStretch(grid.rowCount(), not widget.findChild(_Branch))
    return widget


def _widget_for_part(value: Json, name: str = "", siblings: Mapping[str, Json] = MappingProxyType({})) -> QWidget:
    if isinstance(value, dict | list) and value and not is_tagged(value):
        return _Branch(value)
    return text_to_read(value, name, siblings) if isinstance(value, str) else _scalar(value)


def _scalar(value: Json) -> QWidget:
    if not is_tagged(value):
        return PlainLabel(in_words(value)) if value not in ({}, []) else AccentLabel(in_words(value), "muted")
    widget = QWidget()
    row = QHBoxLayout(widget)
    row.setContentsMargins(0, 0, 0, 0)
    content = value[VALUE_TAG]
    row.addWidget(_widget_for_part(content), 1)
    row.addWidget(AccentLabel(value[TYPE_TAG], "muted"), 0, Qt.AlignmentFlag.AlignTop)
    return widget


class _Branch(QWidget):
    """A tree, and below it the whole of a text that is too long for it."""

    def __init__(self, value: Json) -> None:
        super().__init__()
        self.tree = JsonTree(self)
        self._whole = ReadOnlyText("", self, most=12)
        self._whole.setAccessibleName("The chosen text, whole")
        self._whole.hide()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addWidget(self.tree, 1)
        rows.addWidget(self._whole)
        self.setFocusProxy(self.tree)
        self.tree.chosen.connect(self._on_chosen)
        self.tree.show_value(value)

    def _on_chosen(self) -> None:
        value = self.tree.value_at(self.tree.currentIndex())
        is_long = isinstance(value, str) and len(value) > LONGEST_SHOWN
        self._whole.setVisible(is_long)
        self._whole.setPlainText(value if is_long else "")
