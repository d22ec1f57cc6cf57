"""The fields of an object that its schema does not name: which there may be, and what adds one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from hitl_desktop.core.patterns import PatternSearches
from hitl_desktop.core.schema import JsonSchema, mapping
from hitl_desktop.ui.editors.fields.base import Place
from hitl_desktop.ui.editors.marks import MarkedLines
from hitl_desktop.ui.editors.undo_keys import leave_undo


def may_have_more(schema: JsonSchema) -> bool:
    """Whether to offer other fields: where the schema says so, or names none at all."""
    others = schema.get("additionalProperties")
    if others or isinstance(others, Mapping) or schema.get("patternProperties"):
        return True
    return others is None and not schema.get("properties")


def schema_of_others(schema: JsonSchema, name: str) -> JsonSchema:
    """The schema of a field that is not named, by the pattern of its name or of any; empty where nothing is said."""
    searches = PatternSearches()
    for pattern, of_these in mapping(schema.get("patternProperties")).items():
        try:
            if isinstance(of_these, Mapping) and searches.found(pattern, name):
                return of_these
        except re.error:
            continue
    return mapping(schema.get("additionalProperties"))


def title_of(name: str) -> str:
    """The name as a label: one that cannot be seen, or begins or ends with a space, in quotation marks."""
    return name if name and name == name.strip() else f"“{name}”"


class NewField(QWidget):
    """The line in which a new field is named.

    Signals:
        requested(str): the person wants a field of this name.
    """

    requested = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = QLineEdit(self)
        self._name.setPlaceholderText("Name of another field")
        self._button = QPushButton("Add field", self)
        self._lines = MarkedLines("error", self)
        for signal in (self._name.returnPressed, self._button.clicked):
            signal.connect(lambda *_ignored: self.requested.emit(self._name.text()))
        self._name.textEdited.connect(lambda _text: self._lines.show_lines(()))
        leave_undo(self._name)
        columns = QHBoxLayout()
        columns.addWidget(self._name, 1)
        columns.addWidget(self._button, 0, Qt.AlignmentFlag.AlignRight)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2)
        rows.addLayout(columns)
        rows.addWidget(self._lines)

    def clear(self) -> None:
        """Begin with another name."""
        self._name.clear()
        self._lines.show_lines(())

    def complain(self, words: str) -> None:
        """Say why there cannot be a field of this name, and go back to it."""
        self._lines.show_lines([words])
        self._name.setFocus()
        self._name.selectAll()

    def set_place(self, place: Place) -> None:
        """Name the parts after the place of the object."""
        self._name.setObjectName(f"new_name:{place.name}")
        self._name.setAccessibleName(f"Name of another field of {place.title}")
        self._button.setObjectName(f"new:{place.name}")
        self._button.setAccessibleName(f"Add the field to {place.title}")
